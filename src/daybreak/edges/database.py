"""The application's side: one object that gives engines, URLs and connection strings."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from daybreak.core.invocation import AlembicOptions
from daybreak.core.secret import Secret, Token
from daybreak.core.target import Target
from daybreak.dialects import driver_named
from daybreak.dialects.base import Driver
from daybreak.edges.connect import (
    dialect_of,
    driver_for,
    make_async_engine,
    make_engine,
    sqlalchemy_url,
)
from daybreak.edges.lookup import located
from daybreak.edges.project import project_above
from daybreak.edges.settings import Settings, load_settings, resolve_target

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
    from sqlalchemy.orm import Session, sessionmaker

    from daybreak.edges.schema import SchemaWait

PostgresqlDriver = Literal["psycopg2", "psycopg", "asyncpg"]
MysqlDriver = Literal["pymysql", "aiomysql"]


class Database:
    """The database of a project, in the environment that `ENV` chooses.

    `anchor` is a file or folder of the project (`__file__` in `database.py`). Making one reads
    nothing and can't fail; each attribute resolves the environment when it is first used and
    raises a `DaybreakError` that names what is missing. Engines are made once and kept.
    `engine_options` go to SQLAlchemy's `create_engine` and `create_async_engine`.
    """

    def __init__(self, anchor: str | Path, **engine_options: Any) -> None:
        self._anchor = Path(anchor)
        self._engine_options = engine_options

    def __repr__(self) -> str:
        return f"Database({str(self._anchor)!r})"

    @functools.cached_property
    def _settings(self) -> Settings:
        return load_settings(project_above(self._anchor))

    @functools.cached_property
    def target(self) -> Target:
        """Environment, address and policy; its repr shows no password."""
        return resolve_target(self._settings)

    @functools.cached_property
    def engine(self) -> Engine:
        """The engine: connections are checked before use and notice a silent network."""
        return make_engine(self.target, self._driver(), **self._engine_options)

    @functools.cached_property
    def async_engine(self) -> AsyncEngine:
        """The asynchronous engine, through asyncpg, psycopg or aiomysql."""
        driver = self._driver(asynchronous=True)
        return make_async_engine(self.target, driver, **self._engine_options)

    @functools.cached_property
    def sessionmaker(self) -> sessionmaker[Session]:
        """Makes sessions on `engine`."""
        from sqlalchemy.orm import sessionmaker

        return sessionmaker(self.engine)

    @functools.cached_property
    def async_sessionmaker(self) -> async_sessionmaker[AsyncSession]:
        """Makes sessions on `async_engine`; objects stay usable after a commit."""
        from sqlalchemy.ext.asyncio import async_sessionmaker

        return async_sessionmaker(self.async_engine, expire_on_commit=False)

    def url(self, driver: str | None = None) -> Secret:
        """The URL for SQLAlchemy, with `driver` or the project's own. It holds the password.

        What a reference stands for is looked up by the call, and not again: prefer an engine.
        Raises InvalidUrl where TLS is required and `driver` can't be told so by a URL.
        """
        from daybreak.edges.tls import require_tls_in_url

        chosen = self._named(driver) if driver else self._driver()
        target = located(self.target)
        require_tls_in_url(target, chosen)
        kind = Token if isinstance(target.url.password, Token) else Secret
        return kind(sqlalchemy_url(target, chosen).render_as_string(hide_password=False))

    @overload
    def dsn(self, driver: PostgresqlDriver) -> str: ...
    @overload
    def dsn(self, driver: MysqlDriver) -> dict[str, Any]: ...
    @overload
    def dsn(self, driver: str | None = None) -> str | dict[str, Any]: ...
    def dsn(self, driver: str | None = None) -> str | dict[str, Any]:
        """What `driver` connects with when it is used without SQLAlchemy. It holds the password.

        A string for psycopg2, psycopg and asyncpg; keyword arguments for pymysql and aiomysql,
        which have no connection string: `pymysql.connect(**database.dsn("pymysql"))`.
        """
        chosen = self._named(driver) if driver else self._driver()
        return dialect_of(self.target).dsn(located(self.target).url, chosen)

    def require_schema(self, *, timeout: float = 0, accept_unknown: bool = False) -> None:
        """Return when the schema is at least as new as the project's revision files.

        For an application that starts: migrate first, then deploy. A schema that is ahead is new
        enough. Raises SchemaTooOld, or Unreachable and its kin, after `timeout` seconds (0: after
        one look); SchemaUnknown if the database is at a revision that has no file here and whose
        ancestors are not recorded, unless `accept_unknown`; HistoryMissing where the files are not
        deployed; and what the settings raise.
        """
        self._schema_wait(timeout, accept_unknown).wait()

    async def async_require_schema(
        self, *, timeout: float = 0, accept_unknown: bool = False
    ) -> None:
        """The same for an asynchronous application: its loop goes on meanwhile."""
        import asyncio

        waiting = await asyncio.to_thread(self._schema_wait, timeout, accept_unknown)
        while isinstance(pause := await asyncio.to_thread(waiting.look), float):
            await asyncio.sleep(pause)

    def _schema_wait(self, timeout: float, accept_unknown: bool) -> SchemaWait:
        from daybreak.edges.schema import SchemaWait

        return SchemaWait(
            self._settings, AlembicOptions(), timeout=timeout, accept_unknown=accept_unknown
        )

    def _named(self, driver: str) -> Driver:
        return driver_named(dialect_of(self.target), driver, "the call")

    def _driver(self, *, asynchronous: bool = False) -> Driver:
        return driver_for(self.target, self._settings.project_driver, asynchronous=asynchronous)
