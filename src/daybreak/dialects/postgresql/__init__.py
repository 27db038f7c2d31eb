"""PostgreSQL and Aurora PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.core.engine import Engine
from daybreak.core.errors import InvalidUrl
from daybreak.core.secret import Secret, Token
from daybreak.core.target import Policy
from daybreak.core.url import Url
from daybreak.dialects import base
from daybreak.dialects.base import Driver, Rows, Trouble, token_in_the_open
from daybreak.dialects.later import loading
from daybreak.dialects.postgresql.quoting import literal as literal
from daybreak.dialects.postgresql.quoting import quoted as quoted
from daybreak.dialects.postgresql.writer import WRITER as WRITER

if TYPE_CHECKING:
    from daybreak.dialects.postgresql import running as running
    from daybreak.dialects.postgresql import tls as tls
    from daybreak.dialects.postgresql import watching as watching
    from daybreak.dialects.postgresql import words as words
    from daybreak.dialects.postgresql.catalog import build_catalog as build_catalog
    from daybreak.dialects.postgresql.ddl_by_hand import by_hand as by_hand
    from daybreak.dialects.postgresql.ddl_changes import ddl as ddl
    from daybreak.dialects.postgresql.drops import dropped as dropped
    from daybreak.dialects.postgresql.folds import fold as fold
    from daybreak.dialects.postgresql.outline import catalog_outline as catalog_outline
    from daybreak.dialects.postgresql.outline import catalog_relations as catalog_relations
    from daybreak.dialects.postgresql.outline import catalog_told as catalog_told
    from daybreak.dialects.postgresql.queries import LOCK_HOLDERS as LOCK_HOLDERS
    from daybreak.dialects.postgresql.queries import catalog_queries as catalog_queries
    from daybreak.dialects.postgresql.queries import catalog_session as catalog_session
    from daybreak.dialects.postgresql.queries import catalog_session_end as catalog_session_end
    from daybreak.dialects.postgresql.reading import read_statement as read_statement
    from daybreak.dialects.postgresql.reading import tells_of_work as tells_of_work
    from daybreak.dialects.postgresql.suspicion import suspects as suspects
    from daybreak.dialects.postgresql.weighing import facts_query as facts_query
    from daybreak.dialects.postgresql.weighing import judge as judge

__getattr__ = loading(
    __name__,
    {
        "tls": "tls",
        "watching": "watching",
        "words": "words",
        "build_catalog": "catalog",
        "by_hand": "ddl_by_hand",
        "ddl": "ddl_changes",
        "dropped": "drops",
        "fold": "folds",
        "catalog_outline": "outline",
        "catalog_relations": "outline",
        "catalog_told": "outline",
        "LOCK_HOLDERS": "queries",
        "catalog_queries": "queries",
        "catalog_session": "queries",
        "catalog_session_end": "queries",
        "running": "running",
        "read_statement": "reading",
        "tells_of_work": "reading",
        "suspects": "suspicion",
        "facts_query": "weighing",
        "judge": "weighing",
    },
)

NAME = "postgresql"
LABEL = "PostgreSQL"
SCHEMES = frozenset({"postgresql", "postgres"})
SECRET_ENGINES = frozenset({"postgres", "postgresql", "aurora-postgresql"})
DRIVERS = (
    Driver("psycopg2", "psycopg2", "psycopg2-binary", serves_sync=True, serves_async=False),
    Driver("psycopg", "psycopg", "'psycopg[binary]'", serves_sync=True, serves_async=True),
    Driver(
        "asyncpg",
        "asyncpg",
        "asyncpg 'sqlalchemy[asyncio]'",
        serves_sync=False,
        serves_async=True,
    ),
)
DEFAULT_PORT = 5432
MAINTENANCE_DATABASE = "postgres"
EMBEDDED = True
TRANSACTIONAL_DDL = True
# Source: 113 kinds of change tried on Alembic 1.20.1; docs/autogenerate.md has them all.
NOT_COMPARED = (
    "enum values",
    "CHECK and EXCLUDE constraints",
    "primary keys",
    "an index's WHERE, method, INCLUDE and operator classes",
    "generated columns",
    "views, functions and triggers",
    "sequences, storage parameters and partitioning",
    "renames (they appear as a drop and an add)",
)
# In the transaction alone: its rollback takes them back.
PEEK_SESSION = (
    "SET TRANSACTION READ ONLY",
    f"SET LOCAL lock_timeout = '{base.PEEK_TIMEOUT_S}s'",
    f"SET LOCAL statement_timeout = '{base.PEEK_TIMEOUT_S}s'",
)
PEEK_SESSION_END = ()

_MAYBE_PLAIN = ("disable", "allow", "prefer", False, None)
_LIBPQ = {
    "connect_timeout": base.CONNECT_TIMEOUT_S,
    "keepalives": 1,
    "keepalives_idle": base.KEEPALIVE_IDLE_S,
    "keepalives_interval": base.KEEPALIVE_INTERVAL_S,
    "keepalives_count": base.KEEPALIVE_COUNT,
    "tcp_user_timeout": base.TCP_USER_TIMEOUT_MS,
}


def dev_fallback(project: str) -> Url:
    return Url(
        NAME,
        username="postgres",
        password=Secret("postgres"),
        host="localhost",
        port=DEFAULT_PORT,
        database=f"{project}_dev",
    )


def translate_query(url: Url, driver: Driver, source: str) -> Mapping[str, str]:
    """libpq's words are the common ones; asyncpg spells `sslmode` as `ssl` and knows few more."""
    from daybreak.dialects.postgresql.tls import taken_by_context

    query = _encrypted(url)
    if driver.name != "asyncpg":
        if "ssl" in query:
            query.setdefault("sslmode", query.pop("ssl"))
        return query
    by_context = taken_by_context(url)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    for name in query.keys() & (_LIBPQ.keys() | by_context):
        del query[name]
    unknown = sorted(query.keys() - {"ssl", "host", "port", "prepared_statement_cache_size"})
    if unknown:
        raise InvalidUrl(
            f"the URL from {source} has {', '.join(unknown)} in its query, which asyncpg does "
            "not take there",
            "take it out of the URL: certificates go there beside sslmode=verify-full, the rest "
            "into database.py: "
            "Database(__file__, connect_args={'server_settings': {…}})",
        )
    return query


