"""Whatever a change says is written, or told to be unwritten: nothing is missed in silence."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import create_mock_engine

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Composite,
    Constraint,
    Domain,
    Enum,
    Extension,
    Grant,
    Identity,
    Index,
    IndexKey,
    Other,
    Policy,
    Range,
    Routine,
    Rule,
    Schema,
    Sequence,
    Statistics,
    Table,
    Trigger,
    View,
    address_of,
)
from daybreak.core.change import Alter, Create, Drop
from daybreak.dialects import postgresql
from daybreak.writing.models import Models
from daybreak.writing.operations import Execute
from daybreak.writing.write import Written, write

GRANTS = (Grant("SELECT", "reader"),)
COLUMN = Column("a", "integer")
PARENT = Table("public", "t", (COLUMN,))
COMPILER = create_mock_engine("postgresql://", lambda *_: None).dialect
SECOND = Identity(True, "t_a_seq", 1, 1, 1, 9, 1, False)

# Two objects of each kind that differ in every field but what makes their address.
PAIRS: tuple[tuple[Any, Any], ...] = (
    (Schema("s"), Schema("s", "words", GRANTS)),
    (Extension("citext", "public"), Extension("citext", "other", "2", "words")),
    (Enum("public", "e", ("a",)), Enum("public", "e", ("a", "b"), "words", GRANTS)),
    (
        Domain("public", "d", "integer"),
        Domain(
            "public",
            "d",
            "bigint",
            not_null=True,
            default="1",
            collation='"C"',
            constraints=(Constraint("d_check", "check", "CHECK (VALUE > 0)"),),
            comment="words",
            grants=GRANTS,
        ),
    ),
    (
        Composite("public", "c", (COLUMN,)),
        Composite("public", "c", (replace(COLUMN, type="text"),), "words", GRANTS),
    ),
    (
        Range("public", "r", "SUBTYPE = time"),
        Range("public", "r", "SUBTYPE = date", "words", GRANTS),
    ),
    (
        Sequence("public", "q", "bigint", 1, 1, 1, 99, 1, False),
        Sequence(
            "public", "q", "integer", 2, 2, 2, 98, 2, True, ("t", "a"), "unlogged", "w", GRANTS
        ),
    ),
    (
        Routine("public", "f", "integer", "function", "CREATE OR REPLACE FUNCTION public.f() 1"),
        Routine(
            "public",
            "f",
            "integer",
            "procedure",
            "CREATE OR REPLACE FUNCTION public.f() 2",
            "words",
            GRANTS,
        ),
    ),
    (
        View("public", "v", "SELECT 1"),
        View(
            "public",
            "v",
            "SELECT 2",
            materialized=True,
            columns=(COLUMN,),
            settings=(("security_barrier", "true"),),
            tablespace="fast",
            comment="words",
            grants=GRANTS,
        ),
    ),
    (
        PARENT,
        Table(
            "public",
            "t",
            foreign="SERVER s",
            persistence="unlogged",
            partition_by="RANGE (a)",
            partition_of=("public", "p", "DEFAULT"),
            inherits=(("public", "p"),),
            of_type="public.c",
            access_method="columnar",
            options=(("fillfactor", "70"),),
            tablespace="fast",
            row_security=True,
            force_row_security=True,
            replica_identity="FULL",
            engine="MyISAM",
            charset="latin1",
            collation="latin1_bin",
            comment="words",
            grants=GRANTS,
        ),
    ),
    (
        COLUMN,
        Column(
            "a",
            "bigint",
            not_null=True,
            default="1",
            collation='"C"',
            charset="latin1",
            identity=SECOND,
            generated="1",
            stored=True,
            auto_increment=True,
            on_update="now()",
            invisible=True,
            srid=4326,
            comment="words",
            storage="EXTERNAL",
            compression="lz4",
            statistics=100,
            options=(("n_distinct", "5"),),
            grants=GRANTS,
            local=False,
        ),
    ),
    (
        Constraint("k", "unique", "UNIQUE (a)", ("a",)),
        Constraint(
            "k",
            "foreign key",
            "FOREIGN KEY (b) REFERENCES public.t(a)",
            ("b",),
            include=("a",),
            expression="a > 0",
            referred=("public", "t"),
            referred_columns=("a",),
            on_update="CASCADE",
            on_delete="CASCADE",
            on_delete_columns=("b",),
            match="FULL",
            deferrable=True,
            initially_deferred=True,
            validated=False,
            enforced=False,
            no_inherit=True,
            nulls_not_distinct=True,
            options=(("fillfactor", "70"),),
            tablespace="fast",
            comment="words",
            index_comment="words",
            clustered=True,
            replica_identity=True,
            local=False,
        ),
    ),
    (
        Index("i", "CREATE INDEX i ON public.t USING btree (a)", (IndexKey("a"),)),
        Index(
            "i",
            "CREATE INDEX i ON public.t USING btree (b)",
            (IndexKey("b"),),
            unique=True,
            method="gin",
            include=("a",),
            predicate="a > 0",
            nulls_not_distinct=True,
            options=(("fillfactor", "70"),),
            valid=False,
            invisible=True,
            parser="ngram",
            statistics=(("1", 100),),  # type: ignore[arg-type, unused-ignore]
            tablespace="fast",
            clustered=True,
            replica_identity=True,
            comment="words",
            parent="public.p_i",
        ),
    ),
    (
        Trigger("g", "CREATE TRIGGER g AFTER INSERT ON public.t EXECUTE FUNCTION public.f()"),
        Trigger(
            "g", "CREATE TRIGGER g AFTER DELETE ON public.t EXECUTE FUNCTION public.f()", "D", "w"
        ),
    ),
    (
        Policy("p", True, "ALL", ("a",)),
        Policy("p", False, "SELECT", ("b",), "true", "true", "words"),
    ),
    (
        Rule("u", "CREATE RULE u AS ON INSERT TO public.t DO NOTHING"),
        Rule("u", "CREATE RULE u AS ON DELETE TO public.t DO NOTHING", "D", "words"),
    ),
    (
        Statistics("x", "CREATE STATISTICS public.x ON a, b FROM public.t"),
        Statistics("x", "CREATE STATISTICS public.x ON a, c FROM public.t", 100, "words"),
    ),
    (Other("public", "o", "cast", "one"), Other("public", "o", "operator", "two")),
)
PARTS = (Column, Constraint, Index, Trigger, Policy, Rule, Statistics)
# What only comes with its object, or decides its address.
NEVER_ALTERED = {
    "schema",
    "name",
    "arguments",
    "columns of a table",
    "constraints of a table",
    "indexes",
    "triggers",
    "policies",
    "rules",
    "statistics of a table",
    "statistics of a view",
}
FIELDS = [
    pytest.param(one, other, part.name, id=f"{type(one).__name__} {part.name}")
    for one, other in PAIRS
    for part in fields(one)
    if part.compare
    and getattr(one, part.name) != getattr(other, part.name)
    and f"{part.name} of a {type(one).__name__.lower()}" not in NEVER_ALTERED
]


@pytest.mark.parametrize(("one", "other", "name"), FIELDS)
def test_a_field_that_differs_is_written_or_told(one: Any, other: Any, name: str) -> None:
    after = replace(one, **{name: getattr(other, name)})

    written = _written(Alter(_address(one), one, after, (name,)))

    told = [change.fields for change in written.unexpressed if isinstance(change, Alter)]
    assert bool(written.ops) != (told == [(name,)])


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: type(pair[0]).__name__)
@pytest.mark.parametrize("verb", [Create, Drop])
def test_an_object_that_comes_or_goes_is_written_or_told(pair: Any, verb: Any) -> None:
    change = verb(_address(pair[0]), pair[0])

    written = _written(change)

    assert bool(written.ops) != (written.unexpressed == (change,))


def test_grants_of_a_new_table_and_of_its_columns_are_written() -> None:
    table = Table("public", "t", (replace(COLUMN, grants=GRANTS),), grants=GRANTS)

    written = _written(Create(address_of(table), table))

    assert [operation.sql for operation in written.ops[1:] if isinstance(operation, Execute)] == [
        "GRANT SELECT (a) ON t TO reader",
        "GRANT SELECT ON t TO reader",
    ]


def test_every_field_of_every_kind_is_among_these() -> None:
    for one, other in PAIRS:
        same = {
            part.name
            for part in fields(one)
            if part.compare and getattr(one, part.name) == getattr(other, part.name)
        }
        own = {"columns", "constraints", "statistics"} if isinstance(one, Table | View) else set()
        assert same <= NEVER_ALTERED | own, type(one)


def _address(item: Any) -> Address:
    return address_of(item, PARENT if isinstance(item, PARTS) else None)


def _written(change: Any) -> Written:
    catalog = Catalog("postgresql", 18, "public", tables=(PARENT,))
    models = Models(sa.MetaData(), default_schema="public", dialect=COMPILER)
    return write([change], before=catalog, after=catalog, models=models, dialect=postgresql)
