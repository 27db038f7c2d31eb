"""Where a command goes: which database of which environment, as whom, under which policy."""

from __future__ import annotations

from typing import NamedTuple

from daybreak.core.url import Url


class Policy(NamedTuple):
    """What an environment allows. `statement_timeout_ms` is for migrations; None is no limit.

    `lock_budget_ms` is how long anybody may be kept waiting by a migration, `attempts` how often it
    steps back for that before it gives up.
    """

    protected: bool = False
    statement_timeout_ms: int | None = None
    lock_budget_ms: int = 500
    attempts: int = 20


class SecretRef(NamedTuple):
    """A secret that is named, not held: `secretsmanager://NAME?region=…`, `ssm://PATH`."""

    scheme: str
    name: str
    options: tuple[tuple[str, str], ...] = ()


class Target(NamedTuple):
    """One database, resolved. `url.driver` is what the settings say, None if they say nothing.

    `source` names where the URL came from, such as `PROD_DATABASE_URL (.env)`. `named` is False
    for a URL that nobody gave an environment to (`DATABASE_URL` with `ENV` unset).
    """

    environment: str
    url: Url
    source: str
    policy: Policy = Policy()
    role: str | None = None
    fallback: bool = False

    @property
    def place(self) -> str:
        """`database@host:port`, for people; holds no secret."""
        host = self.url.host or dict(self.url.query).get("host", "local socket")
        port = f":{self.url.port}" if self.url.port else ""
        return f"{self.url.database or '(no database)'}@{host}{port}"
