"""What a dialect has to tell. A dialect is a module that satisfies `Dialect`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from daybreak.core.target import Policy
from daybreak.core.url import Url

CONNECT_TIMEOUT_S = 10

# A peer that went silent is noticed after idle + interval × count seconds, here 14. The systems'
# own default is two hours, and a fenced Aurora writer is silent rather than closed.
KEEPALIVE_IDLE_S = 8
KEEPALIVE_INTERVAL_S = 2
KEEPALIVE_COUNT = 3
# The same bound for data that was sent and never acknowledged, which keepalives do not cover.
TCP_USER_TIMEOUT_MS = 14_000


@dataclass(frozen=True)
class Driver:
    """A DBAPI: the name SQLAlchemy knows it by, the module to import, what to install."""

    name: str
    module: str
    package: str
    serves_sync: bool
    serves_async: bool


class Trouble(Enum):
    """Why a connection could not be made."""

    DOWN = "nothing answers"
    AUTHENTICATION = "user or password refused"
    NO_DATABASE = "the database does not exist"


class Dialect(Protocol):
    """Both engines in the same words. Constants are upper case, so that a module can be one."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - SQLAlchemy's name for it
    @property
    def LABEL(self) -> str: ...  # noqa: N802 - the name people use
    @property
    def SCHEMES(self) -> frozenset[str]: ...  # noqa: N802 - how a URL may call it
    @property
    def SECRET_ENGINES(self) -> frozenset[str]: ...  # noqa: N802 - and a database secret
    @property
    def DRIVERS(self) -> tuple[Driver, ...]: ...  # noqa: N802 - the preferred ones first
    @property
    def DEFAULT_PORT(self) -> int: ...  # noqa: N802 - where a URL names none
    @property
    def MAINTENANCE_DATABASE(self) -> str | None: ...  # noqa: N802 - to create others from
    @property
    def EMBEDDED(self) -> bool: ...  # noqa: N802 - whether `daybreak dev` can serve it
    @property
    def NOT_COMPARED(self) -> tuple[str, ...]: ...  # noqa: N802 - Alembic's known gaps

    def dev_fallback(self, project: str) -> Url:
        """The local database of a project without a `DEV_DATABASE_URL`."""
        ...

    def translate_query(self, url: Url, driver: Driver, source: str) -> Mapping[str, str]:
        """The URL's query in the words of `driver`. Raises InvalidUrl for what it can't take."""
        ...

    def connect_args(self, driver: Driver) -> dict[str, Any]:
        """Keyword arguments for the driver's connect: timeouts, and keepalives if it has them."""
        ...

    def driver_password(self, password: str) -> str:
        """`password` as the drivers have to be given it, so that the server sees UTF-8."""
        ...

    def dsn(self, url: Url, driver: Driver) -> str | dict[str, Any]:
        """What the driver itself connects with: a string, or keyword arguments."""
        ...

    def set_timeout(self, policy: Policy) -> str:
        """SQL that bounds a migration's statements, or lifts what the user's account sets."""
        ...

    def set_role(self, role: str) -> str:
        """SQL after which the session acts as `role`."""
        ...

    def create_database(self, name: str) -> str:
        """SQL that makes an empty database."""
        ...

    def trouble(self, error: BaseException) -> Trouble | None:
        """Why the driver's `error` happened while connecting; None if it does not say."""
        ...

    def lacks_right(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that the user may not run the statement."""
        ...
