"""A look at a database that changes nothing, and that nobody has to wait for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from daybreak.dialects import dialect_named
from daybreak.edges.catalog import rolled_back

if TYPE_CHECKING:
    from sqlalchemy import Connection


@contextlib.contextmanager
def peeking(connection: Connection) -> Iterator[None]:
    """A query of the block fails after a second of waiting for a lock, or of work.

    Nothing that it does stays, and PostgreSQL refuses to write at all. The connection is given back
    with the settings and the transaction that it had.
    """
    dialect = dialect_named(connection.dialect.name, "the connection")
    had = connection.in_transaction()
    try:
        with rolled_back(connection):
            for sql in dialect.PEEK_SESSION:
                connection.exec_driver_sql(sql)
            yield
    finally:
        for sql in dialect.PEEK_SESSION_END:
            connection.exec_driver_sql(sql)
        if not had:
            connection.rollback()  # of what these began


def holds_data(connection: Connection, query: str) -> bool | None:
    """What `query` answers; False if what it asks for is not there, None if it could not be told.

    For a lock that somebody holds, a table too large for a second, a right that is missing.
    """
    dialect = dialect_named(connection.dialect.name, "the connection")
    try:
        with peeking(connection):
            return bool(connection.scalar(text(query.replace(":", r"\:"))))
    except DBAPIError as error:
        missing = error.orig is not None and dialect.is_missing(error.orig)
        return False if missing else None
