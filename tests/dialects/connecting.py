"""Connecting with each driver itself, without SQLAlchemy, to see the errors that it raises."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import aiomysql
import asyncpg
import psycopg
import psycopg2
import pymysql

from daybreak.core.url import Url
from daybreak.dialects import dialect_named, driver_named
from daybreak.dialects.base import Dialect, Driver


def _psycopg2(dsn: Any) -> Any:
    connection = psycopg2.connect(dsn)
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return cursor.fetchone()[0]


def _psycopg(dsn: Any) -> Any:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
        assert row is not None
        return row[0]


def _asyncpg(dsn: Any) -> Any:
    async def connect() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval("SELECT current_database()")
        finally:
            await connection.close()

    return asyncio.run(connect())


def _pymysql(dsn: Any) -> Any:
    with pymysql.connect(**dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT database()")
        row = cursor.fetchone()
        assert row is not None
        return row[0]


def _aiomysql(dsn: Any) -> Any:
    async def connect() -> Any:
        connection = await aiomysql.connect(**dsn)
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT database()")
            [name] = await cursor.fetchone()
        connection.close()
        return name

    return asyncio.run(connect())


CONNECT: dict[str, Callable[[Any], Any]] = {
    "psycopg2": _psycopg2,
    "psycopg": _psycopg,
    "asyncpg": _asyncpg,
    "pymysql": _pymysql,
    "aiomysql": _aiomysql,
}
DRIVERS = {
    "postgresql": ["psycopg2", "psycopg", "asyncpg"],
    "mysql": ["pymysql", "aiomysql"],
}
# each driver with its dialect, for tests that need no server
PAIRS = [(dialect, driver) for dialect, drivers in DRIVERS.items() for driver in drivers]


def known(dialect: str, driver: str) -> tuple[Dialect, Driver]:
    found = dialect_named(dialect, "a test")
    return found, driver_named(found, driver, "a test")


def connect(url: Url, driver: str) -> Any:
    """The name of the database that `driver` reaches with the dsn made for it."""
    dialect, named = known(url.dialect, driver)
    return CONNECT[driver](dialect.dsn(url, named))


@contextlib.contextmanager
def hanging_up() -> Iterator[int]:
    """The port of a listener that takes every call and ends it at once, as a dying proxy does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    listener.accept()[0].close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)
