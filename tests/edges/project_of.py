"""A project on disk whose environment names a real database, and asking through its engines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

SYNC = {"postgresql": ["psycopg2", "psycopg"], "mysql": ["pymysql"]}
ASYNC = {"postgresql": ["psycopg", "asyncpg"], "mysql": ["aiomysql"]}

PASSWORD = "%@:/?#$&'\"\\ `+é ü雪"


def name_database(folder: Path, url: str, patch: pytest.MonkeyPatch, settings: str = "") -> Path:
    """Make `folder` a project whose prod database is `url`, chosen by ENV."""
    (folder / "pyproject.toml").write_text('[project]\nname = "myapp"\n' + settings)
    patch.delenv("DAYBREAK_ENV", raising=False)
    patch.delenv("DATABASE_URL", raising=False)
    patch.setenv("ENV", "prod")
    patch.setenv("PROD_DATABASE_URL", url)
    return folder / "database.py"


@contextlib.contextmanager
def disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def ask(engine: Engine, sql: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(sql)).scalar_one()


async def ask_async(engine: AsyncEngine, sql: str) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(text(sql))).scalar_one()
