"""The sessions of migrations, and the errors of a connection that could not be made."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from daybreak.core.errors import (
    AuthenticationFailed,
    DatabaseMissing,
    DaybreakError,
    RoleRefused,
    ServerDown,
    Unreachable,
)
from daybreak.core.secret import Secret
from daybreak.core.target import Policy, Target
from daybreak.core.url import Url, parse_url
from daybreak.dialects import driver_named
from daybreak.edges.connect import (
    create_database,
    dialect_of,
    driver_for,
    explain,
    explained,
    make_engine,
    make_migration_engine,
)
from daybreak.edges.pgtemporary import free_port
from edges.project_of import PASSWORD, SYNC, ask, disposed
from servers.postgresql import PostgreSQL
from servers.server import Server


def target_of(server: Server, database: str, **settings: object) -> Target:
    url = parse_url(server.url(database), "a test")
    return Target("prod", url, "PROD_DATABASE_URL")._replace(**settings)  # type: ignore[arg-type]


@pytest.fixture
def role(server: Server) -> Iterator[str]:
    """A role that the admin may take, named so that it has to be quoted."""
    name = f"Owner {secrets.token_hex(4)}"
    quoted = f'"{name}"' if server.dialect == "postgresql" else f"`{name}`"
    server.execute(f"CREATE ROLE {quoted}")
    if server.dialect == "mysql":
        server.execute(f"GRANT {quoted} TO {server.user}@'%'")
    yield name
    server.execute(f"DROP ROLE {quoted}")


TIMEOUT = {
    "postgresql": ("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"),
    "mysql": "SELECT @@SESSION.max_execution_time",
}
ROLE = {"postgresql": "SELECT current_user", "mysql": "SELECT current_role()"}


@pytest.mark.parametrize("milliseconds", [None, 5000])
def test_migrations_have_their_own_statement_timeout(
    server: Server, database: str, milliseconds: int | None
) -> None:
    policy = Policy(statement_timeout_ms=milliseconds)
    target = target_of(server, database, policy=policy)
    for name in SYNC[server.dialect]:
        driver = driver_named(dialect_of(target), name, "a test")
        with disposed(make_migration_engine(target, driver)) as engine:
            assert ask(engine, TIMEOUT[server.dialect]) == (milliseconds or 0)


def test_the_timeout_is_their_own_also_where_the_user_has_another(
    postgresql16: PostgreSQL,
) -> None:
    with (
        postgresql16.fresh_database() as database,
        postgresql16.fresh_user("s3cret", database) as user,
    ):
        postgresql16.execute(f"ALTER ROLE {user} SET statement_timeout = '1234ms'")
        url = parse_url(postgresql16.url(database, user=user, password="s3cret"), "a test")
        target = target_of(postgresql16, database, url=url)
        driver = driver_for(target, None)
        with disposed(make_engine(target, driver)) as application:
            assert ask(application, TIMEOUT["postgresql"]) == 1234
        with disposed(make_migration_engine(target, driver)) as migrations:
            assert ask(migrations, TIMEOUT["postgresql"]) == 0


def test_migrations_run_as_their_role(server: Server, database: str, role: str) -> None:
    target = target_of(server, database, role=role)
    expected = {"postgresql": role, "mysql": f"`{role}`@`%`"}[server.dialect]
    for name in SYNC[server.dialect]:
        driver = driver_named(dialect_of(target), name, "a test")
        engine = make_migration_engine(target, driver)
        with disposed(engine), engine.connect() as connection:
            connection.rollback()
            assert connection.execute(text(ROLE[server.dialect])).scalar() == expected
        with disposed(make_engine(target, driver)) as application:
            assert ask(application, ROLE[server.dialect]) != expected


def test_a_role_that_does_not_exist_is_named(server: Server, database: str) -> None:
    target = target_of(server, database, role="nobody")
    engine = make_migration_engine(target, driver_for(target, None))
    start = f"the migration's user can't take the role 'nobody' of {target.environment}: "
    with pytest.raises(RoleRefused) as caught, explained(target):
        engine.connect()
    assert caught.value.problem.startswith(start)


def test_a_migration_engine_keeps_no_connection(server: Server, database: str) -> None:
    target = target_of(server, database)
    session = {"postgresql": "pg_backend_pid()", "mysql": "connection_id()"}[server.dialect]
    with disposed(make_migration_engine(target, driver_for(target, None))) as engine:
        assert ask(engine, f"SELECT {session}") != ask(engine, f"SELECT {session}")


def test_a_failed_statement_of_a_migration_does_not_list_its_parameters(
    server: Server, database: str
) -> None:
    # On a line of its own: psycopg2 puts values into the text, and the server quotes its line.
    wrong = text("SELECT nothing_like_it,\n :value")
    target = target_of(server, database)
    engine = make_migration_engine(target, driver_for(target, None))
    with (
        disposed(engine),
        engine.connect() as connection,
        pytest.raises(DBAPIError, match="nothing_like_it") as caught,
    ):
        connection.execute(wrong, {"value": "hunter22"})
    assert "hunter22" not in str(caught.value)


def test_a_database_of_any_name_can_be_made(server: Server) -> None:
    name = f"my-app {secrets.token_hex(4)} é"
    target = target_of(server, name)
    driver = driver_for(target, None)
    create_database(target, driver)
    with disposed(make_engine(target, driver)) as engine:
        found = ask(
            engine,
            {"postgresql": "SELECT current_database()", "mysql": "SELECT database()"}[
                server.dialect
            ],
        )
    server.drop_database({"postgresql": f'"{name}"', "mysql": f"`{name}`"}[server.dialect])
    assert found == name


def connect(target: Target) -> DaybreakError:
    """The error that a person sees instead of the driver's."""
    engine = make_engine(target, driver_for(target, None))
    with disposed(engine), pytest.raises(DaybreakError) as caught, explained(target):
        engine.connect()
    return caught.value


