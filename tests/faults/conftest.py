"""The servers of these tests: PostgreSQL 16 and MySQL; with DAYBREAK_TEST_FAULTS=all, 18 as well.

A random test prints its seed; DAYBREAK_TEST_SEED repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from killing.histories import HISTORIES, write_history
from killing.runs import ALL, Asked, Forks, Undisturbed, forks_in, state
from projects import Project, make_project
from servers.server import Server

SERVERS = {"postgresql-16": "postgresql16", "mysql-9.7": "mysql"}
if ALL:
    SERVERS["postgresql-18"] = "postgresql18"


@pytest.fixture(scope="module", params=list(SERVERS.values()), ids=list(SERVERS))
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Project:
    """A project whose history holds every kind of statement."""
    project = make_project(tmp_path_factory.mktemp("faults") / "app", server.dialect)
    write_history(project, HISTORIES[server.dialect])
    return project


@pytest.fixture(scope="module")
def forks(project: Project) -> Iterator[Forks]:
    with forks_in(project.root) as forks:
        yield forks


@pytest.fixture(scope="module")
def undisturbed(server: Server, forks: Forks) -> Undisturbed:
    """What a run that meets nothing does, and what it leaves."""
    with server.fresh_database() as database:
        ended = forks.run(Asked(server.url(database)))
        assert ended.code == 0, ended
        return Undisturbed(ended.events, state(server.url(database)))
