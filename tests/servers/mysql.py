"""MySQL: the one that DAYBREAK_TEST_MYSQL_URL names, or one fetched and started here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import pymysql
import pytest
from pymysql.constants import ER
from sqlalchemy import Engine, NullPool, create_engine, make_url

from servers.debian import MIRROR_VARIABLE, NoDebianMirror
from servers.mysqld import temporary_mysqld
from servers.server import Rows, Server

URL_VARIABLE = "DAYBREAK_TEST_MYSQL_URL"
# For TLS, PyMySQL reads all certificates of the machine, for every connection: 20 ms against one.
AT_ONCE: dict[str, Any] = {"ssl_disabled": True}


@contextmanager
def running_mysql() -> Iterator[MySQL]:
    """Raises NoDebianMirror, AptFailed or MySQLFailed when there is none to be had."""
    if given := os.environ.get(URL_VARIABLE):
        url = make_url(given)
        yield described(
            url.host or "127.0.0.1", url.port or 3306, url.username or "root", url.password or ""
        )
    else:
        with temporary_mysqld() as port:
            yield described("127.0.0.1", port, "root", "")


NAMED = f"one in {URL_VARIABLE} (mysql://root:…@host:3306/), or, "


def fail_or_skip(reason: NoDebianMirror, what: str = "MySQL", or_else: str = NAMED) -> NoReturn:
    """In CI every server is there, or the run is worth nothing."""
    absent = f"no {what}: {reason}. Name {or_else}with apt, a mirror of Debian in {MIRROR_VARIABLE}"
    if os.environ.get("CI"):
        pytest.fail(absent, pytrace=False)
    pytest.skip(absent)


def described(host: str, port: int, user: str, password: str) -> MySQL:
    """The server at this address, which tells its version."""
    server = MySQL(dialect="mysql", host=host, port=port, user=user, password=password, version="")
    [(version,)] = server.execute("SELECT version()")
    return MySQL(**{**vars(server), "version": version})


@dataclass(frozen=True, kw_only=True)
class MySQL(Server):
    def engine(self, database: str) -> Engine:
        """For a test that asks the database and is not about how to connect."""
        return create_engine(
            self.url(database, "pymysql"), poolclass=NullPool, connect_args=AT_ONCE
        )

    def execute(
        self, sql: str, values: Sequence[object] | None = None, *, database: str | None = None
    ) -> Rows:
        connection = pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password.encode(),  # text would go as latin-1
            database=database,
            autocommit=True,
            **AT_ONCE,
        )
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def create_database(self, name: str) -> None:
        self.execute(f"CREATE DATABASE {name}")

    def drop_database(self, name: str) -> None:
        connected = "SELECT id FROM information_schema.processlist WHERE db = %s"
        for (session,) in self.execute(connected, [name]):  # its locks would make the drop wait
            try:
                self.execute(f"KILL {session}")
            except pymysql.err.OperationalError as error:
                if error.args[0] != ER.NO_SUCH_THREAD:  # it left by itself
                    raise
        self.execute(f"DROP DATABASE IF EXISTS {name}")

    def create_user(self, name: str, password: str, database: str) -> None:
        self.execute(
            f"CREATE USER {name}@'%%' IDENTIFIED WITH caching_sha2_password BY %s", [password]
        )
        self.execute(f"GRANT ALL ON {database}.* TO {name}@'%'")

    def drop_user(self, name: str, database: str) -> None:
        self.execute(f"DROP USER {name}@'%'")
