"""What can be in a run's way on PostgreSQL, and what a run does that holds locks itself."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from killing.histories import Revision, write_history
from killing.holders import holding, let_go, run_and, traffic
from killing.runs import until
from killing.sessions import connect
from projects import Project, make_project
from servers.postgresql import PostgreSQL

BUDGET_S = 0.5
# A busy machine may be late; benchmarks/gentle.py measures how late.
LATE = 4
READ = "SELECT * FROM events"

TABLE = """
op.execute("CREATE SEQUENCE tries")
op.execute("CREATE TABLE events (id int PRIMARY KEY, title varchar(10))")
op.execute("INSERT INTO events SELECT n, 'x' FROM generate_series(1, 1000) AS n")
"""
COLUMN = 'op.add_column("events", sa.Column("price", sa.Integer))'
# Ten statements, of which one is slow the first two times: no rollback takes a sequence back.
SLOW_STATEMENT = """
for number in range(10):
    op.execute(f"ALTER TABLE events ADD COLUMN c{number} int")
    if number == 4:
        op.execute("UPDATE events SET title = 'y' WHERE id = 1 AND"
                   " pg_sleep(CASE WHEN nextval('tries') < 3 THEN 20 ELSE 0 END) IS NOT NULL")
"""
SLOW_CODE = """
import time
op.add_column("events", sa.Column("price", sa.Integer))
if op.get_bind().scalar(sa.text("SELECT nextval('tries')")) < 3:
    time.sleep(2)
op.execute("UPDATE events SET price = 1")
"""
# What the transaction put off is checked at its end, for long the first two times.
DEFERRED = """
CREATE FUNCTION checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('tries') < 3 THEN PERFORM pg_sleep(20); END IF;
    IF NEW.title = 'wrong' THEN RAISE check_violation USING MESSAGE = 'it is wrong'; END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER checked AFTER UPDATE ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.title IN ('right', 'wrong')) EXECUTE FUNCTION checks()
"""
CHECKED = {
    "the end of a revision": "op.execute(\"UPDATE events SET title = 'right' WHERE id = 1\")",
    "a commit in one": """
op.execute("UPDATE events SET title = 'right' WHERE id = 1")
op.execute("COMMIT")
""",
    "a statement of its own": """
with op.get_context().autocommit_block():
    op.execute("UPDATE events SET title = 'right' WHERE id = 1")
""",
}
# Neither changes anything, nor is anything else sent behind them.
LOCKED = """
import time
op.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
if op.get_bind().scalar(sa.text("SELECT nextval('tries')")) < 2:
    time.sleep(8)
"""
ROWS_LOCKED = """
bind = op.get_bind()
bind.execute(sa.text("SELECT FROM events WHERE id = 1 FOR UPDATE"))
if bind.scalar(sa.text("SELECT nextval('tries')")) < 2:
    bind.execute(sa.text("SELECT pg_sleep(8)"))
"""
ALWAYS_SLOW = """
op.add_column("events", sa.Column("price", sa.Integer))
op.execute("DO $$ BEGIN PERFORM pg_sleep(20); END $$")
"""
# No statement is ended by a cancel that it catches.
FAILS_NEVERTHELESS = """
op.add_column("events", sa.Column("price", sa.Integer))
op.execute(
    "DO $$ BEGIN BEGIN PERFORM pg_sleep(20); EXCEPTION WHEN query_canceled THEN NULL; END;"
    " PERFORM 1 / 0; END $$"
)
"""
# The statement's error is caught, which leaves the transaction aborted.
CAUGHT = """
try:
    op.add_column("events", sa.Column("price", sa.Integer))
except Exception:
    pass
"""
CAUGHT_IN_SAVEPOINT = """
try:
    with op.get_bind().begin_nested():
        op.add_column("events", sa.Column("price", sa.Integer))
except Exception:
    pass
"""
OWN_TIMEOUT = "op.execute(\"SET LOCAL lock_timeout = '50ms'\")" + CAUGHT_IN_SAVEPOINT
INDEX = """
with op.get_context().autocommit_block():
    op.execute("INSERT INTO events VALUES (0, 'once')")
    op.create_index("ix_title", "events", ["title"], postgresql_concurrently=True)
op.add_column("events", sa.Column("price", sa.Integer))
"""

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
VALID = """
SELECT indisvalid FROM pg_index WHERE indrelid = 'events'::regclass AND NOT indisprimary
"""
VACUUMS = "SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = 'events'::regclass"
WATCHERS = """
SELECT pid FROM pg_stat_activity
WHERE application_name LIKE 'daybreak watch%' AND datname = current_database()
"""
END_VACUUM = """
SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum
"""
END_WATCHER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name LIKE 'daybreak watch%' AND datname = current_database()
"""

