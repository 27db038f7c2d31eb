"""From a target to SQLAlchemy: URLs, engines, and why a connection could not be made."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from daybreak.core.environment import variable_of
from daybreak.core.errors import (
    AuthenticationFailed,
    DatabaseMissing,
    DaybreakError,
    InvalidUrl,
    RightMissing,
    RoleRefused,
    ServerDown,
    Unreachable,
)
from daybreak.core.reference import SecretRef
from daybreak.core.secret import Token, mask
from daybreak.core.target import Target
from daybreak.core.url import Url
from daybreak.dialects import base, dialect_named, driver_named
from daybreak.dialects.base import Dialect, Driver, Trouble
from daybreak.dialects.drivers import choose_driver
from daybreak.edges.lookup import Look, at_once, connecting, located

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

# Where `daybreak dev` can serve.
LOOPBACK = ("localhost", "127.0.0.1")

# What libpq and pymysql say first, as we do: to whom no connection was made.
_ADDRESS = re.compile(
    r"""connection\ to\ server\ at\ "[^"]+"(?:\ \([^)]*\))?,\ port\ \d+\ failed:\ |
        Can't\ connect\ to\ MySQL\ server\ on\ '[^']*'\ \((.*)\)""",
    re.VERBOSE,
)

ProjectDriver = tuple[Driver, str] | None


def dialect_of(target: Target) -> Dialect:
    return dialect_named(target.url.dialect, target.source)


def driver_for(
    target: Target, project_driver: ProjectDriver, *, asynchronous: bool = False
) -> Driver:
    """The driver for `target`: of its URL, of the project, or an installed one.

    Raises DriverMissing.
    """
    dialect = dialect_of(target)
    asked = []
    if target.url.driver is not None:
        asked.append((driver_named(dialect, target.url.driver, target.source), target.source))
    if project_driver is not None and project_driver[0] in dialect.DRIVERS:
        asked.append(project_driver)
    installed = {d.module for d in dialect.DRIVERS if importlib.util.find_spec(d.module)}
    return choose_driver(dialect, asked, installed, asynchronous=asynchronous)


def sqlalchemy_url(target: Target, driver: Driver) -> URL:
    """The URL as an object, so that no character of a password needs escaping anywhere."""
    from sqlalchemy import URL

    url, dialect = target.url, dialect_of(target)
    password = None if url.password is None else str(dialect.driver_password(url.password))
    return URL.create(
        f"{url.dialect}+{driver.name}",
        username=url.username,
        password=password,
        host=url.host,
        port=url.port,
        database=url.database,
        query=dict(dialect.translate_query(url, driver, target.source)),
    )


def make_engine(target: Target, driver: Driver, **options: Any) -> Engine:
    """An engine for the application: it checks a connection before lending it out.

    `options` go to `sqlalchemy.create_engine` and win over what is set here.
    """
    from sqlalchemy import create_engine, event

    given = options.pop("connect_args", {})
    engine = create_engine(
        sqlalchemy_url(target, driver), **_engine_options(target, driver, given, options)
    )
    if target.reference is not None:
        event.listen(engine, "do_connect", _looking_up(target, driver, given, at_once))
    event.listen(engine, "connect", keep_alive)
    return engine


def make_async_engine(target: Target, driver: Driver, **options: Any) -> AsyncEngine:
    """The same for an asynchronous application."""
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import create_async_engine

    given = options.pop("connect_args", {})
    engine = create_async_engine(
        sqlalchemy_url(target, driver), **_engine_options(target, driver, given, options)
    )
    if target.reference is not None:
        listen = _looking_up(target, driver, given, _in_a_thread)
        event.listen(engine.sync_engine, "do_connect", listen)
    event.listen(engine.sync_engine, "connect", keep_alive)
    return engine


def _engine_options(
    target: Target, driver: Driver, given: Mapping[str, Any], options: dict[str, Any]
) -> dict[str, Any]:
    connect_args = _connect_args(target, driver, given)
    return {"pool_pre_ping": True, "connect_args": connect_args, **options}


def _connect_args(target: Target, driver: Driver, given: Mapping[str, Any]) -> dict[str, Any]:
    asked = dict(target.url.query)
    own = dialect_of(target).connect_args(driver)
    # SQLAlchemy lets connect_args win over the URL, whose writer chose its timeouts on purpose.
    connect_args = {name: value for name, value in own.items() if name not in asked}
    return connect_args | dialect_of(target).tls.engine_arguments(target.url, driver) | dict(given)


def _looking_up(
    target: Target, driver: Driver, given: Mapping[str, Any], looking: Look
) -> Callable[..., Any]:
    """How an engine connects to what a reference stands for, at each connection anew."""

    @functools.cache  # what a context is made of is read once for an engine
    def told(url: Url) -> dict[str, Any]:
        return _connect_args(target._replace(url=url), driver, given)

    def connect(dialect: Any, _record: Any, _args: Any, _params: Any) -> Any:
        def connect_now(now: Target) -> Any:
            args, params = dialect.create_connect_args(sqlalchemy_url(now, driver))
            params |= told(now.url._replace(username=None, password=None))
            if isinstance(now.url.password, Token):
                params = dialect_of(now).over_tls(driver, params)
            return dialect.connect(*args, **params)

        return connecting(target, connect_now, looking)

    return connect


def _in_a_thread(look: Callable[[], Url]) -> Url:
    """So that the loop goes on while AWS is asked."""
    import asyncio

    from sqlalchemy.util import await_

    return await_(asyncio.to_thread(look))


def make_migration_engine(target: Target, driver: Driver) -> Engine:
    """An engine without a pool, whose sessions start with the migration's own settings.

    SQLAlchemy's list of a failed statement's parameters is left out of its error: they may be
    somebody's data. (The server's own words may quote the line of SQL with psycopg2's values.)
    """
    from sqlalchemy import NullPool, event

    engine = make_engine(
        target, driver, poolclass=NullPool, pool_pre_ping=False, hide_parameters=True
    )
    dialect = dialect_of(target)

    def begin_session(connection: Any, _record: Any) -> None:
        # On the driver's own connection and committed, so that Alembic finds no transaction open.
        cursor = connection.cursor()
        cursor.execute(dialect.set_timeout(target.policy))
        if target.role is not None:
            try:
                cursor.execute(dialect.set_role(target.role))
            except Exception as error:
                raise RoleRefused(target.role, target.environment, mask(str(error))) from error
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", begin_session)
    return engine


def keep_alive(connection: Any, _record: Any = None) -> None:
    """Keepalives for the drivers that can't be told; libpq has them from its parameters."""
    sock = _socket_of(getattr(connection, "driver_connection", connection))
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", base.KEEPALIVE_IDLE_S),
        ("TCP_KEEPINTVL", base.KEEPALIVE_INTERVAL_S),
        ("TCP_KEEPCNT", base.KEEPALIVE_COUNT),
        ("TCP_USER_TIMEOUT", base.TCP_USER_TIMEOUT_MS),
    ):
        option = getattr(socket, name, None)  # the systems differ in what they offer
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def _socket_of(connection: Any) -> Any:
    """The socket inside a driver's connection. The names are private; a contract test pins them."""
    transport = getattr(connection, "_transport", None)  # asyncpg
    if transport is None:
        writer = getattr(connection, "_writer", None)  # aiomysql
        transport = getattr(writer, "transport", None)
    if transport is not None:
        return transport.get_extra_info("socket")
    return getattr(connection, "_sock", None)  # pymysql


