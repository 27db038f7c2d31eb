"""What a downgrade takes away: what is looked at beforehand, and how it is said."""

from __future__ import annotations

import pytest

from daybreak.core.loss import Loss, Suspect, loss, suspects
from daybreak.core.plan import Dropped, Plan, Statement, Step

EVENTS, CAPACITY = Dropped("events"), Dropped("venues", "capacity")
ROWS = "SELECT EXISTS (SELECT 1 FROM events)"
VALUES = "SELECT EXISTS (SELECT 1 FROM venues WHERE capacity IS NOT NULL)"


def plan(*statements: tuple[str, tuple[Dropped, ...]], opaque: str | None = None) -> Plan:
    taken = tuple(Statement(sql, None, 1, drops=drops) for sql, drops in statements)
    return Plan(("4f2a",), (), (Step("4f2a", "", "versions/4f2a.py", "down", taken, opaque),))


DROPS = ("DROP …", (EVENTS,)), ("ALTER TABLE …", (CAPACITY,))
SUSPECTS = {
    "a table and a column": (DROPS, [(EVENTS, ROWS), (CAPACITY, VALUES)]),
    "the same twice": ((DROPS[0], DROPS[0]), [(EVENTS, ROWS)]),
    "a column of a table that goes, too": (
        (("…", (Dropped("events", "price"),)), DROPS[0]),
        [(EVENTS, ROWS)],
    ),
    "a table that was another one": (
        (("ALTER TABLE parties RENAME TO events", ()), DROPS[0]),
        [(EVENTS, None)],
    ),
    "a column of a table that had another name": (
        (("RENAME TABLE `places` TO `venues`", ()), DROPS[1]),
        [(CAPACITY, None)],
    ),
    "a column that was another one": (
        (("ALTER TABLE venues CHANGE size capacity integer", ()), DROPS[1]),
        [(CAPACITY, None)],
    ),
    "another column that was renamed": (
        (("ALTER TABLE venues RENAME COLUMN title TO name", ()), *DROPS),
        [(EVENTS, ROWS), (CAPACITY, VALUES)],
    ),
}


@pytest.mark.parametrize(("statements", "expected"), SUSPECTS.values(), ids=SUSPECTS)
def test_what_is_dropped_is_looked_at_once(
    statements: tuple[tuple[str, tuple[Dropped, ...]], ...],
    expected: list[tuple[Dropped, str | None]],
) -> None:
    assert list(suspects(plan(*statements))) == [Suspect(*one) for one in expected]


def test_what_holds_nothing_is_no_loss() -> None:
    assert loss(plan(*DROPS), [(EVENTS, False), (CAPACITY, False)]) == Loss()
    assert not Loss()


READS = "reads data at versions/4f2a.py:12"
WORDS = {
    "data": ((True, True), None, "drops events (rows), venues.capacity"),
    "data and nothing": ((False, True), None, "drops venues.capacity"),
    "unknown": ((None, False), None, "drops events (whether it holds data can't be told)"),
    "opaque": ((False, False), READS, f"may drop data, which can't be told since 4f2a {READS}"),
    "both": (
        (True, False),
        READS,
        f"drops events (rows) and may drop more, which can't be told since 4f2a {READS}",
    ),
}


@pytest.mark.parametrize(("holds", "opaque", "words"), WORDS.values(), ids=WORDS)
def test_a_loss_is_said_in_one_sentence(
    holds: tuple[bool | None, bool | None], opaque: str | None, words: str
) -> None:
    found = loss(plan(*DROPS, opaque=opaque), list(zip((EVENTS, CAPACITY), holds, strict=True)))
    assert (bool(found), found.words) == (True, words)
