"""What each dialect says in its own words: queries of URLs, connection strings, sessions."""

from __future__ import annotations

from typing import Any

import pytest

from daybreak.core.errors import InvalidUrl
from daybreak.core.target import Policy
from daybreak.core.url import parse_url
from daybreak.dialects import driver_named, mysql, postgresql
from daybreak.dialects.base import Dialect

QUERIES = {
    "psycopg2 takes libpq's words": (
        *("psycopg2", "sslmode=verify-full&sslrootcert=/ca.pem&application_name=x"),
        {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "application_name": "x"},
    ),
    "psycopg too": ("psycopg", "sslmode=require", {"sslmode": "require"}),
    "psycopg2 calls ssl sslmode": ("psycopg2", "ssl=require", {"sslmode": "require"}),
    "and prefers its own word": (
        *("psycopg2", "ssl=prefer&sslmode=require"),
        {"sslmode": "require"},
    ),
    "asyncpg calls sslmode ssl": ("asyncpg", "sslmode=require", {"ssl": "require"}),
    "asyncpg does without libpq's timeouts": (
        *("asyncpg", "connect_timeout=3&keepalives_idle=1&tcp_user_timeout=9&sslmode=require"),
        {"ssl": "require"},
    ),
    "asyncpg takes a host of the query": ("asyncpg", "host=/tmp", {"host": "/tmp"}),
    "no query": ("asyncpg", "", {}),
}


@pytest.mark.parametrize(("driver", "query", "expected"), QUERIES.values(), ids=QUERIES)
def test_the_query_of_a_url_is_put_into_the_words_of_the_driver(
    driver: str, query: str, expected: dict[str, str]
) -> None:
    url = parse_url(f"postgresql://h/d?{query}", "X")
    translated = postgresql.translate_query(url, driver_named(postgresql, driver, "X"), "X")
    assert dict(translated) == expected


def test_what_asyncpg_cannot_take_is_named() -> None:
    url = parse_url("postgresql://h/d?options=-c%20x%3D1&application_name=a", "X")
    with pytest.raises(InvalidUrl) as caught:
        postgresql.translate_query(url, driver_named(postgresql, "asyncpg", "X"), "PROD_URL")
    assert caught.value.problem == (
        "the URL from PROD_URL has application_name, options in its query, which asyncpg does not "
        "take there"
    )
    assert "sslmode=verify-full" in caught.value.cure  # beside which it takes certificates


TLS = parse_url("mysql://h/d?charset=utf8mb4&ssl_ca=/ca.pem", "X")


def test_pymysql_takes_a_query_as_it_is() -> None:
    query = mysql.translate_query(TLS, driver_named(mysql, "pymysql", "X"), "X")
    assert dict(query) == {"charset": "utf8mb4", "ssl_ca": "/ca.pem"}


def test_no_url_tells_aiomysql_of_tls() -> None:
    """Passed on, it is a TypeError from inside the driver; it gets a context instead."""
    aiomysql = driver_named(mysql, "aiomysql", "X")
    query = mysql.translate_query(TLS, aiomysql, "X")
    assert dict(query) == {"charset": "utf8mb4"}


LIBPQ = (
    "connect_timeout=10&keepalives=1&keepalives_idle=8&keepalives_interval=2&keepalives_count=3"
    "&tcp_user_timeout=14000"
)
MYSQL = {"port": 3306, "user": "u", "charset": "utf8mb4", "connect_timeout": 10}
DSNS: dict[str, tuple[Dialect, str, str, Any]] = {
    "psycopg2": (
        *(postgresql, "psycopg2", "postgresql://u:p%40@h:5433/d"),
        f"postgresql://u:p%40@h:5433/d?{LIBPQ}",
    ),
    "psycopg": (
        *(postgresql, "psycopg", "postgresql+asyncpg://h/d?sslmode=require"),
        f"postgresql://h/d?{LIBPQ}&sslmode=require",
    ),
    "the URL's own timeout wins": (
        *(postgresql, "psycopg2", "postgresql://h/d?connect_timeout=3"),
        f"postgresql://h/d?{LIBPQ.replace('timeout=10', 'timeout=3')}",
    ),
    "libpq calls ssl sslmode": (
        *(postgresql, "psycopg", "postgresql://h/d?ssl=require"),
        f"postgresql://h/d?{LIBPQ}&sslmode=require",
    ),
    "asyncpg": (
        *(postgresql, "asyncpg", "postgresql://u:p@h/d?sslmode=require&connect_timeout=3"),
        "postgresql://u:p@h/d?sslmode=require",
    ),
    "asyncpg's own word": (
        *(postgresql, "asyncpg", "postgresql://h/d?ssl=require"),
        "postgresql://h/d?sslmode=require",
    ),
    "pymysql": (
        *(mysql, "pymysql", "mysql://u:p@h/d"),
        {**MYSQL, "host": "h", "password": "p", "database": "d"},
    ),
    "aiomysql": (
        *(mysql, "aiomysql", "mysql://u@h:3307/d"),
        {**MYSQL, "host": "h", "port": 3307, "password": "", "db": "d"},
    ),
    "MySQL's query": (
        *(mysql, "pymysql", "mysql://u:p@h?charset=latin1"),
        {**MYSQL, "host": "h", "password": "p", "charset": "latin1"},
    ),
    "MySQL's numbers": (
        *(mysql, "pymysql", "mysql://u:p@h?connect_timeout=3"),
        {**MYSQL, "host": "h", "password": "p", "connect_timeout": 3},
    ),
}


@pytest.mark.parametrize(("dialect", "driver", "url", "expected"), DSNS.values(), ids=DSNS)
def test_a_driver_is_told_how_to_connect(
    dialect: Dialect, driver: str, url: str, expected: Any
) -> None:
    assert dialect.dsn(parse_url(url, "X"), driver_named(dialect, driver, "X")) == expected


TIMEOUTS: dict[str, tuple[Dialect, int | None, str]] = {
    "PostgreSQL, no limit": (postgresql, None, "SET statement_timeout = 0"),
    "PostgreSQL, a limit": (postgresql, 5000, "SET statement_timeout = 5000"),
    "MySQL, no limit": (mysql, None, "SET SESSION max_execution_time = 0"),
    "MySQL, a limit": (mysql, 5000, "SET SESSION max_execution_time = 5000"),
}


@pytest.mark.parametrize(("dialect", "milliseconds", "sql"), TIMEOUTS.values(), ids=TIMEOUTS)
def test_a_migrations_statements_have_a_limit_of_their_own(
    dialect: Dialect, milliseconds: int | None, sql: str
) -> None:
    assert dialect.set_timeout(Policy(statement_timeout_ms=milliseconds)) == sql


def test_a_role_is_quoted() -> None:
    assert postgresql.set_role('the "owner"') == 'SET ROLE "the ""owner"""'
    assert mysql.set_role("the `owner`") == "SET ROLE `the ``owner```"


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (postgresql, 'CREATE DATABASE "my""app"'),
        (mysql, 'CREATE DATABASE `my"app` CHARACTER SET utf8mb4'),
    ],
    ids=["postgresql", "mysql"],
)
def test_a_database_is_created_under_any_name(dialect: Dialect, expected: str) -> None:
    assert dialect.create_database('my"app') == expected


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (postgresql, "postgresql://postgres:***@localhost:5432/myapp_dev"),
        (mysql, "mysql://root@localhost:3306/myapp_dev"),
    ],
    ids=["postgresql", "mysql"],
)
def test_the_dev_fallback_is_the_usual_local_server(dialect: Dialect, expected: str) -> None:
    assert dialect.dev_fallback("myapp").masked() == expected
