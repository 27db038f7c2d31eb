"""Where a command goes: which database of which environment, as whom, under which policy."""

from __future__ import annotations

from dataclasses import dataclass, field

from daybreak.core.tls import Wanted
from daybreak.core.url import Url


@dataclass(frozen=True)
class Policy:
    """What an environment allows. `statement_timeout_ms` is for migrations; None is no limit.

    `lock_budget_ms` is how long anybody may be kept waiting by a migration, `attempts` how often it
    steps back for that before it gives up.
    """

    protected: bool = False
    statement_timeout_ms: int | None = None
    lock_budget_ms: int = 500
    attempts: int = 20


@dataclass(frozen=True)
class SecretRef:
    """A secret that is named, not held: `secretsmanager://NAME?region=…`, `ssm://PATH`."""

    scheme: str
    name: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Target:
    """One database, resolved. `url.driver` is what the settings say, None if they say nothing.

    `source` names where the URL came from, such as `PROD_DATABASE_URL (.env)`. `named` is False
    for a URL that nobody gave an environment to (`DATABASE_URL` with `ENV` unset). What is wanted
    by `tls` stands in the query of `url`; `warning` is what a person should know before it is used.
    """

    environment: str
    url: Url
    source: str
    policy: Policy = field(default_factory=Policy)
    role: str | None = None
    fallback: bool = False
    tls: Wanted = field(default_factory=Wanted)
    warning: str | None = None

    @property
    def place(self) -> str:
        """`database@host:port`, for people; holds no secret."""
        host = self.url.host or dict(self.url.query).get("host", "local socket")
        port = f":{self.url.port}" if self.url.port else ""
        return f"{self.url.database or '(no database)'}@{host}{port}"
