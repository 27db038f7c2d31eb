"""A dump that is under way has locks on all tables: the run names it, and both come through."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from daybreak.edges.pgwheel import binaries
from killing.histories import Revision, write_history
from killing.holders import run_and, traffic
from killing.runs import ALL, until
from killing.sessions import connect
from matrix.judge import major
from projects import Project, make_project
from servers.postgresql import PostgreSQL
from servers.server import Server

BUDGET_S = 0.5
# A busy machine may be late; benchmarks/gentle.py measures how late.
LATE = 4

# It comes first in a dump, and is more than a pipe takes that nobody reads.
LARGE = """
op.execute("CREATE TABLE a_large_one AS SELECT repeat('large', 100000) AS text")
"""
TABLE = """
op.execute("CREATE TABLE events (id int PRIMARY KEY, title varchar(10))")
op.execute("INSERT INTO events VALUES (1, 'the row')")
"""
COLUMN = 'op.add_column("events", sa.Column("price", sa.Integer))'

# The dump's session, once it has begun to read the table that comes first.
DUMPS = """
SELECT a.pid
FROM pg_stat_activity AS a
JOIN pg_locks AS l ON l.pid = a.pid AND l.relation = 'events'::regclass AND l.granted
WHERE a.application_name = 'pg_dump' AND l.mode = 'AccessShareLock'
  AND a.query LIKE 'COPY public.a_large_one %'
"""
SERVERS = ["postgresql16", "postgresql18"] if ALL else ["postgresql16"]


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def url(server: PostgreSQL, database: str) -> str:
    return server.url(database)


@pytest.fixture
def project(tmp_path: Path, url: str) -> Project:
    """Its database has the tables, and a column is to come."""
    project = make_project(tmp_path / "app", "postgresql", ENV="staging", STAGING_DATABASE_URL=url)
    tables = Revision("a1", LARGE + TABLE)
    write_history(project, (tables, Revision("b2", COLUMN)))
    assert project.run("daybreak", "upgrade", "a1").code == 0
    return project


@contextlib.contextmanager
def dumping(server: PostgreSQL, url: str) -> Iterator[subprocess.Popen[str]]:
    """A dump that holds its locks until somebody reads what it writes."""
    with subprocess.Popen(
        [binaries(major(server), None) / "pg_dump", url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_dump_is_named_and_comes_to_its_end_and_so_does_the_run(
    server: PostgreSQL, project: Project, url: str
) -> None:
    with connect(url) as admin, dumping(server, url) as dump, traffic(url) as readers:
        until(lambda: admin.scalar(text(DUMPS)) is not None, "the dump has its locks")
        pid = admin.scalar(text(DUMPS))
        dumped: list[str] = []

        def read() -> None:
            dumped.extend(dump.communicate())

        done = run_and(read, "back", project, "upgrade", "head")
    assert done.code == 0, done.said
    said = " ".join(done.out.split())
    named = rf'session {pid} \(\w+@[\w.:]+, "pg_dump"\)'
    assert re.search(rf"in the way: {named}, [a-z ]+ for ", said), said
    assert re.search(rf"it waited for up to [\d.]+ m?s itself, for {named}", said), said
    assert readers.longest < LATE * BUDGET_S
    out, errors = dumped
    assert (dump.returncode, errors) == (0, "")
    assert "\n1\tthe row\n" in out, "the dump is whole"


def test_a_dump_behind_which_nobody_waits_is_waited_for(
    server: PostgreSQL, project: Project, url: str
) -> None:
    with connect(url) as admin, dumping(server, url) as dump:
        until(lambda: admin.scalar(text(DUMPS)) is not None, "the dump has its locks")
        ends = threading.Timer(5 * BUDGET_S, dump.communicate)
        done = run_and(ends.start, "wait", project, "upgrade", "head")
        ends.join()
    assert done.code == 0, done.said
    assert ', "pg_dump"), ' in " ".join(done.out.split())
    assert "back " not in done.said
    assert dump.returncode == 0