def test_a_wrong_password_is_one_clear_error(server: Server, database: str) -> None:
    with server.fresh_user("right", database) as user:
        right = target_of(server, database)
        url = right.url._replace(username=user, password=Secret(PASSWORD))
        error = connect(right._replace(url=url))
    assert type(error) is AuthenticationFailed
    assert error.problem.startswith(
        f"{server.host}:{server.port} refused user '{user}' (prod, from PROD_DATABASE_URL): "
    )
    assert error.cure == "correct the user and password in PROD_DATABASE_URL"
    assert PASSWORD not in str(error)


@pytest.mark.parametrize(
    ("environment", "cure"),
    [
        ("prod", "create it, or correct its name in PROD_DATABASE_URL"),
        ("dev", "daybreak upgrade head --create-database"),
    ],
)
def test_a_missing_database_is_one_clear_error(server: Server, environment: str, cure: str) -> None:
    error = connect(target_of(server, "not_there", environment=environment))
    assert type(error) is DatabaseMissing
    assert error.problem == (
        f"the server at {server.host}:{server.port} has no database 'not_there' "
        f"({environment}, from PROD_DATABASE_URL)"
    )
    assert error.cure == cure


DOWN = {
    "prod": (
        *("postgresql", "prod", False),
        "check the address in PROD_DATABASE_URL and the way to it: daybreak doctor --settings",
    ),
    "dev's own PostgreSQL": ("postgresql", "dev", True, "daybreak dev start"),
    "dev's own MySQL": ("mysql", "dev", True, "start MySQL there, or set DEV_DATABASE_URL"),
    "dev's PostgreSQL at another port": (
        *("postgresql", "dev", False),
        "daybreak dev start, or start your own server there",
    ),
    "dev with a URL": (
        *("mysql", "dev", False),
        "check the address in PROD_DATABASE_URL and the way to it: daybreak doctor --settings",
    ),
}


@pytest.mark.parametrize(("dialect", "environment", "fallback", "cure"), DOWN.values(), ids=DOWN)
def test_a_server_that_is_down_is_one_clear_error(
    dialect: str, environment: str, fallback: bool, cure: str
) -> None:
    port = free_port()
    url = Url(dialect, None, "u", Secret("hunter22"), "127.0.0.1", port, "d")
    error = connect(Target(environment, url, "PROD_DATABASE_URL", fallback=fallback))
    assert type(error) is ServerDown
    assert error.problem.startswith(
        f"nothing answers at 127.0.0.1:{port} ({environment}, from PROD_DATABASE_URL)"
    )
    assert error.cure == cure
    assert "hunter22" not in str(error)


def test_an_error_without_a_known_cause_is_told_as_it_is() -> None:
    url = Url("postgresql", None, "u", Secret("hunter22"), "h", 5432, "d")
    error = explain(Target("prod", url, "X"), RuntimeError("odd:\n hunter22"))
    assert (type(error), error.problem) == (
        Unreachable,
        "no connection to d@h:5432 (prod, from X): odd: ***",
    )
