"""A failed run says what it left behind, and what to do next."""

from __future__ import annotations

import pytest

from daybreak.core.errors import (
    ConnectionLost,
    DaybreakError,
    Interrupted,
    MigrationFailed,
    StoppedHalfWay,
)
from daybreak.core.failure import Reached, connection_lost, interrupted, migration_failure

PLACE = "versions/4f2a_add.py:12"
CORRECT = "correct the file and run the command again"
CORRECT_BELOW = (
    "correct the file from that statement on, leave what stands above it as it is, and run the "
    "command again: it goes on where this one stopped"
)
AGAIN = "run the command again: it goes on where this one stopped"

CASES: dict[str, tuple[Reached, type[DaybreakError], str, str]] = {
    "the first": (
        Reached(0, "4f2a", 0, 1),
        MigrationFailed,
        "no revision was applied or taken back",
        CORRECT,
    ),
    "the second": (
        Reached(1, "4f2a", 0, 1),
        StoppedHalfWay,
        "1 revision before it stayed applied",
        CORRECT,
    ),
    "the first, after statements that were committed": (
        Reached(0, "4f2a", 3, 4),
        StoppedHalfWay,
        "3 statements of 4f2a stayed done and recorded, the rest is not",
        CORRECT_BELOW,
    ),
    "the third, after a statement that was committed": (
        Reached(2, "4f2a", 1, 2),
        StoppedHalfWay,
        "2 revisions before it stayed applied; 1 statement of 4f2a stayed done and recorded, "
        "the rest is not",
        CORRECT_BELOW,
    ),
}


@pytest.mark.parametrize(("reached", "kind", "left", "cure"), CASES.values(), ids=CASES)
def test_what_is_left(reached: Reached, kind: type[DaybreakError], left: str, cure: str) -> None:
    error = migration_failure("boom", PLACE, reached)
    assert type(error) is kind
    assert error.problem == f"{PLACE} failed: boom\nWhat was open was rolled back; {left}"
    assert error.cure == cure


def test_what_commits_by_itself_and_failed_may_be_half_done() -> None:
    error = migration_failure("boom", PLACE, Reached(0, "4f2a", 0, 1, unsettled=1))
    assert type(error) is StoppedHalfWay
    assert "statement 1 of 4f2a may be half done" in error.problem


def test_a_failure_outside_of_revisions_points_to_the_traceback() -> None:
    error = migration_failure("boom", None, Reached())
    assert (type(error), error.problem) == (MigrationFailed, "boom")
    assert error.cure == "--traceback shows where it comes from"


@pytest.mark.parametrize("place", [PLACE, None])
def test_what_the_file_is_not_to_blame_for_has_a_cure_of_its_own(place: str | None) -> None:
    error = migration_failure("boom", place, Reached(kept=1), cure="grant it", there=True)
    assert error.cure == "grant it"


def test_what_is_there_already_may_be_declared_done() -> None:
    error = migration_failure("boom", PLACE, Reached(0, "4f2a", 0, 2), there=True)
    assert "say --done 4f2a:2" in error.cure


@pytest.mark.parametrize(
    ("reached", "committing", "kind", "words"),
    [
        (Reached(), False, ConnectionLost, "no revision was applied or taken back"),
        (Reached(), True, StoppedHalfWay, "the last commit may have come through"),
        (Reached(1), False, StoppedHalfWay, "1 revision before it stayed applied"),
    ],
)
def test_a_lost_connection_is_unreachable_only_if_nothing_can_have_changed(
    reached: Reached, committing: bool, kind: type[DaybreakError], words: str
) -> None:
    error = connection_lost("gone", reached, committing=committing)
    assert type(error) is kind
    assert words in error.problem


def test_a_run_that_was_told_to_stop_says_by_what_and_how_to_go_on() -> None:
    error = interrupted("SIGTERM", Reached(1))
    assert type(error) is Interrupted
    assert error.problem == "stopped by SIGTERM: 1 revision before it stayed applied"
    assert error.cure == AGAIN
