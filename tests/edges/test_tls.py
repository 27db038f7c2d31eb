"""`tls = "verify-full"` verifies the chain and the name, through every driver."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import psycopg
import psycopg2
import pymysql
import pytest

from daybreak import Database
from daybreak.core.errors import TlsFailed
from daybreak.dialects import driver_named
from daybreak.edges.connect import dialect_of, explained, make_async_engine, make_engine
from dialects.connecting import CONNECT
from edges.project_of import ask, ask_async, disposed, name_database
from servers.certificates import Certificate, authority
from servers.tls import BRIEFLY, Shown, TlsServer

# asyncio ends an encrypted connection when the other side has agreed, and the loop is gone by then.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

OURS, OTHERS = authority("ours"), authority("somebody else's")
ENCRYPTED = {
    "postgresql": "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mysql": "SELECT CASE variable_value WHEN '' THEN 'false' ELSE 'true' END "
    "FROM performance_schema.session_status WHERE variable_name = 'Ssl_cipher'",
}
WRONG: dict[str, tuple[Shown, str]] = {
    "signed by another authority": (
        lambda: OTHERS.sign("localhost"),
        "the certificate of localhost:{port} (prod, from PROD_DATABASE_URL) is not signed by an "
        "authority in {bundle}",
    ),
    "for another name": (
        lambda: OURS.sign("db.example", "db.internal"),
        "the certificate of localhost:{port} (prod, from PROD_DATABASE_URL) is for db.example, "
        "db.internal, not for localhost",
    ),
    "expired": (
        lambda: OURS.sign("localhost", lives=BRIEFLY),
        "the certificate of localhost:{port} (prod, from PROD_DATABASE_URL), or of its authority "
        "in {bundle}, has expired",
    ),
    "none": (
        lambda: None,
        "localhost:{port} (prod, from PROD_DATABASE_URL) offers no TLS, which is required",
    ),
}


def right() -> Certificate:
    return OURS.sign("localhost", "127.0.0.1")


ERRORS = (psycopg2.Error, psycopg.Error, pymysql.err.Error)
# the engine, the driver, and whether it is used asynchronously
WAYS = [
    *[("postgresql", driver, False) for driver in ("psycopg2", "psycopg")],
    *[("postgresql", driver, True) for driver in ("psycopg", "asyncpg")],
    *(("mysql", "pymysql", False), ("mysql", "aiomysql", True)),
]
ways = pytest.mark.parametrize(
    ("tls_server", "driver", "asynchronous"), WAYS, indirect=["tls_server"]
)


@pytest.fixture(autouse=True)
def _nothing_is_left_for_the_next_tests() -> Iterator[None]:
    yield
    gc.collect()


def database_of(
    server: TlsServer, folder: Path, patch: pytest.MonkeyPatch, query: str = "", tls: str = ""
) -> Database:
    """A project whose prod asks for `tls`, with our authority in the usual place."""
    (folder / "global-bundle.pem").write_bytes(OURS.certificate)
    named = "postgres" if server.server.dialect == "postgresql" else "performance_schema"
    url = server.server.url(named).replace("127.0.0.1", "localhost") + query
    settings = f"[tool.daybreak.environments.prod]\n{tls}\n"
    return Database(name_database(folder, url, patch, settings))


def encrypted(database: Database, driver: str, asynchronous: bool) -> str:
    """What the server says of an engine's connection."""
    target = database.target
    named = driver_named(dialect_of(target), driver, "a test")
    sql = ENCRYPTED[target.url.dialect]
    if not asynchronous:
        with disposed(make_engine(target, named)) as engine, explained(target):
            found: str = ask(engine, sql)
        return found

    async def run() -> str:
        engine = make_async_engine(target, named)
        try:
            answer: str = await ask_async(engine, sql)
        finally:
            await engine.dispose()
        return answer

    with explained(target):
        return asyncio.run(run())


@ways
def test_the_right_certificate_is_accepted(
    tls_server: TlsServer,
    driver: str,
    asynchronous: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tls_server.show(right)
    database = database_of(tls_server, tmp_path, monkeypatch, tls='tls = "verify-full"')

    assert encrypted(database, driver, asynchronous) == "true"
    assert CONNECT[driver](database.dsn(driver)) == database.target.url.database


@ways
@pytest.mark.parametrize(("shown", "problem"), WRONG.values(), ids=WRONG)
def test_any_other_is_refused_and_why_is_said(
    tls_server: TlsServer,
    driver: str,
    asynchronous: bool,
    shown: Shown,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tls_server.show(shown)
    database = database_of(tls_server, tmp_path, monkeypatch, tls='tls = "verify-full"')

    with pytest.raises(TlsFailed) as caught:
        encrypted(database, driver, asynchronous)
    bundle = tmp_path / "global-bundle.pem"
    assert caught.value.problem == problem.format(port=tls_server.server.port, bundle=bundle)
    if (shown, driver) != (WRONG["none"][0], "aiomysql"):  # docs/tls.md says so
        with pytest.raises((OSError, *ERRORS)):
            CONNECT[driver](database.dsn(driver))


@pytest.mark.parametrize("tls_server", ["postgresql", "mysql"], indirect=True)
def test_a_server_that_demands_tls_says_so_to_who_has_turned_it_off(
    tls_server: TlsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls_server.show(right)
    ways = [way[1:] for way in WAYS if way[0] == tls_server.server.dialect]
    database = database_of(tls_server, tmp_path, monkeypatch, tls='tls = "off"')
    with tls_server.encrypted_only():
        for driver, asynchronous in ways:
            with pytest.raises(TlsFailed) as caught:
                encrypted(database, driver, asynchronous)
            assert str(caught.value) == (
                f"localhost:{tls_server.server.port} (prod, from PROD_DATABASE_URL) takes no "
                'connection without TLS\nNext: tls = "verify-full" in '
                '[tool.daybreak.environments.prod] (docs/tls.md), or tls = "require"'
            )
