"""Which driver serves a connection: the one asked for, else an installed one."""

from __future__ import annotations

from collections.abc import Container, Sequence

from daybreak.core.errors import DriverMissing
from daybreak.dialects.base import Dialect, Driver


def choose_driver(
    dialect: Dialect,
    asked: Sequence[tuple[Driver, str]],
    installed: Container[str],
    *,
    asynchronous: bool = False,
) -> Driver:
    """The driver of `dialect` for a synchronous or asynchronous connection.

    `asked` holds the drivers that were named and where (the URL before the project's dialect);
    `installed` the modules that can be imported. A named driver of the other kind stands for its
    engine, not for itself: `postgresql+asyncpg://` serves migrations through psycopg2.

    Raises DriverMissing, which names what to add.
    """
    serving = [d for d in dialect.DRIVERS if (d.serves_async if asynchronous else d.serves_sync)]
    kind = "an asynchronous" if asynchronous else "a synchronous"
    for driver, source in asked:
        if driver not in serving:
            continue
        if driver.module not in installed:
            raise DriverMissing(
                f"{driver.name} (from {source}) is not installed", _packages(driver, asynchronous)
            )
        return driver
    for driver in serving:
        if driver.module in installed:
            return driver
    other = "synchronous" if asynchronous else "asynchronous"
    named = f"{asked[0][0].name} (from {asked[0][1]}) is {other}; " if asked else ""
    raise DriverMissing(
        f"{named}{kind} {dialect.LABEL} driver is needed, and none is installed "
        f"({', '.join(driver.name for driver in serving)})",
        _packages(serving[0], asynchronous),
    )


def _packages(driver: Driver, asynchronous: bool) -> str:
    """What to add for `driver`. One that serves both ways comes without SQLAlchemy's greenlet."""
    return driver.package + " 'sqlalchemy[asyncio]'" * (asynchronous and driver.serves_sync)
