"""Others wait for a run no longer than the budget, whoever is in its way, and it ends well."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from killing.histories import Revision, write_history
from killing.holders import holding, let_go, run_and, traffic
from killing.runs import ALL, until
from killing.sessions import connect
from projects import Project, make_project
from servers.server import Server

BUDGET_S = 0.5
# A busy machine may be late; benchmarks/gentle.py measures how late.
LATE = 4

TABLE = Revision(
    "a1",
    """
    op.execute("CREATE TABLE events (id int PRIMARY KEY, title varchar(10))")
    op.execute("INSERT INTO events VALUES (1, 'x')")
    """,
)
COLUMN = Revision("b2", 'op.add_column("events", sa.Column("price", sa.Integer))')
HOLDS = Revision(
    "b2",
    f"""
    op.execute("UPDATE events SET title = 'y'")
    __import__("time").sleep({BUDGET_S} + 0.1)
    """,
)
# Its session is ended meanwhile, and it does not even notice.
FAILS_LATE = Revision(
    "b2",
    """
    op.execute("UPDATE events SET title = 'y'")
    __import__("time").sleep(2)
    raise ValueError("of its own")
    """,
)
# The first time it works for long, and the watcher's order to end that is not answered.
NOT_ANSWERED = """
    import daybreak.dialects.{dialect}.watching as watching
    first = not watching.CANCEL.startswith("SELECT {sleep}")
    watching.CANCEL = "SELECT {sleep}(4)"
    op.execute("UPDATE events SET title = 'y' WHERE id = 1")
    op.get_bind().execute(sa.text(f"SELECT {sleep}({{2 if first else 0}})"))
"""
SLEEP = {"postgresql": "pg_sleep", "mysql": "SLEEP"}
COLUMN_LATER = Revision("c3", COLUMN.body)
READ = "SELECT * FROM events"

# When the one in the way leaves, in budgets from when somebody waits.
MOMENTS = [moment / 100 for moment in range(92, 108)] if ALL else [0.8, 1.0, 1.05]
SESSION = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
IS_WAITING = {
    "postgresql": """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
    """,
    "mysql": """
        SELECT COUNT(*) FROM information_schema.processlist
        WHERE db = DATABASE() AND state = 'Waiting for table metadata lock'
    """,
}

ENV = """\
import os

from sqlalchemy import create_engine, text

import daybreak.env

with create_engine(os.environ["URL"]).connect() as connection:
    connection.execute(text("{set}"))
    connection.commit()
    daybreak.env.run(connection=connection)
    print("the timeout is", connection.scalar(text("{timeout}")))
