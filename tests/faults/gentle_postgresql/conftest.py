"""A project whose next revision is applied to the busy table `events` on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from killing.events import TABLE, Prepare
from killing.histories import Revision, write_history
from projects import Project, make_project
from servers.postgresql import PostgreSQL


@pytest.fixture
def server(postgresql16: PostgreSQL) -> PostgreSQL:
    return postgresql16


@pytest.fixture
def url(server: PostgreSQL, database: str) -> str:
    return server.url(database)


@pytest.fixture
def prepare(tmp_path: Path, url: str) -> Prepare:
    def made(body: str) -> Project:
        project = make_project(
            tmp_path / "app", "postgresql", ENV="staging", STAGING_DATABASE_URL=url
        )
        write_history(project, (Revision("a1", TABLE),))
        assert project.run("daybreak", "upgrade", "head").code == 0
        write_history(project, (Revision("a1", TABLE), Revision("b2", body)))
        return project

    return made
