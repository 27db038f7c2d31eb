"""`ensure_version` makes the version table and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects import make_project
from servers.server import Server


@pytest.mark.parametrize("tool", ["daybreak", "alembic"])
def test_ensure_version_makes_the_version_table_for_good(
    tmp_path: Path, server: Server, database: str, tool: str
) -> None:
    project = make_project(
        tmp_path / "app", server.dialect, ENV="staging", STAGING_DATABASE_URL=server.url(database)
    )
    assert project.run(tool, "ensure_version").code == 0
    schema = "public" if server.dialect == "postgresql" else database
    found = server.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s",
        [schema],
        database=database,
    )
    assert [tuple(row) for row in found] == [("alembic_version",)]
