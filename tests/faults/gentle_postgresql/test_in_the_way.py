"""What can be in a run's way on PostgreSQL: each is waited for, and named right."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from killing.events import BUDGET_S, COLUMN, LATE, READ, Prepare, rows
from killing.holders import holding, run_and, traffic
from killing.runs import until
from killing.sessions import connect
from servers.postgresql import PostgreSQL

IS_ACTIVE = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'SELECT count%secret%' AND state = 'active'
  AND pid <> pg_backend_pid()
"""
IS_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
SLOWLY_VACUUMED = """
ALTER TABLE events SET (
    autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1
)
"""
SLOWLY_VACUUMED_COPIES = (
    "CREATE MATERIALIZED VIEW copies AS SELECT generate_series(1, 60000) AS id",
    "CREATE UNIQUE INDEX ON copies (id)",
    SLOWLY_VACUUMED.replace("TABLE events", "MATERIALIZED VIEW copies"),
    "REFRESH MATERIALIZED VIEW CONCURRENTLY copies",
)
# Tables of the same name are found first.
OTHER_PATH = """
op.execute("CREATE SCHEMA other")
op.execute("CREATE TABLE other.events ()")
op.execute("SET search_path = other, public")
"""
VACUUMS = "SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = 'events'::regclass"
END_VACUUM = """
SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum
"""


def test_a_prepared_transaction_is_named_by_its_gid(prepare: Prepare, url: str) -> None:
    project = prepare(COLUMN)
    with holding(url, "UPDATE events SET title = 'z'") as holder, traffic(url):
        holder.execute(text("PREPARE TRANSACTION 'order-7'"))
        try:
            done = project.run("daybreak", "upgrade", "head", "--wait", "0")
        finally:
            holder.execute(text("ROLLBACK PREPARED 'order-7'"))
    assert done.code == 5, done.said
    assert "it waits for prepared transaction 'order-7' of " in done.err


def test_a_long_query_is_named_without_its_values(prepare: Prepare, url: str) -> None:
    project = prepare(COLUMN)
    query = "SELECT count(*), 'secret' FROM events WHERE pg_sleep(3.0 / 1000) IS NOT NULL"
    with connect(url) as long, traffic(url):
        thread = threading.Thread(target=lambda: long.execute(text(query)).all())
        thread.start()
        until(lambda: rows(url, IS_ACTIVE) == [(1,)], "the query runs")
        done = project.run("daybreak", "upgrade", "head")
        thread.join()
    assert done.code == 0, done.said
    assert "active for" in done.out
    assert "SELECT count ( * ) , ? FROM events" in " ".join(done.out.split())
    assert "secret" not in done.said


def test_of_a_chain_the_root_is_named_first(prepare: Prepare, url: str) -> None:
    project = prepare(COLUMN)
    with holding(url, READ) as root, connect(url) as between, traffic(url):
        pid = root.scalar(text("SELECT pg_backend_pid()"))
        behind = between.scalar(text("SELECT pg_backend_pid()"))
        between.execute(text("BEGIN"))
        between.execute(text("SELECT FROM events WHERE id = 2 FOR UPDATE"))
        root.execute(text("UPDATE events SET title = 'z' WHERE id = 1"))
        thread = threading.Thread(
            target=lambda: between.execute(text("UPDATE events SET title = 'y' WHERE id = 1"))
        )
        thread.start()
        until(lambda: rows(url, IS_WAITING) == [(1,)], "one waits for the other")
        done = project.run("daybreak", "upgrade", "head", "--wait", "0")
        root.execute(text("ROLLBACK"))
        thread.join()
        between.execute(text("ROLLBACK"))
    assert done.code == 5, done.said
    assert f"it waits for session {pid} (" in done.err
    assert f"; behind it session {behind} (" in done.err


