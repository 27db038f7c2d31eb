"""A connection that is gone, told from a statement that the server refused."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, PendingRollbackError, ResourceClosedError

if TYPE_CHECKING:
    from sqlalchemy import Connection


def is_lost(error: BaseException, connection: Connection) -> bool:
    """Whether the connection is gone: by this error, or by one before it."""
    if isinstance(error, DBAPIError):
        return bool(error.connection_invalidated)
    if isinstance(error, (PendingRollbackError, ResourceClosedError)):
        return True
    # To change the isolation level, SQLAlchemy calls the driver without taking its errors up.
    dialect = connection.dialect
    return isinstance(error, dialect.loaded_dbapi.Error) and bool(
        dialect.is_disconnect(error, None, None)
    )


def first_of(error: BaseException) -> BaseException:
    """The error that told first that the connection is gone; others follow where it is let go."""
    while isinstance(error, PendingRollbackError) and error.__context__ is not None:
        error = error.__context__
    return error


@contextlib.contextmanager
def unless_lost() -> Iterator[None]:
    """What the server refuses during the block is let pass, unless the connection is gone.

    SQLAlchemy would open another session in its place, which has neither settings nor locks.
    """
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
