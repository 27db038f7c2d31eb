"""A revision that is half taken back is still recorded: nobody may take it for being there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from projects import Project, make_project
from servers.server import Server

pytestmark = pytest.mark.server

UP = 'op.execute("CREATE INDEX ix ON t (x)")'
# What stays done, and then an error. On MySQL every statement of a schema stays done.
HALF = {
    "postgresql": "with op.get_context().autocommit_block():\n        "
    'op.execute("DROP INDEX CONCURRENTLY ix")\n        op.execute("{then}")',
    "mysql": 'op.execute("DROP INDEX ix ON t")\n    op.execute("{then}")',
}
FAILS, WORKS = "ALTER TABLE nowhere ADD x INT", "CREATE TABLE nothing_more (x INT)"


@pytest.fixture
def project(server: Server, database: str, tmp_path: Path) -> Project:
    """At a2, the head."""
    url = server.url(database)
    project = make_project(tmp_path / "myapp", server.dialect, ENV="dev", DEV_DATABASE_URL=url)
    project.add_revision("a1", None, 'op.execute("CREATE TABLE t (x INT)")')
    half = HALF[server.dialect].format(then=FAILS)
    project.add_revision("a2", "a1", UP, half)
    assert project.run("daybreak", "upgrade", "head").code == 0
    return project


def test_upgrade_and_wait_refuse_what_a_downgrade_left_half_done(
    project: Project, server: Server, database: str
) -> None:
    assert project.run("daybreak", "downgrade", "-1", "--yes").code == 7

    upgrade = project.run("daybreak", "upgrade", "head")
    waited = project.run("daybreak", "wait", "--timeout", "0", "--accept-unknown")

    assert upgrade.code == 7
    assert re.search(r"^error  a2 is half taken back: its statement 1 was", upgrade.err, re.M)
    assert "next   finish it first: daybreak downgrade -1; or" in upgrade.err
    assert (waited.code, waited.out) == (9, "")
    assert waited.err == (
        f"error  {database}@{server.host}:{server.port} (dev, from DEV_DATABASE_URL) is at a2 and "
        "lacks a2: a downgrade of a2 is under way, or was interrupted\n"
        "next   let it end; if no run is at work, daybreak upgrade head says what finishes it\n"
    )

    project.add_revision("a2", "a1", UP, HALF[server.dialect].format(then=WORKS))
    assert project.run("daybreak", "downgrade", "-1", "--yes").code == 0
    assert project.run("daybreak", "upgrade", "head").code == 0
    assert project.run("daybreak", "wait", "--timeout", "0").code == 0


def test_current_does_not_call_it_the_head(project: Project) -> None:
    assert project.run("daybreak", "current", "--check-heads").code == 0
    assert project.run("daybreak", "downgrade", "-1", "--yes").code == 7
    words = "a2 is half taken back: if no run is at work, downgrade to finish it\n"

    current = project.run("daybreak", "current")
    checked = project.run("daybreak", "current", "--check-heads")
    listed = project.run("daybreak", "current", "--json")
    plain = project.run("alembic", "current")

    assert current.code == 0
    assert current.out.endswith(" at a2\n")
    assert current.err == f"half   {words}"
    assert checked.code == 9
    assert checked.err.endswith(
        f"error  {words}next   daybreak upgrade head says what finishes it\n"
    )
    found = json.loads(listed.out)
    assert (found["at_head"], found["half_done"]) == (False, "a2")
    assert words in plain.err


def test_files_that_do_not_have_the_revision_do_not_lack_it(project: Project) -> None:
    """An instance of the older code may start while a newer revision is taken back."""
    assert project.run("daybreak", "downgrade", "-1", "--yes").code == 7
    (project.root / "alembic/versions/a2_.py").unlink()

    assert project.run("daybreak", "wait", "--timeout", "0").code == 0


def test_a_newer_revision_that_is_half_applied_is_refused_by_upgrade_alone(
    project: Project, server: Server
) -> None:
    project.add_revision(
        "a3",
        "a2",
        HALF[server.dialect].format(then=FAILS),
    )
    assert project.run("daybreak", "upgrade", "head").code == 7
    (project.root / "alembic/versions/a3_.py").unlink()

    upgrade = project.run("daybreak", "upgrade", "head")

    assert upgrade.code == 7
    assert "a3 is half applied" in upgrade.err
    assert project.run("daybreak", "wait", "--timeout", "0").code == 0


def test_a_statement_that_failed_and_left_nothing_is_nothing_half_done(
    project: Project, server: Server, database: str
) -> None:
    """The last word on it counts: it was begun, and it failed."""
    first = HALF[server.dialect].replace("{then}", "no more").replace(" ix", " ix_of_nobody")
    project.add_revision("a2", "a1", UP, first)
    assert project.run("daybreak", "downgrade", "-1", "--yes").code == 1
    states = "SELECT state FROM daybreak_journal WHERE kind = 'statement' ORDER BY id"
    assert server.execute(states, database=database) == [("started",), ("failed",)]

    upgrade = project.run("daybreak", "upgrade", "head")

    assert (upgrade.code, upgrade.out.splitlines()[-1]) == (0, "done   nothing to do, at a2")
    assert project.run("daybreak", "wait", "--timeout", "0").code == 0
