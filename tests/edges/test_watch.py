"""The watcher ends the statement that it has seen, and nothing else."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from daybreak.core.events import Event, Unwatched, Watched, ignore
from daybreak.dialects import dialect_named
from daybreak.edges.apply import orders, watch
from daybreak.edges.apply.watch import SteppedBack, Watcher
from killing.runs import ALL, until
from killing.sessions import connect
from servers.server import Server

CANCELS = 10_000 if ALL else 1500
# What ends nothing, and is answered late.
SLOW = {"postgresql": "SELECT pg_sleep(3)", "mysql": "SELECT SLEEP(3)"}
# 0, or 1 where MySQL ended it.
SHORT = {
    "postgresql": "SELECT count(*) - 1 FROM pg_sleep(0.0005)",
    "mysql": "SELECT SLEEP(0.0005)",
}


@pytest.fixture
def sessions(server: Server, database: str) -> Iterator[list[Connection]]:
    """Three, of the same user."""
    url = server.url(database)
    with connect(url) as one, connect(url) as two, connect(url) as three:
        yield [one, two, three]


def test_a_session_that_is_gone_is_no_reason_to_watch_no_more(
    server: Server, sessions: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, _, watching = sessions
    monkeypatch.setattr(watch, "GRACE_S", 0.0)
    dialect = dialect_named(server.dialect, "the test")
    watcher = Watcher(dialect, None, ignore)
    session = str(worker.scalar(text(dialect.running.SESSION_ID)))
    watcher.over(session)
    for _ in range(3):  # at the latest then, it is gone
        watcher._step_back(watching, watcher._transaction, "")
        time.sleep(0.2)
    with pytest.raises(SteppedBack):
        watcher.prove()
    with pytest.raises(DBAPIError):
        worker.scalar(text("SELECT 1"))


def test_a_late_cancel_hits_neither_the_next_statement_nor_another_session(
    server: Server, sessions: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, bystander, watching = sessions
    monkeypatch.setattr(watch, "GRACE_S", 60.0)  # no session is to be ended here
    dialect = dialect_named(server.dialect, "the test")
    watcher = Watcher(dialect, None, ignore)
    session = str(worker.scalar(text(dialect.running.SESSION_ID)))
    watcher.over(session)
    short, look, over = SHORT[server.dialect], dialect.watching.LOOKS[0], threading.Event()
    cancels, ended, wrongly = 0, 0, []

    @event.listens_for(watching, "before_cursor_execute")
    def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        nonlocal cancels
        cancels += statement.split()[:2] == dialect.watching.CANCEL.split()[:2]

    def cancel() -> None:
        while not over.is_set():
            rows = watching.execute(text(look.waiters), {"session": session}).all()
            watcher._step_back(watching, watcher._transaction, rows[0][2])

    def stand_by() -> None:
        while not over.is_set():
            if was_ended(bystander, short):
                wrongly.append("another session")

    threads = [threading.Thread(target=target) for target in (cancel, stand_by)]
    for thread in threads:
        thread.start()
    while cancels < CANCELS and threads[0].is_alive():
        with contextlib.suppress(SteppedBack), watcher.sending(harmless=True):
            ended += was_ended(worker, short)
        if was_ended(worker, short):
            wrongly.append("the next statement")
        watcher.try_again()
    over.set()
    for thread in threads:
        thread.join()
    print(f"{cancels} cancels, {ended} statements ended")
    assert cancels >= CANCELS
    assert ended > CANCELS / 10
    assert wrongly == []


def was_ended(connection: Connection, sql: str) -> bool:
    try:
        return bool(connection.scalar(text(sql)) != 0)
    except DBAPIError:
        return True


@pytest.mark.parametrize("fails", [False, True], ids=["it is done", "it has failed"])
def test_a_statement_is_not_held_up_by_a_cancel_that_is_not_answered(
    server: Server, sessions: list[Connection], monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    worker, _, watching = sessions
    monkeypatch.setattr(orders, "ANSWERED_S", 0.2)
    dialect = dialect_named(server.dialect, "the test")
    monkeypatch.setattr(dialect.watching, "CANCEL", SLOW[server.dialect])
    watcher = Watcher(dialect, None, ignore)
    watcher.over(str(worker.scalar(text(dialect.running.SESSION_ID))))
    order = threading.Thread(target=watcher._step_back, args=(watching, 1, ""))

    def send() -> None:
        with watcher.sending(harmless=True):
            order.start()
            worker.scalar(text(SLOW[server.dialect].replace("3", "0.5")))
            if fails:
                raise ZeroDivisionError

    began = time.monotonic()
    with pytest.raises(ZeroDivisionError if fails else SteppedBack):
        send()
    assert time.monotonic() - began < 2
    # Nothing more goes over that session, not even a commit.
    assert watcher.is_to_be_left()
    with pytest.raises(SteppedBack):
        watcher.transaction_over(commits=True)
    watcher.try_again()
    assert not watcher.is_to_be_left()
    with watcher.sending(harmless=True):
        pass
    order.join()
    assert not watcher.is_to_be_left()


def test_a_connection_that_is_lost_is_followed_by_another_one(
    server: Server, database: str, sessions: list[Connection]
) -> None:
    worker, admin, _ = sessions
    dialect = dialect_named(server.dialect, "the test")
    heard: list[Event] = []
    made: list[str] = []

    def connected() -> Connection:
        connection = connect(server.url(database))
        made.append(str(connection.scalar(text(dialect.running.SESSION_ID))))
        return connection

    watcher = Watcher(dialect, connected, heard.append)
    watcher.over(str(worker.scalar(text(dialect.running.SESSION_ID))))
    with watcher.at_work(), watcher.sending(harmless=True):
        until(lambda: made, "it watches")
        admin.execute(text(dialect.running.END_SESSION), {"session": made[0]})
        until(lambda: any(isinstance(one, Watched) for one in heard), "it watches again")
        assert watcher.watches
    of_watching = [type(event) for event in heard if isinstance(event, Unwatched | Watched)]
    assert of_watching == [Unwatched, Watched]
    assert len(made) == 2
    assert not watcher.saw_all


def test_a_cancel_whose_answer_got_lost_may_arrive_yet(
    server: Server, sessions: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, admin, watching = sessions
    dialect = dialect_named(server.dialect, "the test")
    monkeypatch.setattr(dialect.watching, "CANCEL", SLOW[server.dialect])
    watcher = Watcher(dialect, None, ignore)
    watcher.over(str(worker.scalar(text(dialect.running.SESSION_ID))))
    ending = {"session": str(watching.scalar(text(dialect.running.SESSION_ID)))}

    def send() -> None:
        with ThreadPoolExecutor() as pool, watcher.sending(harmless=True):
            order = pool.submit(watcher._step_back, watching, 1, "")
            time.sleep(0.5)
            admin.execute(text(dialect.running.END_SESSION), ending)
            with pytest.raises(DBAPIError):
                order.result()

    with pytest.raises(SteppedBack):
        send()
    assert watcher.is_to_be_left()


@pytest.mark.parametrize("days", [1, 365])
def test_a_budget_of_any_length_is_one_that_the_server_takes(
    server: Server, sessions: list[Connection], days: int
) -> None:
    watching = dialect_named(server.dialect, "the test").watching
    _, _, *theirs = sessions[0].execute(text(watching.AS_BEFORE)).one()
    sessions[0].exec_driver_sql(watching.bound(days * 86400.0, theirs))
