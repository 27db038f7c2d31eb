"""Whoever reads the output may go away at any time: the migration is finished all the same."""

from __future__ import annotations

import subprocess
from pathlib import Path

from projects import BIN, CLEAN, VENUES, make_project
from servers.server import Server


def test_upgrade_piped_into_head_is_applied_to_its_end(
    server: Server, database: str, tmp_path: Path
) -> None:
    project = make_project(
        tmp_path / "myapp", server.dialect, DEV_DATABASE_URL=server.url(database)
    )
    project.add_revision("a1", None, VENUES)
    project.add_revision("b2", "a1", 'op.create_table("tours", sa.Column("id", sa.Integer()))')
    with subprocess.Popen(
        [BIN / "daybreak", "upgrade", "head"],
        cwd=project.root,
        env={**CLEAN, **project.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("dev ")
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (141, "")
    assert server.execute("SELECT version_num FROM alembic_version", database=database) == [("b2",)]


def test_sql_piped_into_nothing_says_nothing(tmp_path: Path) -> None:
    project = make_project(tmp_path / "myapp", DEV_DATABASE_URL="postgresql://app@127.0.0.1:1/app")
    project.add_revision("a1", None, VENUES)

    done = subprocess.run(
        ["/bin/sh", "-c", "(sleep 1; daybreak upgrade head --sql; echo $? >&2) | true"],
        cwd=project.root,
        env={**CLEAN, **project.variables},
        capture_output=True,
        text=True,
    )

    assert done.stderr == "141\n"


def test_help_piped_into_nothing_ends_as_the_shell_would_end_it() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", "(sleep 1; daybreak --help; echo $? >&2) | true"],
        env=CLEAN,
        capture_output=True,
        text=True,
    )

    assert done.stderr == "141\n"
