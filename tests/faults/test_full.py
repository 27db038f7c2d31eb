"""A server without room: what was open is rolled back, and the run goes on when there is some."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pymysql
import pytest

from projects import make_project
from servers.debian import NoDebianMirror
from servers.mysql import MySQL, described, fail_or_skip
from servers.mysqld import temporary_mysqld
from servers.postgresql import PostgreSQL

# One file that does not grow holds all tables.
SMALL = ("--innodb-data-file-path=ibdata1:12M", "--innodb-file-per-table=0")
CURE = (
    "\nnext   make room on the server, and run the command again: it goes on where this one "
    "stopped\n"
)
ROWS = """for _ in range(20):
        op.execute("INSERT INTO t VALUES (REPEAT('a', 60000))")"""


@pytest.mark.server
def test_a_run_on_a_full_mysql_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    try:
        with temporary_mysqld(*SMALL) as port:
            server = described("127.0.0.1", port, "root", "")
            with server.fresh_database() as database:
                _fill_and_make_room(server, database, tmp_path)
    except NoDebianMirror as reason:
        fail_or_skip(reason)


def _fill_and_make_room(server: MySQL, database: str, folder: Path) -> None:
    project = make_project(folder / "app", "mysql", DEV_DATABASE_URL=server.url(database))
    project.add_revision("a1", None, 'op.execute("CREATE TABLE t (x TEXT)")')
    assert project.run("daybreak", "upgrade", "head").code == 0
    project.add_revision("b2", "a1", ROWS)
    server.execute("CREATE TABLE filler (x TEXT)", database=database)
    with suppress(pymysql.OperationalError):
        for _ in range(300):
            server.execute("INSERT INTO filler VALUES (REPEAT('a', 60000))", database=database)

    full = project.run("daybreak", "upgrade", "head")
    server.execute("DROP TABLE filler", database=database)
    done = project.run("daybreak", "upgrade", "head")

    assert full.code == 1
    assert "(1114, \"The table 't' is full\")" in full.err
    assert full.err.endswith(CURE)
    assert done.code == 0, done.said
    assert server.execute("SELECT count(*) FROM t", database=database) == [(20,)]


def test_postgresqls_word_for_it_is_known(postgresql16: PostgreSQL, tmp_path: Path) -> None:
    with postgresql16.fresh_database() as database:
        url = postgresql16.url(database)
        project = make_project(tmp_path / "app", DEV_DATABASE_URL=url)
        project.add_revision(
            "a1", None, """op.execute("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$")"""
        )
        assert project.run("daybreak", "upgrade", "head").err.endswith(CURE)
