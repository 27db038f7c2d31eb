"""What an environment's variable may hold: a URL, the JSON of a secret, or a reference."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daybreak.core.errors import DaybreakError, InvalidUrl, UnknownDialect
from daybreak.core.secret import Secret
from daybreak.core.url import Url
from daybreak.edges.credential import read_credential

PASSWORD = "%@:/?#$'\"\\ `é雪"
SECRET = {
    "engine": "postgres",
    "host": "db.cluster-abc.eu-west-1.rds.amazonaws.com",
    "port": 5432,
    "username": "app",
    "password": PASSWORD,
    "dbname": "shop",
}
WHOLE = Url(
    *("postgresql", None, "app", Secret(PASSWORD)),
    *("db.cluster-abc.eu-west-1.rds.amazonaws.com", 5432, "shop"),
)


@pytest.mark.parametrize(
    ("text", "dialect", "driver"),
    [
        ("postgresql://h/d", "postgresql", None),
        ("postgres://h/d", "postgresql", None),
        ("postgresql+asyncpg://h/d", "postgresql", "asyncpg"),
        ("postgres+psycopg://h/d", "postgresql", "psycopg"),
        ("mysql://h/d", "mysql", None),
        ("mysql+aiomysql://h/d", "mysql", "aiomysql"),
    ],
)
def test_a_url_is_read_and_its_dialect_is_one_of_ours(
    text: str, dialect: str, driver: str | None
) -> None:
    assert read_credential(text, "X", None) == Url(dialect, driver, host="h", database="d")


SHAPES: dict[str, tuple[dict[str, Any], str | None, Url]] = {
    "as RDS writes it": ({}, None, WHOLE),
    "with more than is needed": (
        {"dbClusterIdentifier": "abc", "masterarn": "arn:aws:x"},
        None,
        WHOLE,
    ),
    "the port as a text": ({"port": "5432"}, None, WHOLE),
    "database instead of dbname": ({"dbname": None, "database": "shop"}, None, WHOLE),
    "engine postgresql": ({"engine": "postgresql"}, None, WHOLE),
    "engine aurora-postgresql": ({"engine": "aurora-postgresql"}, None, WHOLE),
    "the engine wins over the project": ({}, "mysql", WHOLE),
    "no engine, the project's dialect": (
        {"engine": None, "port": None},
        "mysql+aiomysql",
        Url("mysql", None, WHOLE.username, WHOLE.password, WHOLE.host, None, "shop"),
    ),
    "no engine, no dialect": ({"engine": None}, None, WHOLE),
    "engine mysql": (
        {"engine": "mysql", "port": 3306},
        None,
        Url("mysql", None, WHOLE.username, WHOLE.password, WHOLE.host, 3306, "shop"),
    ),
    "engine aurora-mysql": (
        {"engine": "aurora-mysql", "port": ""},
        None,
        Url("mysql", None, WHOLE.username, WHOLE.password, WHOLE.host, None, "shop"),
    ),
    "engine aurora, which is MySQL 5.6's name": (
        {"engine": "aurora", "port": 3306},
        "postgresql",
        Url("mysql", None, WHOLE.username, WHOLE.password, WHOLE.host, 3306, "shop"),
    ),
}


@pytest.mark.parametrize(("changes", "dialect", "expected"), SHAPES.values(), ids=SHAPES)
def test_the_json_of_a_secret_is_read(
    changes: dict[str, Any], dialect: str | None, expected: Url
) -> None:
    secret = {key: value for key, value in {**SECRET, **changes}.items() if value is not None}
    assert read_credential(json.dumps(secret), "X", dialect) == expected


MANAGED = {"username": "u", "password": "hunter22"}
WRONG: dict[str, tuple[str, type[DaybreakError], str]] = {
    "what RDS manages": (
        *(json.dumps(MANAGED), InvalidUrl),
        "the database secret in PROD_DATABASE_URL has no host, dbname (a secret that RDS manages "
        "holds only username and password)",
    ),
    "no password": (
        *(json.dumps({**SECRET, "password": ""}), InvalidUrl),
        "the database secret in PROD_DATABASE_URL has no password",
    ),
    "cut off": (
        *('{"password": "hunter22', InvalidUrl),
        "PROD_DATABASE_URL starts like JSON and is none (line 1, column 14)",
    ),
    "a port in words": (
        *(json.dumps({**SECRET, "port": "hunter22"}), InvalidUrl),
        "the port in PROD_DATABASE_URL's secret is not a number between 1 and 65535",
    ),
    "a port out of range": (
        *(json.dumps({**SECRET, "port": 99999}), InvalidUrl),
        "the port in PROD_DATABASE_URL's secret is not a number between 1 and 65535",
    ),
    "another engine": (
        *(json.dumps({**SECRET, "engine": "oracle-ee"}), UnknownDialect),
        "unknown dialect 'oracle-ee' (from engine in PROD_DATABASE_URL); "
        "Daybreak knows: postgresql, mysql",
    ),
}


@pytest.mark.parametrize(("text", "kind", "problem"), WRONG.values(), ids=WRONG)
def test_a_wrong_secret_is_named_and_not_repeated(
    text: str, kind: type[DaybreakError], problem: str
) -> None:
    with pytest.raises(kind) as caught:
        read_credential(text, "PROD_DATABASE_URL", None)
    assert caught.value.problem == problem
    assert "hunter22" not in f"{caught.value} {caught.value.__cause__} {caught.value.__dict__}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
