"""S13: the same target serves every driver, and models and migrations do without each other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from generated import MIGRATED, Generated, tables
from servers.server import Server

Migrated = tuple[Generated, str]


def test_the_same_target_serves_raw_sql_and_every_driver(
    migrated: Migrated, server: Server
) -> None:
    """A row that one writes is read by all the others."""
    project, _ = migrated
    said = project.python(SCRIPTS[server.dialect]).stdout
    assert said.splitlines() == [f"{name} Hall" for name in NAMES[server.dialect]]


def test_migrations_work_while_the_models_do_not_even_import(
    project: Generated, server: Server, database: str
) -> None:
    """Only a comparison needs them, and it names the line."""
    (project.root / "models" / "venue.py").write_text("import sqlmodel_or_whatever_comes_next\n")
    project.run("upgrade", "head")
    assert tables(server, database) == MIGRATED
    done = project.run("revision", "-m", "x", code=2)
    assert done.stderr.splitlines()[0] == (
        "error  models/venue.py:1 can't be imported: ModuleNotFoundError: No module named "
        "'sqlmodel_or_whatever_comes_next'"
    )


def test_models_and_engine_work_without_alembic(migrated: Migrated) -> None:
    """As in an application's image from which alembic and its folder were left out."""
    project, _ = migrated
    said = project.python(
        """
import sys
sys.modules["alembic"] = None  # whoever imports it, fails
from database import SessionLocal
from models import Event
from sqlalchemy import func, select
with SessionLocal() as session:
    print(session.scalar(select(func.count()).select_from(Event)))
"""
    ).stdout
    assert said == "0\n"


def test_other_models_take_the_place_of_these(migrated: Migrated, tmp_path: Path) -> None:
    """Tables without classes: the history and the database stay, nothing is proposed."""
    project, _ = migrated
    shutil.copytree(project.root, tmp_path / "myapp")
    other = replace(project, root=tmp_path / "myapp")
    for name in ("venue", "event"):
        (other.root / "models" / f"{name}.py").unlink()
    (other.root / "models" / "__init__.py").write_text(CORE_TABLES)
    other.run("check")


NAMES = {
    "postgresql": ["raw", "psycopg2", "psycopg", "psycopg async", "asyncpg", "async engine"],
    "mysql": ["raw", "pymysql", "aiomysql", "async engine"],
}

START = """
import asyncio
from database import database, engine
from sqlalchemy import text

INSERT = ("INSERT INTO venues (name, address, city, capacity) "
          "VALUES ('Hall', '1 Main St', 'Bern', 300)")
SELECT = "SELECT DISTINCT name FROM venues"
with engine.begin() as connection:
    connection.exec_driver_sql(INSERT)
    print("raw", connection.scalar(text(SELECT)))

async def through_the_async_engine():
    async with database.async_engine.connect() as connection:
        print("async engine", await connection.scalar(text(SELECT)))
    await database.async_engine.dispose()

def read(connection):
    cursor = connection.cursor()
    cursor.execute(SELECT)
    (name,) = cursor.fetchone()
    connection.close()
    return name
"""
SCRIPTS = {
    "postgresql": START
    + """
import asyncpg, psycopg, psycopg2

async def asynchronously():
    connection = await psycopg.AsyncConnection.connect(database.dsn("psycopg"))
    cursor = await connection.execute(SELECT)
    print("psycopg async", (await cursor.fetchone())[0])
    await connection.close()
    connection = await asyncpg.connect(database.dsn("asyncpg"))
    print("asyncpg", await connection.fetchval(SELECT))
    await connection.close()
    await through_the_async_engine()

print("psycopg2", read(psycopg2.connect(database.dsn("psycopg2"))))
print("psycopg", read(psycopg.connect(database.dsn("psycopg"))))
asyncio.run(asynchronously())
""",
    "mysql": START
    + """
import aiomysql, pymysql

async def asynchronously():
    connection = await aiomysql.connect(**database.dsn("aiomysql"))
    cursor = await connection.cursor()
    await cursor.execute(SELECT)
    print("aiomysql", (await cursor.fetchone())[0])
    connection.close()
    await through_the_async_engine()

print("pymysql", read(pymysql.connect(**database.dsn("pymysql"))))
asyncio.run(asynchronously())
""",
}

CORE_TABLES = """
from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, Table, Text, func
from database import Base

venues = Table(
    "venues", Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("address", String(500), nullable=False),
    Column("city", String(100), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("created_at", DateTime, nullable=False, server_default=func.now()),
)
events = Table(
    "events", Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("description", Text),
    Column("start_at", DateTime, nullable=False),
    Column("venue_id", ForeignKey("venues.id"), nullable=False),
    Column("created_at", DateTime, nullable=False, server_default=func.now()),
)
"""
