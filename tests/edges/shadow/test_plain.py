"""Tables that are told alike are rendered alike, whatever they are made of."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Enum,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Sequence,
    Table,
    TypeDecorator,
    UniqueConstraint,
    func,
    text,
    types,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles, deregister
from sqlalchemy.schema import (
    CreateColumn,
    CreateIndex,
    CreateTable,
    SetColumnComment,
    SetConstraintComment,
    SetTableComment,
)
from sqlalchemy.sql.elements import quoted_name

from daybreak.edges.shadow import plain, plaintypes

DIALECTS: list[Any] = [postgresql.psycopg2.dialect, mysql.pymysql.dialect]
TURNS = 1500


class Amount(TypeDecorator[int]):
    impl = types.Integer


COLUMN: dict[str, list[Any]] = {
    "name": ["b", "B", "other", quoted_name("b", True), quoted_name("b", False)],
    "key": [None, "c"],
    "type_": [
        *(types.Integer, types.BigInteger, types.Text, types.String(40), types.String(41), Amount),
        *(types.String(40, collation="C"), types.Numeric(10), types.Numeric(10, 2), types.Uuid),
        *(types.DateTime(), types.DateTime(timezone=True), types.Boolean, types.JSON, types.Float),
        *(Enum("a", "b", name="e"), Enum("a", "c", name="e"), Enum("a", "b", name="f")),
        *(Enum("a", "b", name="e", native_enum=False), Enum("a", "b", name="e", schema="s")),
        *(types.Uuid(native_uuid=False), types.Integer().with_variant(types.Text(), "mysql")),
        *(types.Boolean(name="truth", create_constraint=True), types.ARRAY(types.Integer)),
    ],
    "nullable": [True, False],
    "primary_key": [False, True],
    "autoincrement": ["auto", True, False],
    "comment": [None, "x", ""],
    "server_default": [
        *(None, "0", text("0"), func.now(), func.now(6), text("'0'"), FetchedValue(), ""),
        *(func.upper("x"), text("0 + :one").bindparams(one=1)),
    ],
    "default": [None, 5, Sequence("ids"), lambda: 5],
    "more": [None, Computed("1 + 1"), Identity(), Identity(start=5), ForeignKey("o.id")],
}
AROUND: dict[str, list[Callable[[Column[Any]], Any]]] = {
    "unique": [
        lambda _: None,
        lambda c: UniqueConstraint(c),
        lambda c: UniqueConstraint(c, name="u", deferrable=True),
        lambda c: UniqueConstraint(c, name="u", initially="DEFERRED", comment="x"),
        lambda c: UniqueConstraint(c, name="u", initially="DEFERRED"),
        lambda c: UniqueConstraint(c, name="u"),
        lambda c: UniqueConstraint(c, "a", name="u", postgresql_nulls_not_distinct=True),
        lambda c: UniqueConstraint("a", c, name="u"),
        lambda c: UniqueConstraint(c, name="u").ddl_if("mysql"),
    ],
    "check": [
        lambda _: None,
        lambda _: CheckConstraint("a > 0"),
        lambda _: CheckConstraint("a > 1"),
        lambda _: CheckConstraint("a > 0", name="k", postgresql_not_valid=True),
        lambda c: CheckConstraint(c > text("5"), name="k"),
        lambda _: CheckConstraint("a > 0", name=quoted_name("K", True)),
    ],
    "index": [
        lambda _: None,
        lambda c: Index("i", c),
        lambda c: Index("i", c, unique=True),
        lambda c: Index("i", c, "a"),
        lambda c: Index("i", c.desc()),
        lambda c: Index("i", c, postgresql_where=text("a > 0")),
        lambda c: Index("i", c, postgresql_where="a > 0"),
        lambda c: Index("i", c, postgresql_where=c.is_(None)),
        lambda c: Index("i", c, postgresql_ops={c.key: "text_ops"}),
        lambda c: Index("i", c, postgresql_include=["a"], mysql_length=5),
        lambda c: Index("i", c, mysql_length={"b": 5}, mysql_prefix="FULLTEXT"),
        lambda c: Index("i", c).ddl_if("postgresql"),
    ],
}
TABLE: dict[str, list[Any]] = {
    "schema": [None, "s"],
    "comment": [None, "t", "u"],
    "prefixes": [[], ["UNLOGGED"]],
    "postgresql_with": [{}, {"fillfactor": 50}],
    "mysql_engine": ["InnoDB", "MyISAM"],
}


def made(chosen: dict[str, Any]) -> Table:
    column = {name: chosen[name] for name in COLUMN}
    name, kind, more = column.pop("name"), column.pop("type_"), column.pop("more")
    parts = [copied(more)] if more is not None else []
    if isinstance(column["default"], Sequence):
        column["default"] = Sequence("ids")
    metadata = MetaData(naming_convention=chosen["convention"])
    Table("o", metadata, Column("id", types.Integer, primary_key=True))
    added: Column[Any] = Column(name, copied(kind), *parts, **column)
    around = [part for each in AROUND if (part := chosen[each](added)) is not None]
    options = {each: chosen[each] for each in TABLE}
    return Table("t", metadata, Column("a", types.Integer), added, *around, **options)


def copied(part: Any) -> Any:
    return part._copy() if isinstance(part, ForeignKey | Computed | Identity) else part


def rendered(table: Table, dialect: Dialect) -> list[str]:
    """All that SQLAlchemy sends for the table alone."""

    def elements() -> Iterator[Any]:
        yield CreateTable(table)
        yield from (CreateIndex(each) for each in table.indexes if runs(each, dialect))
        if not dialect.inline_comments:
            yield from [SetTableComment(table)] if table.comment is not None else []
            yield from (SetColumnComment(each) for each in table.c if each.comment is not None)
        if dialect.supports_constraint_comments:
            yield from (SetConstraintComment(each) for each in table.constraints if each.comment)

    return sorted(str(each.compile(dialect=dialect)) for each in elements())


def runs(index: Index, dialect: Dialect) -> bool:
    return index._ddl_if is None or index._ddl_if.dialect == dialect.name


def teller(dialect: Dialect) -> plain.Plain:
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]

    def compiled(index: Index) -> list[str]:
        return [str(CreateIndex(index).compile(dialect=dialect))] if runs(index, dialect) else []

    return plain.Plain(dialect, compiler, compiled)


@pytest.mark.parametrize("engine", DIALECTS)
def test_random_tables_that_are_told_alike_are_rendered_alike(engine: Any) -> None:
    dialect, choose = engine(), random.Random(7)
    tells, by_told = teller(dialect), dict[str, list[str]]()
    plainest = {name: each[0] for name, each in (COLUMN | AROUND | TABLE).items()}
    compared = 0
    for _ in range(TURNS):
        chosen: dict[str, Any] = {**plainest, "convention": None}
        for name, each in choose.sample(sorted((COLUMN | AROUND | TABLE).items()), 2):
            chosen[name] = choose.choice(each)
        if choose.random() < 0.1:
            chosen["convention"] = {"uq": "uq_%(column_0_name)s", "pk": "pk_%(table_name)s"}
        try:
            table = made(chosen)
        except SQLAlchemyError:  # an identity with a default, and the like
            continue
        if (told := tells.told(table)) is None:
            continue
        assert tells.told(made(chosen)) == told
        sql = rendered(table, dialect)
        compared += told in by_told
        assert by_told.setdefault(told, sql) == sql
    assert len(by_told) > TURNS / 8
    assert compared > TURNS / 20


@pytest.mark.parametrize("engine", DIALECTS)
@pytest.mark.parametrize("kind", plaintypes._ATTRIBUTES)
def test_a_type_is_told_as_it_is_rendered(kind: type[Any], engine: Any) -> None:
    dialect, arguments = engine(), inspect.signature(kind).parameters
    tells, rendered_ = plaintypes.PlainTypes(dialect), 0
    always = {"length": 9} if "length" in arguments else {}
    named = [
        *(name for name in arguments if name not in ("args", "kw") and name[0] != "_"),
        *plaintypes._ATTRIBUTES[kind],
    ]
    for name in dict.fromkeys(["nothing", *named]):
        for value in (None, 1, 7, True, False, "C", "utf8mb4", quoted_name("C", True)):
            try:
                one = kind(**(always if name == "nothing" else {**always, name: value}))
                sql = dialect.type_compiler_instance.process(one)
            except (TypeError, AttributeError, SQLAlchemyError, AssertionError):
                continue
            assert tells.told(one) in (None, sql)
            rendered_ += 1
    assert rendered_ or not kind.__module__.startswith(f"sqlalchemy.dialects.{dialect.name}")


@pytest.mark.parametrize(
    "construct", [CreateTable, CreateColumn, CreateIndex, Column, UniqueConstraint, types.Integer]
)
def test_what_the_project_compiles_itself_is_compiled(construct: Any) -> None:
    dialect = DIALECTS[0]()
    table = Table("t", MetaData(), Column("a", types.Integer))
    before = teller(dialect).told(table)

    @compiles(construct)
    def never(*_: Any, **__: Any) -> str:
        return "SOMETHING"

    try:
        after = teller(dialect).told(table)
    finally:
        deregister(construct)
    assert before is not None
    assert after is None or "SOMETHING" in after


@pytest.mark.parametrize("name", ["t" * 64, "t" * 200])
def test_a_name_that_may_be_refused_or_cut_is_compiled(name: str) -> None:
    tells = teller(DIALECTS[0]())
    named = Table("t", MetaData(), Column("a", types.Integer), UniqueConstraint("a", name=name))
    assert tells.told(Table(name, MetaData(), Column("a", types.Integer))) is None
    assert tells.told(named) is None
