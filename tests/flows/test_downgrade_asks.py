"""A downgrade names the data that it takes with it and asks; where nothing goes, it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL
from servers.server import Server

COUNT = "SELECT count(*) FROM venues"
CURE = "if that can go: daybreak downgrade … --yes"


@pytest.fixture
def project(server: Server, database: str, tmp_path: Path) -> Project:
    return applied(server, database, tmp_path)


@pytest.fixture
def postgresql(
    postgresql16: PostgreSQL, tmp_path: Path
) -> Iterator[tuple[Project, PostgreSQL, str]]:
    with postgresql16.fresh_database() as database:
        yield applied(postgresql16, database, tmp_path), postgresql16, database


def applied(server: Server, database: str, folder: Path) -> Project:
    """Two revisions are applied: a table, and a column of it. There is no row."""
    project = make_project(folder / "myapp", server.dialect, DEV_DATABASE_URL=server.url(database))
    project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
    project.add_revision(
        "0002",
        "0001",
        'op.add_column("venues", sa.Column("capacity", sa.Integer()))',
        'op.execute("ALTER TABLE venues DROP COLUMN capacity")',
    )
    assert project.run("daybreak", "upgrade", "head").code == 0
    return project


def recorded(server: Server, database: str) -> list[str]:
    rows = server.execute("SELECT version_num FROM alembic_version", database=database)
    return [str(revision) for (revision,) in rows]


def test_where_nothing_is_lost_nobody_is_asked(
    project: Project, server: Server, database: str
) -> None:
    """Not without rows, and not for a column that is NULL in all of them."""
    server.execute("INSERT INTO venues (name) VALUES ('x')", database=database)
    assert project.run("daybreak", "downgrade", "-1").code == 0
    server.execute("DELETE FROM venues", database=database)
    assert project.run("alembic", "downgrade", "base").code == 0
    assert recorded(server, database) == []


def test_without_a_terminal_it_is_refused_and_a_yes_beforehand_goes_on(
    project: Project, server: Server, database: str
) -> None:
    server.execute("INSERT INTO venues (name, capacity) VALUES ('x', 1)", database=database)

    one = project.run("daybreak", "downgrade", "-1")
    assert (one.code, one.err) == (
        3,
        "error  downgrade was refused: it drops venues.capacity, and there is no terminal to ask "
        f"on. Nothing was changed\nnext   {CURE}\n",
    )
    all_of_it = project.run("daybreak", "downgrade", "base", "--json")
    assert (all_of_it.code, json.loads(all_of_it.out)["error"]) == (
        3,
        {
            "kind": "DropsData",
            "problem": "downgrade was refused: it drops venues (rows), and there is no terminal "
            "to ask on. Nothing was changed",
            "next": CURE,
        },
    )
    plain = project.run("alembic", "downgrade", "-1")
    assert plain.out == (
        "FAILED: downgrade was refused: it drops venues.capacity, and plain alembic can't ask. "
        "Nothing was changed\nNext: if that can go: alembic -x yes=true downgrade …\n"
    )
    assert (recorded(server, database), server.execute(COUNT, database=database)) == (
        ["0002"],
        [(1,)],
    )

    assert project.run("alembic", "-x", "yes=true", "downgrade", "-1").code == 0
    assert project.run("daybreak", "downgrade", "base", "--yes").code == 0
    assert recorded(server, database) == []


def test_a_person_is_asked(project: Project, server: Server, database: str) -> None:
    server.execute("INSERT INTO venues (name, capacity) VALUES ('x', 1)", database=database)
    question = "downgrade drops venues (rows): go on? [y/N]: "

    no = project.answer("n", "daybreak", "downgrade", "base")
    assert no.out == (f"{question}n\nerror  downgrade was not confirmed. Nothing was changed\n")
    assert (no.code, recorded(server, database)) == (3, ["0002"])

    yes = project.answer("y", "daybreak", "downgrade", "base")
    assert yes.out.startswith(f"{question}y\n")
    assert (yes.code, recorded(server, database)) == (0, [])


def test_nobody_is_kept_waiting_by_the_question_and_the_answer_holds_for_what_it_was_about(
    project: Project, server: Server, database: str
) -> None:
    """Another run takes 0002 back while it is asked about: now it would be 0001, with the rows."""
    server.execute("INSERT INTO venues (name, capacity) VALUES ('x', 1)", database=database)

    def yes_after_another_run() -> str:
        assert project.run("daybreak", "downgrade", "-1", "--yes", "--wait", "0").code == 0
        return "y"

    moved = project.answer(yes_after_another_run, "daybreak", "downgrade", "-1")

    assert moved.out == (
        "downgrade drops venues.capacity: go on? [y/N]: y\n"
        "error  downgrade was refused: the database was at 0002 when it was looked at, and another "
        "run moved it to 0001. From there it drops venues (rows). Nothing was changed\n"
        "next   run the command again: it asks about that\n"
    )
    assert (moved.code, recorded(server, database)) == (3, ["0001"])


def test_what_another_run_has_done_meanwhile_is_done(
    project: Project, server: Server, database: str
) -> None:
    server.execute("INSERT INTO venues (name, capacity) VALUES ('x', 1)", database=database)

    def yes_after_another_run() -> str:
        assert project.run("daybreak", "downgrade", "0001", "--yes").code == 0
        return "y"

    done = project.answer(yes_after_another_run, "daybreak", "downgrade", "0001")

    assert (done.code, recorded(server, database)) == (0, ["0001"])
    assert done.out.endswith("done   nothing to do, at 0001\n")


def test_a_protected_environment_with_data_asks_one_question(
    project: Project, server: Server, database: str
) -> None:
    server.execute("INSERT INTO venues (name, capacity) VALUES ('x', 1)", database=database)
    place = f"{database}@{server.host}:{server.port}"
    asked = f"prod ({place}) is protected, and downgrade drops venues.capacity: go on? [y/N]: "
    prod = {"ENV": "prod", "PROD_DATABASE_URL": server.url(database)}

    no = project.answer("n", "daybreak", "downgrade", "-1", **prod)
    assert no.out == f"{asked}n\nerror  downgrade was not confirmed. Nothing was changed\n"
    assert (no.code, recorded(server, database)) == (3, ["0002"])

    yes = project.answer("y", "daybreak", "downgrade", "-1", **prod)
    assert yes.out.startswith(f"{asked}y\n")
    assert (yes.code, recorded(server, database)) == (0, ["0001"])


def test_what_a_downgrade_drops_that_reads_data_nobody_can_tell(
    project: Project, server: Server, database: str
) -> None:
    """It is asked about, and its code runs up to there only, before anything has happened."""
    reading = 'op.get_bind().execute(sa.text("SELECT name FROM venues")).all()'
    project.add_revision("0003", "0002", "pass", f"op.execute('SELECT 1')\n    {reading}")
    assert project.run("daybreak", "upgrade", "head").code == 0

    refused = project.run("daybreak", "downgrade", "-1")
    assert (refused.code, refused.err) == (
        3,
        "error  downgrade was refused: it may drop data, which can't be told since 0003 reads data "
        "at versions/0003_.py:17, and there is no terminal to ask on. Nothing was changed\n"
        f"next   {CURE}\n",
    )
    assert project.run("daybreak", "downgrade", "-1", "--yes").code == 0
    assert recorded(server, database) == ["0002"]


def test_behind_somebody_s_lock_it_does_not_wait_and_can_t_tell(
    project: Project, server: Server, database: str
) -> None:
    lock = {"postgresql": "LOCK TABLE venues", "mysql": "LOCK TABLES venues WRITE"}
    driver = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql"}[server.dialect]
    engine = create_engine(make_url(server.url(database)).set(drivername=driver))
    with engine.connect() as other:
        other.exec_driver_sql(lock[server.dialect])
        done = project.run("daybreak", "downgrade", "base")
    engine.dispose()
    assert done.code == 3
    assert "it drops venues (whether it holds data can't be told), and there is no" in done.err


GIVEN = """\
import os
import daybreak.env
import sqlalchemy

