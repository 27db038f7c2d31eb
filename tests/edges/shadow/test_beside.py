"""Databases that statements in a scratch database name are scratch ones, on every MySQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import ProgrammingError

from daybreak.core.catalog import Catalog, Schema
from daybreak.core.errors import OtherDatabase
from daybreak.edges.catalog import read_catalog
from daybreak.edges.shadow.server import ShadowServer
from edges.shadow.open_shadow import open_on, open_with, settings_of, start_python, variables_of
from servers import Server

BILLING = [
    "CREATE TABLE billing.payers (id int PRIMARY KEY, name varchar(20) DEFAULT 'billing.x')",
    "CREATE TABLE orders (id int PRIMARY KEY, payer int,"
    " CONSTRAINT k FOREIGN KEY (payer) REFERENCES billing.payers (id))",
    "INSERT INTO billing.payers (id) VALUES (7)",
    "CREATE TRIGGER billing.t BEFORE INSERT ON billing.payers FOR EACH ROW SET NEW.id = 1",
    "CREATE VIEW billing.names AS SELECT billing.payers.name FROM billing.payers",
    "CREATE PROCEDURE pay() DELETE FROM billing.payers",
    "CREATE PROCEDURE `billing`.refund() UPDATE `billing`.payers SET id = 'billing.2'",
]


@pytest.fixture
def shadow(mysql: Server, root: Path) -> Iterator[ShadowServer]:
    """The dev server as the shadow: others work on it."""
    with open_with(settings_of(root, {"DEV_DATABASE_URL": mysql.url("x")})) as opened:
        assert not opened.dedicated
        yield opened
        for name in opened.templates():
            opened.drop_template(name)


@pytest.fixture
def billing(mysql: Server) -> Iterator[Server]:
    """The server, with a real database of the name that the statements have."""
    mysql.execute("CREATE DATABASE billing")
    mysql.execute("CREATE TABLE billing.payers (real_one int)")
    mysql.execute("INSERT INTO billing.payers VALUES (1)")
    yield mysql
    mysql.execute("DROP DATABASE billing")


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def read(engine: Engine) -> Catalog:
    with engine.connect() as connection:
        return read_catalog(connection)


def databases(server: Server) -> list[str]:
    """Scratch databases, what stands beside them, and billing; no templates, of whichever test."""
    listed = server.execute("SELECT schema_name FROM information_schema.schemata")
    names = [name for (name,) in listed if name.startswith(("daybreak_", "billing"))]
    return sorted(name for name in names if not name.startswith("daybreak_template_"))


def test_a_real_database_of_that_name_is_not_touched(billing: Server, shadow: ShadowServer) -> None:
    with shadow.scratch() as engine:
        run(engine, *BILLING, "DROP TABLE orders", "DROP DATABASE billing")

    assert billing.execute("SELECT * FROM billing.payers") == [(1,)]
    assert databases(billing) == ["billing"]


def test_a_catalog_has_the_names_that_the_statements_have(shadow: ShadowServer) -> None:
    with shadow.scratch() as engine:
        run(engine, *BILLING)
        catalog = read(engine)

    orders, payers = catalog.tables
    assert (orders.schema, orders.name) == ("", "orders")
    assert orders.constraints[1].referred == ("billing", "payers")
    assert (payers.schema, payers.name) == ("billing", "payers")
    assert payers.columns[1].default == "'billing.x'"
    assert payers.triggers[0].definition == (
        "BEFORE INSERT ON `billing`.`payers` FOR EACH ROW SET NEW.id = 1"
    )
    assert [(view.schema, view.definition) for view in catalog.views] == [
        ("billing", "select `billing`.`payers`.`name` AS `name` from `billing`.`payers`")
    ]
    assert [(routine.schema, routine.definition) for routine in catalog.routines] == [
        ("", "()\nDELETE FROM billing.payers"),
        ("billing", "()\nUPDATE `billing`.payers SET id = 'billing.2'"),
    ]
    assert catalog.schemas == (Schema("billing"),)


def test_two_scratch_databases_have_each_their_own(shadow: ShadowServer) -> None:
    with shadow.scratch() as one, shadow.scratch() as other:
        run(one, "CREATE TABLE billing.a (id int)")
        run(other, "CREATE TABLE audit.b (id int)", "CREATE TABLE billing.b (id int)")
        found = [[(t.schema, t.name) for t in read(engine).tables] for engine in (one, other)]

    assert found == [[("billing", "a")], [("audit", "b"), ("billing", "b")]]


def test_a_template_holds_them_too(mysql: Server, shadow: ShadowServer) -> None:
    def build(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE DATABASE gone")
        for statement in BILLING:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("DROP DATABASE gone")

    template = shadow.template("one", build)
    above = shadow.template(
        "two", lambda c: c.exec_driver_sql("CREATE TABLE audit.log (id int)"), base=template
    )
    with shadow.scratch() as engine:
        run(engine, *BILLING)
        wanted = read(engine)
    with shadow.scratch(template) as engine, engine.connect() as connection:
        assert read(engine) == wanted
        assert connection.exec_driver_sql("SELECT id FROM billing.payers").all() == [(7,)]
    with shadow.scratch(above) as engine:
        assert [schema.name for schema in read(engine).schemas] == ["audit", "billing"]
    shadow.drop_template(above)
    shadow.drop_template(template)
    assert databases(mysql) == []
    assert not {template, above} & {*shadow.templates()}


def test_they_are_created_and_dropped_as_the_statements_say(shadow: ShadowServer) -> None:
    with shadow.scratch() as engine:
        run(engine, "CREATE DATABASE billing", "CREATE TABLE billing.a (id int)")
        with pytest.raises(ProgrammingError) as there:
            run(engine, "CREATE DATABASE billing")
        run(engine, "DROP DATABASE billing", "CREATE DATABASE billing")
        left = read(engine)

    assert isinstance(there.value.orig, pymysql.err.ProgrammingError)
    assert there.value.orig.args == (
        1007,
        "Can't create database 'billing'; database exists",
    )
    assert (left.schemas, left.tables) == ((Schema("billing"),), ())


def test_sqlalchemy_reflects_them(shadow: ShadowServer) -> None:
    with shadow.scratch() as engine:
        run(engine, *BILLING)
        with engine.connect() as connection:
            inspector = inspect(connection)
            assert inspector.get_table_names(schema="billing") == ["payers"]
            assert inspector.has_table("payers", schema="billing")
            columns = inspector.get_columns("payers", schema="billing")
            assert [column["name"] for column in columns] == ["id", "name"]


def test_the_database_at_hand_may_be_called_by_its_own_name(
    mysql: Server, shadow: ShadowServer
) -> None:
    with shadow.scratch() as engine:
        run(
            engine,
            "CREATE TABLE x.users (id int PRIMARY KEY)",
            "CREATE TABLE billing.payers (id int, CONSTRAINT k FOREIGN KEY (id)"
            " REFERENCES x.users (id))",
            "CREATE PROCEDURE p() DELETE FROM x.users",
        )
        catalog = read(engine)

    assert [(table.schema, table.name) for table in catalog.tables] == [
        ("", "users"),
        ("billing", "payers"),
    ]
    key = catalog.tables[1].constraints[0]
    assert key.referred == ("", "users")
    assert key.definition == "FOREIGN KEY (`id`) REFERENCES `x`.`users` (`id`)"
    assert catalog.routines[0].definition == "()\nDELETE FROM x.users"


def test_what_is_taken_for_a_column_and_may_be_a_database_is_refused(
    billing: Server, shadow: ShadowServer
) -> None:
    with shadow.scratch() as engine, pytest.raises(OtherDatabase) as refused:
        run(engine, "CREATE TABLE billing (id int)", "DELETE FROM billing.payers, billing")

    assert refused.value.problem == (
        f"a statement names the database billing, and the shadow server ({shadow.label}) is not "
        "there for scratch databases alone: DELETE FROM billing.payers, billing"
    )
    assert billing.execute("SELECT * FROM billing.payers") == [(1,)]


def test_those_of_a_killed_run_are_dropped_by_the_next(mysql: Server, root: Path) -> None:
    body = """
    with shadow.scratch() as engine, engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE billing.a (id int)")
        print("there", flush=True)
        time.sleep(60)"""
    with start_python(body, root, variables_of(mysql)) as process:
        assert process.stdout
        assert process.stdout.readline() == "there\n"
        assert len(databases(mysql)) == 2
        process.kill()
    with open_on(mysql, root):
        assert databases(mysql) == []
