"""`--plan` shows what would be done; the database is read for a moment, and nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from projects import VENUES, Project, make_project
from servers.server import Server

CITY = """\
op.add_column("venues", sa.Column("city", sa.String(20)))
    op.execute("UPDATE venues SET city = 'x'")"""


@pytest.fixture
def project(server: Server, database: str, tmp_path: Path) -> Project:
    """Its first revision is applied, its second is not."""
    url = server.url(database)
    project = make_project(
        tmp_path / "myapp", server.dialect, DEV_DATABASE_URL=url, PROD_DATABASE_URL=url
    )
    project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
    assert project.run("daybreak", "upgrade", "head").code == 0
    project.add_revision("0002", "0001", CITY, 'op.drop_column("venues", "city")')
    return project


def test_a_plan_begins_where_the_database_is(
    project: Project, server: Server, database: str
) -> None:
    before = server.execute("SELECT * FROM alembic_version", database=database)

    done = project.run("daybreak", "upgrade", "head", "--plan")

    first, *lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert first.startswith("dev ")
    assert first.endswith("at 0001")
    together = server.dialect == "postgresql"
    assert lines == [
        "↑ 0002  revision 0002",
        f"  ── {'transaction' if together else 'outside a transaction'}",
        "  versions/0002_.py:12",
        "      ALTER TABLE venues ADD COLUMN city VARCHAR(20)",
        *([] if together else ["  ── transaction"]),
        "  versions/0002_.py:13",
        "      UPDATE venues SET city = 'x'",
        "done   a plan, from 0001 to 0002: 1 revision, 2 statements; nothing was changed",
    ]
    assert server.execute("SELECT * FROM alembic_version", database=database) == before


def test_a_way_back_is_planned_as_it_is_given(project: Project) -> None:
    for command in ("downgrade -1", "downgrade base", "downgrade 0001:base"):
        done = project.run("daybreak", *command.split(), "--plan", "--json")
        assert done.code == 0
        told = json.loads(done.out)
        assert (told["before"], told["after"]) == (["0001"], [])
        [step] = told["steps"]
        assert step["direction"] == "down"
        assert [(one["sql"], one["drops"]) for one in step["statements"]] == [
            ("DROP TABLE venues", ["venues"])
        ]


def test_at_head_there_is_nothing_to_do(project: Project) -> None:
    done = project.run("daybreak", "upgrade", "0001", "--plan")
    assert done.out.splitlines()[1:] == ["done   a plan: nothing to do, at 0001"]


def test_a_plan_needs_no_consent_and_is_made_on_lambda_too(project: Project) -> None:
    for variables in ({"ENV": "prod"}, {"AWS_LAMBDA_FUNCTION_NAME": "api"}):
        done = project.run("daybreak", "downgrade", "base", "--plan", **variables)
        assert (done.code, "DROP TABLE venues" in done.out) == (0, True)


def test_a_plan_waits_behind_nobody(project: Project, server: Server, database: str) -> None:
    """Somebody holds the table that the revision changes."""
    lock = {"postgresql": "LOCK TABLE venues", "mysql": "LOCK TABLES venues WRITE"}
    driver = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql"}[server.dialect]
    engine = create_engine(make_url(server.url(database)).set(drivername=driver))
    with engine.connect() as other:
        other.exec_driver_sql(lock[server.dialect])
        assert project.run("daybreak", "upgrade", "head", "--plan").code == 0
    engine.dispose()


def test_a_range_asks_no_database(project: Project) -> None:
    nowhere = make_url(project.variables["DEV_DATABASE_URL"]).set(host="nowhere.invalid")
    done = project.run("daybreak", "upgrade", "base:head", "--plan", DEV_DATABASE_URL=str(nowhere))
    assert done.code == 0
    assert [line for line in done.out.splitlines() if line.startswith("↑")] == [
        "↑ 0001  revision 0001",
        "↑ 0002  revision 0002",
    ]


def test_a_given_connection_is_read_and_given_back(
    project: Project, server: Server, database: str
) -> None:
    """Also one in whose transaction somebody works."""
    project.write("alembic/env.py", GIVEN)
    done = project.run("daybreak", "upgrade", "head", "--plan", "--json")
    assert (done.code, done.err) == (0, "still in its transaction\n")
    assert [step["revision"] for step in json.loads(done.out)["steps"]] == ["0002"]


GIVEN = """\
import os
import sys
import daybreak.env
import sqlalchemy
from database import Base

url = os.environ["DEV_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg2:")
with sqlalchemy.create_engine(url.replace("mysql:", "mysql+pymysql:")).connect() as connection:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE mine (id integer)")
    connection.exec_driver_sql("INSERT INTO mine VALUES (1)")
    daybreak.env.run(connection=connection)
    assert connection.exec_driver_sql("SELECT count(*) FROM mine").scalar() == 1
    connection.exec_driver_sql("INSERT INTO mine VALUES (2)")
    print("still in its transaction", file=sys.stderr)
"""


def test_an_env_py_that_is_not_ours_has_no_plan(project: Project) -> None:
    project.write("alembic/env.py", "raise SystemExit('it ran')\n")
    done = project.run("daybreak", "upgrade", "head", "--plan")
    assert (done.code, done.out) == (2, "")
    assert "error  there is no plan: this project's env.py is its own" in done.err


def test_an_env_py_that_does_not_run_us_changes_nothing(
    project: Project, server: Server, database: str
) -> None:
    project.write("alembic/env.py", NOT_RUN)
    done = project.run("daybreak", "upgrade", "head", "--plan")
    assert done.code == 2
    assert "there is no plan: alembic/env.py did not call daybreak.env.run()" in done.err
    assert server.execute("SELECT * FROM alembic_version", database=database) == [("0001",)]


NOT_RUN = """\
import os
import daybreak.env
import sqlalchemy
from alembic import context

url = os.environ["DEV_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg2:")
with sqlalchemy.create_engine(url.replace("mysql:", "mysql+pymysql:")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


def test_a_plan_and_a_script_are_two_answers(project: Project) -> None:
    done = project.run("daybreak", "upgrade", "head", "--plan", "--sql")
    assert done.code == 2
    assert (
        "error  --plan and --sql are two answers: a plan to read, and a script to run" in done.err
    )


def test_what_can_t_be_reached_or_is_unknown_is_today_s_error(project: Project) -> None:
    unknown = project.run("daybreak", "upgrade", "ffff", "--plan")
    assert (unknown.code, "there is no revision 'ffff' in the files" in unknown.err) == (2, True)
    url = make_url(project.variables["DEV_DATABASE_URL"]).set(database="nope")
    missing = project.run(
        "daybreak",
        "upgrade",
        "head",
        "--plan",
        DEV_DATABASE_URL=url.render_as_string(hide_password=False),
    )
    assert (missing.code, "has no database 'nope'" in missing.err) == (6, True)


def test_the_script_tells_the_line_of_each_statement_and_runs_as_before(project: Project) -> None:
    script = project.run("daybreak", "upgrade", "0001:0002", "--sql")
    assert script.code == 0
    assert (
        "-- versions/0002_.py:12\n"
        "ALTER TABLE venues ADD COLUMN city VARCHAR(20);\n\n"
        "-- versions/0002_.py:13\n"
        "UPDATE venues SET city = 'x';\n\n"
        "UPDATE alembic_version SET "
    ) in script.out
    assert project.run("alembic", "upgrade", "0001:0002", "--sql").out == script.out
