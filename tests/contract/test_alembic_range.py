"""Alembic's inside is pinned by tests, so a version that they never met is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from daybreak.edges.alembic import BEFORE, OLDEST
from projects import VENUES, Project, make_project

ROOT = Path(__file__).parents[2]
ENV = """\
import alembic

alembic.__version__ = "{version}"

import daybreak.env

daybreak.env.run()
"""


def test_the_package_asks_for_the_same_versions() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert f"alembic>={OLDEST},<{BEFORE}" in pyproject["project"]["dependencies"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Its database is nowhere: what is tried is offline."""
    project = make_project(tmp_path, DEV_DATABASE_URL="postgresql://nobody@nowhere.invalid/db")
    project.add_revision("0001", None, VENUES)
    return project


@pytest.mark.parametrize("version", ["1.19.9", "1.20.0", "1.21.0", "1.21.0rc1", "2.0"])
def test_a_version_outside_the_range_is_refused_by_both_names(
    project: Project, version: str
) -> None:
    project.write("alembic/env.py", ENV.format(version=version))
    problem = (
        f"Alembic {version} is not one that Daybreak was tested with: it takes {OLDEST} and later, "
        f"before {BEFORE}. Nothing was changed"
    )
    cure = f'uv add "alembic>={OLDEST},<{BEFORE}", or a newer Daybreak'
    ours = project.run("daybreak", "upgrade", "head", "--sql")
    assert (ours.code, ours.out) == (2, "")
    assert ours.err == f"error  {problem}\nnext   {cure}\n"
    plain = project.run("alembic", "upgrade", "head", "--sql")
    assert plain.code == 255
    assert problem in plain.said
    assert cure in plain.said


@pytest.mark.parametrize("version", ["1.20.1", "1.20.9"])
def test_a_version_inside_the_range_is_taken(project: Project, version: str) -> None:
    project.write("alembic/env.py", ENV.format(version=version))
    done = project.run("daybreak", "upgrade", "head", "--sql")
    assert done.code == 0, done.said
    assert "CREATE TABLE venues" in done.out
