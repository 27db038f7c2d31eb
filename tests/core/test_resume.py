"""What the journal tells of a revision that was interrupted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daybreak.core.journal import BEGUN, Entry, State, begun
from daybreak.core.program import parts_over, program
from daybreak.core.resume import RUN, SKIP, Next, half_done, settle_unrecorded
from daybreak.core.statement import Aim, Effect, Reading

START = begun("b2", "digest")
DONE = Entry("b2", True, 1, State.DONE, skeleton="x", statement="CREATE TABLE t")
MAKES = Reading(Effect.SCHEMA, "CREATE TABLE t", alone=True, aim=Aim.MADE)


@pytest.mark.parametrize(
    ("entries", "last"),
    [
        ([START], START),
        ([START, DONE], DONE),
        ([replace(START, state=State.FAILED), DONE], DONE),
        ([replace(START, state=State.FAILED)], None),
        ([replace(START, state=State.FAILED), replace(DONE, state=State.FAILED)], None),
    ],
)
def test_a_revision_is_half_done_if_it_was_begun_and_did_not_end_with_nothing_done(
    entries: list[Entry], last: Entry | None
) -> None:
    known = {("b2", True): {entry.number: entry for entry in entries}}
    assert half_done(known, None) == half_done(known, ("b2", False)) == last
    assert half_done(known, ("b2", True)) is None


def test_what_only_adds_is_done_if_it_is_there_and_nobody_changed_the_file() -> None:
    assert settle_unrecorded(MAKES, SKIP, same_file=True) == SKIP
    assert settle_unrecorded(MAKES, RUN, same_file=True) == RUN
    assert settle_unrecorded(MAKES, RUN, same_file=False) == RUN
    asked = settle_unrecorded(MAKES, SKIP, same_file=False)
    assert asked.next is Next.ASK
    assert asked.why == (
        "the file was changed after a run was interrupted in it, and what this statement makes "
        "is there: CREATE TABLE t"
    )


def test_the_start_of_a_revision_belongs_to_no_part_of_its_program() -> None:
    found = program("def upgrade():\n    one()\n    two()\n", "upgrade")
    assert found is not None
    first = replace(DONE, line=2, file="digest")
    second = replace(DONE, number=2, line=3, file="digest")
    known = {BEGUN: START, 1: first, 2: second}
    assert parts_over(found, "digest", known) == {(2, 2): 1}


@pytest.mark.parametrize("behind", list(State))
def test_a_loop_is_over_where_a_statement_behind_it_was_sent_also_if_that_failed(
    behind: State,
) -> None:
    found = program("def upgrade():\n    for x in y():\n        one(x)\n    two()\n", "upgrade")
    assert found is not None
    loop = {n: replace(DONE, number=n, line=3, file="digest") for n in (1, 2)}
    last = replace(DONE, number=3, line=4, file="digest", state=behind)
    assert parts_over(found, "digest", {**loop, 3: last}) == {(2, 3): 2}
    assert parts_over(found, "digest", loop) == {}
    assert parts_over(found, "other", {**loop, 3: last}) == {}
