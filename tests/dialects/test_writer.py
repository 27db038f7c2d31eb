"""`WRITER` names what keeps a server or a session from taking changes, as real ones are."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from daybreak.core.errors import NotTheWriter
from daybreak.dialects import dialect_named
from servers.mysql import MySQL
from servers.postgresql import PostgreSQL
from servers.server import Server
from servers.standby import hot_standby


def asked(server: Server) -> tuple[object, ...]:
    """The row of `WRITER` for the admin, on a new connection."""
    [row] = server.execute(dialect_named(server.dialect, "a test").WRITER)
    return row


def test_a_server_that_takes_changes_is_the_writer(server: Server) -> None:
    assert asked(server) == (0, "the writer")


@pytest.mark.server
def test_a_hot_standby_is_named() -> None:
    with hot_standby() as access:
        url = f"postgresql://{access.user}:{access.password}@{access.host}:{access.port}/postgres"
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute(dialect_named("postgresql", "a test").WRITER)
            assert cursor.fetchall() == [(1, "a hot standby")]


POSTGRESQL = [
    ("ALTER DATABASE {database} SET", "this database"),
    ("ALTER ROLE {user} SET", "this user"),
    ("ALTER ROLE {user} IN DATABASE {database} SET", "this user in this database"),
]


@pytest.mark.parametrize(("alter", "whose"), POSTGRESQL, ids=[whose for _, whose in POSTGRESQL])
def test_what_makes_every_transaction_read_only_is_named(
    postgresql16: PostgreSQL, alter: str, whose: str
) -> None:
    with (
        postgresql16.fresh_database() as database,
        postgresql16.fresh_user("right", database) as user,
    ):
        setting = alter.format(database=database, user=user)
        postgresql16.execute(f"{setting} default_transaction_read_only = on")
        try:
            row = asked_as(postgresql16, user, database)
        finally:
            postgresql16.execute(f"{setting} default_transaction_read_only = off")
    assert row == (1, f"read-only (default_transaction_read_only is on for {whose})")


def asked_as(server: PostgreSQL, user: str, database: str) -> tuple[object, ...] | None:
    url = server.url(database, user=user, password="right")
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(dialect_named(server.dialect, "a test").WRITER)
        row: tuple[object, ...] | None = cursor.fetchone()
        return row


MYSQL = [
    ("read_only", "a read-only server (read_only is on)"),
    ("super_read_only", "a read-only server (super_read_only is on)"),
    ("transaction_read_only", "read-only (transaction_read_only is on for this session)"),
]


@pytest.mark.parametrize(("variable", "what"), MYSQL, ids=[variable for variable, _ in MYSQL])
def test_a_read_only_mysql_is_named_also_to_those_whom_it_lets_write(
    mysql: MySQL, variable: str, what: str
) -> None:
    mysql.execute(f"SET GLOBAL {variable} = ON")
    try:
        row = asked(mysql)
    finally:
        mysql.execute("SET GLOBAL super_read_only = OFF")
        mysql.execute(f"SET GLOBAL {variable} = OFF")
        mysql.execute("SET GLOBAL read_only = OFF")
    assert row == (1, what)


def test_the_refusal_names_the_place_what_it_is_and_what_to_change() -> None:
    refusal = NotTheWriter("upgrade", "shop@db-ro:5432", "a hot standby", "PROD_DATABASE_URL")
    assert str(refusal) == (
        "upgrade was refused: shop@db-ro:5432 is a hot standby. Nothing was changed\n"
        "Next: point PROD_DATABASE_URL at the writer, on Aurora the cluster endpoint (its name "
        "has no -ro); if this is the writer, lift what makes it read-only"
    )
