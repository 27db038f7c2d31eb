"""Where the history ends, the words say so and what to do; nothing fails unexpectedly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL

pytestmark = pytest.mark.server


@pytest.fixture
def project(postgresql16: PostgreSQL, tmp_path: Path) -> Iterator[Project]:
    with postgresql16.fresh_database() as database:
        yield make_project(tmp_path / "myapp", DEV_DATABASE_URL=postgresql16.url(database))


def test_upgrade_without_any_revision_succeeds_and_names_the_command_that_writes_one(
    project: Project,
) -> None:
    done = project.run("daybreak", "upgrade", "head")

    assert done.code == 0
    assert done.out.splitlines()[1:] == [
        "done   nothing to do, at no revision",
        'next   there is no revision yet; write one: daybreak revision -m "…"',
    ]


@pytest.mark.parametrize("command", [("upgrade", "+2"), ("downgrade", "-2")])
def test_a_step_beyond_the_end_is_a_usage_error_that_says_where_to_look(
    project: Project, command: tuple[str, str]
) -> None:
    project.add_revision("a1", None, VENUES)
    assert project.run("daybreak", "upgrade", "head").code == 0

    done = project.run("daybreak", *command)

    assert done.code == 2
    assert done.err == (
        "error  the history does not reach that far from where the database is\n"
        "next   daybreak history -i shows both\n"
    )


def test_a_head_that_another_one_depends_on_is_not_missed(project: Project) -> None:
    """Alembic records only the dependent one, and its own --check-heads takes that for behind."""
    project.add_revision("a1", None, VENUES)
    project.add_revision("b2", None)
    path = project.root / "alembic" / "versions" / "b2_.py"
    path.write_text(path.read_text().replace("depends_on = None", "depends_on = 'a1'"))
    assert project.run("daybreak", "upgrade", "heads").code == 0

    done = project.run("daybreak", "current", "--check-heads")

    assert done.code == 0
    assert done.out.endswith("at b2 (head)\n")
