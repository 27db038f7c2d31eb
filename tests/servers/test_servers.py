"""The servers that the other tests stand on are what their names say."""

from __future__ import annotations

import pymysql
import pytest
from sqlalchemy import create_engine, text

from servers.mysql import MySQL
from servers.postgresql import PostgreSQL
from servers.server import Server

pytestmark = pytest.mark.server

DRIVERS = {"postgresql": "psycopg2", "mysql": "pymysql"}
PASSWORD = "%@:/?#$'\"\\ `é ü雪"


def test_the_versions_are_the_ones_in_the_ids(
    postgresql16: PostgreSQL, postgresql18: PostgreSQL, mysql: MySQL
) -> None:
    versions = [server.version for server in (postgresql16, postgresql18, mysql)]

    assert [version.split(".")[0] for version in versions] == ["16", "18", "9"]
    assert mysql.version.startswith("9.7"), "rename the id in conftest.py and say so in the docs"


def test_a_fresh_database_is_empty_and_gone_afterwards(server: Server) -> None:
    with server.fresh_database() as name:
        found = server.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema IN (%s, 'public')",
            [name],
            database=name,
        )
        engine = create_engine(server.url(name, DRIVERS[server.dialect]))
        connection = engine.connect()  # still there, in a transaction, when it is dropped
        connection.execute(text("CREATE TABLE t (id integer primary key)"))
        connection.execute(text("SELECT * FROM t"))

    assert found == [(0,)]
    with pytest.raises((pymysql.err.OperationalError, Exception), match=name):
        server.execute("SELECT 1", database=name)
    connection.invalidate()
    engine.dispose()


def test_a_user_can_have_any_password(server: Server, database: str) -> None:
    with server.fresh_user(PASSWORD, database) as user:
        url = server.url(database, DRIVERS[server.dialect], user=user, password=PASSWORD)
        # pymysql sends text as latin-1, the server expects UTF-8
        as_bytes = {"password": PASSWORD.encode()} if server.dialect == "mysql" else {}
        engine = create_engine(url, connect_args=as_bytes)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (id integer primary key)"))
            who = connection.execute(text("SELECT current_user")).scalar_one()
        engine.dispose()

    assert who.split("@")[0] == user


def test_no_server_shows_its_password() -> None:
    server = MySQL(dialect="mysql", host="h", port=1, user="u", password="s3cret", version="9.7.4")

    assert "s3cret" not in repr(server)
