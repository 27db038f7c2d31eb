"""rds-iam://: a token for each connection, signed here, and never sent unencrypted."""

from __future__ import annotations

import asyncio
import importlib
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from daybreak import Database
from daybreak.core.errors import InvalidUrl
from daybreak.core.secret import Secret, mask
from daybreak.dialects.tls import context_of
from edges.project_of import ASYNC, SYNC, ask, ask_async, disposed, name_database
from servers.account import Account
from servers.door import Door, open_door
from servers.moto import Moto
from servers.server import Server

WHO = {"postgresql": "SELECT current_user", "mysql": "SELECT substring_index(user(), '@', 1)"}
DRIVERS = [
    *[("postgresql16", driver, False) for driver in SYNC["postgresql"]],
    *[("postgresql16", driver, True) for driver in ASYNC["postgresql"]],
    *[("mysql", driver, False) for driver in SYNC["mysql"]],
    *[("mysql", driver, True) for driver in ASYNC["mysql"]],
]
EACH = pytest.mark.parametrize(
    ("name", "driver", "asynchronous"),
    DRIVERS,
    ids=[f"{driver}{' async' * asynchronous}" for _, driver, asynchronous in DRIVERS],
)

Use = Callable[..., Any]


@pytest.fixture
def account(name: str, request: pytest.FixtureRequest) -> Iterator[Account]:
    server: Server = request.getfixturevalue(name)
    with server.fresh_database() as database, server.fresh_user("password", database) as user:
        yield Account(server, database, user, "password")


@pytest.fixture
def door(account: Account, tmp_path: Path) -> Iterator[Door]:
    with open_door(account, tmp_path) as opened:
        yield opened


@pytest.fixture
def project(aws: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Database]:
    def make(text: str, dialect: str, **options: Any) -> Database:
        settings = (
            f'[tool.daybreak]\ndialect = "{dialect}"\n'
            '[tool.daybreak.environments.prod]\ntls = "require"\n'
        )
        return Database(name_database(tmp_path, text, monkeypatch, settings), **options)

    return make


def use(database: Database, sql: str, *, asynchronous: bool, pause: float = 0) -> list[Any]:
    """The answers of two connections at once, of which the second is made after a pause."""
    if not asynchronous:
        with disposed(database.engine) as engine, engine.connect() as first:
            time.sleep(pause)
            return [ask(engine, sql), first.scalar(text(sql))]

    async def ask_twice() -> list[Any]:
        engine = database.async_engine
        try:
            async with engine.connect() as first:
                await asyncio.sleep(pause)
                return [await ask_async(engine, sql), await first.scalar(text(sql))]
        finally:
            await engine.dispose()

    return asyncio.run(ask_twice())


@EACH
def test_each_connection_has_a_token_of_its_own(
    name: str,
    driver: str,
    asynchronous: bool,
    door: Door,
    account: Account,
    project: Callable[..., Database],
) -> None:
    dialect = account.server.dialect
    database = project(door.reference, f"{dialect}+{driver}")
    # a token tells the second in which it was signed
    found = use(database, WHO[dialect], asynchronous=asynchronous, pause=1.1)
    assert found == [account.user] * 2
    assert len(set(door.tokens)) == 2
    assert door.heard == []


