"""On MySQL the first statements of a revision have no rows as long as each only adds something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from killing.runs import Asked, Ended, Undisturbed, forks_in, state
from projects import Project, make_project
from servers.mysql import MySQL

ADDS = (
    'op.execute("CREATE TABLE t (id INT)")',
    'op.execute("CREATE INDEX ix_id ON t (id)")',
    'op.execute("ALTER TABLE t ADD COLUMN name VARCHAR(20)")',
    'op.execute("CREATE VIEW v AS SELECT id FROM t")',
    'op.execute("CREATE UNIQUE INDEX ux_name ON t (name)")',
)
FAILS = 'op.execute("INSERT INTO nowhere VALUES (1)")'
ROWS = "SELECT number, state FROM daybreak_journal WHERE kind = 'statement' ORDER BY id"
NO_FAULTS: Mapping[int, str] = {}


@pytest.fixture
def database(mysql: MySQL) -> Iterator[str]:
    with mysql.fresh_database() as name:
        yield name


def _project(folder: Path, *statements: str) -> Project:
    project = make_project(folder / "app", "mysql")
    project.add_revision("a1", None, 'op.execute("CREATE TABLE a (id INT)")')
    _write(project, *statements)
    return project


def _write(project: Project, *statements: str) -> None:
    project.add_revision("b2", "a1", "\n    ".join(statements))


def _run(
    project: Project, url: str, faults: Mapping[int, str] = NO_FAULTS, command: str = "upgrade"
) -> Ended:
    # a process of its own, since another one has read the revision as it was
    with forks_in(project.root) as forks:
        return forks.run(Asked(url, faults, command, "head" if command == "upgrade" else "base"))


def _number(project: Project, server: MySQL, begins: str) -> int:
    """Of the event of an undisturbed run that begins so."""
    with server.fresh_database() as database:
        return Undisturbed(_run(project, server.url(database)).events, (None, {})).number(begins)


def _rows(server: MySQL, database: str) -> list[tuple[int, str]]:
    return [(int(row[0]), str(row[1])) for row in server.execute(ROWS, database=database)]


@pytest.mark.parametrize("again", range(2, len(ADDS) + 1))
def test_runs_that_are_killed_one_after_the_other_leave_no_row_and_are_finished(
    tmp_path: Path, mysql: MySQL, database: str, again: int
) -> None:
    """The second one is killed after it has taken over, at the same statement or a later one."""
    project, url = _project(tmp_path, *ADDS), mysql.url(database)
    first = _number(project, mysql, "Ran(revision='b2', number=2")
    assert _run(project, url, {first: "SIGKILL"}).signal == 9
    assert _rows(mysql, database) == [(0, "started")]
    # There is no a1 to be applied any more: that early, it is about to commit.
    taken_over = _run(project, url, {first - 1: "SIGKILL"})
    assert taken_over.signal == 9
    assert taken_over.events[-1].startswith("Passed(point='commit'")
    assert [event for event in taken_over.events if event.startswith("Skipped(")] != []
    then = _run(project, url, {_point(taken_over, again): "SIGKILL"})
    after = _run(project, url)
    assert (then.signal, after.code) == (9, 0), f"{then}\n{after}"
    with mysql.fresh_database() as other:
        assert _run(project, mysql.url(other)).code == 0
        assert state(url) == state(mysql.url(other))
    assert _rows(mysql, database) == []


def _point(ended: Ended, more: int) -> int:
    """A point of the next run: so many events behind the last thing that was skipped."""
    skipped = max(n for n, event in enumerate(ended.events, 1) if event.startswith("Skipped("))
    return skipped + more - 1


def test_a_file_that_was_changed_since_is_noticed_where_something_was_made(
    tmp_path: Path, mysql: MySQL, database: str
) -> None:
    project, url = _project(tmp_path, *ADDS), mysql.url(database)
    first = _number(project, mysql, "Ran(revision='b2', number=1")
    assert _run(project, url, {first: "SIGKILL"}).signal == 9
    _write(project, 'op.execute("CREATE TABLE t (id INT, more INT)")', *ADDS[1:])
    asked = _run(project, url)
    assert (asked.code, asked.kind) == (7, "Undecided"), asked
    assert "t is neither as it was before nor as it should be after" in asked.said
    _write(project, *ADDS, 'op.execute("CREATE TABLE more (id INT)")')
    asked = _run(project, url)
    assert (asked.code, asked.kind) == (7, "Undecided"), asked
    assert "the file was changed after a run was interrupted in it" in asked.said
    assert "--done b2:1; if it has to run (again): --redo b2:1" in asked.said


def test_a_file_that_was_changed_before_anything_was_made_is_run(
    tmp_path: Path, mysql: MySQL, database: str
) -> None:
    project, url = _project(tmp_path, *ADDS), mysql.url(database)
    first = _number(project, mysql, "StatementBegun(revision='b2', number=1")
    assert _run(project, url, {first: "SIGKILL"}).signal == 9
    _write(project, 'op.execute("CREATE TABLE other (id INT)")')
    assert _run(project, url).code == 0


@pytest.mark.parametrize("failure", [FAILS, 'raise ValueError("no")'])
def test_after_an_error_what_stays_is_recorded_and_a_changed_file_goes_on_behind_it(
    tmp_path: Path, mysql: MySQL, database: str, failure: str
) -> None:
    project, url = _project(tmp_path, *ADDS[:2], failure), mysql.url(database)
    assert _run(project, url).code == 7
    assert dict(_rows(mysql, database)) == {0: "failed", 1: "done", 2: "done"}
    _write(project, *ADDS)
    after = _run(project, url)
    assert after.code == 0, after
    assert sum(event.startswith("Skipped(") for event in after.events) == 2


def test_after_an_error_of_the_first_statement_the_revision_counts_as_not_begun(
    tmp_path: Path, mysql: MySQL, database: str
) -> None:
    project, url = _project(tmp_path, FAILS, *ADDS), mysql.url(database)
    assert _run(project, url).code != 0
    assert _rows(mysql, database) == []
    project, url = _project(tmp_path / "other", "raise ValueError('no')"), mysql.url(database)
    assert _run(project, url).code != 0
    assert _run(project, url, command="downgrade").code == 0


def test_a_revision_that_a_killed_run_may_have_begun_is_finished_before_others_are_taken_back(
    tmp_path: Path, mysql: MySQL, database: str
) -> None:
    project, url = _project(tmp_path, *ADDS), mysql.url(database)
    first = _number(project, mysql, "Ran(revision='b2', number=1")
    assert _run(project, url, {first: "SIGKILL"}).signal == 9
    refused = _run(project, url, command="downgrade")
    assert (refused.code, refused.kind) == (7, "HalfDone")
    assert "b2 is perhaps half applied: its start was recorded at" in refused.said


def test_where_the_connection_is_lost_the_revision_stays_begun(
    tmp_path: Path, mysql: MySQL, database: str
) -> None:
    project, url = _project(tmp_path, *ADDS), mysql.url(database)
    point = _number(project, mysql, "Ran(revision='b2', number=2")
    lost = _run(project, url, {point: "worker"})
    assert (lost.code, lost.kind) == (7, "StoppedHalfWay"), lost
    assert _rows(mysql, database) == [(0, "started")]
    after = _run(project, url)
    assert after.code == 0, after
    assert sum(event.startswith("Skipped(") for event in after.events) == 2
