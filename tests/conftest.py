"""The real servers as fixtures: each starts when the first test asks for it and ends with the run.

A server that can't be had fails the test, with the cure; only on a machine that can't fetch MySQL
by itself, and outside CI, its tests are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from daybreak.core import secret
from servers.debian import NoDebianMirror
from servers.moto import Moto, running_moto
from servers.mysql import URL_VARIABLE, MySQL, fail_or_skip, running_mysql
from servers.postgresql import PostgreSQL, running_postgresql
from servers.server import Server
from servers.tls import TlsServer, running_tls_mysql, running_tls_postgresql

pytest.register_assert_rewrite("flows.wrong_inputs")

# A busy machine makes an example slow, not wrong. "full" is for `nox -s full`.
settings.register_profile("unhurried", settings(), deadline=None)
settings.register_profile("full", max_examples=1000, deadline=None)
settings.load_profile("unhurried")


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


@pytest.fixture(scope="session")
def tls_postgresql() -> Iterator[TlsServer]:
    try:
        with running_tls_postgresql() as server:
            yield server
    except NoDebianMirror as reason:
        fail_or_skip(reason, "PostgreSQL with TLS", "")


@pytest.fixture(scope="session")
def tls_mysql() -> Iterator[TlsServer]:
    try:
        with running_tls_mysql() as server:
            yield server
    except NoDebianMirror as reason:
        fail_or_skip(reason, "MySQL of our own", "")


@pytest.fixture(params=["postgresql", "mysql"])
def tls_server(request: pytest.FixtureRequest) -> TlsServer:
    """Each of the two, which show the certificate that they are given."""
    found: TlsServer = request.getfixturevalue(f"tls_{request.param}")
    return found


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    with running_moto() as started:
        yield started


@pytest.fixture
def aws(moto: Moto, monkeypatch: pytest.MonkeyPatch) -> Moto:
    """AWS for this process; nothing of the machine's own credentials is seen."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in moto.variables.items():
        monkeypatch.setenv(name, value)
    return moto


def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` is: each starts three servers of its own, which take memory.

    A MySQL that somebody named would be the same for all of them, and tests look at all of it.
    """
    return 1 if URL_VARIABLE in os.environ else min(os.cpu_count() or 1, 4)


SERVERS = {"postgresql-16": "postgresql16", "postgresql-18": "postgresql18", "mysql-9.7": "mysql"}


@pytest.fixture(scope="module", params=list(SERVERS.values()), ids=list(SERVERS))
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the three in turn."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for a server, so that `-m "not server"` is the quick lane by itself.

    A test asks as an argument, or by the name in one of its parameters (getfixturevalue).
    """
    servers = {"server", "tls_server", "tls_postgresql", "tls_mysql", *SERVERS.values()}
    for item in items:
        if isinstance(item, pytest.Function):
            parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
            named = {value for value in parameters if isinstance(value, str)}
            if servers & {*item.fixturenames, *named}:
                item.add_marker("server")


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    """What one test calls a secret is not masked in the next one's output."""
    before = set(secret._known)
    yield
    secret._known.clear()
    secret._known.update(before)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The name of a new, empty database on `server`."""
    with server.fresh_database() as name:
        yield name
