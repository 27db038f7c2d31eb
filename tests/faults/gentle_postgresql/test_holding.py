"""A run that holds locks itself, on PostgreSQL: others wait for the budget, and it goes on."""

from __future__ import annotations

import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from killing.events import BUDGET_S, COLUMN, INDEX, LATE, READ, SLOW_STATEMENT, Prepare, rows
from killing.histories import Revision, write_history
from killing.holders import holding, let_go, run_and, traffic
from killing.sessions import connect
from projects import make_project

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
    "a trigger that the run itself makes": f'''
op.execute("""{DEFERRED}""")
op.execute("UPDATE events SET title = 'right' WHERE id = 1")
''',
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
VALID = """
SELECT indisvalid FROM pg_index WHERE indrelid = 'events'::regclass AND NOT indisprimary
"""


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
    assert rows(url, "SELECT version_num FROM alembic_version") == [("b2",)]


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
    assert rows(url, "SELECT title FROM events WHERE id = 1") == [("daybreak",)]


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
    if DEFERRED not in body:
        with connect(url) as connection:
            connection.exec_driver_sql(DEFERRED)
    with traffic(url, "SELECT FROM events WHERE id = 1 FOR UPDATE") as writers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("others waited for") == 2, done.said
    assert writers.longest < LATE * BUDGET_S
    assert rows(url, "SELECT title FROM events WHERE id = 1") == [("right",)]
    assert rows(url, "SELECT version_num FROM alembic_version") == [("b2",)]


def test_what_a_commit_refuses_is_rolled_back(prepare: Prepare, url: str) -> None:
    project = prepare(CHECKED["the end of a revision"].replace("right", "wrong"))
    with connect(url) as connection:
        connection.exec_driver_sql(DEFERRED.replace("< 3", "< 0"))
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 1, done.said
    assert "it is wrong" in done.err
    assert rows(url, "SELECT title FROM events WHERE id = 1") == [("x",)]
    assert rows(url, "SELECT version_num FROM alembic_version") == [("a1",)]


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
    assert rows(url, "SELECT version_num FROM alembic_version") == [("a1",)]


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
    assert rows(url, "SELECT price FROM events WHERE id = 1") == [(None,)]


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
    assert rows(url, "SELECT price FROM events WHERE id = 1") == [(None,)]


def test_a_timeout_that_a_revision_sets_is_its_own_matter(prepare: Prepare, url: str) -> None:
    project = prepare(OWN_TIMEOUT)
    with holding(url, READ):
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert rows(url, "SELECT version_num FROM alembic_version") == [("b2",)]


def test_what_an_autocommit_block_did_is_not_done_again(prepare: Prepare, url: str) -> None:
    project = prepare(INDEX)
    # It is in the way of the column alone: the index is built without a wait for who only holds.
    nothing = "SELECT 1 FROM events WHERE false"
    with traffic(url), holding(url, nothing) as holder:
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert rows(url, "SELECT title FROM events WHERE id = 0") == [("once",)]
    assert rows(url, VALID) == [(True,)]


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
    assert rows(url, "SELECT title FROM events WHERE id = 0") == [("once",)]
    assert rows(url, VALID) == [(True,)]


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
        assert rows(url, "SELECT version_num FROM alembic_version") == [(reached,)]


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
    assert rows(url, "SELECT state FROM daybreak_journal WHERE kind = 'run'") == [("done",)]
