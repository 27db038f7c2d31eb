"""Which driver serves a connection: the one asked for, an installed one, or an error."""

from __future__ import annotations

import pytest

from daybreak.core.errors import DriverMissing, UnknownDialect, UnknownDriver
from daybreak.dialects import (
    dialect_named,
    dialect_of_secret,
    dialects,
    driver_named,
    mysql,
    postgresql,
    split_dialect,
)
from daybreak.dialects.base import Dialect
from daybreak.dialects.drivers import choose_driver

ALL_PG = {"psycopg2", "psycopg", "asyncpg"}

CHOSEN: dict[str, tuple[Dialect, list[str], set[str], bool, str]] = {
    "the preferred one of the installed": (postgresql, [], ALL_PG, False, "psycopg2"),
    "the next when it is not installed": (postgresql, [], {"psycopg"}, False, "psycopg"),
    "an asynchronous one": (postgresql, [], ALL_PG, True, "psycopg"),
    "asyncpg when it alone is installed": (postgresql, [], {"asyncpg"}, True, "asyncpg"),
    "the one asked for": (postgresql, ["psycopg"], ALL_PG, False, "psycopg"),
    "the URL's before the project's": (
        postgresql,
        ["psycopg", "psycopg2"],
        ALL_PG,
        False,
        "psycopg",
    ),
    "the project's where the URL's is of the other kind": (
        *(postgresql, ["asyncpg", "psycopg"], ALL_PG, False),
        "psycopg",
    ),
    "asyncpg stands for its engine": (postgresql, ["asyncpg"], ALL_PG, False, "psycopg2"),
    "and serves what is asynchronous": (postgresql, ["asyncpg"], ALL_PG, True, "asyncpg"),
    "psycopg2 stands for its engine": (postgresql, ["psycopg2"], ALL_PG, True, "psycopg"),
    "MySQL": (mysql, [], {"pymysql", "aiomysql"}, False, "pymysql"),
    "MySQL, asynchronous": (mysql, [], {"pymysql", "aiomysql"}, True, "aiomysql"),
    "aiomysql stands for its engine": (
        mysql,
        ["aiomysql"],
        {"pymysql", "aiomysql"},
        False,
        "pymysql",
    ),
}


@pytest.mark.parametrize(
    ("dialect", "asked", "installed", "asynchronous", "expected"), CHOSEN.values(), ids=CHOSEN
)
def test_a_driver_is_chosen(
    dialect: Dialect, asked: list[str], installed: set[str], asynchronous: bool, expected: str
) -> None:
    named = [(driver_named(dialect, name, "X"), "X") for name in asked]
    assert choose_driver(dialect, named, installed, asynchronous=asynchronous).name == expected


MISSING: dict[str, tuple[Dialect, list[str], set[str], bool, str, str]] = {
    "none is installed": (
        *(postgresql, [], set(), False),
        "a synchronous PostgreSQL driver is needed, and none is installed (psycopg2, psycopg)",
        "uv add psycopg2-binary",
    ),
    "no asynchronous one, which SQLAlchemy needs greenlet for": (
        *(postgresql, [], {"psycopg2"}, True),
        "an asynchronous PostgreSQL driver is needed, and none is installed (psycopg, asyncpg)",
        "uv add 'psycopg[binary]' 'sqlalchemy[asyncio]'",
    ),
    "no asynchronous one": (
        *(mysql, [], {"pymysql"}, True),
        "an asynchronous MySQL driver is needed, and none is installed (aiomysql)",
        "uv add aiomysql 'sqlalchemy[asyncio]'",
    ),
    "the one asked for is not installed": (
        *(postgresql, ["psycopg"], {"psycopg2"}, False),
        "psycopg (from PROD_DATABASE_URL) is not installed",
        "uv add 'psycopg[binary]'",
    ),
    "the one asked for is of the other kind": (
        *(postgresql, ["asyncpg"], {"asyncpg"}, False),
        "asyncpg (from PROD_DATABASE_URL) is asynchronous; a synchronous PostgreSQL "
        "driver is needed, and none is installed (psycopg2, psycopg)",
        "uv add psycopg2-binary",
    ),
    "MySQL's, of the other kind": (
        *(mysql, ["aiomysql"], {"aiomysql"}, False),
        "aiomysql (from PROD_DATABASE_URL) is asynchronous; a synchronous MySQL driver "
        "is needed, and none is installed (pymysql)",
        "uv add 'pymysql[rsa]'",
    ),
}


@pytest.mark.parametrize(
    ("dialect", "asked", "installed", "asynchronous", "problem", "cure"),
    MISSING.values(),
    ids=MISSING,
)
def test_a_missing_driver_is_an_error_that_names_what_to_add(
    dialect: Dialect,
    asked: list[str],
    installed: set[str],
    asynchronous: bool,
    problem: str,
    cure: str,
) -> None:
    source = "PROD_DATABASE_URL"
    named = [(driver_named(dialect, name, source), source) for name in asked]
    with pytest.raises(DriverMissing) as caught:
        choose_driver(dialect, named, installed, asynchronous=asynchronous)
    assert (caught.value.problem, caught.value.cure) == (problem, cure)


@pytest.mark.parametrize(
    ("name", "dialect"),
    [("postgresql", postgresql), ("postgres", postgresql), ("mysql", mysql)],
)
def test_a_dialect_has_the_names_that_urls_use(name: str, dialect: Dialect) -> None:
    assert dialect_named(name, "X") is dialect


def test_an_unknown_dialect_lists_the_known_ones() -> None:
    with pytest.raises(UnknownDialect) as caught:
        dialect_named("mariadb", "X")
    assert str(caught.value) == (
        "unknown dialect 'mariadb' (from X); Daybreak knows: postgresql, mysql\n"
        "Next: name one of these there; a URL starts with postgresql:// or mysql://"
    )


def test_an_unknown_driver_lists_the_known_ones() -> None:
    with pytest.raises(UnknownDriver) as caught:
        split_dialect("postgresql+pg8000", "X")
    assert str(caught.value) == (
        "unknown driver 'pg8000' for postgresql (from X); Daybreak knows: psycopg2, psycopg, "
        "asyncpg\nNext: write postgresql+psycopg2, or leave the driver out: postgresql"
    )


@pytest.mark.parametrize(
    ("engine", "dialect"),
    [
        *(("postgres", "postgresql"), ("aurora-postgresql", "postgresql")),
        *(("mysql", "mysql"), ("aurora-mysql", "mysql"), ("aurora", "mysql")),
        ("oracle-ee", None),
    ],
)
def test_a_secret_names_its_engine_as_rds_does(engine: str, dialect: str | None) -> None:
    found = dialect_of_secret(engine)
    assert (found.NAME if found else None) == dialect


@pytest.mark.parametrize("dialect", list(dialects()), ids=lambda dialect: dialect.NAME)
def test_every_dialect_has_a_driver_of_either_kind(dialect: Dialect) -> None:
    assert any(driver.serves_sync for driver in dialect.DRIVERS)
    assert any(driver.serves_async for driver in dialect.DRIVERS)
    assert dialect.NAME in dialect.SCHEMES