# A project whose next revision has this body, on a database in which the table is.
Prepare = Callable[[str], Project]


@pytest.fixture
def server(postgresql16: PostgreSQL) -> PostgreSQL:
    return postgresql16


@pytest.fixture
def url(server: PostgreSQL, database: str) -> str:
    return server.url(database)


@pytest.fixture
def prepare(tmp_path: Path, url: str) -> Prepare:
    def made(body: str) -> Project:
        project = make_project(
            tmp_path / "app", "postgresql", ENV="staging", STAGING_DATABASE_URL=url
        )
        write_history(project, (Revision("a1", TABLE),))
        assert project.run("daybreak", "upgrade", "head").code == 0
        write_history(project, (Revision("a1", TABLE), Revision("b2", body)))
        return project

    return made


@pytest.mark.parametrize(
    "body", [SLOW_STATEMENT, SLOW_CODE], ids=["a slow statement", "slow code between two"]
)
def test_who_waits_while_the_run_holds_its_locks_waits_for_the_budget(
    prepare: Prepare, url: str, body: str
) -> None:
    project = prepare(body)
    with traffic(url) as readers, traffic(url, "SELECT count(*) FROM pg_class") as others:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("others waited for") == 2, done.said
    assert readers.longest < LATE * BUDGET_S
    assert others.longest < BUDGET_S
    assert _rows(url, "SELECT version_num FROM alembic_version") == [("b2",)]


def test_what_a_revision_does_before_it_meets_anybody_is_no_wait(
    prepare: Prepare, url: str
) -> None:
    project = prepare(f'op.execute("SELECT pg_sleep(3)")\n{COLUMN}')
    with holding(url, "SELECT * FROM events") as holder, traffic(url):
        done = run_and(let_go(holder), "back", project, "upgrade", "head", "--wait", "2")
    assert done.code == 0, done.said


def test_a_session_that_follows_one_that_was_ended_is_set_up_like_it(
    prepare: Prepare, url: str
) -> None:
    name = "UPDATE events SET title = left(current_setting('application_name'), 8) WHERE id = 1"
    project = prepare(f'{SLOW_CODE}\nop.execute("{name}")')
    with traffic(url):
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("others waited for") == 2, done.said
    assert _rows(url, "SELECT title FROM events WHERE id = 1") == [("daybreak",)]


@pytest.mark.parametrize("body", [LOCKED, ROWS_LOCKED], ids=["a table", "a row"])
def test_who_waits_for_a_lock_of_a_run_that_changed_nothing_waits_for_the_budget(
    prepare: Prepare, url: str, body: str
) -> None:
    project = prepare(body)
    with traffic(url, "UPDATE events SET title = 'z' WHERE id = 1") as writers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("others waited for") == 1, done.said
    assert writers.longest < LATE * BUDGET_S


@pytest.mark.parametrize("body", CHECKED.values(), ids=CHECKED)
def test_who_waits_while_a_commit_checks_what_was_put_off_waits_for_the_budget(
    prepare: Prepare, url: str, body: str
) -> None:
    project = prepare(body)
    with connect(url) as connection:
        connection.exec_driver_sql(DEFERRED)
    with traffic(url, "SELECT FROM events WHERE id = 1 FOR UPDATE") as writers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("others waited for") == 2, done.said
    assert writers.longest < LATE * BUDGET_S
    assert _rows(url, "SELECT title FROM events WHERE id = 1") == [("right",)]
    assert _rows(url, "SELECT version_num FROM alembic_version") == [("b2",)]


def test_what_a_commit_refuses_is_rolled_back(prepare: Prepare, url: str) -> None:
    project = prepare(CHECKED["the end of a revision"].replace("right", "wrong"))
    with connect(url) as connection:
        connection.exec_driver_sql(DEFERRED.replace("< 3", "< 0"))
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 1, done.said
    assert "it is wrong" in done.err
    assert _rows(url, "SELECT title FROM events WHERE id = 1") == [("x",)]
    assert _rows(url, "SELECT version_num FROM alembic_version") == [("a1",)]


def test_work_that_always_takes_longer_is_given_up_after_three_times(
    prepare: Prepare, url: str
) -> None:
    project = prepare(ALWAYS_SLOW)
    with traffic(url) as readers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 5, done.said
    assert (
        "works under a lock for longer than others may be kept waiting, which is 500ms" in done.err
    )
    assert "in each of 3 attempts. Nothing was changed" in done.err
    assert readers.longest < LATE * BUDGET_S
    assert _rows(url, "SELECT version_num FROM alembic_version") == [("a1",)]