url = os.environ["DEV_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg2:")
with sqlalchemy.create_engine(url.replace("mysql:", "mysql+pymysql:")).connect() as connection:
    {begin}
    daybreak.env.run(connection=connection)
    connection.commit()
"""


@pytest.mark.parametrize("begin", ["pass", 'connection.exec_driver_sql("SELECT 1")'])
def test_a_given_connection_does_not_go_round_the_question(
    project: Project, server: Server, database: str, begin: str
) -> None:
    server.execute("INSERT INTO venues (name, capacity) VALUES ('x', 1)", database=database)
    project.write("alembic/env.py", GIVEN.format(begin=begin))

    refused = project.run("alembic", "downgrade", "-1")
    assert "it drops venues.capacity, and plain alembic can't ask" in refused.out
    assert recorded(server, database) == ["0002"]

    server.execute("UPDATE venues SET capacity = NULL", database=database)
    assert project.run("alembic", "downgrade", "-1").code == 0
    assert recorded(server, database) == ["0001"]


# What stands before DROP TABLE in a revision's downgrade(), and what is asked without any row.
UNCLEAR = {
    "a name that is not there": ("pass", "gone", None),
    "a table that gets the name": (
        'op.execute("ALTER TABLE venues RENAME TO gone")',
        "gone",
        "it drops gone (whether it holds data can't be told), and",
    ),
    "a table of another schema": (
        "pass",
        "other.halls",
        "it drops other.halls (rows), and",
    ),
    "a name in quotes": ("pass", '\\"Main Halls\\"', 'it drops "Main Halls" (rows), and'),
}


@pytest.mark.parametrize(("before", "name", "said"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_a_name_stands_for_is_looked_up(
    postgresql: tuple[Project, PostgreSQL, str], before: str, name: str, said: str | None
) -> None:
    project, server, database = postgresql
    for sql in (
        "CREATE SCHEMA other",
        "CREATE TABLE other.halls AS SELECT 1",
        'CREATE TABLE "Main Halls" AS SELECT 1',
    ):
        server.execute(sql, database=database)
    drop = f'op.execute("DROP TABLE IF EXISTS {name}")'
    project.add_revision("0003", "0002", "pass", f"{before}\n    {drop}")
    assert project.run("daybreak", "upgrade", "head").code == 0

    done = project.run("daybreak", "downgrade", "-1")

    assert done.code == (3 if said else 0)
    assert said is None or said in done.err


def test_the_script_of_a_downgrade_asks_nobody(
    postgresql: tuple[Project, PostgreSQL, str],
) -> None:
    project, server, database = postgresql
    server.execute("INSERT INTO venues (name) VALUES ('x')", database=database)
    assert project.run("daybreak", "downgrade", "0002:base", "--sql").code == 0
