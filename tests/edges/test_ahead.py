"""What is asked ahead is there, or raised, where it is wanted, and closed where it is not."""

from __future__ import annotations

import threading

import pytest

from daybreak.edges.ahead import Ahead
from killing.runs import until


def test_what_was_found_meanwhile_is_given_as_often_as_it_is_asked_for() -> None:
    asked = Ahead(lambda: ["found"])
    assert asked.result() is asked.result()


def test_an_error_is_raised_where_the_answer_is_wanted() -> None:
    asked = Ahead(lambda: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            asked.result()


def test_what_was_taken_is_closed_when_it_is_left() -> None:
    closed: list[str] = []
    asked = Ahead(lambda: "connection")
    asked.result()
    asked.leave(closed.append)
    assert closed == ["connection"]


def test_what_nobody_waits_for_is_closed_as_soon_as_it_is_there() -> None:
    closed: list[str] = []
    goes_on = threading.Event()
    asked = Ahead(lambda: "connection" if goes_on.wait() else "")
    asked.leave(closed.append)
    assert closed == []
    goes_on.set()
    until(lambda: closed == ["connection"], "it is closed")


def test_what_fails_when_nobody_waits_for_it_has_nothing_to_close() -> None:
    closed: list[str] = []
    asked = Ahead(lambda: str(1 // 0))
    asked.leave(closed.append)
    with pytest.raises(ZeroDivisionError):
        asked.result()
    assert closed == []