def test_an_error_of_a_statement_behind_which_others_wait_is_told_as_what_it_is(
    prepare: Prepare, url: str
) -> None:
    project = prepare(FAILS_NEVERTHELESS)
    with traffic(url) as readers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 1, done.said
    assert "division by zero" in done.err
    assert "back " not in done.said
    assert readers.longest < LATE * BUDGET_S


def test_who_was_in_the_way_of_an_earlier_revision_is_not_named_for_a_later_one(
    prepare: Prepare, url: str
) -> None:
    project = prepare(COLUMN)
    slow = textwrap.indent(ALWAYS_SLOW.replace("price", "size"), "    ").strip()
    project.add_revision("c3", "b2", slow)
    with holding(url, READ) as holder, ThreadPoolExecutor() as pool:
        told = threading.Event()
        run = pool.submit(run_and, told.set, "wait", project, "upgrade", "head")
        told.wait()
        holder.execute(text("ROLLBACK"))
        with traffic(url):
            done = run.result()
    assert done.code == 5, done.said
    assert done.out.count("others waited for") == 2, done.said
    assert "in the way" not in done.out
    assert "in each of 3 attempts" in done.err


def test_a_revision_that_catches_the_error_is_tried_again_all_the_same(
    prepare: Prepare, url: str
) -> None:
    project = prepare(CAUGHT)
    with holding(url, READ) as holder, traffic(url):
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert _rows(url, "SELECT price FROM events WHERE id = 1") == [(None,)]


