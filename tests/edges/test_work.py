"""What a revision that is under way has done, and what of it a rollback takes back."""

from __future__ import annotations

from daybreak.core.journal import Entry, State
from daybreak.edges.apply.work import Work


def _work(*numbers: int) -> Work:
    work = Work("a1", True, {}, (), lambda: None)
    for number in numbers:
        _add(work, number)
    return work


def _add(work: Work, number: int) -> None:
    entry = Entry("a1", True, number, State.DONE, skeleton="", statement="")
    work.pending.append((number, lambda: entry))


def _taken(work: Work) -> list[int]:
    return [entry.number for entry in work.taken()]


def test_what_is_taken_is_pending_no_more() -> None:
    work = _work(1, 2)
    assert _taken(work) == [1, 2]
    assert _taken(work) == []


def test_a_rollback_takes_back_all_but_what_committed_itself() -> None:
    work = _work(1, 2, 3)
    work.stays.add(2)
    work.roll_back()
    assert _taken(work) == [2]


def test_a_rollback_to_a_savepoint_takes_back_what_came_behind_it() -> None:
    work = _work(1)
    work.savepoints["sp"] = 1
    _add(work, 2)
    _add(work, 3)
    work.stays.add(3)
    work.roll_back("sp")
    assert _taken(work) == [1, 3]
