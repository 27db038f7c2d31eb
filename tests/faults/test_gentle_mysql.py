"""What can be in a run's way on MySQL, beside a table's metadata lock, and what it is told of."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from killing.histories import Revision, write_history
from killing.holders import holding, let_go, run_and, traffic
from killing.runs import until
from killing.sessions import connect
from projects import Project, make_project
from servers.mysql import MySQL

BUDGET_S = 0.5
# A busy machine may be late; benchmarks/gentle.py measures how late.
LATE = 4
READ = "SELECT * FROM events"
# Only after another transaction wrote to the row.
WRITE = "UPDATE events SET title = 'z' WHERE id = 1"

TABLE = """
op.execute("CREATE TABLE events (id int PRIMARY KEY, title varchar(10), price int)")
op.execute("INSERT INTO events (id) VALUES (1), (2), (3)")
"""
COLUMN = 'op.add_column("events", sa.Column("size", sa.Integer))'
ROWS = """
op.execute("UPDATE events SET price = 1 WHERE id = 1")
op.execute("UPDATE events SET price = 2 WHERE id = 2")
"""
ALWAYS_SLOW = 'op.execute("UPDATE events SET price = 1 WHERE id = 1 AND SLEEP(20) = 0")'
CAUGHT = """
try:
    op.add_column("events", sa.Column("size", sa.Integer))
except Exception:
    pass
"""
HALF = """
op.execute("CREATE TABLE others (id int PRIMARY KEY)")
op.execute("INSERT INTO others VALUES (1)")
op.add_column("events", sa.Column("size", sa.Integer))
op.execute("INSERT INTO others VALUES (2)")
"""

# Known by what it asks, since a session has no name here.
WATCHERS = """
SELECT t.processlist_id
FROM performance_schema.threads AS t
JOIN performance_schema.events_statements_current AS s ON s.thread_id = t.thread_id
WHERE t.processlist_db = DATABASE() AND t.processlist_id <> CONNECTION_ID()
  AND s.sql_text LIKE '%metadata_locks%'
