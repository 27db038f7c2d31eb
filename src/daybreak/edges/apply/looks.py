"""What a watcher sees: which way to look there is on a server, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from daybreak.core.events import Event, Unwatched
from daybreak.core.waiting import Blocker, Kind
from daybreak.dialects.base import Dialect
from daybreak.dialects.watching import Look

if TYPE_CHECKING:
    from sqlalchemy import Connection


def best_look(connection: Connection, dialect: Dialect, tell: Callable[[Event], None]) -> Look:
    """The first one that the server allows; it is told if that sees approximately."""
    for look in dialect.watching.LOOKS:
        try:
            if look.check is None or connection.execute(text(look.check)).scalar():
                break
        except SQLAlchemyError as error:
            if getattr(error, "connection_invalidated", False):
                raise
    if look.approximate:
        more = dialect.watching.TELLS_MORE
        tell(Unwatched(f"who waits is seen approximately. {more} would see more"))
    return look


def blocker_of(dialect: Dialect, kind: str, *row: Any) -> Blocker:
    """Of a row of `Look.blockers`. Its statement is without values, which may be anybody's data."""
    name, user, application, host, state, seconds, statement, relation, root, _depth = row
    shown = dialect.read_statement(statement).skeleton if statement else ""
    return Blocker(
        Kind(kind), name, user, application, host, state, seconds_of(seconds), shown, relation,
        bool(root),
    )  # fmt: skip


def named(
    connection: Connection, dialect: Dialect, found: tuple[Blocker, ...]
) -> tuple[Blocker, ...]:
    """The blockers, and those that are prepared transactions by their names, if they are told."""
    query = dialect.watching.PREPARED
    if not query or all(one.kind is not Kind.PREPARED or one.name for one in found):
        return found
    try:
        rows = connection.exec_driver_sql(query).all()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return found
    names = " or ".join(dialect.watching.prepared_name(row) for row in rows)
    return tuple(
        one._replace(name=names) if one.kind is Kind.PREPARED and not one.name else one
        for one in found
    )


def seconds_of(value: Any) -> float | None:
    """As the servers' drivers give a number, or None."""
    return None if value is None else float(value)
