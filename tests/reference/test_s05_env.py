"""S5: a two-line alembic/env.py learns the models and the URL, online, offline, asynchronously."""

from __future__ import annotations

import pytest

from generated import MIGRATED, Generated, tables
from servers.server import Server

TWO_LINES = "import daybreak.env\n\ndaybreak.env.run()\n"
PASSWORD = "a%b@c:d/e'f\"g h"


def test_a_password_of_awkward_characters_works_and_no_connection_is_kept(
    project: Generated, server: Server, database: str
) -> None:
    """Online and offline. The sessions are counted in the same process, just after `run()`."""
    env = project.root / "alembic" / "env.py"
    assert env.read_text().endswith(TWO_LINES)
    with server.fresh_user(PASSWORD, database) as user:
        url = server.url(database, user=user, password=PASSWORD)
        project = Generated(project.root, {"DEV_DATABASE_URL": url})
        offline = project.run("upgrade", "head", "--sql")
        assert "CREATE TABLE venues" in offline.stdout
        assert PASSWORD not in offline.stdout + offline.stderr
        env.write_text(env.read_text() + COUNT)
        online = project.run("upgrade", "head", tool="alembic")
        assert "sessions left: 0" in online.stdout.splitlines()
        assert tables(server, database) == MIGRATED


def test_offline_sql_holds_literal_values_and_runs_as_it_is(
    project: Generated, server: Server, database: str
) -> None:
    """No connection is made: the server of the URL does not exist."""
    rows = project.root / "alembic" / "versions" / "2222_rows.py"
    rows.write_text(ROWS.format(first=project.first_revision()))
    nowhere = {"DEV_DATABASE_URL": f"{server.dialect}://nobody:x@nowhere.invalid/db"}
    sql = project.run("upgrade", "head", "--sql", env=nowhere).stdout
    assert "INSERT INTO venues (name, address, city, capacity) VALUES ('O''Hara'" in sql
    plain = project.run("upgrade", "head", "--sql", tool="alembic", env=nowhere).stdout
    assert plain == sql
    for statement in sql.split(";\n"):
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        if "".join(lines) not in {"", "BEGIN", "COMMIT"}:
            server.execute("\n".join(lines).replace("%", "%%"), database=database)
    assert server.execute("SELECT name FROM venues", database=database) == [("O'Hara",)]
    assert "nothing to do, at 2222" in project.run("upgrade", "head").stdout


@pytest.mark.parametrize("tool", ["daybreak", "alembic"])
def test_an_asynchronous_template_hands_on_its_connection(
    project: Generated, server: Server, database: str, tool: str
) -> None:
    (project.root / "alembic" / "env.py").write_text(ASYNC_ENV)
    project.run("upgrade", "head", tool=tool)
    assert tables(server, database) == MIGRATED
    if tool == "daybreak":
        assert project.lines("upgrade", "head")[-1]["changed"] is False
        [step] = project.json("downgrade", "base", "--plan")["steps"]
        assert [name for one in step["statements"] for name in one["drops"]] == ["events", "venues"]
    project.run("downgrade", "base", tool=tool)
    assert "events" not in tables(server, database)


def test_alembic_s_own_options_pass_through(
    project: Generated, server: Server, database: str
) -> None:
    """A metadata, a filter, another version table, and a hook of the project's own."""
    (project.root / "alembic" / "env.py").write_text(OPTIONS_ENV)
    project.run("upgrade", "head")
    assert tables(server, database) == ["daybreak_journal", "events", "our_versions", "venues"]
    server.execute("CREATE TABLE legacy (id integer)", database=database)
    server.execute("CREATE TABLE stranger (id integer)", database=database)
    done = project.run("check", code=8)
    assert [line for line in done.stdout.splitlines() if line.startswith("  + ")] == [
        "  + table stranger  (id)"
    ]
    assert "hidden 1 difference that" in done.stdout
    assert "applied by a hook" in project.run("downgrade", "base").stdout


ROWS = """
import sqlalchemy as sa
from alembic import op

revision = "2222"
down_revision = "{first}"


def upgrade() -> None:
    row = dict(name="O'Hara", address="100%", city="Chicago")
    columns = [sa.column(name, sa.String) for name in row]
    venues = sa.table("venues", *columns, sa.column("capacity", sa.Integer))
    op.execute(venues.insert().values(**row, capacity=1))


def downgrade() -> None:
    op.execute("DELETE FROM venues")
"""

# A second look: the server may need a moment to notice that a client has left.
COUNT = """

import time
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from database import DATABASE_URL

OTHERS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT count(*) FROM information_schema.processlist "
    "WHERE db = database() AND id <> connection_id()",
}
engine = create_engine(DATABASE_URL, poolclass=NullPool)
for _ in range(20):
    with engine.connect() as connection:
        left = connection.scalar(text(OTHERS[engine.dialect.name]))
    if not left:
        break
    time.sleep(0.05)
print(f"sessions left: {left}")
"""

ASYNC_ENV = """
import asyncio

import daybreak.env
from alembic import context
from database import database


async def online() -> None:
    engine = database.async_engine
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: daybreak.env.run(connection=sync))
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    daybreak.env.run()
else:
    asyncio.run(online())
"""

OPTIONS_ENV = """
import daybreak.env
from database import Base


def include_object(item, name, type_, reflected, compare_to):
    return not (type_ == "table" and name == "legacy")


def say(**_):
    print("applied by a hook")


daybreak.env.run(
    Base.metadata,
    include_object=include_object,
    version_table="our_versions",
    on_version_apply=say,
)
"""
