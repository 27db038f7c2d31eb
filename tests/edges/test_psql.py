"""A project's role and database, made through psql on a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, NullPool, create_engine, text

from daybreak.core.errors import DevServerFailed
from daybreak.edges.psql import Access, provision, run_sql
from servers.postgresql import PostgreSQL

pytestmark = pytest.mark.server

ROLE, DATABASE = "it's \\me", 'a "b" %I'


@pytest.fixture
def admin(postgresql16: PostgreSQL) -> Iterator[Access]:
    server = postgresql16
    yield Access(server.host, server.port, server.user, server.password)
    server.execute('DROP DATABASE IF EXISTS "a ""b"" %%I"', [])
    server.execute('DROP ROLE IF EXISTS "it\'s \\me"')


@pytest.mark.parametrize(
    "password", ["plain", "%@:/?#$'\"\\ \t`é ü雪", "two\r\nlines", "\\'; --", ":'role'"]
)
def test_a_role_gets_its_password_and_its_database(admin: Access, password: str) -> None:
    for given in ("an older one", password):
        provision(admin, role=ROLE, password=given, database=DATABASE)

    assert who_owns(admin, ROLE, password) == (ROLE, ROLE)


def test_the_admins_own_password_stays(admin: Access) -> None:
    provision(admin, role="postgres", password="other", database=DATABASE)

    assert who_owns(admin, "postgres", "postgres") == ("postgres", "postgres")


def test_rows_come_as_text(admin: Access) -> None:
    assert run_sql(admin, "SELECT 1, 'a b'; SELECT :'x'", {"x": "y"}) == [["1", "a b"], ["y"]]


def test_a_server_that_refuses_is_quoted_without_the_sql(admin: Access) -> None:
    with pytest.raises(DevServerFailed) as failed:
        provision(admin, role="pg_app", password="s3cret", database=DATABASE)

    assert failed.value.problem.startswith(
        f"the server at 127.0.0.1:{admin.port} refused: psql:<stdin>:"
    )
    assert failed.value.problem.endswith('ERROR:  role name "pg_app" is reserved')


def test_a_wrong_password_is_an_error_not_a_question(admin: Access) -> None:
    with pytest.raises(DevServerFailed, match="password authentication failed"):
        run_sql(Access(admin.host, admin.port, "postgres", "wrong:\\"), "SELECT 1")


def who_owns(admin: Access, role: str, password: str) -> tuple[str, str]:
    """Who we are after logging in to the new database, and to whom it belongs."""
    url = URL.create(
        "postgresql+psycopg2",
        username=role,
        password=password,
        host=admin.host,
        port=admin.port,
        database=DATABASE,
    )
    sql = "SELECT current_user, rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba"
    with create_engine(url, poolclass=NullPool).connect() as connection:
        row = connection.execute(text(f"{sql} WHERE datname = current_database()")).one()
    return row[0], row[1]
