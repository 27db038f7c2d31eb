"""Asking a database where it is through its plain driver: one connection, one query."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from daybreak.core.target import Target
from daybreak.dialects.base import Dialect, Driver
from daybreak.edges.connect import ProjectDriver, dialect_of, driver_for, keep_alive
from daybreak.edges.quickenv import VersionTable

# Both engines take it. Without a revision there is one row, and its revision is NULL.
_WHERE = """
SELECT recorded.version_num, version(), server.reader, server.what
FROM ({writer}) AS server
LEFT JOIN {table} AS recorded ON TRUE
"""
# As SQLAlchemy shortens it: `PostgreSQL 16.4 (Debian …) on …`, `8.0.36-log`.
_VERSION = re.compile(r"(?:PostgreSQL )?(\d+(?:\.\d+){0,2})(?![\w.])")


class Whereabouts(NamedTuple):
    """`recorded` are the database's revisions in its own order, `version` is the server's.

    `reader` is whether it takes no changes, and `what` why.
    """

    recorded: tuple[str, ...]
    version: str
    reader: bool
    what: str


def ask_where(
    target: Target, project_driver: ProjectDriver, table: VersionTable
) -> Whereabouts | None:
    """Where the database at `target` is; None for a server that calls its version unusually.

    The session is as a migration's: its address, its TLS, its timeouts and its role. Raises what
    the driver does, also without a version table; DriverMissing where a migration would.
    """
    driver_for(target, project_driver)
    dialect = dialect_of(target)
    sql = _WHERE.format(writer=dialect.WRITER, table=written(dialect, table.schema, table.name))
    with plain_connection(target, fastest_driver(target)) as connection:
        cursor = connection.cursor()
        cursor.execute(sql)
        rows = cursor.fetchall()
    _, version, reader, what = rows[0]
    shortened = _VERSION.match(version)
    recorded = tuple(row[0] for row in rows if row[0] is not None)
    return shortened and Whereabouts(recorded, shortened[1], bool(reader), what)


def written(dialect: Dialect, schema: str | None, table: str) -> str:
    """A table's name as SQL takes it."""
    return ".".join(dialect.quoted(name) for name in (schema, table) if name is not None)


def fastest_driver(target: Target) -> Driver:
    """The synchronous driver that is imported fastest: all share the server's own library.

    Raises DriverMissing.
    """
    return driver_for(replace(target, url=replace(target.url, driver=None)), None)


@contextmanager
def plain_connection(target: Target, driver: Driver) -> Iterator[Any]:
    """A connection of `driver`, in autocommit, with the timeout and the role of `target`."""
    dialect = dialect_of(target)
    with closing(_connect(dialect.dsn(target.url, driver), driver)) as connection:
        keep_alive(connection)
        cursor = connection.cursor()
        cursor.execute(dialect.set_timeout(target.policy))
        if target.role is not None:
            cursor.execute(dialect.set_role(target.role))
        yield connection


def _connect(dsn: str | dict[str, Any], driver: Driver) -> Any:
    """A connection of `driver`, on which every statement is its own transaction."""
    module = importlib.import_module(driver.module)
    if isinstance(dsn, dict):
        return module.connect(**{**dsn, "autocommit": True})
    connection = module.connect(dsn)
    connection.autocommit = True
    return connection