@pytest.mark.parametrize("before", ["", OTHER_PATH], ids=["", "another search path"])
def test_an_autovacuum_is_waited_for_in_a_way_that_blocks_nobody(
    server: PostgreSQL, database: str, prepare: Prepare, url: str, before: str
) -> None:
    project = prepare(before)
    project.add_revision("c3", "b2", 'op.execute("ALTER TABLE public.events ADD COLUMN price int")')
    with vacuuming(server):
        server.execute(SLOWLY_VACUUMED, database=database)
        server.execute(
            "INSERT INTO events SELECT n FROM generate_series(2000, 60000) AS n", database=database
        )
        server.execute("DELETE FROM events WHERE id > 1000", database=database)
        until(lambda: server.execute(VACUUMS, database=database) == [(1,)], "autovacuum is there")
        with traffic(url) as readers:
            done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert ", autovacuum for" in " ".join(done.out.split())
    assert done.out.count("others waited for") == 1, done.said
    assert readers.longest < LATE * BUDGET_S


def test_an_autovacuum_of_what_can_not_be_locked_is_named(
    server: PostgreSQL, database: str, prepare: Prepare, url: str
) -> None:
    project = prepare('op.execute("REFRESH MATERIALIZED VIEW copies")')
    with vacuuming(server), connect(url) as admin:
        for sql in SLOWLY_VACUUMED_COPIES:
            admin.execute(text(sql))
        vacuums = text(VACUUMS.replace("events", "copies"))
        until(lambda: admin.scalar(vacuums) == 1, "autovacuum is there")
        with traffic(url, "SELECT FROM copies WHERE id = 1"):
            done = run_and(lambda: vacuum_no_more(server), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert ", autovacuum for" in " ".join(done.out.split())


def test_an_ordinary_owner_is_told_who_is_in_the_way_though_not_what_he_does(
    server: PostgreSQL, database: str, prepare: Prepare, url: str
) -> None:
    project = prepare(COLUMN)
    with server.fresh_user("pass", database) as user:
        tables = ["events", "alembic_version", "daybreak_journal"]
        for table in tables:
            server.execute(f"ALTER TABLE {table} OWNER TO {user}", database=database)
        server.execute(f"GRANT CREATE ON SCHEMA public TO {user}", database=database)
        own = server.url(database, user=user, password="pass")
        with holding(url, READ) as holder, traffic(url) as readers:
            pid = holder.scalar(text("SELECT pg_backend_pid()"))
            said = project.run(
                "daybreak", "upgrade", "head", "--wait", "0", STAGING_DATABASE_URL=own
            ).err
    assert f"it waits for session {pid} (postgres), of whose work this user sees nothing" in said
    assert "A member of pg_read_all_stats would see what that session does" in said
    assert readers.longest < LATE * BUDGET_S


def test_of_who_does_not_show_what_he_does_it_is_said_why(prepare: Prepare, url: str) -> None:
    project = prepare(COLUMN)
    with connect(url) as holder, traffic(url):
        holder.execute(text("SET track_activities = off"))
        pid = holder.scalar(text("SELECT pg_backend_pid()"))
        holder.execute(text("BEGIN"))
        holder.execute(text(READ))
        done = project.run("daybreak", "upgrade", "head", "--wait", "0")
    assert done.code == 5, done.said
    who = f"session {pid} (postgres@127.0.0.1), its statement is not shown: track_activities is off"
    assert f"it waits for {who}. Others waited" in done.err


@contextlib.contextmanager
def vacuuming(server: PostgreSQL) -> Iterator[None]:
    """Autovacuum looks for work each second."""
    _set(server, "SET autovacuum_naptime = '1s'")
    try:
        yield
    finally:
        _set(server, "RESET ALL")


def vacuum_no_more(server: PostgreSQL) -> None:
    """Ends the autovacuum, as an impatient person does, and none begins."""
    _set(server, "SET autovacuum = off")
    time.sleep(BUDGET_S)  # until all have read it
    server.execute(END_VACUUM)


def _set(server: PostgreSQL, setting: str) -> None:
    server.execute(f"ALTER SYSTEM {setting}")
    server.execute("SELECT pg_reload_conf()")
