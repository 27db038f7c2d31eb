"""An env.py that is not ours: `daybreak` does as Alembic does, and says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL

NOTES = [
    "note   this project's env.py is its own, so Daybreak's guards are not in force: no check of "
    "the environment, no guard for protected ones under plain alembic, no transaction per "
    "revision, no refusal of unregistered models",
    "note   Alembic compares, with its gaps, and nothing is proved",
]
FOREIGN = """\
import os

from alembic import context
from sqlalchemy import create_engine

import models
from database import Base


def hook(migration, revision, directives):
    if context.config.cmd_opts.autogenerate:
        print("the hook saw", len(directives))


with create_engine(os.environ["DEV_DATABASE_URL"]).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        process_revision_directives=hook,
    )
    with context.begin_transaction():
        context.run_migrations()
"""
# As in the env.py that Alembic's own template writes.
FROM_INI = """\
from alembic import context
from sqlalchemy import engine_from_config

config = context.config
engine = engine_from_config(config.get_section(config.config_ini_section, {}))
"""


@pytest.fixture
def project(postgresql16: PostgreSQL, tmp_path: Path) -> Iterator[Project]:
    """A project with an env.py of its own, at its head."""
    with postgresql16.fresh_database() as database:
        project = make_project(
            tmp_path / "myapp", DEV_DATABASE_URL=postgresql16.url(database, "psycopg2")
        )
        project.add_revision("0001", None, VENUES)
        project.write("alembic/env.py", FOREIGN)
        assert project.run("alembic", "upgrade", "head").code == 0
        yield project


def files(project: Project) -> list[Path]:
    found = Path(project.root, "alembic", "versions").glob("*.py")
    return [file for file in found if not file.name.startswith("0001")]


def test_a_difference_is_written_as_alembic_writes_it(project: Project) -> None:
    venue = project.root / "models" / "venue.py"
    venue.write_text(f"{venue.read_text()}    seats: Mapped[int | None]\n")
    done = project.run("daybreak", "revision", "-m", "seats")
    assert (done.code, done.err.splitlines()) == (0, NOTES)
    (file,) = files(project)
    assert "op.add_column('venues', sa.Column('seats', sa.Integer(), nullable=True))" in (
        file.read_text()
    )
    assert done.out.splitlines() == [
        "the hook saw 1",
        "  ≠ add column: venues.seats",
        f"wrote  {file.relative_to(project.root)}",
        "next   review the file, then: daybreak upgrade head",
    ]


def test_without_a_difference_no_file_is_written(project: Project) -> None:
    """Alembic's own command writes an empty one; the project's hook is called all the same."""
    done = project.run("daybreak", "revision", "-m", "nothing")
    assert (done.code, files(project)) == (0, [])
    assert done.out.splitlines() == [
        "the hook saw 1",
        "done   nothing differs, so no file was written; an empty one: "
        "daybreak revision --empty -m '…'",
    ]


def test_an_empty_file_that_was_asked_for_is_written(project: Project) -> None:
    done = project.run("daybreak", "revision", "--empty", "-m", "nothing")
    assert (done.code, len(files(project))) == (0, 1)
    assert done.err.splitlines() == NOTES[:1]


def test_a_check_says_that_alembic_compares(project: Project) -> None:
    done = project.run("daybreak", "check")
    assert (done.code, done.err.splitlines()) == (0, NOTES)
    assert done.out.splitlines()[-1] == (
        "done   the models and the database are equal, as far as Alembic compares"
    )


def test_a_url_that_was_moved_before_env_py_changed_is_told(project: Project) -> None:
    """Who does the last step of init's list first."""
    project.write("alembic/env.py", FROM_INI)
    done = project.run("daybreak", "current")
    assert (done.code, done.err.splitlines()) == (
        2,
        [
            NOTES[0],
            "error  alembic/env.py:5 asks for sqlalchemy.url, which alembic.ini does not have",
            "next   let env.py call daybreak.env.run(), which reads the environment's variable "
            "(docs/from-alembic.md); until then the line has to stay",
        ],
    )
