"""MySQL and Aurora MySQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.core.engine import Engine
from daybreak.core.secret import Secret, Token
from daybreak.core.target import Policy
from daybreak.core.url import Url
from daybreak.dialects import base
from daybreak.dialects.base import Driver, Rows, Trouble, token_in_the_open
from daybreak.dialects.later import loading
from daybreak.dialects.mysql.texts import literal as literal
from daybreak.dialects.mysql.texts import quoted as quoted
from daybreak.dialects.mysql.writer import WRITER as WRITER

if TYPE_CHECKING:
    from daybreak.core.catalog import Catalog
    from daybreak.core.change import Change
    from daybreak.dialects.mysql import running as running
    from daybreak.dialects.mysql import tls as tls
    from daybreak.dialects.mysql import watching as watching
    from daybreak.dialects.mysql import words as words
    from daybreak.dialects.mysql.catalog import build_catalog as build_catalog
    from daybreak.dialects.mysql.ddl_changes import ddl as ddl
    from daybreak.dialects.mysql.drops import dropped as dropped
    from daybreak.dialects.mysql.folds import fold as fold
    from daybreak.dialects.mysql.queries import LOCK_HOLDERS as LOCK_HOLDERS
    from daybreak.dialects.mysql.queries import catalog_queries as catalog_queries
    from daybreak.dialects.mysql.queries import catalog_session as catalog_session
    from daybreak.dialects.mysql.queries import catalog_session_end as catalog_session_end
    from daybreak.dialects.mysql.reading import read_statement as read_statement
    from daybreak.dialects.mysql.reading import tells_of_work as tells_of_work
    from daybreak.dialects.mysql.shown import catalog_details as catalog_details
    from daybreak.dialects.mysql.weighing import facts_query as facts_query
    from daybreak.dialects.mysql.weighing import judge as judge
    from daybreak.dialects.mysql.weighing import suspects as suspects

__getattr__ = loading(
    __name__,
    {
        "tls": "tls",
        "watching": "watching",
        "words": "words",
        "build_catalog": "catalog",
        "ddl": "ddl_changes",
        "dropped": "drops",
        "fold": "folds",
        "LOCK_HOLDERS": "queries",
        "catalog_queries": "queries",
        "catalog_session": "queries",
        "catalog_session_end": "queries",
        "catalog_details": "shown",
        "running": "running",
        "read_statement": "reading",
        "tells_of_work": "reading",
        "suspects": "weighing",
        "facts_query": "weighing",
        "judge": "weighing",
    },
)

NAME = "mysql"
LABEL = "MySQL"
SCHEMES = frozenset({"mysql"})
SECRET_ENGINES = frozenset({"mysql", "aurora-mysql", "aurora"})
DRIVERS = (
    Driver("pymysql", "pymysql", "'pymysql[rsa]'", serves_sync=True, serves_async=False),
    Driver(
        "aiomysql",
        "aiomysql",
        "aiomysql 'sqlalchemy[asyncio]'",
        serves_sync=False,
        serves_async=True,
        tls_in_url=False,
    ),
)
DEFAULT_PORT = 3306
MAINTENANCE_DATABASE = None
EMBEDDED = False
TRANSACTIONAL_DDL = False
# With any of them pymysql takes no other than an encrypted connection.
_ENCRYPTS = ("ssl", "ssl_ca", "ssl_cert", "ssl_key", "ssl_verify_cert", "ssl_verify_identity")
_FLAGS = {"local_infile", "use_unicode", "compress"}
# Source: 246 kinds of change tried on Alembic 1.20.1; docs/autogenerate.md has them all.
NOT_COMPARED = (
    "CHECK constraints",
    "primary keys",
    "enum and SET members' order",
    "unsigned, fractional seconds, charset and collation",
    "engine and row format",
    "generated and invisible columns",
    "index order, prefix and visibility",
    "views, triggers, routines, events, grants and partitioning",
    "renames (they appear as a drop and an add)",
)
# The limit of execution is for SELECT alone, in milliseconds. A transaction that has begun can't be
# made read-only here.
PEEK_SESSION = (
    "SET @daybreak_lock_wait_timeout = @@lock_wait_timeout, "
    "@daybreak_execution_time = @@max_execution_time, "
    "@daybreak_expiry = @@information_schema_stats_expiry",
    f"SET lock_wait_timeout = {base.PEEK_TIMEOUT_S}, "
    f"max_execution_time = {base.PEEK_TIMEOUT_S * 1000}, information_schema_stats_expiry = 0",
)
PEEK_SESSION_END = (
    "SET lock_wait_timeout = @daybreak_lock_wait_timeout, "
    "max_execution_time = @daybreak_execution_time, "
    "information_schema_stats_expiry = @daybreak_expiry",
)


def dev_fallback(project: str) -> Url:
    return Url(
        NAME, username="root", host="localhost", port=DEFAULT_PORT, database=f"{project}_dev"
    )


def translate_query(url: Url, driver: Driver, source: str) -> Mapping[str, str]:
    """pymysql's words are the common ones; aiomysql takes no `ssl_…`, only a context object."""
    query = dict(url.query)
    if not _says_tls(url):
        return query
    from daybreak.dialects.mysql.tls import WORDS, in_sqlalchemys_words

    others = {name: text for name, text in query.items() if name not in WORDS}
    return {**others, **in_sqlalchemys_words(url, driver)}