"""

# A project whose next revision has this body, on a database in which the table is.
Prepare = Callable[[str], Project]


@pytest.fixture
def server(mysql: MySQL) -> MySQL:
    return mysql


@pytest.fixture
def url(server: MySQL, database: str) -> str:
    return server.url(database)


@pytest.fixture
def prepare(tmp_path: Path, url: str) -> Prepare:
    def made(body: str) -> Project:
        project = make_project(tmp_path / "app", "mysql", ENV="staging", STAGING_DATABASE_URL=url)
        write_history(project, (Revision("a1", TABLE),))
        assert project.run("daybreak", "upgrade", "head").code == 0
        write_history(project, (Revision("a1", TABLE), Revision("b2", body)))
        return project

    return made


def test_who_waits_for_a_row_waits_for_the_budget(prepare: Prepare, url: str) -> None:
    project = prepare(ROWS)
    with (
        holding(url, "UPDATE events SET title = 'h' WHERE id = 2") as holder,
        traffic(url, WRITE) as writers,
    ):
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert "idle in transaction" in done.said
    assert writers.longest < LATE * BUDGET_S
    assert _rows(url, "SELECT price FROM events ORDER BY id") == [(1,), (2,), (None,)]


def test_work_that_always_takes_longer_is_given_up_after_three_times(
    prepare: Prepare, url: str
) -> None:
    project = prepare(ALWAYS_SLOW)
    with traffic(url, WRITE) as writers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 5, done.said
    assert "works under a lock for longer than others may be kept waiting" in done.err
    assert "in each of 3 attempts. Nothing was changed" in done.err
    assert writers.longest < LATE * BUDGET_S


def test_a_revision_that_catches_the_end_of_a_wait_waits_again_all_the_same(
    prepare: Prepare, url: str
) -> None:
    project = prepare(CAUGHT)
    with holding(url, READ) as holder:
        # By then the server's own timeout has ended the wait.
        done = run_and(let_go(holder, 3 * BUDGET_S), "wait", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "back " not in done.said
    assert _rows(url, "SELECT size FROM events WHERE id = 1") == [(None,)]


def test_a_run_that_gives_up_half_way_says_what_stays_and_is_finished_by_the_next_one(
    prepare: Prepare, url: str
) -> None:
    project = prepare(HALF)
    with holding(url, READ), traffic(url):
        done = project.run("daybreak", "upgrade", "head", "--wait", "1")
    assert done.code == 5, done.said
    assert "2 statements of b2 stayed done and recorded, the rest is not" in done.err
    assert project.run("daybreak", "upgrade", "head").code == 0
    assert _rows(url, "SELECT id FROM others ORDER BY id") == [(1,), (2,)]


def test_what_is_done_of_a_revision_is_not_done_again(prepare: Prepare, url: str) -> None:
    project = prepare(HALF)
    with holding(url, READ) as holder, traffic(url):
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert _rows(url, "SELECT id FROM others ORDER BY id") == [(1,), (2,)]


def test_a_user_who_may_not_read_the_performance_schema_sees_approximately(
    server: MySQL, database: str, prepare: Prepare
) -> None:
    project = prepare(COLUMN)
    with server.fresh_user("pass", database) as user:
        own = server.url(database, user=user, password="pass")
        with holding(own, READ) as holder, traffic(own) as readers:
            done = run_and(
                let_go(holder), "back", project, "upgrade", "head", STAGING_DATABASE_URL=own
            )
    assert done.code == 0, done.said
    said = " ".join(done.out.split())
    assert "who waits is seen approximately. A user with PROCESS and SELECT on" in said
    assert "others waited for" in said
    assert readers.longest < LATE * BUDGET_S


def test_a_wait_that_is_seen_approximately_is_not_taken_for_work(
    server: MySQL, database: str, prepare: Prepare
) -> None:
    project = prepare(COLUMN)
    settings = project.root / "pyproject.toml"
    # Less than the second in which the list of processes counts.
    settings.write_text(settings.read_text() + 'lock_budget = "100ms"\nattempts = 6\n')
    with server.fresh_user("pass", database) as user:
        own = server.url(database, user=user, password="pass")
        with holding(own, READ), traffic(own):
            done = project.run("daybreak", "upgrade", "head", STAGING_DATABASE_URL=own)
    assert done.code == 5, done.said
    assert "was not granted its lock in 6 attempts: it waits for session " in done.err


@contextlib.contextmanager
def prepared(url: str, sql: str) -> Iterator[None]:
    """A transaction that has sent `sql` and is prepared, by a session that is gone."""
    with connect(url) as one:
        for part in ("XA START 'order-7', 'b', 3", sql, "XA END 'order-7', 'b', 3"):
            one.exec_driver_sql(part)
        one.exec_driver_sql("XA PREPARE 'order-7', 'b', 3")
    try:
        yield
    finally:
        with connect(url) as admin:
            admin.exec_driver_sql("XA ROLLBACK 'order-7', 'b', 3")


@pytest.mark.parametrize("body", [COLUMN, ROWS], ids=["a table", "a row"])
def test_a_prepared_transaction_is_named_as_xa_rollback_takes_it(
    prepare: Prepare, url: str, body: str
) -> None:
    project = prepare(body)
    with prepared(url, WRITE), traffic(url):
        done = project.run("daybreak", "upgrade", "head", "--wait", "0")
    assert done.code == 5, done.said
    assert "it waits for prepared XA transaction 'order-7','b',3" in done.err


def test_a_user_who_may_not_list_prepared_transactions_is_told_that_it_is_one(
    server: MySQL, database: str, prepare: Prepare, url: str
) -> None:
    project = prepare(COLUMN)
    with server.fresh_user("pass", database) as user:
        for right in ("SELECT ON performance_schema.*", "PROCESS ON *.*"):
            server.execute(f"GRANT {right} TO {user}")
        own = server.url(database, user=user, password="pass")
        with prepared(url, WRITE), traffic(own):
            done = project.run(
                "daybreak", "upgrade", "head", "--wait", "0", STAGING_DATABASE_URL=own
            )
    assert done.code == 5, done.said
    assert "it waits for a prepared XA transaction, named to who has XA_RECOVER_ADMIN" in done.err


def test_a_user_who_sees_nobody_is_bound_by_the_server(
    server: MySQL, database: str, prepare: Prepare, url: str
) -> None:
    project = prepare(COLUMN)
    with server.fresh_user("pass", database) as user:
        own = server.url(database, user=user, password="pass")
        with holding(url, READ) as holder, traffic(url) as readers:
            done = run_and(
                let_go(holder), "back", project, "upgrade", "head", STAGING_DATABASE_URL=own
            )
    assert done.code == 0, done.said
    assert readers.longest < LATE * (1 + BUDGET_S)


@pytest.mark.parametrize(
    ("body", "in_the_way", "behind"),
    [
        (COLUMN, READ, "SELECT id FROM events"),
        (ROWS, "UPDATE events SET title = 'h' WHERE id = 2", WRITE),
    ],
    ids=["a table", "a row"],
)
def test_a_watcher_that_is_ended_leaves_the_bound_to_the_server(
    prepare: Prepare, url: str, body: str, in_the_way: str, behind: str
) -> None:
    project = prepare(body)
    with (
        holding(url, in_the_way) as holder,
        traffic(url, behind) as others,
        connect(url) as admin,
        ThreadPoolExecutor() as pool,
    ):
        run = pool.submit(project.run, "daybreak", "upgrade", "head")
        until(lambda: end_watchers(admin), "the watcher is there")
        over = time.monotonic() + LATE * (1 + BUDGET_S) + 1  # for longer than anybody may wait
        while time.monotonic() < over:
            end_watchers(admin)
            time.sleep(0.02)
        holder.execute(text("ROLLBACK"))
        done = run.result()
    assert done.code == 0, done.said
    assert "who waits is not seen any more" in done.said
    assert others.longest < LATE * (1 + BUDGET_S)


def end_watchers(admin: Connection) -> int:
    """End whoever watches; how many that were."""
    found = admin.scalars(text(WATCHERS)).all()
    for watcher in found:
        with contextlib.suppress(DBAPIError):  # it is gone
            admin.execute(text(f"KILL {watcher}"))
    return len(found)


def _rows(url: str, sql: str) -> list[tuple[object, ...]]:
    with connect(url) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]
