"""The real servers as fixtures: each starts when the first test asks for it and ends with the run.

A server that can't be had fails the test, with the cure; only on a machine that can't fetch MySQL
by itself, and outside CI, its tests are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servers.debian import NoDebianMirror
from servers.mysql import MySQL, fail_or_skip, running_mysql
from servers.postgresql import PostgreSQL, running_postgresql
from servers.server import Server


@pytest.fixture(scope="session")
def postgresql16() -> Iterator[PostgreSQL]:
    with running_postgresql(16) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql18() -> Iterator[PostgreSQL]:
    with running_postgresql(18) as server:
        yield server


@pytest.fixture(scope="session")
def mysql() -> Iterator[MySQL]:
    try:
        with running_mysql() as server:
            yield server
    except NoDebianMirror as reason:
        fail_or_skip(reason)


SERVERS = {"postgresql-16": "postgresql16", "postgresql-18": "postgresql18", "mysql-9.7": "mysql"}


@pytest.fixture(scope="module", params=list(SERVERS.values()), ids=list(SERVERS))
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the three in turn."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The name of a new, empty database on `server`."""
    with server.fresh_database() as name:
        yield name
