"""Who waits for us and for how long; whom we wait for, in words."""

from __future__ import annotations

import pytest

from daybreak.core.waiting import Blocker, Kind, Tally, Waiter, called, chain, lasting

IDLE = Blocker(
    Kind.SESSION, "881", "app", "billing", "10.0.3.7", "idle in transaction", 250.0, "", "e", True
)


def test_the_waits_of_one_session_are_summed_over_a_transaction() -> None:
    tally = Tally()
    tally.begin(10.0)
    assert tally.add([Waiter("a", 0.05)], 10.1) == pytest.approx(0.05)
    assert tally.add([], 10.2) == 0.0
    assert tally.add([Waiter("a", 0.03)], 10.3) == pytest.approx(0.08)


def test_a_wait_counts_once_however_often_it_is_seen() -> None:
    tally = Tally()
    tally.begin(10.0)
    tally.add([Waiter("a", 0.04)], 10.1)
    assert tally.add([Waiter("a", 0.14)], 10.2) == pytest.approx(0.14)


def test_the_longest_of_several_counts() -> None:
    tally = Tally()
    tally.begin(10.0)
    assert tally.add([Waiter("a", 0.02), Waiter("b", 0.07)], 10.1) == pytest.approx(0.07)


def test_who_waited_for_somebody_else_before_waits_for_us_since_the_last_look() -> None:
    tally = Tally()
    tally.begin(10.0)
    tally.add([], 10.1)
    assert tally.add([Waiter("a", 8.0)], 10.2) == pytest.approx(0.1)


def test_a_wait_of_which_nobody_knows_since_when_may_be_since_the_last_look() -> None:
    tally = Tally()
    tally.begin(10.0)
    assert tally.add([Waiter("a", None)], 10.1) == pytest.approx(0.1)


def test_a_new_transaction_begins_with_nothing() -> None:
    tally = Tally()
    tally.begin(10.0)
    tally.add([Waiter("a", 0.1)], 10.1)
    tally.begin(20.0)
    assert tally.add([Waiter("a", 0.02)], 20.1) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("blocker", "words"),
    [
        (IDLE, 'session 881 (app@10.0.3.7, "billing"), idle in transaction for 4 min'),
        (
            IDLE._replace(state="active", seconds=12.3, application="", statement="SELECT  ?\n"),
            "session 881 (app@10.0.3.7), active for 12 s: SELECT ?",
        ),
        (
            IDLE._replace(state="", seconds=None, host="", application=""),
            "session 881 (app), of whose work this user sees nothing",
        ),
        (
            IDLE._replace(kind=Kind.AUTOVACUUM, user="", seconds=3.0, statement="autovacuum: e"),
            "session 881, autovacuum for 3.0 s: autovacuum: e",
        ),
        (
            IDLE._replace(kind=Kind.PREPARED, name="order-7", seconds=9000.0),
            "prepared transaction 'order-7' of app, prepared 2 h ago",
        ),
        (
            IDLE._replace(kind=Kind.PREPARED, name="", user="", seconds=None),
            "a prepared XA transaction, named to who has XA_RECOVER_ADMIN",
        ),
        (
            IDLE._replace(kind=Kind.PREPARED, name="'order-7','b',3", user="", seconds=None),
            "prepared XA transaction 'order-7','b',3",
        ),
    ],
    ids=[
        "idle in transaction",
        "a query",
        "another role's",
        "autovacuum",
        "prepared",
        "of XA",
        "of XA, named",
    ],
)
def test_a_blocker_is_called(blocker: Blocker, words: str) -> None:
    assert called(blocker) == words


def test_of_a_chain_the_one_is_named_first_who_waits_for_nobody() -> None:
    between = IDLE._replace(name="882", state="active", seconds=1.0, root=False)
    assert chain([between, IDLE]) == (
        'session 881 (app@10.0.3.7, "billing"), idle in transaction for 4 min; behind it '
        'session 882 (app@10.0.3.7, "billing"), active for 1.0 s'
    )


def test_of_many_the_first_three_are_named() -> None:
    names = [f"session {number} (app), active" for number in (1, 2, 3)]
    many = [
        IDLE._replace(name=str(number), host="", application="", state="active", seconds=None)
        for number in range(1, 12)
    ]
    assert chain(many) == "; ".join([*names, "and 8 more"])


def test_nobody_is_no_word() -> None:
    assert chain([]) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.42, "0.4 s"), (12.3, "12 s"), (119.9, "120 s"), (240.0, "4 min"), (7300.0, "2 h")],
)
def test_a_time_lasts(seconds: float, words: str) -> None:
    assert lasting(seconds) == words
