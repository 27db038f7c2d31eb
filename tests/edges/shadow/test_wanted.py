"""The models' own database is made by create_all, and what it refuses is told with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import NullType

from daybreak.core.catalog import Extension
from daybreak.core.errors import ExtensionMissing, ModelsRejected, OtherDatabase
from daybreak.edges.shadow.server import ShadowServer
from daybreak.edges.shadow.wanted import create_wanted, not_compiled
from edges.shadow.key_models import ddl
from edges.shadow.open_shadow import open_on, open_with, settings_of
from servers import Server


def models() -> MetaData:
    """What both engines have, a `%` and a cycle of foreign keys among it."""
    metadata = MetaData()
    Table(
        "venues",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(40), server_default="100%", comment="50% of it"),
        Column("kind", Enum("hall", "club", name="kind")),
        Column("best", Integer, ForeignKey("events.id", name="best_event")),
        CheckConstraint("name LIKE '%a%'", name="named"),
        Index("by_name", "name"),
    )
    Table(
        "events",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("venue", ForeignKey("venues.id", name="at")),
    )
    event.listen(metadata, "after_create", ddl("CREATE VIEW cheap AS SELECT '5%%' AS price"))
    return metadata


def create(shadow: ShadowServer, metadata: MetaData, root: Path) -> tuple[object, tuple[str, ...]]:
    """All that a simple inspection shows, and the statements."""
    with shadow.scratch() as engine:
        statements = create_wanted(shadow, engine, [metadata], root=root)
        found = inspect(engine)
        parts = (
            found.get_multi_columns(kind=ObjectKind.ANY),
            found.get_multi_foreign_keys(),
            found.get_multi_indexes(),
            found.get_multi_check_constraints(),
        )
        view = found.get_view_definition("cheap").replace(str(engine.url.database), "")
        return [sorted(map(repr, part.items())) for part in parts] + [[view]], statements


def test_statements_in_chunks_give_what_create_all_gives(shadow: ShadowServer, root: Path) -> None:
    calls: list[Any] = []
    listened = models()
    event.listen(listened, "after_create", lambda _, connection, **__: calls.append(connection))
    chunked, statements = create(shadow, models(), root)
    real, real_statements = create(shadow, listened, root)

    assert chunked == real
    assert sorted(statements) == sorted(real_statements)
    assert statements[-1] == "CREATE VIEW cheap AS SELECT '5%' AS price"
    assert len(calls) == 1


def test_schemas_that_the_models_name_are_made_first(postgresql16: Server, root: Path) -> None:
    metadata = MetaData()
    Table("venues", metadata, Column("id", Integer), schema="the shop")
    Table("days", metadata, Column("d", Enum("a", name="day", schema="kinds")))
    settings = settings_of(root, {"SHADOW_DATABASE_URL": postgresql16.url("")})
    with open_with(settings) as shadow, shadow.scratch() as engine:
        create_wanted(shadow, engine, [metadata], root=root)
        assert {"kinds", "the shop"} < set(inspect(engine).get_schema_names())


def test_more_tables_than_one_transaction_can_lock(postgresql16: Server, root: Path) -> None:
    metadata = MetaData()
    for number in range(1700):
        Table(f"t{number}", metadata, Column("id", Integer, primary_key=True))
    settings = settings_of(root, {"SHADOW_DATABASE_URL": postgresql16.url("")})
    with open_with(settings) as shadow, shadow.scratch() as engine:
        create_wanted(shadow, engine, [metadata], root=root)
        assert len(inspect(engine).get_table_names()) == 1700


def test_several_metadatas_share_a_database(shadow: ShadowServer, root: Path) -> None:
    other = MetaData()
    Table("more", other, Column("id", Integer, primary_key=True))
    with shadow.scratch() as engine:
        create_wanted(shadow, engine, [models(), other], root=root)
        assert sorted(inspect(engine).get_table_names()) == ["events", "more", "venues"]


def test_an_extension_of_the_history_is_there_before_the_models(
    postgresql16: Server, root: Path
) -> None:
    metadata = MetaData()
    Table("texts", metadata, Column("id", Integer))
    event.listen(metadata, "before_create", ddl("CREATE TABLE v (at ext.vector(3))"))
    settings = settings_of(root, {"SHADOW_DATABASE_URL": postgresql16.url("")})
    with open_with(settings) as shadow, shadow.scratch() as engine:
        create_wanted(
            shadow, engine, [metadata], root=root, extensions=[Extension("vector", "ext")]
        )
        assert sorted(inspect(engine).get_table_names()) == ["texts", "v"]


@pytest.mark.parametrize("schema", ["public", "shop"])
@pytest.mark.parametrize(
    "made",
    ["CREATE SCHEMA shop", "CREATE EXTENSION vector", "-- what is\n-- sold\nCREATE SCHEMA shop"],
)
def test_what_the_models_make_themselves_is_not_in_their_way(
    postgresql16: Server, root: Path, made: str, schema: str
) -> None:
    metadata = MetaData()
    Table("texts", metadata, Column("id", Integer), schema="shop")
    event.listen(metadata, "before_create", ddl(made))
    settings = settings_of(root, {"SHADOW_DATABASE_URL": postgresql16.url("")})
    with open_with(settings) as shadow, shadow.scratch() as engine:
        statements = create_wanted(
            shadow, engine, [metadata], root=root, extensions=[Extension("vector", schema)]
        )
        assert statements[0] == made
        assert inspect(engine).get_table_names("shop") == ["texts"]


EXTENSION: dict[str, tuple[Callable[[MetaData], Any], list[Extension]]] = {
    "of the history": (lambda m: None, [Extension("seven_bridges", "public")]),
    "of the models": (
        lambda m: event.listen(m, "before_create", ddl("CREATE EXTENSION seven_bridges")),
        [],
    ),
}


@pytest.mark.parametrize(("listen", "extensions"), EXTENSION.values(), ids=EXTENSION)
def test_an_extension_that_the_server_lacks_is_named(
    postgresql16: Server,
    root: Path,
    listen: Callable[[MetaData], Any],
    extensions: list[Extension],
) -> None:
    metadata = MetaData()
    listen(metadata)
    settings = settings_of(root, {"SHADOW_DATABASE_URL": postgresql16.url("")})
    with (
        open_with(settings) as shadow,
        shadow.scratch() as engine,
        pytest.raises(ExtensionMissing) as missing,
    ):
        create_wanted(shadow, engine, [metadata], root=root, extensions=extensions)

    assert missing.value.names == ("seven_bridges",)


SOURCE = """from sqlalchemy import Column, Table