def _encrypted(url: Url) -> dict[str, str]:
    """The query of the URL; with a token as password, encryption is asked for.

    Raises InvalidUrl where it leaves that to the server.
    """
    query = dict(url.query)
    if not isinstance(url.password, Token):
        return query
    for word in ("sslmode", "ssl"):
        if query.get(word, "require") in _MAYBE_PLAIN:
            raise token_in_the_open(f"{word}={query[word]}")
    return query if "ssl" in query else {"sslmode": "require", **query}


def over_tls(driver: Driver, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Without `sslmode`, libpq would send a token to whoever offers no TLS."""
    word = "ssl" if driver.name == "asyncpg" else "sslmode"
    if word in arguments and arguments[word] in _MAYBE_PLAIN:
        raise token_in_the_open(f"{word}={arguments[word]}")
    return {word: "require", **arguments}


def connect_args(driver: Driver) -> dict[str, Any]:
    if driver.name == "asyncpg":
        return {"timeout": base.CONNECT_TIMEOUT_S}
    return dict(_LIBPQ)


def driver_password(password: str) -> str:
    """The drivers send text as UTF-8, which the server expects."""
    return password


def dsn(url: Url, driver: Driver) -> str:
    """A URI. libpq's carries the timeouts; asyncpg would take them for server settings."""
    query = _encrypted(url)
    if "ssl" in query:
        query.setdefault("sslmode", query.pop("ssl"))
    if driver.name == "asyncpg":
        query = {name: value for name, value in query.items() if name not in _LIBPQ}
    else:
        query = {**{name: str(value) for name, value in _LIBPQ.items()}, **query}
    return url._replace(dialect=NAME, driver=None, query=tuple(query.items())).render()


def set_timeout(policy: Policy) -> str:
    """Always set: a role's own default is meant for the application's queries."""
    return f"SET statement_timeout = {policy.statement_timeout_ms or 0}"


def set_role(role: str) -> str:
    return f"SET ROLE {quoted(role)}"


def create_database(name: str) -> str:
    return f"CREATE DATABASE {quoted(name)}"


def trouble(error: BaseException) -> Trouble | None:
    """By SQLSTATE where the driver gives one; libpq gives none while connecting, only words."""
    state = getattr(error, "sqlstate", None)
    if state in {"28P01", "28000"}:
        return Trouble.AUTHENTICATION
    if state == "3D000":
        return Trouble.NO_DATABASE
    if state in {"08000", "08001", "08003", "08006", "57P03"} or isinstance(error, OSError):
        return Trouble.DOWN
    words = str(error)
    if "authentication failed" in words or "no password supplied" in words:
        return Trouble.AUTHENTICATION
    if 'database "' in words and "does not exist" in words:
        return Trouble.NO_DATABASE
    down = (
        "refused",
        "timeout expired",
        "could not translate host name",
        "No such file",
        "Network is unreachable",
        "No route to host",
        "server closed the connection",
        "timed out",
        "failed to resolve",
        "starting up",
        "shutting down",
    )
    return Trouble.DOWN if any(sign in words for sign in down) else None


def lacks_right(error: BaseException) -> bool:
    """insufficient_privilege, which psycopg2 keeps under a name of its own."""
    return "42501" in _states(error)


def is_missing(error: BaseException) -> bool:
    """invalid_schema_name, undefined_table, undefined_column."""
    return not {"3F000", "42P01", "42703"}.isdisjoint(_states(error))


def lock_refused(error: BaseException) -> bool:
    """lock_not_available."""
    return "55P03" in _states(error)


def _states(error: BaseException) -> tuple[str | None, str | None]:
    return getattr(error, "sqlstate", None), getattr(error, "pgcode", None)


def catalog_details(rows: Rows) -> Sequence[str]:
    """The catalog tells everything in the fixed queries."""
    return ()


def engine(version: int) -> Engine:
    return Engine(alters_generated=version >= 17)
