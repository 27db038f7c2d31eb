"""What plain Alembic leaves behind when it is killed or fails, met by the first run of Daybreak.

Plain Alembic has no journal, so nobody recorded what was done. Daybreak recognises it when a
statement finds its work done, says what to compare, and goes on from there; what is only an
interrupted index build, it clears away and builds again.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from projects import VENUES, Project, make_project
from servers.mysql import MySQL
from servers.postgresql import PostgreSQL
from servers.server import Server

PLAIN_ENV = """
import os

from alembic import context
from sqlalchemy import NullPool, create_engine

with create_engine(os.environ["PLAIN_URL"], poolclass=NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
OUR_ENV = "import daybreak.env\n\ndaybreak.env.run()\n"
DRIVERS = {"postgresql": "psycopg2", "mysql": "pymysql"}

# DIES is set for plain Alembic alone.
DIES = """
import os
import signal
if "DIES" in os.environ:
    os.kill(os.getpid(), signal.SIGKILL)
"""
TABLE = 'op.create_table("events", sa.Column("id", sa.Integer, primary_key=True))'
COLUMN = 'op.add_column("events", sa.Column("price", sa.Integer))'
INDEX = """
with op.get_context().autocommit_block():
    op.create_index(
        "ix_name", "venues", ["name"], unique=True,
        postgresql_concurrently=True, if_not_exists=True,
    )
"""

NOTHING = "no revision was applied or taken back"
COMPARE = (
    "what that statement makes is there already, as after a run without Daybreak that was killed, "
    "or by hand. Compare the file with the schema: if the statement is done, say --done b2:1; else "
    "remove what is there, and run the command again"
)


def body(*lines: str) -> str:
    text = "\n".join(textwrap.dedent(line).strip() for line in lines)
    return textwrap.indent(text, "    ").lstrip()


def adopted(folder: Path, server: Server, database: str) -> Project:
    """A project with a classic env.py and one revision that is applied."""
    project = make_project(
        folder,
        server.dialect,
        DEV_DATABASE_URL=server.url(database),
        PLAIN_URL=server.url(database, DRIVERS[server.dialect]),
    )
    project.write("alembic/env.py", PLAIN_ENV)
    project.add_revision("a1", None, VENUES)
    assert project.run("alembic", "upgrade", "head").code == 0
    return project


def columns(server: Server, database: str, table: str) -> list[str]:
    rows = server.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND table_schema IN ('public', %s) ORDER BY ordinal_position",
        [table, database],
        database=database,
    )
    return [str(name) for (name,) in rows]


def test_half_a_revision_on_mysql_is_gone_on_with_once_a_person_has_looked(
    mysql: MySQL, tmp_path: Path
) -> None:
    with mysql.fresh_database() as database:
        project = adopted(tmp_path / "app", mysql, database)
        project.add_revision("b2", "a1", body(TABLE, DIES, COLUMN))
        assert project.run("alembic", "upgrade", "head", DIES="1").code == -9
        assert columns(mysql, database, "events") == ["id"]

        project.write("alembic/env.py", OUR_ENV)
        met = project.run("daybreak", "upgrade", "head")
        assert met.code == 1
        problem, cure = met.err.split("\nnext   ")
        assert "(1050, \"Table 'events' already exists\")" in problem
        assert problem.endswith(f"What was open was rolled back; {NOTHING}")
        assert cure == f"{COMPARE}\n"

        done = project.run("daybreak", "upgrade", "head", "--done", "b2:1")
        assert done.code == 0, done.said
        assert columns(mysql, database, "events") == ["id", "price"]
        assert "nothing to do, at b2" in project.run("daybreak", "upgrade", "head").out


@pytest.mark.parametrize("tool", ["daybreak", "alembic"])
def test_a_table_whose_version_was_not_recorded_is_explained_by_both_names(
    server: Server, database: str, tmp_path: Path, tool: str
) -> None:
    """On PostgreSQL it takes a block in autocommit to get there."""
    project = adopted(tmp_path / "app", server, database)
    in_autocommit = f"with op.get_context().autocommit_block():\n    {TABLE}"
    project.add_revision("b2", "a1", body(in_autocommit, DIES, COLUMN))
    assert project.run("alembic", "upgrade", "head", DIES="1").code == -9

    project.write("alembic/env.py", OUR_ENV)
    met = project.run(tool, "upgrade", "head")
    assert met.code == {"daybreak": 1, "alembic": 255}[tool]
    assert " ".join(COMPARE.split()) in " ".join(met.said.split())
    said = {"daybreak": ["upgrade", "head", "--done", "b2:1"]}
    done = project.run(tool, *said.get(tool, ["-x", "done=b2:1", "upgrade", "head"]))
    assert done.code == 0, done.said
    assert columns(server, database, "events") == ["id", "price"]


def test_or_what_is_there_is_removed_and_made_again(
    server: Server, database: str, tmp_path: Path
) -> None:
    project = adopted(tmp_path / "app", server, database)
    server.execute("CREATE TABLE events (other integer)", database=database)
    project.add_revision("b2", "a1", body(TABLE, COLUMN))
    project.write("alembic/env.py", OUR_ENV)
    assert COMPARE in project.run("daybreak", "upgrade", "head").err
    server.execute("DROP TABLE events", database=database)
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert columns(server, database, "events") == ["id", "price"]


def _is_valid(server: PostgreSQL, database: str) -> list[tuple[object, ...]]:
    return server.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_name'::regclass", database=database
    )


def _failed_build(folder: Path, server: PostgreSQL, database: str) -> Project:
    """Plain Alembic failed to build a unique index; what was in its way is gone since."""
    project = adopted(folder, server, database)
    project.add_revision("b2", "a1", body(INDEX))
    server.execute("INSERT INTO venues (name) VALUES ('x'), ('x')", database=database)
    assert project.run("alembic", "upgrade", "head").code == 1
    assert _is_valid(server, database) == [(False,)]
    server.execute("DELETE FROM venues WHERE id = 2", database=database)
    return project


def test_an_invalid_index_is_cleared_away_and_built(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    """IF NOT EXISTS takes it for an index: to plain Alembic it passes for success."""
    with postgresql16.fresh_database() as database:
        project = _failed_build(tmp_path / "app", postgresql16, database)
        project.write("alembic/env.py", OUR_ENV)
        done = project.run("daybreak", "upgrade", "head")
        assert (done.code, done.err) == (0, "")
        repair = "repair an interrupted statement is cleared away: DROP INDEX CONCURRENTLY ix_name"
        assert repair in done.out.splitlines()
        assert _is_valid(postgresql16, database) == [(True,)]


def test_an_invalid_index_of_a_revision_that_counts_as_applied_is_found_by_check(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    with postgresql16.fresh_database() as database:
        project = _failed_build(tmp_path / "app", postgresql16, database)
        assert project.run("alembic", "upgrade", "head").code == 0
        assert _is_valid(postgresql16, database) == [(False,)]
        project.write("alembic/env.py", OUR_ENV)
        assert "nothing to do, at b2" in project.run("daybreak", "upgrade", "head").out
        found = project.run("daybreak", "check")
        assert found.code == 8
        index = "  + index venues.ix_name  INVALID UNIQUE USING btree (name)"
        assert index in found.out.splitlines()