class Venue(Base):
    __tablename__ = "venues"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(CITEXT)

events = Table(
    "events",
    metadata,
    Column("price", Integer),
)
"""


def rejected(metadata: MetaData, server: Server, root: Path) -> ModelsRejected:
    (root / "models.py").write_text(SOURCE)
    with (
        open_on(server, root) as shadow,
        shadow.scratch() as engine,
        pytest.raises(ModelsRejected) as failed,
    ):
        create_wanted(shadow, engine, [metadata], root=root)
    return failed.value


@pytest.mark.parametrize("listens", [False, True])
def test_a_rejected_column_is_told_with_the_servers_words_and_its_line(
    postgresql16: Server, root: Path, listens: bool
) -> None:
    metadata = MetaData()
    Table("venues", metadata, Column("id", Integer), Column("name", CITEXT))
    if listens:
        event.listen(metadata, "after_create", lambda *_, **__: None)
    failed = rejected(metadata, postgresql16, root)

    assert failed.problem == (
        f"models.py:7: the shadow server (PostgreSQL {postgresql16.version}, "
        "SHADOW_DATABASE_URL) does not create "
        'the table venues, column name: type "citext" does not exist'
    )
    assert failed.cure == (
        "correct the model; if an extension brings it, let a revision CREATE EXTENSION first: "
        "daybreak revision --empty"
    )
    assert failed.table == "venues"
    assert failed.exit_code == 2


def test_a_rejected_table_is_told_with_its_line(postgresql16: Server, root: Path) -> None:
    metadata = MetaData()
    Table("events", metadata, Column("price", Integer), CheckConstraint(text("no_such() > 1")))
    failed = rejected(metadata, postgresql16, root)

    assert failed.problem == (
        f"models.py:9: the shadow server (PostgreSQL {postgresql16.version}, "
        "SHADOW_DATABASE_URL) does not create "
        "the table events: function no_such() does not exist"
    )


def test_a_rejected_statement_of_a_listener_is_told_with_its_beginning(
    postgresql16: Server, root: Path
) -> None:
    metadata = MetaData()
    event.listen(metadata, "after_create", ddl("CREATE VIEWW cheap AS SELECT 5 AS price"))
    failed = rejected(metadata, postgresql16, root)

    assert failed.problem == (
        f"the shadow server (PostgreSQL {postgresql16.version}, "
        "SHADOW_DATABASE_URL) does not create "
        '`CREATE VIEWW cheap AS SELECT 5 AS price`: syntax error at or near "VIEWW"'
    )
    assert failed.cure == "correct the model"


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        (
            Column("name", ForeignKey("venuez.id")),
            "models.py:7: table venues, column name: Foreign key associated with column "
            "'venues.name' could not find table 'venuez' with which to generate a foreign key to "
            "target column 'id'",
        ),
        (
            Column("name", NullType()),
            "models.py:7: table venues, column name: Can't generate DDL for NullType(); did you "
            "forget to specify a type on this Column?",
        ),
    ],
)
def test_models_without_sql_are_told_with_the_column_and_its_line(
    root: Path, column: Column[Any], problem: str
) -> None:
    (root / "models.py").write_text(SOURCE)
    metadata = MetaData()
    table = Table("venues", metadata, column)
    with pytest.raises(SQLAlchemyError) as failed:
        CreateTable(table).compile(dialect=make_url("postgresql+psycopg2://").get_dialect()())

    told = not_compiled(failed.value, [metadata], root)
    assert told.problem == problem
    assert told.table == "venues"


def test_the_same_on_mysql(mysql: Server, root: Path) -> None:
    metadata = MetaData()
    Table("venues", metadata, Column("name", String(70_000)))
    failed = rejected(metadata, mysql, root)

    assert failed.problem.startswith("models.py:7: the shadow server (MySQL ")
    assert "does not create the table venues, column name: " in failed.problem


def test_a_statement_that_reaches_further_is_refused_before_it_runs(
    mysql: Server, root: Path
) -> None:
    with open_with(settings_of(root, {"DEV_DATABASE_URL": mysql.url("x")})) as shadow:
        for statement in ("CREATE USER reader", "SET GLOBAL max_connections = 5"):
            with (
                shadow.scratch() as engine,
                engine.connect() as connection,
                pytest.raises(OtherDatabase) as refused,
            ):
                connection.exec_driver_sql(statement)
            assert refused.value.exit_code == 3
    assert mysql.execute("SELECT user FROM mysql.user WHERE user = 'reader'") == []
