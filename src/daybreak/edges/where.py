"""Where a database is: at which address, on which server, and at which revisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from daybreak.core.events import Connected
from daybreak.core.target import Target
from daybreak.edges.connect import dialect_of, missing_right
from daybreak.edges.history import require_known

if TYPE_CHECKING:
    from sqlalchemy import Connection

_VERSION_TABLE = ("version_table", "version_table_schema")


def recorded(
    connection: Connection, target: Target | None, options: Mapping[str, Any]
) -> tuple[str, ...]:
    """The heads that the database records; it is only read.

    `options` are the project's own of `context.configure`. `target` is None for a connection that
    the project's env.py gave. Raises RightMissing, and RevisionNotInFiles.
    """
    named = {name: options[name] for name in _VERSION_TABLE if name in options}
    try:
        heads = MigrationContext.configure(connection, opts=named).get_current_heads()
    except DBAPIError as error:
        if target is not None and (lacking := missing_right(target, error)):
            raise lacking from error
        raise
    require_known(context.script, heads, target.place if target else "the database")
    return heads


def connected(connection: Connection, target: Target | None, heads: tuple[str, ...]) -> Connected:
    """The event for people; without a target, on a connection that the project's env.py gave."""
    version = ".".join(str(part) for part in (connection.dialect.server_version_info or ())[:3])
    if target is not None:
        server = f"{dialect_of(target).LABEL} {version}"
        return Connected(target.environment, target.place, server, heads)
    url = connection.engine.url
    place = f"{url.database}@{url.host or 'local socket'}"
    return Connected("given", place, f"{connection.dialect.name} {version}", heads)
