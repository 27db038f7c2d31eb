"""Two histories with version tables of their own in one schema share the journal, and no more."""

from __future__ import annotations

from pathlib import Path

from projects import Project, make_project
from servers.server import Server

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


def _project(folder: Path, name: str, server: Server, database: str) -> Project:
    project = make_project(
        folder / name, server.dialect, ENV="staging", STAGING_DATABASE_URL=server.url(database)
    )
    project.write("alembic/env.py", ENV.format(table=f"{name}_version"))
    return project
