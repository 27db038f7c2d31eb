"""A failed revision says what it left behind: four facts, one sentence."""

from __future__ import annotations

import pytest

from daybreak.core.errors import DaybreakError, MigrationFailed, StoppedHalfWay
from daybreak.core.failure import migration_failure

PLACE = "versions/4f2a_add.py:12"
AGAIN = "correct the file and run the command again"
MYSQL = (
    "This server can't roll schema changes back: what stood before that line may have been done "
    "and is not recorded; "
)
MEND = "compare the file with the schema, undo by hand what it did, and run the command again"

CASES: dict[str, tuple[int, bool, type[DaybreakError], str, str]] = {
    "the first, rolled back": (
        *(0, True, MigrationFailed),
        "It was rolled back; nothing was changed",
        AGAIN,
    ),
    "the second, rolled back": (
        *(1, True, StoppedHalfWay),
        "It was rolled back; 1 revision before it stayed applied",
        AGAIN,
    ),
    "the third, rolled back": (
        *(2, True, StoppedHalfWay),
        "It was rolled back; 2 revisions before it stayed applied",
        AGAIN,
    ),
    "the first, on MySQL": (
        *(0, False, StoppedHalfWay),
        MYSQL.removesuffix("; "),
        MEND,
    ),
    "the second, on MySQL": (
        *(1, False, StoppedHalfWay),
        MYSQL + "1 revision before it stayed applied",
        MEND,
    ),
}


@pytest.mark.parametrize(
    ("applied", "transactional", "kind", "left", "cure"), CASES.values(), ids=CASES
)
def test_what_is_left(
    applied: int, transactional: bool, kind: type[DaybreakError], left: str, cure: str
) -> None:
    error = migration_failure("boom", PLACE, applied=applied, transactional=transactional)
    assert type(error) is kind
    assert error.problem == f"{PLACE} failed: boom\n{left}"
    assert error.cure == cure


def test_a_failure_outside_of_revisions_points_to_the_traceback() -> None:
    error = migration_failure("boom", None, applied=0, transactional=True)
    assert (type(error), error.problem) == (MigrationFailed, "boom")
    assert error.cure == "--traceback shows where it comes from"


@pytest.mark.parametrize("place", [PLACE, None])
def test_what_the_file_is_not_to_blame_for_has_a_cure_of_its_own(place: str | None) -> None:
    error = migration_failure("boom", place, applied=0, transactional=True, cure="grant it")
    assert error.cure == "grant it"
