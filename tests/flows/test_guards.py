"""What is refused although it could be done: on Lambda, in protected environments, unguarded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.wrong_inputs import Wrong, prove
from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL

pytestmark = pytest.mark.server

LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "api"}
LAMBDA_CURE = (
    "run it from the pipeline, CodeBuild or an ECS task (docs/pipelines.md); in Lambda itself: "
    "daybreak current, history, heads and check"
)


@dataclass(frozen=True)
class Applied:
    """A project whose only revision is applied to `database`, which is both dev's and prod's."""

    project: Project
    server: PostgreSQL
    database: str

    @property
    def place(self) -> str:
        return f"{self.database}@127.0.0.1:{self.server.port}"

    def state(self) -> list[tuple[str, ...]]:
        """The tables, and the revision that is recorded."""
        tables = self.server.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "ORDER BY 1",
            database=self.database,
        )
        return [
            *tables,
            *self.server.execute("SELECT version_num FROM alembic_version", database=self.database),
        ]


# What `daybreak upgrade head` makes, without the second that it takes.
SCHEMA = (
    "CREATE TABLE venues (id serial PRIMARY KEY, name varchar(255) NOT NULL)",
    "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
    "INSERT INTO alembic_version VALUES ('0001')",
)


@pytest.fixture
def applied(postgresql16: PostgreSQL, tmp_path: Path) -> Iterator[Applied]:
    with postgresql16.fresh_database() as database:
        url = postgresql16.url(database)
        project = make_project(tmp_path / "myapp", DEV_DATABASE_URL=url, PROD_DATABASE_URL=url)
        project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
        for statement in SCHEMA:
            postgresql16.execute(statement, database=database)
        yield Applied(project, postgresql16, database)


# No revision is recorded, and no table of the project's is left.
TAKEN_BACK = [("alembic_version",), ("daybreak_journal",)]

CHANGING = {
    "upgrade": "upgrade head",
    "downgrade": "downgrade base",
    "stamp": "stamp base",
    "ensure_version": "ensure_version",
}


def _on_lambda(name: str) -> str:
    return (
        f"{name} was refused: this is AWS Lambda, which ends a run after 15 minutes at the latest, "
        "in the middle of a statement. Nothing was changed"
    )


@pytest.mark.parametrize(("name", "command"), CHANGING.items(), ids=CHANGING)
def test_on_lambda_no_command_changes_a_schema(applied: Applied, name: str, command: str) -> None:
    before = applied.state()

    wrong = Wrong(_on_lambda(name), LAMBDA_CURE, code=3, command=command, variables=LAMBDA)
    prove(applied.project, Wrong(**{**vars(wrong), "plain": True}))

    assert applied.state() == before


def test_on_lambda_the_api_is_refused_too(applied: Applied) -> None:
    """An application that calls Alembic itself, as many do at start-up."""
    applied.project.write(
        "app.py",
        "from alembic import command\n"
        "from alembic.config import Config\n"
        "from alembic.util import CommandError\n"
        "try:\n"
        "    command.upgrade(Config('alembic.ini'), 'head')\n"
        "except CommandError as error:\n"
        "    print(error)\n",
    )
    done = applied.project.run("python", "app.py", **LAMBDA)
    assert done.out == f"{_on_lambda('upgrade')}\nNext: {LAMBDA_CURE}\n"


@pytest.mark.parametrize("command", ["current", "history", "heads", "check"])
def test_on_lambda_what_reads_is_allowed(applied: Applied, command: str) -> None:
    done = applied.project.run("daybreak", command, AWS_EXECUTION_ENV="AWS_Lambda_python3.12")
    assert (done.code, done.err) == (0, "")


def test_on_lambda_sql_is_printed_since_nothing_is_changed(applied: Applied) -> None:
    for tool in ("daybreak", "alembic"):
        done = applied.project.run(tool, "upgrade", "base:head", "--sql", **LAMBDA)
        assert (done.code, "CREATE TABLE venues" in done.out) == (0, True)


def test_on_lambda_plain_alembic_reads_too(applied: Applied) -> None:
    done = applied.project.run("alembic", "current", **LAMBDA)
    assert (done.code, done.out) == (0, "0001 (head)\n")


@pytest.mark.parametrize(("name", "command"), [("downgrade", "base"), ("stamp", "base")])
def test_a_protected_environment_is_not_taken_back_unasked(
    applied: Applied, name: str, command: str
) -> None:
    before = applied.state()
    refused = f"{name} was refused: prod is protected, and "

    wrong = Wrong(
        refused + "there is no terminal to ask on. Nothing was changed",
        f"if you are sure: daybreak {name} … --env prod --yes",
        command=f"{name} {command}",
        code=3,
        variables={"ENV": "prod"},
    )
    prove(applied.project, wrong)
    plain = applied.project.run("alembic", name, command, ENV="prod")
    assert plain.out == (
        f"FAILED: {refused}plain alembic can't ask. Nothing was changed\n"
        f"Next: if you are sure: alembic -x yes=true {name} …\n"
    )

    assert applied.state() == before


def test_a_person_may_refuse_and_agree(applied: Applied) -> None:
    before = applied.state()
    question = (
        f"prod ({applied.place}) is protected. Downgrade it? What it drops does not come back by "
        "itself [y/N]: "
    )

    no = applied.project.answer("n", *["daybreak", "downgrade", "base", "--env", "prod"])
    assert no.out == f"{question}n\nerror  downgrade was not confirmed. Nothing was changed\n"
    assert (no.code, applied.state()) == (3, before)

    yes = applied.project.answer("y", *["daybreak", "downgrade", "base", "--env", "prod"])
    assert yes.out.startswith(f"{question}y\n")
    assert (yes.code, applied.state()) == (0, TAKEN_BACK)


def test_a_stamp_is_asked_about_too(applied: Applied) -> None:
    before = applied.state()
    question = (
        f"prod ({applied.place}) is protected. Stamp it? What it skips is not run later [y/N]: "
    )
    stamp = ("daybreak", "stamp", "base", "--env", "prod")

    no = applied.project.answer("n", *stamp)
    assert no.out == f"{question}n\nerror  stamp was not confirmed. Nothing was changed\n"
    assert (no.code, applied.state()) == (3, before)

    yes = applied.project.answer("y", *stamp)
    assert yes.out.startswith(f"{question}y\n")
    assert (yes.code, applied.state() == before) == (0, False)


def test_a_given_connection_does_not_go_round_the_protection(applied: Applied) -> None:
    """An asynchronous template hands its own connection on."""
    applied.project.write(
        "alembic/env.py",
        "import os\n"
        "import daybreak.env\n"
        "import sqlalchemy\n"
        "with sqlalchemy.create_engine(os.environ['PROD_DATABASE_URL']).connect() as connection:\n"
        "    daybreak.env.run(connection=connection)\n",
    )
    before = applied.state()

    done = applied.project.run("alembic", "downgrade", "base", ENV="prod")

    assert "prod is protected, and plain alembic can't ask" in done.out
    assert applied.state() == before


@pytest.mark.parametrize(
    "command", ["daybreak downgrade base --yes", "alembic -x yes=true downgrade base"]
)
def test_who_agreed_beforehand_is_not_asked(applied: Applied, command: str) -> None:
    done = applied.project.run(*command.split(), ENV="prod")
    assert (done.code, applied.state()) == (0, TAKEN_BACK)


def test_an_upgrade_and_the_sql_of_a_downgrade_need_no_consent(applied: Applied) -> None:
    for command in ("upgrade head", "downgrade 0001:base --sql"):
        assert applied.project.run("daybreak", *command.split(), ENV="prod").code == 0


FOREIGN = """\
import os

