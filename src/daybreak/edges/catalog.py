"""Reading a catalog: the dialect's few queries in one read-only transaction of its own settings."""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from daybreak.core.catalog import Catalog
from daybreak.core.errors import LockNotGranted
from daybreak.dialects import dialect_named
from daybreak.dialects.base import CATALOG_LOCK_TIMEOUT_S, Dialect, LockHolder

if TYPE_CHECKING:
    from sqlalchemy import Connection


def read_catalog(
    connection: Connection,
    *,
    schemas: Sequence[str] | None = None,
    leave_out: frozenset[tuple[str | None, str]] = frozenset(),
) -> Catalog:
    """What the server tells of `schemas`; without any, of all that are not its own.

    (Without any on MySQL: of the current one.) `leave_out` are tables, as schema and name, such
    as the version table; None is the default schema. The number of queries is fixed. The
    connection is given back with the settings and the transaction that it had. It waits at most a
    second for each lock that somebody holds, and raises LockNotGranted, which names them.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    dialect = dialect_named(connection.dialect.name, "the connection")
    try:
        with _reading(connection, dialect) as version:
            asked = {"schemas": None if schemas is None else json.dumps(list(schemas))}
            rows = {
                name: connection.execute(text(sql), asked).fetchall()
                for name, sql in dialect.catalog_queries(version).items()
            }
            rows |= {
                sql: connection.execute(text(sql.replace(":", r"\:"))).fetchall()
                for sql in dialect.catalog_details(rows)
            }
    except DBAPIError as error:
        if error.orig is None or not dialect.lock_refused(error.orig):
            raise
        raise _locked(_holder(connection, dialect)) from error
    with _collector_at_rest():
        default_schema = connection.dialect.default_schema_name or ""
        catalog = dialect.build_catalog(rows, version, default_schema)
    return _without(catalog, leave_out) if leave_out else catalog


@contextlib.contextmanager
def _reading(connection: Connection, dialect: Dialect) -> Iterator[int]:
    """The reading transaction, with its settings; gives the server's major version."""
    version = int((connection.dialect.server_version_info or (0,))[0])
    had = connection.in_transaction()
    try:
        with _rolled_back(connection) as fresh:
            for sql in dialect.catalog_session(version, fresh=fresh):
                connection.exec_driver_sql(sql)
            yield version
    finally:
        for sql in dialect.catalog_session_end(version):
            connection.exec_driver_sql(sql)
        if not had:
            connection.rollback()  # of what these began


@contextlib.contextmanager
def _rolled_back(connection: Connection) -> Iterator[bool]:
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


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Without it a third of the time goes to looking for garbage among values that stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _holder(connection: Connection, dialect: Dialect) -> LockHolder | None:
    """Who held the lock that was not granted; None if it is free by now."""
    with _rolled_back(connection):
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


def _without(catalog: Catalog, tables: frozenset[tuple[str | None, str]]) -> Catalog:
    """`catalog` without these tables, what is part of them, and the sequences that they own."""
    leave_out = {(schema or catalog.default_schema, name) for schema, name in tables}
    return replace(
        catalog,
        tables=tuple(t for t in catalog.tables if (t.schema, t.name) not in leave_out),
        sequences=tuple(
            s
            for s in catalog.sequences
            if s.owned_by is None or (s.schema, s.owned_by[0]) not in leave_out
        ),
    )
