"""Reading a catalog: the dialect's few queries in one read-only transaction of its own settings."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from daybreak.core.catalog import Catalog
from daybreak.core.errors import LockNotGranted
from daybreak.core.outline import Name, Outline, with_parts
from daybreak.dialects import dialect_named
from daybreak.dialects.base import CATALOG_LOCK_TIMEOUT_S, Dialect, LockHolder
from daybreak.dialects.base import Outline as Queries
from daybreak.edges.collector import collector_at_rest

if TYPE_CHECKING:
    from sqlalchemy import Connection

Left = frozenset[tuple[str | None, str]]  # tables, by schema (None: the default one) and name
DIGESTS, NAMES = "digests", "names"
# The execution option that tells a scratch database's connections what is beside it.
BESIDE = "daybreak_beside"


class Beside(Protocol):
    """Databases that stand in for those which statements name, where a schema is a database."""

    @property
    def databases(self) -> tuple[str, ...]:
        """What the server calls them."""
        ...

    def told(self, text: str) -> str:
        """`text`, which the server tells, with the names that the statements have."""
        ...


def read_catalog(
    connection: Connection,
    *,
    schemas: Sequence[str] | None = None,
    leave_out: Left = frozenset(),
) -> Catalog:
    """What the server tells of `schemas`; without any, of all that are not its own.

    (Without any on MySQL: of the current one, and on a shadow of those that stand for others, by
    the names of those.) `leave_out` are tables, as schema and name, such
    as the version table; None is the default schema. The number of queries is fixed. The
    connection is given back with the settings and the transaction that it had. It waits at most a
    second for each lock that somebody holds, and raises LockNotGranted, which names them.
    """
    dialect = dialect_named(connection.dialect.name, "the connection")
    with _locks_named(connection, dialect), _reading(connection, dialect) as version:
        asked = _asked(connection, schemas)
        rows = _rows(connection, dialect.catalog_queries(version), asked)
        details = dialect.catalog_details(rows)
        rows |= _rows(connection, {sql: sql.replace(":", r"\:") for sql in details}, {})
    return _built(connection, rows, version, leave_out)


def read_outline(
    connection: Connection,
    *,
    schemas: Sequence[str] | None = None,
    leave_out: Left = frozenset(),
) -> Outline | None:
    """In outline what the server tells. The rest is as for `read_catalog`.

    None where the dialect has no outlines.
    """
    dialect = dialect_named(connection.dialect.name, "the connection")
    with _locks_named(connection, dialect), _reading(connection, dialect) as version:
        outline = dialect.catalog_outline(version)
        if outline is None:
            return None
        asked = _asked(connection, schemas)
        rows = _rows(connection, {**outline.whole, DIGESTS: outline.digests}, asked)
        left = _absolute(leave_out, connection)
        relations = [row for row in rows.pop(DIGESTS) if (row[1], row[2]) not in left]
        told = dialect.catalog_told(rows)
        digests = {
            (schema, name): f"{digest} {told[id_]}" if id_ in told else digest
            for id_, schema, name, digest in relations
        }
        rows |= _parts(connection, outline, dialect.catalog_relations(rows), asked)
    return Outline(_built(connection, rows, version, leave_out), digests)


def read_named(
    connection: Connection,
    names: frozenset[Name],
    *,
    schemas: Sequence[str] | None = None,
    leave_out: Left = frozenset(),
) -> Catalog | None:
    """What the server tells, but of tables and views those alone that have one of `names`.

    The rest is as for `read_catalog`. None where the dialect has no outlines.
    """
    dialect = dialect_named(connection.dialect.name, "the connection")
    with _locks_named(connection, dialect), _reading(connection, dialect) as version:
        outline = dialect.catalog_outline(version)
        if outline is None:
            return None
        asked = _asked(connection, schemas)
        rows = _rows(connection, {**outline.whole, NAMES: outline.names}, asked)
        ids = [row[0] for row in rows.pop(NAMES) if (row[1], row[2]) in names]
        rows |= _parts(connection, outline, [*ids, *dialect.catalog_relations(rows)], asked)
    return _built(connection, rows, version, leave_out)


def read_again(
    connection: Connection,
    seen: Catalog,
    names: frozenset[Name],
    *,
    schemas: Sequence[str] | None = None,
    leave_out: Left = frozenset(),
) -> Catalog:
    """`seen`, but those of its tables and views that have one of `names` as they are now.

    What is no table or view is read anew. The rest is as for `read_catalog`, which it is where the
    dialect has no outlines.
    """
    parts = read_named(connection, names, schemas=schemas, leave_out=leave_out)
    if parts is None:
        return read_catalog(connection, schemas=schemas, leave_out=leave_out)
    return with_parts(seen, names, parts)


def _parts(
    connection: Connection,
    outline: Queries,
    ids: Sequence[int],
    asked: Mapping[str, str | None],
) -> dict[str, Sequence[Any]]:
    # Most often there is none, and the server need not look for it.
    parts = outline.parts if ids else {}
    relations = {**asked, "relations": f"{{{','.join(map(str, ids))}}}"}
    return {**dict.fromkeys(outline.parts, ()), **_rows(connection, parts, relations)}


def _asked(connection: Connection, schemas: Sequence[str] | None) -> dict[str, str | None]:
    if schemas is None and (beside := _beside(connection)) and beside.databases:
        schemas = [connection.dialect.default_schema_name or "", *beside.databases]
    return {"schemas": None if schemas is None else json.dumps(list(schemas))}


def _rows(
    connection: Connection, queries: Mapping[str, str], asked: Mapping[str, str | None]
) -> dict[str, Sequence[Any]]:
    from sqlalchemy import text

    found = {name: connection.execute(text(sql), asked).fetchall() for name, sql in queries.items()}
    beside = _beside(connection)
    if beside is None:
        return found
    return {name: [_told(row, beside) for row in rows] for name, rows in found.items()}


def _told(row: Sequence[Any], beside: Beside) -> tuple[Any, ...]:
    return tuple(beside.told(value) if isinstance(value, str) else value for value in row)


def _beside(connection: Connection) -> Beside | None:
    found: Beside | None = connection.get_execution_options().get(BESIDE)
    return found


def _built(
    connection: Connection, rows: Mapping[str, Sequence[Any]], version: int, leave_out: Left
) -> Catalog:
    dialect = dialect_named(connection.dialect.name, "the connection")
    with collector_at_rest():
        default_schema = connection.dialect.default_schema_name or ""
        if beside := _beside(connection):
            default_schema = beside.told(default_schema)
        catalog = dialect.build_catalog(rows, version, default_schema)
        if not leave_out:
            return catalog
        # The default schema goes by another name in the catalog of a MySQL server.
        own = {None, default_schema}
        return _without(
            catalog,
            frozenset(
                (catalog.default_schema if schema in own else schema or "", name)
                for schema, name in leave_out
            ),
        )


@contextlib.contextmanager
def _locks_named(connection: Connection, dialect: Dialect) -> Iterator[None]:
    """Raise LockNotGranted in place of the driver's error."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        if error.orig is None or not dialect.lock_refused(error.orig):
            raise
        raise _locked(_holder(connection, dialect)) from error


