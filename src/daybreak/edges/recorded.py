"""Asking a database which revisions it is at, and what these build on: as the application's user.

Neither SQLAlchemy nor Alembic is needed, unless an asynchronous driver is the only one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Container, Mapping, Sequence
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
from daybreak.edges.quickask import (
    fastest_driver,
    half_done_in,
    plain_connection,
    written,
)
from daybreak.edges.quickenv import VersionTable

# A table that is locked, or a server that is stuck, must not hold up a start for ever.
_ANSWER_MS = 10_000

# Without a revision there is one row, and its revision is NULL.
_VERSIONS = """
SELECT recorded.version_num, half_done.revision
FROM (SELECT 1 AS one) AS always
LEFT JOIN {table} AS recorded ON TRUE
LEFT JOIN ({half_done}) AS half_done ON half_done.direction = 'downgrade'
"""
_VERSIONS_ALONE = "SELECT version_num, NULL FROM {table}"
_JOURNAL = """
SELECT kind, revision, detail
FROM {table}
WHERE kind IN ('revision', 'ancestors')
ORDER BY id
"""

Rows = Callable[[str], Sequence[Sequence[Any]]]


class Recorded(NamedTuple):
    """`parents` is what the journal tells; it is not asked where all `heads` are known.

    Without a version table `heads` is None. `half_gone` are revisions that are half taken back: a
    downgrade is under way, or was interrupted.
    """

    heads: tuple[str, ...] | None
    half_gone: frozenset[str]
    parents: Mapping[str, Sequence[str]]


def ask_recorded(
    target: Target, project_driver: ProjectDriver, table: VersionTable, known: Container[str]
) -> Recorded:
    """What the database at `target` records. `known` are the revisions of the files.

    Raises Unreachable and its kin, RightMissing, InvalidUrl, DriverMissing.
    """
    policy = target.policy._replace(statement_timeout_ms=_ANSWER_MS)
    target = target._replace(policy=policy)

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
    dialect = dialect_of(target)
    versions = written(dialect, table.schema, table.name)
    journal = written(dialect, table.schema, JOURNAL)
    half_done = half_done_in(dialect, table)

    def told(sql: str, name: str) -> Sequence[Sequence[Any]] | None:
        return _rows_of(rows, target, sql, name, (versions, journal))

    def versions_alone() -> Sequence[Sequence[Any]] | None:
        return told(_VERSIONS_ALONE.format(table=versions), versions)

    try:
        found = told(_VERSIONS.format(table=versions, half_done=half_done), journal)
    except RightMissing:
        versions_alone()  # which says so, if that is what may not be read
        raise
    if found is None:  # one of the two is not there
        found = versions_alone()
    if found is None:
        return Recorded(None, frozenset(), {})
    heads = tuple(dict.fromkeys(row[0] for row in found if row[0] is not None))
    half_gone = frozenset(row[1] for row in found if row[1] is not None)
    if all(head in known for head in heads):
        return Recorded(heads, half_gone, {})
    above = told(_JOURNAL.format(table=journal), journal) or ()
    return Recorded(heads, half_gone, known_parents((row[0], row[1], row[2]) for row in above))


def _rows_of(
    rows: Rows, target: Target, sql: str, name: str, needed: Sequence[str]
) -> Sequence[Sequence[Any]] | None:
    """The rows that `sql` gives; None if a table is not there. Raises RightMissing, Unreachable.

    What can't be read is the table `name`; the tables that are `needed` are said with the cure.
    """
    dialect = dialect_of(target)
    try:
        return rows(sql)
    except Exception as error:
        cause = getattr(error, "orig", None) or error
        if dialect.is_missing(cause):
            return None
        if dialect.lacks_right(cause):
            user = target.url.username or ""
            to = dialect.quoted(user)
            raise RightMissing(
                f"user {user!r} may not read {name} on {target.place} ({target.environment}, from "
                f"{target.source}), which tells how old the schema is: {said(error)}",
                "; ".join(f"GRANT SELECT ON {table} TO {to}" for table in needed),
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
