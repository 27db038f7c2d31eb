"""Where a command goes: which database of which environment, as whom, under which policy."""

from __future__ import annotations

from typing import NamedTuple

from daybreak.core.reference import SecretRef
from daybreak.core.url import Url
from daybreak.core.wanted import Wanted


class Policy(NamedTuple):
    """What an environment allows. `statement_timeout_ms` is for migrations; None is no limit.

    `lock_budget_ms` is how long anybody may be kept waiting by a migration, `attempts` how often it
    steps back for that before it gives up.
    """

    protected: bool = False
    statement_timeout_ms: int | None = None
    lock_budget_ms: int = 500
    attempts: int = 20


class Target(NamedTuple):
    """One database, resolved. `url.driver` is what the settings say, None if they say nothing.

    `source` names where the URL came from, such as `PROD_DATABASE_URL (.env)`. With a `reference`
    the user and the password are looked up for each connection; until the first time, `url` has
    the dialect alone. What is wanted by `tls` stands in the query of a `url` that is known.
    """

    environment: str
    url: Url
    source: str
    policy: Policy = Policy()
    role: str | None = None
    fallback: bool = False
    tls: Wanted = Wanted()
    reference: SecretRef | None = None

    @property
    def is_located(self) -> bool:
        """Whether `url` says where the database is. A reference's has a user once it does."""
        return self.reference is None or self.url.username is not None

    def with_credential(self, found: Url) -> Target:
        """The same database as the user, and with the password, that the reference stands for now.

        `found` is all that was looked up: it says where, too, unless that is known.
        """
        if self.is_located:
            found = self.url._replace(username=found.username, password=found.password)
        return self._replace(url=found)

    @property
    def shown(self) -> str:
        """The URL or the reference as the settings have it, without a password."""
        return self.url.masked() if self.reference is None else self.reference.written

    @property
    def place(self) -> str:
        """`database@host:port`, for people; holds no secret. What was not looked up is named."""
        if not self.is_located:
            return str(self.reference)
        host = self.url.host or dict(self.url.query).get("host", "local socket")
        port = f":{self.url.port}" if self.url.port else ""
        return f"{self.url.database or '(no database)'}@{host}{port}"
