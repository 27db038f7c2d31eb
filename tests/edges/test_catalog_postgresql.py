"""A PostgreSQL catalog tells all that pg_dump would, in few queries, whoever asks and however."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event

from daybreak.core.catalog import Catalog, Schema, Table, View
from daybreak.core.catalogtext import from_text, to_text
from daybreak.core.errors import LockNotGranted
from daybreak.core.parts import PARTS
from daybreak.edges.catalog import read_catalog
from edges.catalog_everything import READER, TABLES, TOLD, VIEWS
from servers.postgresql import PostgreSQL

SQL = Path(__file__).with_name("catalog_everything.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["postgresql16", "postgresql18"])
def postgresql(request: pytest.FixtureRequest) -> PostgreSQL:
    found: PostgreSQL = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def everything(postgresql: PostgreSQL) -> Iterator[str]:
    """A database with the schema of catalog_everything.sql."""
    postgresql.execute(f"CREATE ROLE {READER}")
    try:
        with postgresql.fresh_database() as name:
            postgresql.execute(SQL, database=name)
            yield name
    finally:
        postgresql.execute(f"DROP ROLE {READER}")


@pytest.fixture(scope="module")
def catalog(postgresql: PostgreSQL, everything: str) -> Catalog:
    with connected(postgresql, everything) as connection:
        return read_catalog(connection)


@contextmanager
def connected(
    server: PostgreSQL, database: str, driver: str = "psycopg2", **options: Any
) -> Iterator[Connection]:
    engine = create_engine(server.url(database, driver), **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def part_of(catalog: Catalog, kind: str, owner: str) -> Any:
    if not owner:
        return getattr(catalog, kind)
    relations: tuple[Table | View, ...] = (*catalog.tables, *catalog.views)
    whole = next(item for item in relations if item.name == owner)
    found = getattr(whole, kind)
    # 18 tells of each NOT NULL in a row of its own, which the columns tell of everywhere.
    return tuple(c for c in found if getattr(c, "kind", "") != "not null")


@pytest.mark.parametrize(("kind", "owner"), TOLD, ids=[f"{owner}.{kind}" for kind, owner in TOLD])
def test_each_part_is_told_with_all_its_properties(catalog: Catalog, kind: str, owner: str) -> None:
    found = part_of(catalog, kind, owner)
    if kind == "domains":
        found = tuple(
            replace(d, constraints=tuple(c for c in d.constraints if c.kind != "not null"))
            for d in found
        )
    assert found == TOLD[kind, owner]


@pytest.mark.parametrize("kind", ["tables", "views"])
def test_each_relation_is_told_with_all_its_own_properties(catalog: Catalog, kind: str) -> None:
    told = {"tables": TABLES, "views": VIEWS}[kind]
    assert {item.name: own_of(item) for item in getattr(catalog, kind)} == told


def own_of(item: Table | View) -> dict[str, Any]:
    """The fields that are not their default, but for the name, the parts and the grants."""
    found = {}
    for field in fields(item):
        value = getattr(item, field.name)
        default = field.default if field.default is not MISSING else None
        if field.name not in {*PARTS, "schema", "name", "grants"} and value != default:
            found[field.name] = value
    return found


def test_a_not_null_of_18_is_a_constraint_of_its_own(catalog: Catalog) -> None:
    parent = next(table for table in catalog.tables if table.name == "parent")
    found = [(c.name, c.columns) for c in parent.constraints if c.kind == "not null"]
    assert found == (
        [
            ("parent_code_not_null", ("code",)),
            ("parent_id_not_null", ("id",)),
            ("parent_number_not_null", ("number",)),
        ]
        if catalog.version == 18
        else []
    )


def test_no_password_of_a_user_mapping_is_read(catalog: Catalog) -> None:
    assert "hunter22" not in to_text(catalog)


def test_the_catalog_comes_back_from_its_text(catalog: Catalog) -> None:
    assert from_text(to_text(catalog)) == catalog


def test_only_the_schemas_that_are_asked_for_are_told_and_what_has_none(
    postgresql: PostgreSQL, everything: str, catalog: Catalog
) -> None:
    with connected(postgresql, everything) as connection:
        app = read_catalog(connection, schemas=["app"])
        public = read_catalog(connection, schemas=["public", "no, such"])
    assert app == replace(catalog, schemas=catalog.schemas[:1])
    assert public == Catalog(
        "postgresql",
        catalog.version,
        "public",
        schemas=(Schema("public"),),
        extensions=catalog.extensions,
        others=tuple(other for other in catalog.others if not other.schema),
    )


def test_a_table_left_out_takes_its_sequence_along(
    postgresql: PostgreSQL, everything: str, catalog: Catalog
) -> None:
    with connected(postgresql, everything) as connection:
        found = read_catalog(connection, leave_out=frozenset({("app", "parent")}))
    assert [table.name for table in found.tables] == [n for n in TABLES if n != "parent"]
    assert [sequence.name for sequence in found.sequences] == ["numbers"]


def test_40_schemas_take_as_many_queries_as_one(postgresql: PostgreSQL) -> None:
    counts = []
    with postgresql.fresh_database() as name:
        for schemas in (range(1), range(1, 40)):
            postgresql.execute(
                "".join(
                    f"CREATE SCHEMA s{n}; CREATE TABLE s{n}.t (id serial PRIMARY KEY);"
                    f"CREATE INDEX ON s{n}.t ((id + 1));"
                    for n in schemas
                ),
                database=name,
            )
            with connected(postgresql, name) as connection:
                sent: list[str] = []
                event.listen(
                    connection, "before_cursor_execute", lambda *a, sent=sent: sent.append(a[2])
                )
                catalog = read_catalog(connection)
            counts.append(len(sent))
    assert len(catalog.tables) == 40
    assert counts == [22, 22]  # two of them begin the transaction


HABITS = {
    "search_path": "app, public",
    "timezone": "'Asia/Tokyo'",
    "datestyle": "'SQL, DMY'",
    "intervalstyle": "'iso_8601'",
    "bytea_output": "'escape'",
    "quote_all_identifiers": "on",
}
DATED = """
CREATE TABLE app.dated (
    at timestamptz DEFAULT '2020-01-02 03:04:05+00',
    day date DEFAULT '2020-03-04',
    long interval DEFAULT '1 day 2 hours',
    raw bytea DEFAULT '\\x00ff'
)
"""


@pytest.mark.parametrize("where", ["role", "session"])
def test_the_settings_of_a_session_and_a_role_change_nothing(
    postgresql: PostgreSQL, everything: str, where: str
) -> None:
    role = postgresql.user
    postgresql.execute(DATED, database=everything)
    try:
        with connected(postgresql, everything) as connection:
            usual = read_catalog(connection)
        with connected(postgresql, everything) as connection:
            for name, value in HABITS.items():
                if where == "session":
                    connection.exec_driver_sql(f"SET {name} = {value}")
                else:
                    alter = f"ALTER ROLE {role} IN DATABASE {everything} SET {name} = {value}"
                    postgresql.execute(alter)
            connection.commit()
            if where == "role":
                with connected(postgresql, everything) as other:
                    found = read_catalog(other)
            else:
                found = read_catalog(connection)
                assert connection.exec_driver_sql("SHOW timezone").scalar() == "Asia/Tokyo"
        assert replace(found, default_schema="public") == usual
        assert found.default_schema == ("app" if where == "role" else "public")
    finally:
        postgresql.execute(f"ALTER ROLE {role} IN DATABASE {everything} RESET ALL")
        postgresql.execute("DROP TABLE app.dated", database=everything)


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
@pytest.mark.parametrize("how", ["fresh", "in a transaction", "autocommit"])
def test_any_connection_serves_and_keeps_its_settings_and_its_transaction(
    postgresql: PostgreSQL, everything: str, catalog: Catalog, driver: str, how: str
) -> None:
    options = {"isolation_level": "AUTOCOMMIT"} if how == "autocommit" else {}
    with connected(postgresql, everything, driver, **options) as connection:
        settings = ("search_path", "timezone", "lock_timeout", "transaction_read_only")
        if how != "fresh":
            connection.exec_driver_sql("SET lock_timeout = '7s'")
        if how == "in a transaction":
            connection.exec_driver_sql("CREATE TABLE app.uncommitted (id integer)")
        found = read_catalog(connection)
        assert connection.in_transaction() == (how != "fresh")
        kept = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in settings]
        names = [table.name for table in found.tables]
        connection.rollback()
    assert kept[1:] == [kept[1], "0" if how == "fresh" else "7s", "off"]
    assert kept[:2] == ['"$user", public', kept[1]]
    assert ("uncommitted" in names) == (how == "in a transaction")
    if how != "in a transaction":
        assert found == catalog


def test_a_reader_without_any_right_sees_the_same(
    postgresql: PostgreSQL, everything: str, catalog: Catalog
) -> None:
    postgresql.execute("CREATE ROLE stranger LOGIN PASSWORD 'p'")
    try:
        url = postgresql.url(everything, "psycopg2", user="stranger", password="p")
        engine = create_engine(url)
        with engine.connect() as connection:
            found = read_catalog(connection)
        engine.dispose()
    finally:
        postgresql.execute("DROP ROLE stranger")
    assert found == catalog


def test_waiting_ends_after_a_second_and_names_who_holds_the_lock(
    postgresql: PostgreSQL, everything: str
) -> None:
    with (
        connected(postgresql, everything, connect_args={"application_name": "nightly"}) as holder,
        connected(postgresql, everything) as connection,
    ):
        holder.exec_driver_sql("LOCK TABLE app.parent IN ACCESS EXCLUSIVE MODE")
        [pid] = holder.exec_driver_sql("SELECT pg_backend_pid()").scalars()
        began = time.monotonic()
        with pytest.raises(LockNotGranted) as caught:
            read_catalog(connection)
        waited = time.monotonic() - began
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    assert 0.9 < waited < 4
    assert str(caught.value).startswith(
        "the schema could not be read: a lock was not granted in 1 s; app.parent is held by "
        f"pid {pid}, user {postgresql.user} (nightly), idle in transaction for "
    )
    assert caught.value.exit_code == 5


def test_who_waits_for_a_lock_in_front_of_the_reader_is_named(
    postgresql: PostgreSQL, everything: str
) -> None:
    with (
        connected(postgresql, everything) as reader,
        connected(postgresql, everything) as waiter,
        connected(postgresql, everything) as connection,
    ):
        reader.exec_driver_sql("SELECT * FROM app.parent")
        [pid] = waiter.exec_driver_sql("SELECT pg_backend_pid()").scalars()
        waiting = threading.Thread(target=waiter.exec_driver_sql, args=["LOCK TABLE app.parent"])
        waiting.start()
        try:
            listed = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"
            deadline = time.monotonic() + 10
            while not postgresql.execute(listed, [pid]):
                assert time.monotonic() < deadline, "it does not wait"
            with pytest.raises(LockNotGranted, match=rf"pid {pid}, .* waiting for that lock for"):
                read_catalog(connection)
        finally:
            reader.rollback()
            waiting.join()


def test_an_index_that_is_being_built_concurrently_is_not_invalid(postgresql: PostgreSQL) -> None:
    with postgresql.fresh_database() as name, connected(postgresql, name) as blocker:
        postgresql.execute("CREATE TABLE t (id integer)", database=name)
        blocker.exec_driver_sql("INSERT INTO t VALUES (1)")
        build = threading.Thread(
            target=postgresql.execute,
            args=["CREATE INDEX CONCURRENTLY by_id ON t (id)"],
            kwargs={"database": name},
        )
        build.start()
        try:
            with connected(postgresql, name) as connection:
                deadline = time.monotonic() + 10
                while not (found := read_catalog(connection).tables[0].indexes):
                    assert time.monotonic() < deadline, "the build did not begin"
        finally:
            blocker.rollback()
            build.join()
        [valid] = postgresql.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_id'::regclass", database=name
        )
        assert (found[0].valid, valid) == (True, (True,))
        postgresql.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_id'::regclass",
            database=name,
        )
        with connected(postgresql, name) as connection:
            assert read_catalog(connection).tables[0].indexes[0].valid is False
