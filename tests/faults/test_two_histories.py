"""Two histories with version tables of their own in one schema share the journal, and no more."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from killing.runs import Asked, forks_in, until
from projects import Project, make_project
from servers.server import Server

HISTORIES = 4
ENV = "import daybreak.env\n\ndaybreak.env.run(version_table={table!r})\n"


def test_what_one_history_left_half_done_is_nothing_to_the_other(
    tmp_path: Path, mysql: Server
) -> None:
    with mysql.fresh_database() as database:
        first, second = (_project(tmp_path, name, mysql, database) for name in ("first", "second"))
        first.add_revision(
            "a1",
            None,
            'op.execute("CREATE TABLE one (id INT)")\n    op.execute("no statement at all")',
        )
        second.add_revision("b1", None, 'op.execute("CREATE TABLE two (id INT)")')
        assert first.run("daybreak", "upgrade", "head").code == 7
        done = second.run("daybreak", "upgrade", "head")
        assert done.code == 0, done.said
        again = first.run("daybreak", "upgrade", "head")
        assert again.code == 7
        assert "1 statement of a1 stayed done and recorded" in again.err


def test_the_first_runs_of_two_histories_may_make_the_journal_at_the_same_moment(
    tmp_path: Path, server: Server, database: str
) -> None:
    """Each of them holds the lock of its own history, and finds no journal."""
    names = [f"history_{number}" for number in range(HISTORIES)]
    pauses = [tmp_path / f"pause of {name}" for name in names]
    with ExitStack() as stack:
        runs = []
        for name, pause in zip(names, pauses, strict=True):
            project = _project(tmp_path, name, server, database)
            project.add_revision("a1", None, f'op.execute("CREATE TABLE of_{name} (id INT)")')
            runs.append(stack.enter_context(forks_in(project.root)))
            runs[-1].start([Asked(server.url(database), {1: "pause"}, pause=str(pause))])
        for pause in pauses:
            until(pause.exists, "the run has its lock")
        for pause in pauses:
            pause.unlink()
        ended = [run.finish()[0] for run in runs]
    assert [str(one) for one in ended if one.code != 0] == []
    found = server.execute(
        "SELECT DISTINCT history FROM daybreak_journal ORDER BY 1", database=database
    )
    assert [history for (history,) in found] == [f"{name}_version" for name in names]


def _project(folder: Path, name: str, server: Server, database: str) -> Project:
    project = make_project(
        folder / name, server.dialect, ENV="staging", STAGING_DATABASE_URL=server.url(database)
    )
    project.write("alembic/env.py", ENV.format(table=f"{name}_version"))
    return project
