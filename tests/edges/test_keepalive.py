"""A network that went silent is noticed: what the system says of each driver's socket."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from daybreak import Database
from daybreak.dialects import base
from edges.project_of import ASYNC, SYNC, disposed, name_database
from servers.server import Server

KEEPALIVE = {
    "SO_KEEPALIVE": (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    "TCP_KEEPIDLE": (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, base.KEEPALIVE_IDLE_S),
    "TCP_KEEPINTVL": (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, base.KEEPALIVE_INTERVAL_S),
    "TCP_KEEPCNT": (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, base.KEEPALIVE_COUNT),
    "TCP_USER_TIMEOUT": (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, base.TCP_USER_TIMEOUT_MS),
}
PROMISED = {name: value for name, (_, _, value) in KEEPALIVE.items()}


def options_of(driver: str, connection: Any) -> dict[str, int]:
    """What the system says of the socket below a driver's own connection."""
    match driver:
        case "psycopg2" | "psycopg":
            descriptor = connection.fileno()
        case "pymysql":
            descriptor = connection._sock.fileno()
        case "asyncpg":
            descriptor = connection._transport.get_extra_info("socket").fileno()
        case _:
            descriptor = connection._writer.transport.get_extra_info("socket").fileno()
    with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as sock:
        return {
            name: sock.getsockopt(level, option) for name, (level, option, _) in KEEPALIVE.items()
        }


def test_a_silent_peer_is_noticed_on_every_socket(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for driver in SYNC[server.dialect]:
        anchor = name_database(tmp_path, server.url(database, driver), monkeypatch)
        with disposed(Database(anchor).engine) as engine, engine.connect() as connection:
            found[driver] = options_of(driver, connection.connection.driver_connection)
    assert found == dict.fromkeys(found, PROMISED)


def test_a_silent_peer_is_noticed_on_every_asynchronous_socket(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(driver: str, engine: AsyncEngine) -> dict[str, int]:
        try:
            async with engine.connect() as connection:
                raw = await connection.get_raw_connection()
                return options_of(driver, raw.driver_connection)
        finally:
            await engine.dispose()

    found = {}
    for driver in ASYNC[server.dialect]:
        anchor = name_database(tmp_path, server.url(database, driver), monkeypatch)
        found[driver] = asyncio.run(look(driver, Database(anchor).async_engine))
    assert found == dict.fromkeys(found, PROMISED)


def test_a_plain_engine_would_wait_for_hours(server: Server, database: str) -> None:
    """The systems' own default: what the tests above would see if nothing were set."""
    driver = SYNC[server.dialect][0]
    engine = create_engine(server.url(database, driver))
    with disposed(engine), engine.connect() as connection:
        found = options_of(driver, connection.connection.driver_connection)
    assert found["TCP_KEEPIDLE"] > 60
    assert found["TCP_USER_TIMEOUT"] == 0