@contextlib.contextmanager
def explained(target: Target) -> Iterator[None]:
    """Turns what a driver raises while connecting to `target` into an error that has a cure."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, OSError) as error:
        raise explain(target, error.orig if isinstance(error, DBAPIError) else error) from error
    except TypeError as error:
        raise not_taken(target, error) from error


def not_taken(target: Target, error: TypeError) -> InvalidUrl:
    """The error for a URL's query of which MySQL's drivers, as keyword arguments, take no part."""
    return InvalidUrl(
        f"the query of the URL from {target.source} has what the driver does not take: {error}",
        "correct what follows the ? there",
    )


def explain(target: Target, error: BaseException | None) -> DaybreakError:
    """Why `target` could not be reached, as the driver's `error` tells it."""
    dialect = dialect_of(target)
    if error is not None and (without_tls := dialect.tls.trouble(error)) is not None:
        from daybreak.edges.tls import failure

        return failure(target, dialect, without_tls, _words_of(error))
    trouble = dialect.trouble(error) if error is not None else None
    url = target.url
    where = f"{url.host or 'the local socket'}:{url.port or dialect.DEFAULT_PORT}"
    said = _words_of(error)
    variable = target.source.removesuffix(" (.env)")
    settings = f"{target.environment}, from {target.source}"
    match trouble:
        case Trouble.DOWN if target.environment == "dev" and target.fallback:
            cure = (
                "daybreak dev start"
                if dialect.EMBEDDED
                else f"start {dialect.LABEL} there, or set DEV_DATABASE_URL"
            )
            return ServerDown(f"nothing answers at {where} ({settings})", cure)
        case Trouble.DOWN:
            check = f"check the address in {variable} and the way to it: daybreak doctor --settings"
            ours = target.environment == "dev" and dialect.EMBEDDED and url.host in LOOPBACK
            return ServerDown(
                f"nothing answers at {where} ({settings}): {said}",
                "daybreak dev start, or start your own server there" if ours else check,
            )
        case Trouble.AUTHENTICATION:
            refused = f"{where} refused user {url.username or '(none)'!r} ({settings}): {said}"
            if target.reference is not None:
                return AuthenticationFailed(refused, _cure_of_refused(target.reference))
            return AuthenticationFailed(
                refused,
                f"correct the user and password in {variable}"
                if not target.fallback
                else "set DEV_DATABASE_URL to a user and password that this server knows",
            )
        case Trouble.NO_DATABASE:
            return DatabaseMissing(
                f"the server at {where} has no database {url.database!r} ({settings})",
                "daybreak upgrade head --create-database"
                if target.environment == "dev"
                else f"create it, or correct its name in {variable}",
            )
        case None:
            return Unreachable(
                f"no connection to {target.place} ({settings}): {said}",
                "daybreak doctor --settings shows where each setting comes from",
            )


