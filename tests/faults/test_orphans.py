"""A run is killed during a statement, which goes on in the server: the next run meets it there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from daybreak.dialects import dialect_named
from killing.histories import Revision, write_history
from killing.runs import Asked, Forks, forks_in, until
from killing.sessions import LOCK, connect
from projects import make_project
from servers.server import Server

MARK = f"{LOCK} work"

# a1 makes a table and closes a gate before every later change; b2 is held up by that gate; c3 goes
# on while somebody has a lock that is no table's, so that it does not look as if it waited.
HISTORIES = {
    "postgresql": (
        Revision(
            "a1",
            """
            op.execute("CREATE TABLE events (title text)")
            op.execute("INSERT INTO events VALUES ('one')")
            op.execute("CREATE FUNCTION slowly(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql"
                       " AS $$ BEGIN WHILE NOT pg_try_advisory_xact_lock_shared(4712) LOOP"
                       " PERFORM pg_sleep(0.05); END LOOP; RETURN t; END $$")
            op.execute("CREATE FUNCTION gate() RETURNS event_trigger LANGUAGE plpgsql"
                       " AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); END $$")
            op.execute("CREATE EVENT TRIGGER gate ON ddl_command_start EXECUTE FUNCTION gate()")
            """,
        ),
        Revision(
            "b2",
            """
            with op.get_context().autocommit_block():
                op.execute("CREATE INDEX CONCURRENTLY ix_held ON events (title)")
            """,
        ),
        Revision(
            "c3",
            """
            with op.get_context().autocommit_block():
                op.execute("CREATE INDEX CONCURRENTLY ix_slow ON events (slowly(title))")
            """,
        ),
    ),
    "mysql": (
        Revision(
            "a1",
            """
            op.execute("CREATE TABLE events (title varchar(10))")
            op.execute("INSERT INTO events VALUES ('one')")
            """,
        ),
        Revision("b2", 'op.execute("CREATE INDEX ix_held ON events (title)")'),
        # A lock by name would be given up for a client that is gone, and so would a longer sleep.
        Revision(
            "c3",
            """
            op.execute("CREATE TABLE slow AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
                       " SELECT i + 1 FROM n WHERE i < 100)"
                       " SELECT i, SLEEP(NOT IS_FREE_LOCK(0x51)) AS slept FROM n")
            """,
        ),
    ),
}
CLOSE_THE_GATE = {
    "postgresql": "SELECT pg_advisory_lock(4711)",
    "mysql": "LOCK TABLES events READ",
}
HOLD_UP = {
    "postgresql": "SELECT pg_advisory_lock(4712)",
    "mysql": "SELECT GET_LOCK(0x51, 0)",
}
LET_GO = {
    "postgresql": "SELECT pg_advisory_unlock(4712)",
    "mysql": "SELECT RELEASE_LOCK(0x51)",
}
OPEN_THE_GATE = {"postgresql": "SELECT pg_advisory_unlock(4711)", "mysql": "UNLOCK TABLES"}

# The sessions that wait at the gate, or do the slow work.
AT_WORK = {
    "postgresql": """
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query LIKE 'CREATE INDEX%'
          AND wait_event IN ('advisory', 'PgSleep')
    """,
    "mysql": """
        SELECT id FROM information_schema.processlist
        WHERE db = DATABASE() AND info LIKE 'CREATE %' AND info NOT LIKE '%journal%'
          AND (state LIKE 'Waiting for table metadata%' OR state = 'User sleep')
    """,
}
MADE = {
    "postgresql": "SELECT indexrelid::regclass::text FROM pg_index WHERE indisvalid"
    " AND indrelid = 'events'::regclass",
    "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    " AND table_name = 'slow' UNION SELECT index_name FROM information_schema.statistics"
    " WHERE table_schema = DATABASE() AND index_name = 'ix_held'",
}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Forks]:
    project = make_project(tmp_path_factory.mktemp("orphans") / "app", server.dialect)
    write_history(project, HISTORIES[server.dialect])
    with forks_in(project.root) as forks:
        yield forks


@pytest.fixture
def watcher(server: Server, database: str) -> Iterator[Connection]:
    """Somebody else on the database: of the same user, and called as a run's session is."""
    with connect(server.url(database)) as connection:
        if server.dialect == "postgresql":
            name = "SET application_name = 'daybreak run 1a2b3c4d elsewhere:42'"
            connection.execute(text(name))
        yield connection