def _says_tls(url: Url) -> bool:
    return any(name.startswith("ssl_") for name, _ in url.query)


def over_tls(driver: Driver, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A server takes a token as clear text, which both drivers send to whoever asks for it."""
    if arguments.get("ssl_disabled"):
        raise token_in_the_open("ssl_disabled")
    if not arguments.get("ssl", True):
        raise token_in_the_open(f"ssl={arguments['ssl']}")
    from daybreak.core.tls import Strength
    from daybreak.dialects.mysql.tls import connect_with_tls
    from daybreak.dialects.tls import Files, context_of

    more: dict[str, Any] = {}
    if driver.name == "aiomysql":
        more["async_creator_fn"] = connect_with_tls
    if not any(arguments.get(name) for name in _ENCRYPTS):
        more["ssl"] = context_of(Strength.REQUIRED, Files())
    return {**more, **arguments}


def connect_args(driver: Driver) -> dict[str, Any]:
    """No read_timeout: it would end a long ALTER. Keepalives are set on the socket instead."""
    return {"connect_timeout": base.CONNECT_TIMEOUT_S}


def driver_password(password: str) -> str:
    """Both drivers send a password as latin-1, while the server was told it in UTF-8.

    So they get the text whose latin-1 octets are the password's UTF-8; for ASCII it is the same.
    Source: `encode("latin1")` in pymysql/connections.py and aiomysql/connection.py.
    """
    return password if password.isascii() else Secret(password.encode().decode("latin-1"))


def dsn(url: Url, driver: Driver) -> dict[str, Any]:
    """Keyword arguments: MySQL's drivers have no connection string.

    A certificate is verified exactly where an engine's connection verifies it.
    """
    query: dict[str, Any] = {name: _typed(name, text) for name, text in url.query}
    if _says_tls(url):
        from daybreak.dialects.mysql.tls import WORDS, arguments

        query = {name: value for name, value in query.items() if name not in WORDS}
        query |= arguments(url, driver)
    given: dict[str, Any] = {
        "host": url.host,
        "port": url.port or DEFAULT_PORT,
        "user": url.username,
        "password": driver_password(url.password or ""),
        "db" if driver.name == "aiomysql" else "database": url.database,
        "charset": "utf8mb4",
        **connect_args(driver),
        **query,
    }
    given = {name: value for name, value in given.items() if value is not None}
    if isinstance(url.password, Token):
        given = over_tls(driver, given)
        given.pop("async_creator_fn", None)  # SQLAlchemy's word
    return given


def _typed(name: str, text: str) -> str | int | bool:
    """A word of the query as the drivers take it: they would read the text `false` as a yes."""
    if name in _FLAGS:
        return text.lower() in {"1", "true", "t", "yes", "y", "on"}
    return int(text) if text.isdecimal() else text


def set_timeout(policy: Policy) -> str:
    """`max_execution_time` bounds SELECT alone; MySQL has no such limit for other statements."""
    return f"SET SESSION max_execution_time = {policy.statement_timeout_ms or 0}"


def set_role(role: str) -> str:
    return f"SET ROLE {quoted(role)}"


def create_database(name: str) -> str:
    return f"CREATE DATABASE {quoted(name)} CHARACTER SET utf8mb4"


def trouble(error: BaseException) -> Trouble | None:
    """By the server's error number, or the client's (2002 to 2013)."""
    number = error.args[0] if error.args else None
    if number in {1044, 1045, 1698, 3118}:
        return Trouble.AUTHENTICATION
    if number == 1049:
        return Trouble.NO_DATABASE
    if number in {2002, 2003, 2005, 2006, 2013, 1040, 1053} or isinstance(error, OSError):
        return Trouble.DOWN
    return None


def lacks_right(error: BaseException) -> bool:
    """Denied a database, a table, a column, an administrator's right, a routine."""
    return bool(error.args) and error.args[0] in {1044, 1142, 1143, 1227, 1370}


def catalog_outline(version: int) -> None:
    """Digests have no use here: reading information_schema is what takes the time."""


def catalog_relations(rows: Rows) -> Sequence[int]:
    return ()


def catalog_told(rows: Rows) -> Mapping[int, str]:
    return {}


def is_missing(error: BaseException) -> bool:
    """No such schema, table, column."""
    return bool(error.args) and error.args[0] in {1049, 1146, 1054}


def by_hand(change: Change, before: Catalog, after: Catalog) -> None:
    """No statement of `ddl` is known to be refused."""


def lock_refused(error: BaseException) -> bool:
    """1205: lock_wait_timeout has passed."""
    return bool(error.args) and error.args[0] == 1205


# Seen in MySQL 9.7; of text and blob alone, and of all other types, a check is in nobody's way.
_CHECKS_PIN = frozenset(
    {
        *("date", "datetime", "timestamp", "time", "enum", "set"),
        *("tinytext", "mediumtext", "longtext", "tinyblob", "mediumblob", "longblob"),
    }
)


def engine(version: int) -> Engine:
    return Engine(
        keys_pin=True,
        late_bound=True,
        names_follow=True,
        checks_pin=_CHECKS_PIN,
        schemas_stay=True,
    )