def _cure_of_refused(reference: SecretRef) -> str:
    if reference.scheme == "rds-iam":
        return (
            "allow rds-db:connect on this user to the role that asks (aws sts "
            "get-caller-identity), give the database user IAM authentication, and set the clock"
        )
    return (
        f"{reference} was looked up twice: give the database user its password, or correct the "
        "secret; while a rotation is under way, try again"
    )


def missing_right(target: Target, error: BaseException) -> RightMissing | None:
    """The error for a statement that the user of `target` may not run; None for another one."""
    cause = getattr(error, "orig", None)
    if cause is None or not dialect_of(target).lacks_right(cause):
        return None
    user = repr(target.url.username or "(none)")
    own = variable_of(target.environment, "MIGRATION_DATABASE_URL")
    return RightMissing(
        f"user {user} may not do this on {target.place} ({target.environment}, from "
        f"{target.source}): {_words_of(cause)}",
        f"grant {user} the right, or let a user migrate who has it: "
        + (
            f"migration_url, by default {own}" if target.environment != "unnamed" else target.source
        ),
    )


def _words_of(error: BaseException | None) -> str:
    """The driver's words in one line: no error number, no address, no hints (libpq indents these).

    A name has several addresses, of which libpq tells each in a line.
    """
    args = error.args if error is not None else ()
    words = str(args[1] if len(args) == 2 and isinstance(args[0], int) else error)
    lines = [line for line in mask(words).splitlines() if not line.startswith("\t")]
    return " ".join(" ".join(dict.fromkeys(_ADDRESS.sub(r"\1", line) for line in lines)).split())


def create_database(target: Target, driver: Driver) -> None:
    """Make the empty database that `target` names. Raises Unreachable and its kin."""
    dialect = dialect_of(target)
    there = located(target)
    elsewhere = there._replace(url=there.url._replace(database=dialect.MAINTENANCE_DATABASE))
    engine = make_engine(elsewhere, driver, isolation_level="AUTOCOMMIT")
    try:
        with explained(elsewhere), engine.connect() as connection:
            connection.exec_driver_sql(dialect.create_database(there.url.database or ""))
    finally:
        engine.dispose()
