"""S12: the schema is never older than the code, and an application makes sure when it starts."""

from __future__ import annotations

import shutil
from dataclasses import replace

from generated import Generated
from servers.server import Server

# What an application has installed: the drivers beside these are hidden from it.
DRIVERS = {
    "postgresql": [["psycopg2"], ["psycopg"], ["asyncpg"]],
    "mysql": [["pymysql"], ["pymysql", "aiomysql"]],
}
START = """
import sys
for name in {"psycopg2", "psycopg", "asyncpg", "pymysql", "aiomysql"} - set(INSTALLED):
    sys.modules[name] = None
import asyncio
from database import database
from daybreak import DaybreakError
for wait in (database.require_schema, lambda: asyncio.run(database.async_require_schema())):
    try:
        wait()
        print("new enough")
    except DaybreakError as error:
        print(error.kind, error.problem.partition(" is at ")[2])
"""


def test_a_container_waits_for_the_migration_and_goes_on_behind_it(project: Generated) -> None:
    revision = project.first_revision()
    old = project.run("wait", "--timeout", "0", code=9)
    assert f" is at no revision (there is no table alembic_version) and lacks {revision}\n" in (
        old.stderr
    )
    project.run("upgrade", "head")
    new = project.run("wait", "--timeout", "0")
    assert f" is at {revision}, in " in new.stdout


def test_an_application_requires_its_schema_with_whichever_driver_it_has(
    project: Generated, server: Server
) -> None:
    revision = project.first_revision()

    def said() -> list[list[str]]:
        return [
            project.python(f"INSTALLED = {installed}{START}").stdout.splitlines()
            for installed in DRIVERS[server.dialect]
        ]

    lacks = f"SchemaTooOld no revision (there is no table alembic_version) and lacks {revision}"
    assert said() == [[lacks, lacks] for _ in DRIVERS[server.dialect]]
    project.run("upgrade", "head")
    assert said() == [["new enough", "new enough"] for _ in DRIVERS[server.dialect]]


def test_a_schema_that_is_ahead_is_new_enough_for_the_code_that_is_still_running(
    project: Generated,
) -> None:
    older = replace(project, root=project.root.with_name("older"))
    shutil.copytree(project.root, older.root)
    script = "from alembic import op\nrevision = 'zz'\ndown_revision = {!r}\n\n\ndef upgrade():\n"
    (project.root / "alembic/versions/zz_.py").write_text(
        script.format(project.first_revision()) + '    op.execute("CREATE TABLE zz (x INT)")\n'
    )
    project.run("upgrade", "head")

    assert ", ahead of " in older.run("wait", "--timeout", "0").stdout
    assert older.python("from database import database\ndatabase.require_schema()").stdout == ""