def test_an_orphan_that_waits_for_a_lock_is_ended(
    server: Server, database: str, held: Forks, watcher: Connection
) -> None:
    url = server.url(database)
    assert held.run(Asked(url, goal="a1")).code == 0
    watcher.execute(text(CLOSE_THE_GATE[server.dialect]))
    orphan = _kill_during_the_next_statement(held, watcher, Asked(url, goal="b2"))

    held.start([Asked(url, goal="b2")])
    until(lambda: orphan not in _at_work(watcher), "the orphan is ended")
    watcher.execute(text(OPEN_THE_GATE[server.dialect]))
    [after] = held.finish()

    assert after.code == 0, after
    met = [event for event in after.events if event.startswith("Orphan(")]
    assert [event.rpartition(", ")[2] for event in met] == ["ended=True)"]
    assert _made(watcher) == ["ix_held"]


def test_an_orphan_whose_work_would_be_lost_is_let_to_its_end(
    server: Server, database: str, held: Forks, watcher: Connection, tmp_path: Path
) -> None:
    url, pause = server.url(database), tmp_path / "pause"
    assert held.run(Asked(url, goal="b2")).code == 0
    watcher.execute(text(HOLD_UP[server.dialect]))
    _kill_during_the_next_statement(held, watcher, Asked(url, goal="c3"))

    held.start([Asked(url, {2: "pause"}, goal="c3", pause=str(pause))])
    until(pause.exists, "the next run has met it")
    watcher.execute(text(LET_GO[server.dialect]))
    pause.unlink()
    [after] = held.finish()

    assert after.code == 0, after
    met = [event for event in after.events if event.startswith("Orphan(")]
    # When its work is done, its session may still be there for a moment, and is ended then.
    at_work = [event for event in met if "statement=''" not in event]
    assert [event.rpartition(", ")[2] for event in at_work] == ["ended=False)"]
    told = [event.split(",")[0] for event in after.events if event.startswith(("Ran", "Skipped"))]
    assert told == ["Skipped(revision='c3'"]
    assert len(_made(watcher)) == 2


@pytest.mark.parametrize("key", [LOCK, MARK])
def test_a_strangers_session_with_our_lock_and_name_and_user_is_waited_for_and_named(
    server: Server, database: str, held: Forks, watcher: Connection, key: str
) -> None:
    url = server.url(database)
    assert held.run(Asked(url, goal="a1")).code == 0
    running = dialect_named(server.dialect, "the test").running
    taken = watcher.execute(text(running.TRY_LOCK), {"key": running.lock_key(key)})
    assert taken.scalar()
    pid = watcher.scalar(text(running.SESSION_ID)).split()[0]

    refused = held.run(Asked(url, wait="1"))

    assert (refused.code, refused.kind) == (4, "LockHeld")
    assert f"(session {pid})" in refused.said
    assert watcher.scalar(text(running.SESSION_ID)).split()[0] == pid
    watcher.execute(text(running.RELEASE_LOCK), {"key": running.lock_key(key)})
    assert held.run(Asked(url, wait="0")).code == 0


def test_a_run_whose_worker_can_not_be_marked_does_not_begin(
    server: Server, database: str, held: Forks, watcher: Connection, tmp_path: Path
) -> None:
    """A stranger takes the mark when nobody else has it any more: no orphan could be told by it."""
    url, pause = server.url(database), tmp_path / "pause"
    events = held.run(Asked(url, goal="a1")).events
    locked = next(n for n, event in enumerate(events, 1) if "'locked'" in event) + 1
    held.start([Asked(url, {locked: "pause"}, pause=str(pause))])
    until(pause.exists, "the run has the lock")
    running = dialect_named(server.dialect, "the test").running
    watcher.execute(text(running.TRY_LOCK), {"key": running.lock_key(MARK)})
    pause.unlink()
    [refused] = held.finish()
    assert (refused.code, refused.kind) == (4, "LockHeld")


def _kill_during_the_next_statement(forks: Forks, watcher: Connection, asked: Asked) -> int:
    """The number of the session that goes on with the statement."""
    forks.start([asked])
    until(lambda: _at_work(watcher), "the statement runs")
    os.kill(forks.pids[0], signal.SIGKILL)
    [killed] = forks.finish()
    assert killed.signal == 9
    [orphan] = _at_work(watcher)
    return orphan


def _at_work(watcher: Connection) -> list[int]:
    return list(watcher.scalars(text(AT_WORK[watcher.dialect.name])))


def _made(watcher: Connection) -> list[str]:
    return sorted(watcher.scalars(text(MADE[watcher.dialect.name])))
