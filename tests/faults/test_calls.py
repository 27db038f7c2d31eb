"""Code that commits by itself and then fails may be half done: it is not run again unasked."""

from __future__ import annotations

from pathlib import Path

from projects import make_project
from servers.mysql import MySQL
from servers.postgresql import PostgreSQL
from servers.server import Server

MYSQL = """op.execute("CREATE TABLE t (id INT)")
    op.execute("CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (1); COMMIT;"
               " SIGNAL SQLSTATE '45000'; END")
    op.execute("CALL p()")"""
POSTGRESQL = """op.execute("CREATE TABLE t (id INT)")
    with op.get_context().autocommit_block():
        op.execute("DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; RAISE 'no'; END $$")"""


def _meets(folder: Path, server: Server, body: str, statement: str) -> None:
    with server.fresh_database() as database:
        project = make_project(
            folder / "app", server.dialect, ENV="staging", STAGING_DATABASE_URL=server.url(database)
        )
        project.add_revision("a1", None, body)
        failed = project.run("daybreak", "upgrade", "head")
        number = statement.rpartition(":")[2]
        assert failed.code == 7
        assert f"statement {number} of a1 may be half done" in failed.err
        asked = project.run("daybreak", "upgrade", "head")
        assert asked.code == 7
        assert f"--done {statement}; if it has to run (again): --redo {statement}" in asked.err
        assert project.run("daybreak", "upgrade", "head", "--done", statement).code == 0
        assert [tuple(row) for row in server.execute("SELECT id FROM t", database=database)] == [
            (1,)
        ]


def test_a_call_on_mysql(tmp_path: Path, mysql: MySQL) -> None:
    _meets(tmp_path, mysql, MYSQL, "a1:3")


def test_a_block_on_postgresql(tmp_path: Path, postgresql16: PostgreSQL) -> None:
    _meets(tmp_path, postgresql16, POSTGRESQL, "a1:2")