from alembic import context
from sqlalchemy import create_engine

with create_engine(os.environ["DEV_DATABASE_URL"]).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
NOTE = (
    "note   this project's env.py is its own, so Daybreak's guards are not in force: no check of "
    "the environment, no guard for protected ones under plain alembic, no transaction per "
    "revision, no refusal of unregistered models\n"
)


def test_a_foreign_env_py_is_run_only_knowingly(applied: Applied) -> None:
    applied.project.write("alembic/env.py", FOREIGN)
    applied.project.add_revision("0002", "0001")
    before = applied.state()

    refused = applied.project.run("daybreak", "upgrade", "head")
    assert refused.err == NOTE + (
        "error  upgrade was refused: this project's env.py is its own, so Daybreak's guards are "
        "not in force. Nothing was changed\n"
        "next   let alembic/env.py call daybreak.env.run() (docs/from-alembic.md), or, knowing "
        "this: daybreak upgrade … --unguarded\n"
    )
    assert (refused.code, applied.state()) == (3, before)

    run = applied.project.run("daybreak", "upgrade", "head", "--unguarded")
    assert (run.code, run.err) == (0, NOTE)
    assert applied.state()[-1] == ("0002",)


def test_what_a_foreign_env_py_raises_is_told_with_its_line(applied: Applied) -> None:
    applied.project.write("alembic/env.py", FOREIGN.replace("DEV_DATABASE_URL", "STAGING_URL"))

    done = applied.project.run("daybreak", "current")

    assert done.err == NOTE + (
        "error  alembic/env.py:6 raised KeyError: 'STAGING_URL'\n"
        "next   set STAGING_URL in the process's environment: Daybreak reads .env, os.environ "
        "does not; or let daybreak.Database read the URL (docs/from-alembic.md)\n"
    )
    assert done.code == 2


def test_a_url_in_alembic_ini_is_said_to_be_unread(applied: Applied) -> None:
    ini = applied.project.root / "alembic.ini"
    ini.write_text(f"{ini.read_text()}sqlalchemy.url = postgresql://other.example.com/app\n")

    done = applied.project.run("daybreak", "current")

    assert (done.code, done.err) == (
        0,
        "note   sqlalchemy.url in alembic.ini is not read: ENV and that environment's variable "
        "choose the database. Remove the line\n",
    )
