"""Both sides are made at once where a project meets a server first; nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL

pytestmark = pytest.mark.server

EQUAL = "done   the models and the history are equal"
WRONG_MODEL = '    wrong: Mapped[int] = mapped_column(server_default="no number")\n'
WRONG_REVISION = 'op.execute("SELECT nothing")'
ADDS_TO_THE_MODEL = """\
from models.venue import Venue
    sa.CheckConstraint(Venue.__table__.c.id > 0, name="positive")"""
SCRATCH = "SELECT datname FROM pg_database WHERE datname LIKE 'daybreak\\_shadow\\_%'"


@pytest.fixture
def project(postgresql16: PostgreSQL, tmp_path: Path) -> Iterator[Project]:
    with postgresql16.fresh_database() as database:
        made = make_project(tmp_path / "myapp", DEV_DATABASE_URL=postgresql16.url(database))
        made.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
        yield made


def _spoil_model(project: Project) -> None:
    venue = project.root / "models" / "venue.py"
    venue.write_text(venue.read_text() + WRONG_MODEL)


def test_of_two_wrong_sides_the_history_is_told_first(
    project: Project, postgresql16: PostgreSQL
) -> None:
    _spoil_model(project)
    project.add_revision("0002", "0001", WRONG_REVISION)
    checked = project.run("daybreak", "check", "--no-database")
    assert "error  versions/0002_.py:12 does not run on an empty database" in checked.err
    assert checked.code == 2
    assert postgresql16.execute(SCRATCH) == []


def test_wrong_models_are_told_when_the_history_is_there(
    project: Project, postgresql16: PostgreSQL
) -> None:
    _spoil_model(project)
    checked = project.run("daybreak", "check", "--no-database")
    assert "error  models/venue.py:11: the shadow server (PostgreSQL 16" in checked.err
    assert 'column wrong: invalid input syntax for type integer: "no number"' in checked.err
    assert checked.code == 2
    assert postgresql16.execute(SCRATCH) == []


def test_what_a_revision_adds_to_the_models_tables_is_not_theirs(project: Project) -> None:
    project.add_revision("0002", "0001", ADDS_TO_THE_MODEL)
    first, second = [project.run("daybreak", "check", "--no-database") for _ in range(2)]
    assert first.out.splitlines()[-1] == EQUAL, first.said
    assert second.out.splitlines()[-1] == EQUAL, second.said


def test_what_the_history_installs_is_there_for_the_models(project: Project) -> None:
    project.add_revision("0002", "0001", 'op.execute("CREATE EXTENSION vector")')
    checked = project.run("daybreak", "check", "--no-database")
    assert checked.out.splitlines()[-1] == EQUAL, checked.said
