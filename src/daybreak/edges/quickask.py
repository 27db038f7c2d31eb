"""Asking a database where it is through its plain driver: one connection, one query."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

from daybreak.core.tables import JOURNAL
from daybreak.core.target import Target
from daybreak.dialects.base import Dialect, Driver
from daybreak.edges.connect import ProjectDriver, dialect_of, driver_for, keep_alive
from daybreak.edges.lookup import connecting
from daybreak.edges.quickenv import VersionTable

# Both engines take it. Without a revision there is one row, and its revision is NULL.
_WHERE = """
SELECT recorded.version_num, version(), server.reader, server.what, {half_done} AS half_done
FROM ({writer}) AS server
LEFT JOIN {table} AS recorded ON TRUE
"""
# The revisions that are half applied or half taken back: the journal has statements of them, since
# these go when a revision is complete. The last word on a statement counts.
_HALF_DONE = """
SELECT DISTINCT begun.revision, begun.direction
FROM {journal} AS begun
WHERE begun.kind = 'statement' AND begun.history = {history} AND begun.state <> 'failed'
  AND NOT EXISTS (
      SELECT 1
      FROM {journal} AS later
      WHERE later.kind = begun.kind AND later.history = begun.history
        AND later.revision = begun.revision AND later.direction = begun.direction
        AND later.number = begun.number AND later.id > begun.id AND later.state = 'failed'
  )
"""
# As SQLAlchemy shortens it: `PostgreSQL 16.4 (Debian …) on …`, `8.0.36-log`.
_VERSION = re.compile(r"(?:PostgreSQL )?(\d+(?:\.\d+){0,2})(?![\w.])")


class Whereabouts(NamedTuple):
    """`recorded` are the database's revisions in its own order, `version` is the server's.

    `reader` is whether it takes no changes, and `what` why. `half_done`: a run was interrupted in
    the middle of a revision.
    """

    recorded: tuple[str, ...]
    version: str
    reader: bool
    what: str
    half_done: bool


def ask_where(
    target: Target, project_driver: ProjectDriver, table: VersionTable
) -> Whereabouts | None:
    """Where the database at `target` is; None for a server that calls its version unusually.

    The session is as a migration's: its address, its TLS, its timeouts and its role. Raises what
    the driver does, also without a version table; DriverMissing where a migration would.
    """
    driver_for(target, project_driver)
    dialect = dialect_of(target)
    name = written(dialect, table.schema, table.name)
    with plain_connection(target, fastest_driver(target)) as connection:
        cursor = connection.cursor()

        def rows(half_done: str) -> Any:
            cursor.execute(_WHERE.format(writer=dialect.WRITER, table=name, half_done=half_done))
            return cursor.fetchall()

        try:
            found = rows(f"EXISTS ({half_done_in(dialect, table)})")
        except Exception as error:
            if not dialect.is_missing(error):
                raise
            found = rows("FALSE")  # no revision was applied since there is a journal
    _, version, reader, what, half_done = found[0]
    shortened = _VERSION.match(version)
    recorded = tuple(row[0] for row in found if row[0] is not None)
    return shortened and Whereabouts(recorded, shortened[1], bool(reader), what, bool(half_done))


def half_done_in(dialect: Dialect, table: VersionTable) -> str:
    """SQL for the revisions of this history that are half done, and in which direction.

    It fails where there is no journal.
    """
    journal = written(dialect, table.schema, JOURNAL)
    return _HALF_DONE.format(journal=journal, history=dialect.literal(table.name))


def written(dialect: Dialect, schema: str | None, table: str) -> str:
    """A table's name as SQL takes it."""
    return ".".join(dialect.quoted(name) for name in (schema, table) if name is not None)


def fastest_driver(target: Target) -> Driver:
    """The synchronous driver that is imported fastest: all share the server's own library.

    Raises DriverMissing.
    """
    return driver_for(target._replace(url=target.url._replace(driver=None)), None)


@contextmanager
def plain_connection(target: Target, driver: Driver) -> Iterator[Any]:
    """A connection of `driver`, in autocommit, with the timeout and the role of `target`."""
    dialect = dialect_of(target)
    connect = connecting(target, lambda now: _connect(dialect.dsn(now.url, driver), driver))
    with closing(connect) as connection:
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