@contextlib.contextmanager
def _reading(connection: Connection, dialect: Dialect) -> Iterator[int]:
    """The reading transaction, with its settings; gives the server's major version."""
    version = _version(connection)
    had = connection.in_transaction()
    try:
        with rolled_back(connection) as fresh:
            for sql in dialect.catalog_session(version, fresh=fresh):
                connection.exec_driver_sql(sql)
            yield version
    finally:
        for sql in dialect.catalog_session_end(version):
            connection.exec_driver_sql(sql)
        if not had:
            connection.rollback()  # of what these began


def _version(connection: Connection) -> int:
    return int((connection.dialect.server_version_info or (0,))[0])


@contextlib.contextmanager
def rolled_back(connection: Connection) -> Iterator[bool]:
    """A transaction that leaves nothing behind; gives whether it is a new one.

    Inside of somebody's transaction it is a savepoint: what was set goes with its rollback, too.
    """
    had = connection.in_transaction()
    if _commits_each(connection):
        connection.exec_driver_sql("BEGIN")
        try:
            yield True
        finally:
            connection.exec_driver_sql("ROLLBACK")
            if not had:
                connection.rollback()
        return
    with connection.begin_nested() if had else connection.begin() as transaction:
        try:
            yield not had
        finally:
            transaction.rollback()


def _commits_each(connection: Connection) -> bool:
    """Whether the driver commits each statement, so that SQLAlchemy's transactions are none."""
    driven = connection.connection.dbapi_connection
    return driven is not None and connection.dialect.detect_autocommit_setting(driven)


def _holder(connection: Connection, dialect: Dialect) -> LockHolder | None:
    """Who held the lock that was not granted; None if it is free by now."""
    with rolled_back(connection):
        row = connection.exec_driver_sql(dialect.LOCK_HOLDERS).first()
    return None if row is None else LockHolder(*row)


def _locked(holder: LockHolder | None) -> LockNotGranted:
    waited = f"a lock was not granted in {CATALOG_LOCK_TIMEOUT_S} s"
    if holder is None:
        return LockNotGranted(
            f"the schema could not be read: {waited}; whoever held it is gone by now",
            "try again",
        )
    application = f" ({holder.application})" if holder.application else ""
    return LockNotGranted(
        f"the schema could not be read: {waited}; {holder.relation} is held by pid {holder.pid}, "
        f"user {holder.user}{application}, {holder.state} for {holder.seconds:.0f} s",
        "try again when that transaction is over",
    )


def _absolute(tables: Left, connection: Connection) -> frozenset[Name]:
    default_schema = connection.dialect.default_schema_name or ""
    return frozenset((schema or default_schema, name) for schema, name in tables)


def _without(catalog: Catalog, leave_out: frozenset[Name]) -> Catalog:
    """`catalog` without these tables, what is part of them, and the sequences that they own."""
    return replace(
        catalog,
        tables=tuple(t for t in catalog.tables if (t.schema, t.name) not in leave_out),
        sequences=tuple(
            s
            for s in catalog.sequences
            if s.owned_by is None or (s.schema, s.owned_by[0]) not in leave_out
        ),
    )