"""
# The driver, and how env.py sets and reads for how long its session waits for a lock.
HANDED_IN = {
    "postgresql": ("psycopg2", "SET lock_timeout = '40s'", "SHOW lock_timeout", "40s"),
    "mysql": (
        *("pymysql", "SET SESSION lock_wait_timeout = 40", "SELECT @@lock_wait_timeout", "40"),
    ),
}


TIMEOUTS = {
    "postgresql": "current_setting('lock_timeout')",
    "mysql": "CONCAT(@@lock_wait_timeout, ' ', @@innodb_lock_wait_timeout)",
}
# The budget is 2.5 s. What the URL says, and what holds while a revision works.
THEIRS = {
    "postgresql": {
        "": "5s",
        "?options=-c%20lock_timeout%3D0": "5s",
        "?options=-c%20lock_timeout%3D40s": "5s",
        "?options=-c%20lock_timeout%3D100ms": "100ms",
    },
    "mysql": {
        "": "3 3",
        "?init_command=SET%20SESSION%20lock_wait_timeout%3D40": "3 3",
        "?init_command=SET%20SESSION%20lock_wait_timeout%3D1": "1 3",
    },
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Project:
    project = make_project(tmp_path_factory.mktemp("gentle") / "app", server.dialect)
    write_history(project, (TABLE, COLUMN))
    return project


@pytest.fixture
def url(server: Server, database: str) -> str:
    return server.url(database)


@pytest.fixture
def project(written: Project, url: str) -> Project:
    """Its database has the table, and the column is to come."""
    project = Project(written.root, {"ENV": "staging", "STAGING_DATABASE_URL": url})
    assert project.run("daybreak", "upgrade", "a1").code == 0
    return project


def test_a_reader_behind_the_run_waits_for_the_budget_and_the_run_comes_through(
    project: Project, url: str
) -> None:
    with holding(url, READ) as holder, traffic(url) as readers:
        done = run_and(let_go(holder), "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    assert "others waited for" in done.said
    assert "idle in transaction" in done.said
    assert done.out.count("\n1/1    b2  ") == 1, "which revision it is is said once"
    assert readers.longest < LATE * BUDGET_S


def test_a_run_behind_which_nobody_waits_keeps_its_place(project: Project, url: str) -> None:
    settings = project.root / "pyproject.toml"
    was = settings.read_text()
    settings.write_text(was + "attempts = 1\n")  # it needs none
    try:
        with holding(url, READ) as holder:
            # By then the server's own timeout has ended the wait twice.
            done = run_and(let_go(holder, 5 * BUDGET_S), "wait", project, "upgrade", "head")
    finally:
        settings.write_text(was)
    assert done.code == 0, done.said
    assert "idle in transaction" in done.said
    assert "back " not in done.said


@pytest.mark.parametrize("moment", MOMENTS)
def test_who_is_in_the_way_may_leave_at_any_moment(
    server: Server, project: Project, url: str, moment: float
) -> None:
    is_waiting = text(IS_WAITING[server.dialect])
    with (
        holding(url, READ) as holder,
        traffic(url) as readers,
        connect(url) as admin,
        ThreadPoolExecutor() as pool,
    ):
        session = holder.scalar(text(SESSION[server.dialect]))
        run = pool.submit(project.run, "daybreak", "upgrade", "head")
        until(lambda: admin.scalar(is_waiting), "the run waits")
        time.sleep(moment * BUDGET_S)
        holder.execute(text("ROLLBACK"))
        done = run.result()
        assert admin.scalars(text("SELECT price FROM events")).all() == [None]
    assert done.code == 0, done.said
    said = " ".join(done.out.split())
    assert said.count("others waited for") <= 1, done.said
    assert set(re.findall(r"session (\d+)", said)) == {str(session)}
    assert readers.longest < LATE * BUDGET_S


def waits(out: str) -> dict[str, Any]:
    """What the run says of waiting at its end."""
    lines = [json.loads(line) for line in out.splitlines()]
    [found] = [line for line in lines if line["event"] == "waits"]
    return {name: value for name, value in found.items() if name != "event"}


def test_at_the_end_it_is_told_for_whom_the_run_waited_which_is_not_to_hold_locks(
    project: Project, url: str
) -> None:
    with holding(url, READ) as holder:
        then, word = let_go(holder, 3 * BUDGET_S), '{"event": "blocked"'
        done = run_and(then, word, project, "upgrade", "head", "--json")
    told = waits(done.out)
    # The server has ended the wait meanwhile, and it was taken up again.
    assert told["waited"] > 3 * BUDGET_S
    assert re.match(r"session \d+ \(.*, idle in transaction for ", told["blockers"])
    assert (told["seconds"], told["attempts"], told["revision"]) == (0.0, 0, "b2")
    assert 0 < told["held"] < 2 * BUDGET_S


def test_at_the_end_it_is_told_for_how_long_locks_were_held(
    tmp_path: Path, server: Server, url: str
) -> None:
    project = make_project(tmp_path / "app", server.dialect, DEV_DATABASE_URL=url)
    write_history(project, (TABLE, HOLDS, COLUMN_LATER))
    done = project.run("daybreak", "upgrade", "head", "--json")
    told = waits(done.out)
    assert told.pop("held") > BUDGET_S
    assert told == {"seconds": 0.0, "attempts": 0, "waited": 0.0, "blockers": "", "revision": "b2"}


def test_a_run_that_gives_up_names_who_is_in_the_way_and_has_changed_nothing(
    project: Project, url: str
) -> None:
    with holding(url, READ), traffic(url) as readers:
        done = project.run("daybreak", "upgrade", "head", "--wait", "0")
        assert done.code == 5, done.said
        [problem] = re.findall(r"error  (.*)", done.err)
    assert re.fullmatch(
        r"versions/b2_\.py:\d+ was not granted its lock in 1 attempt: it waits for session \d+ "
        r"\(\w+@[\w.]+\), idle in transaction for [\d.]+ s(: SELECT \* FROM events)?\. Others "
        r"waited behind it for up to [\d.]+ s\. Nothing was changed",
        problem,
    ), problem
    assert readers.longest < LATE * BUDGET_S
    assert project.run("daybreak", "upgrade", "head").code == 0


def test_a_session_that_may_yet_be_hit_by_a_cancel_is_left_for_another_one(
    project: Project, server: Server, url: str, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "app", server.dialect, **project.variables)
    body = NOT_ANSWERED.format(dialect=server.dialect, sleep=SLEEP[server.dialect])
    write_history(project, (TABLE, Revision("b2", body)))
    with traffic(url, "UPDATE events SET title = 'z' WHERE id = 1") as writers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("back   others waited for") == 1, done.said
    assert writers.longest < 3 + LATE * BUDGET_S


def test_what_a_revision_raises_while_others_wait_for_it_is_told_as_what_it_is(
    project: Project, server: Server, url: str, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "app", server.dialect, **project.variables)
    write_history(project, (TABLE, FAILS_LATE))
    with traffic(url, "UPDATE events SET title = 'z' WHERE id = 1") as writers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 1, done.said
    assert re.search(r"error  versions/b2_\.py:\d+ failed: ValueError: of its own\n", done.err)
    assert "back " not in done.said
    assert writers.longest < LATE * BUDGET_S


def test_a_run_that_gives_up_tells_how_long_others_waited(project: Project, url: str) -> None:
    with holding(url, READ), traffic(url):
        done = project.run("daybreak", "upgrade", "head", "--wait", "0", "--json")
    assert done.code == 5, done.said
    told = waits(done.out)
    assert BUDGET_S <= told["seconds"] < LATE * BUDGET_S
    assert BUDGET_S <= told["waited"] < LATE * BUDGET_S
    assert re.match(r"session \d+ \(.*, idle in transaction for ", told["blockers"])
    assert [told["attempts"], told["revision"]] == [1, "b2"]


def test_a_timeout_that_is_shorter_than_ours_stays(
    server: Server, project: Project, url: str, tmp_path: Path
) -> None:
    bodies = [TABLE]
    for number, _ in enumerate(THEIRS[server.dialect], 2):
        row = f"INSERT INTO events SELECT {number}, {TIMEOUTS[server.dialect]}"
        bodies.append(Revision(f"b{number}", f'op.execute("{row}")'))
    project = make_project(tmp_path / "app", server.dialect, **project.variables)
    write_history(project, tuple(bodies))
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text() + 'lock_budget = "2500ms"\n')
    for options in THEIRS[server.dialect]:
        done = project.run("daybreak", "upgrade", "+1", STAGING_DATABASE_URL=url + options)
        assert done.code == 0, done.said
    with connect(url) as connection:
        found = connection.scalars(text("SELECT title FROM events WHERE id > 1 ORDER BY id"))
        assert list(found) == list(THEIRS[server.dialect].values())


def test_a_revision_may_have_a_budget_of_its_own(project: Project, url: str) -> None:
    [file] = project.root.glob("alembic/versions/b2*")
    was = file.read_text()
    file.write_text(was.replace("depends_on", 'daybreak_lock_budget = "30s"\ndepends_on'))
    try:
        with holding(url, READ) as holder, traffic(url) as readers:
            done = run_and(let_go(holder, 3 * BUDGET_S), "wait", project, "upgrade", "head")
    finally:
        file.write_text(was)
    assert done.code == 0, done.said
    assert "back " not in done.said
    assert readers.longest > BUDGET_S


def test_a_run_on_a_connection_that_was_handed_in_is_bound_by_the_server_and_says_so(
    tmp_path: Path, server: Server, project: Project, url: str
) -> None:
    driver, sets, timeout, before = HANDED_IN[server.dialect]
    full = url.replace("://", f"+{driver}://", 1)
    other = make_project(tmp_path / "app", server.dialect, **project.variables, URL=full)
    write_history(other, (TABLE, COLUMN))
    other.write("alembic/env.py", ENV.format(set=sets, timeout=timeout))
    with holding(url, READ) as holder, traffic(url) as readers:
        done = run_and(let_go(holder), "back", other, "upgrade", "head")
    assert done.code == 0, done.said
    assert "a connection that was handed in can't be watched" in " ".join(done.out.split())
    assert "how long others waited for this run was not seen; it stepped back 1 time" in done.out
    assert f"the timeout is {before}" in done.out
    assert readers.longest < LATE * (1 + BUDGET_S)
