"""Everything that differs between PostgreSQL and MySQL, one module each."""

from __future__ import annotations

from collections.abc import Iterator

from daybreak.core.errors import UnknownDialect, UnknownDriver
from daybreak.dialects.base import Dialect, Driver


def dialects() -> Iterator[Dialect]:
    """Each of them, which loads when its turn has come: start-up is measured."""
    from daybreak.dialects import postgresql

    yield postgresql
    from daybreak.dialects import mysql

    yield mysql


def dialect_named(name: str, source: str) -> Dialect:
    """The dialect that a URL or a setting calls `name`. `source` says where the name stood.

    Raises UnknownDialect.
    """
    for dialect in dialects():
        if name in dialect.SCHEMES:
            return dialect
    raise UnknownDialect(name, source, [dialect.NAME for dialect in dialects()])


def dialect_of_secret(engine: str) -> Dialect | None:
    """The dialect of the `engine` that a database secret names, such as `aurora-mysql`."""
    return next((dialect for dialect in dialects() if engine in dialect.SECRET_ENGINES), None)


def driver_named(dialect: Dialect, name: str, source: str) -> Driver:
    """The driver `name` of `dialect`. Raises UnknownDriver."""
    for driver in dialect.DRIVERS:
        if driver.name == name:
            return driver
    raise UnknownDriver(name, dialect.NAME, source, [driver.name for driver in dialect.DRIVERS])


def split_dialect(text: str, source: str) -> tuple[Dialect, Driver | None]:
    """`postgresql+asyncpg` as its dialect and driver; the driver may be left out."""
    name, plus, driver = text.partition("+")
    dialect = dialect_named(name, source)
    return dialect, driver_named(dialect, driver, source) if plus else None
