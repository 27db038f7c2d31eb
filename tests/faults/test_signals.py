"""SIGTERM and Ctrl-C while a statement runs: what a person sees, and what the next run mends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from killing.histories import Revision, write_history
from killing.runs import until
from killing.sessions import connect
from projects import BIN, CLEAN, Done, Project, make_project
from servers.server import Server

NOTHING = "no revision was applied or taken back"
TABLE = Revision("a1", 'op.execute("CREATE TABLE events (title varchar(10))")')
HISTORIES = {
    "postgresql": (
        TABLE,
        Revision(
            "b2",
            """
            with op.get_context().autocommit_block():
                op.execute("CREATE INDEX CONCURRENTLY ix_title ON events (title)")
            """,
        ),
        Revision(
            "c3",
            """
            op.execute("CREATE PROCEDURE wait() LANGUAGE plpgsql"
                       " AS $$ BEGIN COMMIT; PERFORM pg_sleep(60); END $$")
            with op.get_context().autocommit_block():
                op.execute("CALL wait()")
            """,
        ),
    ),
    "mysql": (
        TABLE,
        Revision("b2", 'op.execute("CREATE INDEX ix_title ON events (title)")'),
        Revision(
            "c3",
            """
            op.execute("CREATE PROCEDURE wait() SELECT SLEEP(60)")
            op.execute("CALL wait()")
            """,
        ),
    ),
}
# Whether the run's statement waits for the other transaction, or sleeps.
RUNS = {
    "postgresql": """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active'
          AND wait_event IN ('virtualxid', 'transactionid', 'PgSleep')
    """,
    "mysql": """
        SELECT count(*) FROM information_schema.processlist
        WHERE db = DATABASE()
          AND (state LIKE 'Waiting for table metadata%' OR state = 'User sleep')
    """,
}
# A build that was cancelled leaves its index on PostgreSQL, invalid.
LEFT = {"postgresql": "SELECT indisvalid FROM pg_index WHERE indrelid = 'events'::regclass"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Project:
    project = make_project(tmp_path_factory.mktemp("signals") / "app", server.dialect)
    write_history(project, HISTORIES[server.dialect])
    return project


@pytest.fixture
def watcher(server: Server, database: str) -> Iterator[Connection]:
    with connect(server.url(database)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("command", "number", "code"),
    [("daybreak", signal.SIGTERM, 7), ("daybreak", signal.SIGINT, 7), ("alembic", 15, 255)],
    ids=["SIGTERM", "SIGINT", "plain alembic"],
)
def test_a_build_is_cancelled_and_the_next_run_repairs_what_it_left(
    server: Server, database: str, held: Project, watcher: Connection,
    command: str, number: int, code: int,
) -> None:  # fmt: skip
    assert _ended(_started(held, server.url(database), "daybreak", "a1")).code == 0
    with connect(server.url(database)) as reader:
        reader.execute(text("BEGIN"))
        reader.execute(text("DELETE FROM events"))
        run = _started(held, server.url(database), command, "b2")
        until(lambda: _runs(watcher), "the build waits for the other transaction")
        run.send_signal(number)
        done = _ended(run)
    assert done.code == code, done.said
    said = done.err if command == "daybreak" else done.said
    assert f"stopped by {signal.Signals(number).name}: {NOTHING}" in said
    assert "run the command again: it goes on where this one stopped" in said
    assert "Traceback" not in said
    if server.dialect in LEFT:
        assert watcher.scalars(text(LEFT[server.dialect])).all() == [False]
    again = _ended(_started(held, server.url(database), "daybreak", "b2", "--wait", "0"))
    assert again.code == 0, again.said
    if server.dialect in LEFT:
        assert watcher.scalars(text(LEFT[server.dialect])).all() == [True]


def test_a_statement_of_unknown_effect_is_not_cancelled_and_the_second_signal_ends_the_process(
    server: Server, database: str, held: Project, watcher: Connection
) -> None:
    url = server.url(database)
    assert _ended(_started(held, url, "daybreak", "b2")).code == 0
    run = _started(held, url, "daybreak", "c3")
    until(lambda: _runs(watcher), "the procedure runs")
    run.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(0.7)
    assert _runs(watcher)
    run.send_signal(signal.SIGINT)
    assert _ended(run).code == 130


def _started(project: Project, url: str, command: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BIN / command, "upgrade", *words],
        cwd=project.root,
        env={**CLEAN, "ENV": "staging", "STAGING_DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A run in a shell's background ignores SIGINT, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def _ended(run: subprocess.Popen[str]) -> Done:
    out, err = run.communicate(timeout=60)
    return Done(run.returncode, out, err)


def _runs(watcher: Connection) -> bool:
    return bool(watcher.scalar(text(RUNS[watcher.dialect.name])))