@pytest.mark.parametrize(
    "body", [CAUGHT, CAUGHT_IN_SAVEPOINT], ids=["in the transaction", "in a savepoint"]
)
def test_a_revision_that_catches_the_end_of_a_wait_waits_again_all_the_same(
    prepare: Prepare, url: str, body: str
) -> None:
    project = prepare(body)
    with holding(url, READ) as holder:
        # By then the server's own timeout has ended the wait.
        done = run_and(let_go(holder, 3 * BUDGET_S), "wait", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "back " not in done.said
    assert _rows(url, "SELECT price FROM events WHERE id = 1") == [(None,)]


def test_a_timeout_that_a_revision_sets_is_its_own_matter(prepare: Prepare, url: str) -> None:
    project = prepare(OWN_TIMEOUT)
    with holding(url, READ):
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert _rows(url, "SELECT version_num FROM alembic_version") == [("b2",)]


def test_what_an_autocommit_block_did_is_not_done_again(prepare: Prepare, url: str) -> None:
    project = prepare(INDEX)
    # It is in the way of the column alone: the index is built without a wait for who only holds.
    nothing = "SELECT 1 FROM events WHERE false"
    with traffic(url), holding(url, nothing) as holder:
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert _rows(url, "SELECT title FROM events WHERE id = 0") == [("once",)]
    assert _rows(url, VALID) == [(True,)]


def test_an_index_build_behind_which_others_wait_is_cancelled_and_built_again(
    prepare: Prepare, url: str
) -> None:
    project = prepare(INDEX)
    altering = "ALTER TABLE events ADD COLUMN IF NOT EXISTS theirs int"
    # Its snapshot holds up the build, and nothing else.
    snapshot = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1")
    with holding(url, *snapshot) as holder, traffic(url, altering) as others:
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert "an interrupted statement is cleared away" in " ".join(done.out.split())
    assert others.longest < LATE * BUDGET_S
    assert _rows(url, "SELECT title FROM events WHERE id = 0") == [("once",)]
    assert _rows(url, VALID) == [(True,)]


@pytest.mark.parametrize("at_once", [False, True], ids=["a transaction each", "one transaction"])
def test_a_relative_goal_is_counted_from_where_the_run_began(
    prepare: Prepare, url: str, at_once: bool
) -> None:
    project = prepare('op.execute("CREATE TABLE others ()")')
    project.add_revision("c3", "b2", COLUMN, 'op.drop_column("events", "price")')
    project.add_revision("d4", "c3", 'op.execute("CREATE TABLE too_many ()")')
    if at_once:
        one = "daybreak.env.run(transaction_per_migration=False)"
        project.write("alembic/env.py", f"import daybreak.env\n\n{one}\n")
    for goal, reached in (("+2", "c3"), ("-1", "b2")):
        command = "upgrade" if goal == "+2" else "downgrade"
        with holding(url, READ) as holder, traffic(url):
            done = run_and(let_go(holder), "back", project, command, goal)
        assert done.code == 0, done.said
        assert "others waited for" in done.said
        assert _rows(url, "SELECT version_num FROM alembic_version") == [(reached,)]


def test_a_first_run_in_one_transaction_begins_anew_with_its_journal(
    tmp_path: Path, url: str
) -> None:
    project = make_project(tmp_path / "app", "postgresql", ENV="staging", STAGING_DATABASE_URL=url)
    write_history(project, (Revision("a1", 'op.execute("CREATE TABLE others ()")'),))
    project.add_revision("b2", "a1", COLUMN)
    one = "daybreak.env.run(transaction_per_migration=False)"
    project.write("alembic/env.py", f"import daybreak.env\n\n{one}\n")
    with connect(url) as connection:
        connection.execute(text("CREATE TABLE events (id int)"))
    with holding(url, READ) as holder, traffic(url):
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert _rows(url, "SELECT state FROM daybreak_journal WHERE kind = 'run'") == [("done",)]


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
        until(lambda: _rows(url, IS_ACTIVE) == [(1,)], "the query runs")
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
        until(lambda: _rows(url, IS_WAITING) == [(1,)], "one waits for the other")
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


def test_a_watcher_that_is_ended_leaves_the_bound_to_the_server(prepare: Prepare, url: str) -> None:
    project = prepare(COLUMN)
    with (
        holding(url, READ) as holder,
        traffic(url) as readers,
        connect(url) as admin,
        ThreadPoolExecutor() as pool,
    ):
        run = pool.submit(project.run, "daybreak", "upgrade", "head")
        until(lambda: admin.scalars(text(END_WATCHER)).all(), "the watcher is there")
        over = time.monotonic() + LATE * 2 * BUDGET_S + 1  # for longer than anybody may wait
        while time.monotonic() < over:
            admin.scalars(text(END_WATCHER)).all()
            time.sleep(0.02)
        holder.execute(text("ROLLBACK"))
        done = run.result()
    assert done.code == 0, done.said
    assert "who waits is not seen any more" in done.said
    assert readers.longest < LATE * 2 * BUDGET_S


def test_a_watcher_that_gets_no_answer_holds_up_nothing(prepare: Prepare, url: str) -> None:
    project = prepare('op.execute("SELECT pg_sleep(1)")')
    with connect(url) as admin, ThreadPoolExecutor() as pool:
        run = pool.submit(project.run, "daybreak", "upgrade", "head")
        until(lambda: admin.scalar(text(WATCHERS)) is not None, "the watcher is there")
        watcher = admin.scalars(text(WATCHERS)).one()
        os.kill(watcher, signal.SIGSTOP)
        try:
            done = run.result()
        finally:
            os.kill(watcher, signal.SIGCONT)
    assert done.code == 0, done.said
    assert "who waits is not seen any more: the server does not answer any more" in done.said


@pytest.mark.parametrize("which", ["lost", "silent"])
def test_a_watcher_that_is_lost_or_silent_is_followed_by_another_one(
    prepare: Prepare, url: str, which: str
) -> None:
    project = prepare(f'op.execute("SELECT pg_sleep(7)")\n{COLUMN}')
    with holding(url, READ) as holder, connect(url) as admin, ThreadPoolExecutor() as pool:
        run = pool.submit(run_and, let_go(holder), "back", project, "upgrade", "head")
        until(lambda: admin.scalar(text(WATCHERS)) is not None, "the watcher is there")
        first = admin.scalars(text(WATCHERS)).one()
        os.kill(first, signal.SIGTERM if which == "lost" else signal.SIGSTOP)
        try:
            with traffic(url) as readers:
                done = run.result()
        finally:
            if which == "silent":
                os.kill(first, signal.SIGCONT)
    assert done.code == 0, done.said
    said = " ".join(done.out.split())
    why = "the server does not answer any more" if which == "silent" else ".+"
    story = rf"seen any more: {why} note who waits is seen again, after .*back others waited for"
    assert re.search(story, said), done.said
    assert "how long others waited for this run was not seen; it stepped back 1 time" in said
    assert readers.longest < LATE * BUDGET_S


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


def test_a_run_that_does_not_show_what_it_does_is_watched_all_the_same(
    server: PostgreSQL, database: str, prepare: Prepare, url: str
) -> None:
    project = prepare(SLOW_STATEMENT)
    server.execute(f"ALTER DATABASE {database} SET track_activities = off")
    with traffic(url) as readers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("others waited for") == 2, done.said
    assert readers.longest < LATE * BUDGET_S


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


def _rows(url: str, sql: str) -> list[tuple[object, ...]]:
    with connect(url) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]
