"""Asking a database which revisions it is at, and what these build on: as the application's user.

Neither SQLAlchemy nor Alembic is needed, unless an asynchronous driver is the only one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from daybreak.core.errors import DriverMissing, RightMissing, Unreachable
from daybreak.core.journal import JOURNAL, known_parents
from daybreak.core.said import said
from daybreak.core.target import Target
from daybreak.edges.connect import (
    ProjectDriver,
    dialect_of,
    driver_for,
    explain,
    explained,
    make_async_engine,
    not_taken,
)
from daybreak.edges.quickask import fastest_driver, plain_connection, written
from daybreak.edges.quickenv import VersionTable

# A table that is locked, or a server that is stuck, must not hold up a start for ever.
_ANSWER_MS = 10_000

_VERSIONS = "SELECT version_num FROM {table}"
_JOURNAL = """
SELECT kind, revision, detail
FROM {table}
WHERE kind IN ('revision', 'ancestors')
ORDER BY id
"""

Rows = Callable[[str], Sequence[Sequence[Any]]]


class Recorded(NamedTuple):
    """`parents` is what the journal tells; it is not asked where all `heads` are known.

    Without a version table `heads` is None.
    """

    heads: tuple[str, ...] | None
    parents: Mapping[str, Sequence[str]]


def ask_recorded(
    target: Target, project_driver: ProjectDriver, table: VersionTable, known: Container[str]
) -> Recorded:
    """What the database at `target` records. `known` are the revisions of the files.

    Raises Unreachable and its kin, RightMissing, InvalidUrl, DriverMissing.
    """
    policy = replace(target.policy, statement_timeout_ms=_ANSWER_MS)
    target = replace(target, policy=policy)

    def ask(rows: Rows) -> Recorded:
        return _ask(rows, target, table, known)

    try:
        driver = fastest_driver(target)
    except DriverMissing:
        return _through_async(target, project_driver, ask)
    errors = importlib.import_module(driver.module).Error
    try:
        with plain_connection(target, driver) as connection:
            cursor = connection.cursor()

            def rows(sql: str) -> Sequence[Sequence[Any]]:
                cursor.execute(sql)
                found: Sequence[Sequence[Any]] = cursor.fetchall()
                return found

            return ask(rows)
    except (errors, OSError) as error:
        raise explain(target, error) from error
    except TypeError as error:
        raise not_taken(target, error) from error


def _ask(rows: Rows, target: Target, table: VersionTable, known: Container[str]) -> Recorded:
    found = _rows_of(rows, target, _VERSIONS, table.schema, table.name)
    if found is None:
        return Recorded(None, {})
    heads = tuple(row[0] for row in found)
    if all(head in known for head in heads):
        return Recorded(heads, {})
    journal = _rows_of(rows, target, _JOURNAL, table.schema, JOURNAL) or ()
    return Recorded(heads, known_parents((row[0], row[1], row[2]) for row in journal))


def _rows_of(
    rows: Rows, target: Target, sql: str, schema: str | None, table: str
) -> Sequence[Sequence[Any]] | None:
    """The rows of a table; None if it is not there. Raises RightMissing, Unreachable."""
    dialect = dialect_of(target)
    name = written(dialect, schema, table)
    try:
        return rows(sql.format(table=name))
    except Exception as error:
        cause = getattr(error, "orig", None) or error
        if dialect.is_missing(cause):
            return None
        if dialect.lacks_right(cause):
            user = repr(target.url.username or "(none)")
            raise RightMissing(
                f"user {user} may not read {name} on {target.place} ({target.environment}, from "
                f"{target.source}), which tells how old the schema is: {said(error)}",
                f"GRANT SELECT ON {name} TO {user}; likewise on {JOURNAL}, which stands beside it",
            ) from error
        raise Unreachable(
            f"{target.place} ({target.environment}, from {target.source}) did not tell how old its "
            f"schema is: {said(error)}",
            "daybreak doctor --settings shows where each setting comes from",
        ) from error


def _through_async(
    target: Target, project_driver: ProjectDriver, ask: Callable[[Rows], Recorded]
) -> Recorded:
    """The same through asyncpg or aiomysql; in a thread, since the caller's may have a loop."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from sqlalchemy import Connection, NullPool

    driver = driver_for(target, project_driver, asynchronous=True)

    def with_rows(connection: Connection) -> Recorded:
        connection.exec_driver_sql(dialect_of(target).set_timeout(target.policy))
        return ask(lambda sql: connection.exec_driver_sql(sql).all())

    async def run() -> Recorded:
        engine = make_async_engine(
            target, driver, poolclass=NullPool, pool_pre_ping=False, isolation_level="AUTOCOMMIT"
        )
        async with engine.connect() as connection:
            return await connection.run_sync(with_rows)

    with explained(target), ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()