@pytest.mark.parametrize("name", ["mysql"])
def test_what_encrypts_is_made_once_for_an_engine(
    name: str,
    door: Door,
    account: Account,
    project: Callable[..., Database],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[object] = []

    def counted(*given: Any) -> ssl.SSLContext:
        made.append(given)
        return context_of(*given)

    monkeypatch.setattr("daybreak.dialects.mysql.tls.context_of", counted)
    assert use(project(door.reference, "mysql"), "SELECT 1", asynchronous=False) == [1, 1]
    assert len(made) == 1


@EACH
def test_a_server_without_encryption_gets_no_token(
    name: str,
    driver: str,
    asynchronous: bool,
    account: Account,
    project: Callable[..., Database],
    tmp_path: Path,
) -> None:
    with open_door(account, tmp_path, encrypts=False) as door:
        database = project(door.reference, f"{account.server.dialect}+{driver}")
        with pytest.raises((DBAPIError, OSError)):
            use(database, "SELECT 1", asynchronous=asynchronous)
    assert not any(b"X-Amz" in heard for heard in door.heard)


WEAK: dict[str, list[dict[str, Any]]] = {
    "psycopg2": [{"sslmode": "disable"}, {"sslmode": "allow"}, {"sslmode": "prefer"}],
    "psycopg": [{"sslmode": "prefer"}],
    "asyncpg": [{"ssl": False}, {"ssl": "prefer"}],
    "pymysql": [{"ssl_disabled": True}],
    "aiomysql": [{"ssl": None}],
}


@EACH
def test_encryption_can_not_be_turned_off(
    name: str,
    driver: str,
    asynchronous: bool,
    door: Door,
    account: Account,
    project: Callable[..., Database],
) -> None:
    for weak in WEAK[driver]:
        dialect = f"{account.server.dialect}+{driver}"
        database = project(door.reference, dialect, connect_args=weak)
        [(option, value)] = weak.items()
        with pytest.raises(InvalidUrl) as caught:
            use(database, "SELECT 1", asynchronous=asynchronous)
        told = option if value is True else f"{option}={value}"
        assert caught.value.problem == f"{told} could send the token of rds-iam:// unencrypted"
    assert (door.tokens, door.heard) == ([], [])


@EACH
def test_a_refused_token_is_not_tried_again_and_not_told(
    name: str,
    driver: str,
    asynchronous: bool,
    door: Door,
    account: Account,
    project: Callable[..., Database],
) -> None:
    elsewhere = f"{door.reference}?region=us-east-1"
    database = project(elsewhere, f"{account.server.dialect}+{driver}")
    account.user = "somebody_else"
    with pytest.raises((DBAPIError, OSError)) as caught:
        use(database, "SELECT 1", asynchronous=asynchronous)
    assert len(door.tokens) == 1
    assert "X-Amz-Signature" not in str(caught.value)


@pytest.mark.parametrize("name", ["postgresql16", "mysql"])
def test_a_dsn_has_the_token_and_asks_for_encryption(
    name: str, door: Door, account: Account, project: Callable[..., Database]
) -> None:
    dialect = account.server.dialect
    driver = SYNC[dialect][0]
    dsn = project(door.reference, dialect).dsn(driver)
    connect = importlib.import_module(driver).connect
    connection = connect(**dsn) if isinstance(dsn, dict) else connect(dsn)
    cursor = connection.cursor()
    cursor.execute(WHO[dialect])
    assert cursor.fetchone() == (account.user,)
    connection.close()
    assert len(door.tokens) == 1


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("postgresql", "sslmode=disable"),
        ("postgresql", "sslmode=prefer"),
        ("postgresql", "ssl=allow"),
        ("mysql", "ssl_disabled=true"),
    ],
)
def test_a_reference_can_not_turn_encryption_off_either(
    dialect: str, query: str, project: Callable[..., Database]
) -> None:
    database = project(f"rds-iam://app@db.example.com/shop?{query}", dialect)
    with pytest.raises(InvalidUrl, match=r"could send the token of rds-iam:// unencrypted"):
        database.dsn(SYNC[dialect][0])


def token_in(url: Secret) -> str:
    return unquote(urlsplit(url).password or "")


def test_a_cluster_is_completed_from_its_description(
    aws: Moto, project: Callable[..., Database]
) -> None:
    cluster = aws.cluster(DatabaseName="shop", MasterUserPassword="password", Port=5433)
    name, endpoint = cluster["DBClusterIdentifier"], cluster["Endpoint"]
    for written, database in ((name, "shop"), (f"{name}/other", "other")):
        url = project(f"rds-iam://app@{written}", "postgresql").url()
        assert urlsplit(url).hostname == endpoint
        assert (urlsplit(url).port, urlsplit(url).path) == (5433, f"/{database}")
        assert urlsplit(url).query == "sslmode=require"
        assert token_in(url).startswith(f"{endpoint}:5433/?Action=connect&DBUser=app&")


@pytest.mark.parametrize(
    ("options", "region"), [("", "us-west-2"), ("?region=eu-north-1", "eu-north-1")]
)
def test_a_whole_host_name_needs_no_answer_of_aws_and_tells_its_region(
    options: str, region: str, project: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    host = "shop.cluster-c2h5.us-west-2.rds.amazonaws.com"
    token = token_in(project(f"rds-iam://app@{host}/shop{options}", "mysql").url())
    assert token.startswith(f"{host}:3306/?Action=connect&DBUser=app&")
    assert f"%2F{region}%2Frds-db%2F" in token


def test_a_token_is_masked_by_its_shape_and_not_remembered(
    project: Callable[..., Database],
) -> None:
    url = project("rds-iam://app@db.example.com/shop", "postgresql").url()
    signature = token_in(url).partition("X-Amz-Signature=")[2].partition("&")[0]
    assert len(signature) == 64
    for told in (str(url), unquote(url), repr({"url": str(url)})):
        assert signature not in mask(told)
        assert "DBUser" in mask(told)
