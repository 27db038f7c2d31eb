"""References, looked up in moto by real boto3 clients, and real servers behind them."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from daybreak import Database
from daybreak.core.secret import Secret
from daybreak.edges.aws import Aws, Value
from edges.project_of import ASYNC, PASSWORD, SYNC, ask, ask_async, disposed, name_database
from servers.account import Account
from servers.moto import Moto
from servers.server import Server

pytestmark = pytest.mark.server

CURRENT = {"postgresql": "SELECT current_database()", "mysql": "SELECT database()"}
WHO = {"postgresql": "SELECT current_user", "mysql": "SELECT substring_index(user(), '@', 1)"}


@pytest.fixture(scope="module", params=["postgresql16", "mysql"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def account(server: Server, database: str) -> Iterator[Account]:
    with server.fresh_user(PASSWORD, database) as user:
        yield Account(server, database, user, PASSWORD)


@pytest.fixture
def named(
    server: Server, aws: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Database]:
    """The application of a project whose prod database is a reference."""
    settings = f'[tool.daybreak]\ndialect = "{server.dialect}"\n'
    return lambda text: Database(name_database(tmp_path, text, monkeypatch, settings))


def whole_secret(aws: Moto, account: Account) -> str:
    return f"secretsmanager://{aws.secret(account.whole)}"


def arn_of_a_secret(aws: Moto, account: Account) -> str:
    found = aws.client("secretsmanager").describe_secret(SecretId=aws.secret(account.whole))
    return f"secretsmanager://{found['ARN']}"


def url_in_a_secret(aws: Moto, account: Account) -> str:
    return f"secretsmanager://{aws.secret(account.url)}"


def login_and_options(aws: Moto, account: Account) -> str:
    name = aws.secret(json.dumps(account.login))
    return f"secretsmanager://{name}?{account.here}&database={account.database}"


def managed_secret(aws: Moto, account: Account) -> str:
    """Of a cluster, which is found by it, and whose database is the one."""
    cluster = aws.cluster(
        {"postgresql": "aurora-postgresql", "mysql": "aurora-mysql"}[account.server.dialect],
        ManageMasterUserPassword=True,
        DatabaseName=account.database,
    )
    arn = cluster["MasterUserSecret"]["SecretArn"]
    aws.rotate(arn, json.dumps(account.login))
    return f"secretsmanager://{arn}?{account.here}"


def cluster_in_the_options(aws: Moto, account: Account) -> str:
    cluster = aws.cluster(DatabaseName=account.database, MasterUserPassword="password")
    name = aws.secret(json.dumps(account.login))
    return f"secretsmanager://{name}?cluster={cluster['DBClusterIdentifier']}&{account.here}"


def cluster_in_the_secret(aws: Moto, account: Account) -> str:
    """As the console makes it, without a database."""
    cluster = aws.cluster(DatabaseName=account.database, MasterUserPassword="password")
    named = {"dbClusterIdentifier": cluster["DBClusterIdentifier"]}
    address = {**account.address, **named, "dbname": None}
    return f"secretsmanager://{aws.secret(json.dumps({**address, **account.login}))}"


def url_in_a_parameter(aws: Moto, account: Account) -> str:
    return f"ssm://{aws.parameter(account.url)}"


def path_without_its_slash(aws: Moto, account: Account) -> str:
    return f"ssm:/{aws.parameter(account.url)}"


def json_in_a_parameter(aws: Moto, account: Account) -> str:
    return f"ssm://{aws.parameter(account.whole)}"


def text_with_a_newline(aws: Moto, account: Account) -> str:
    """As a file has it that was put there."""
    return f"secretsmanager://{aws.secret(account.url + chr(10))}"


def another_region(aws: Moto, account: Account) -> str:
    return f"secretsmanager://{aws.secret(account.whole, 'us-east-1')}?region=us-east-1"


SHAPES = [
    *(whole_secret, arn_of_a_secret, url_in_a_secret, login_and_options, managed_secret),
    *(cluster_in_the_options, cluster_in_the_secret, another_region),
    text_with_a_newline,
    *(url_in_a_parameter, path_without_its_slash, json_in_a_parameter),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_reference_leads_to_its_database(
    shape: Callable[[Moto, Account], str],
    aws: Moto,
    account: Account,
    named: Callable[[str], Database],
) -> None:
    project = named(shape(aws, account))
    with disposed(project.engine) as engine:
        assert ask(engine, CURRENT[account.server.dialect]) == account.database
        assert ask(engine, WHO[account.server.dialect]) == account.user


def test_every_driver_connects_to_what_a_reference_stands_for(
    aws: Moto, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = account.server.dialect

    def project(driver: str) -> Database:
        settings = f'[tool.daybreak]\ndialect = "{dialect}+{driver}"\n'
        text = whole_secret(aws, account)
        return Database(name_database(tmp_path, text, monkeypatch, settings))

    async def ask_once(database: Database) -> tuple[str, Any]:
        engine = database.async_engine
        try:
            return engine.driver, await ask_async(engine, CURRENT[dialect])
        finally:
            await engine.dispose()

    for driver in SYNC[dialect]:
        with disposed(project(driver).engine) as engine:
            found = (engine.driver, ask(engine, CURRENT[dialect]))
            assert found == (driver, account.database)
    for driver in ASYNC[dialect]:
        assert asyncio.run(ask_once(project(driver))) == (driver, account.database)


def test_a_pool_survives_a_rotation(
    aws: Moto, account: Account, named: Callable[[str], Database]
) -> None:
    name = aws.secret(account.whole)
    with disposed(named(f"secretsmanager://{name}").engine) as engine, engine.connect() as first:
        account.change_password(secrets.token_urlsafe(12))
        aws.rotate(name, account.whole)
        with engine.connect() as second:
            assert second.scalar(text("SELECT 1")) == 1
        assert first.scalar(text("SELECT 1")) == 1


def test_an_asynchronous_pool_survives_a_rotation(
    aws: Moto, account: Account, named: Callable[[str], Database]
) -> None:
    name = aws.secret(account.whole)
    project = named(f"secretsmanager://{name}")

    async def use() -> list[int]:
        engine = project.async_engine
        async with engine.connect() as first:
            account.change_password(secrets.token_urlsafe(12))
            aws.rotate(name, account.whole)
            found = await asyncio.gather(*(ask_async(engine, "SELECT 1") for _ in range(3)))
            found.append(await first.scalar(text("SELECT 1")))
        await engine.dispose()
        return found

    assert asyncio.run(use()) == [1, 1, 1, 1]


def test_many_connections_that_are_refused_at_once_look_up_once(
    aws: Moto,
    account: Account,
    named: Callable[[str], Database],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    look = Aws.secret

    def counted(self: Aws) -> Value:
        asked.append("again" if asked else "first")
        return look(self)

    monkeypatch.setattr(Aws, "secret", counted)
    name = aws.secret(account.whole)
    with disposed(named(f"secretsmanager://{name}").engine) as engine:
        assert ask(engine, "SELECT 1") == 1
        engine.dispose()
        account.change_password(secrets.token_urlsafe(12))
        aws.rotate(name, account.whole)
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda _: ask(engine, "SELECT 1"), range(8))) == [1] * 8
    assert asked == ["first", "again"]


def test_the_loop_goes_on_while_aws_is_asked(
    aws: Moto,
    account: Account,
    named: Callable[[str], Database],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look, asked, go_on = Aws.secret, threading.Event(), threading.Event()

    def slow(self: Aws) -> Value:
        asked.set()
        assert go_on.wait(10), "the loop stands still"
        return look(self)

    monkeypatch.setattr(Aws, "secret", slow)
    project = named(whole_secret(aws, account))

    async def use() -> Any:
        engine = project.async_engine
        asking = asyncio.create_task(ask_async(engine, "SELECT 1"))
        while not asked.is_set():
            await asyncio.sleep(0.01)
        go_on.set()
        found = await asking
        await engine.dispose()
        return found

    assert asyncio.run(use()) == 1


def test_a_rotation_may_change_the_user_too(
    aws: Moto, account: Account, named: Callable[[str], Database]
) -> None:
    """As the strategy of two users does it, of whom one works at a time."""
    name = aws.secret(account.whole)
    with disposed(named(f"secretsmanager://{name}").engine) as engine:
        assert ask(engine, WHO[account.server.dialect]) == account.user
        engine.dispose()
        with account.server.fresh_user(PASSWORD, account.database) as other:
            account.change_password(secrets.token_urlsafe(12))
            aws.rotate(name, Account(account.server, account.database, other, PASSWORD).whole)
            assert ask(engine, WHO[account.server.dialect]) == other
            engine.dispose()


def test_the_url_and_the_dsn_are_looked_up_when_they_are_asked_for(
    aws: Moto, account: Account, named: Callable[[str], Database]
) -> None:
    project = named(whole_secret(aws, account))
    assert repr(project.target.url) == f"Url('{account.server.dialect}://')"
    url = project.url()
    assert isinstance(url, Secret)
    with disposed(create_engine(str(url))) as engine:
        assert ask(engine, WHO[account.server.dialect]) == account.user
    dsn = project.dsn(SYNC[account.server.dialect][0])
    held = dsn["user"] if isinstance(dsn, dict) else dsn
    assert account.user in held
