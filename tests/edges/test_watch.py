"""The watcher ends the statement that it has seen, and nothing else."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from daybreak.core.events import ignore
from daybreak.dialects import dialect_named
from daybreak.edges.apply import watch
from daybreak.edges.apply.watch import SteppedBack, Watcher
from killing.runs import ALL
from killing.sessions import connect
from servers.server import Server

CANCELS = 10_000 if ALL else 1500
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


@pytest.mark.parametrize("days", [1, 365])
def test_a_budget_of_any_length_is_one_that_the_server_takes(
    server: Server, sessions: list[Connection], days: int
) -> None:
    sql = dialect_named(server.dialect, "the test").watching.bound(days * 86400.0)
    sessions[0].exec_driver_sql(sql)
