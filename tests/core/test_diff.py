"""Two catalogs give the changes between them, in an order that runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.catalogs import (
    catalog,
    check,
    foreign_key,
    index,
    primary_key,
    serial,
    serial_column,
    table,
    unique,
    view,
)
from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Enum,
    Identity,
    Routine,
    Schema,
    Trigger,
)
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.core.diff import diff

A = Column("a", "integer")
B = Column("b", "text")
KEYED = Identity(False, "t_id_seq", 1, 1, 1, 9, 1, False)


def said(changes: tuple[Change, ...]) -> list[str]:
    """Each change in one line."""
    lines = []
    for change in changes:
        line = f"{type(change).__name__.lower()} {change.address.kind} {change.address}"
        match change:
            case Alter(fields=fields):
                line += f" {' '.join(fields)}"
            case Rename(to=to):
                line += f" to {to}"
        lines.append(line)
    return lines


def not_null(name: str, column: str, **more: bool) -> Constraint:
    return Constraint(name, "not null", f"NOT NULL {column}", (column,), **more)  # type: ignore[arg-type]


TAKES_E = Routine(
    "public", "f", "public.e", "function", "CREATE FUNCTION public.f(public.e) RETURNS text …"
)
CASES: dict[str, tuple[Catalog, Catalog, list[str]]] = {
    "a schema comes before what is in it": (
        catalog(),
        catalog(Schema("s"), table("t", schema="s")),
        ["create schema s", "create table s.t"],
    ),
    "a schema goes after what was in it": (
        catalog(Schema("s"), table("t", schema="s")),
        catalog(),
        ["drop table s.t", "drop schema s"],
    ),
    "an enum comes before its column and goes after it": (
        catalog(Enum("public", "old", ("x",)), table("t", Column("c", "public.old"))),
        catalog(Enum("public", "new", ("x",)), table("t", Column("d", "public.new"))),
        [
            "create enum public.new",
            "create column public.t.d",
            "drop column public.t.c",
            "drop enum public.old",
        ],
    ),
    "a label comes before the default that uses it": (
        catalog(Enum("public", "e", ("x",)), table("t", Column("c", "public.e"))),
        catalog(
            Enum("public", "e", ("x", "y")),
            table("t", Column("c", "public.e", default="'y'::public.e")),
        ),
        ["alter enum public.e labels", "alter column public.t.c default"],
    ),
    "two tables that refer to each other come with their keys behind them": (
        catalog(),
        catalog(
            table("t", A, primary_key("t_pkey"), foreign_key("t_a", "a", "u")),
            table("u", A, primary_key("u_pkey"), foreign_key("u_a", "a", "t")),
        ),
        [
            "create table public.u",
            "create table public.t",
            "create constraint public.t.t_a",
            "create constraint public.u.u_a",
        ],
    ),
    "two tables that refer to each other go after their keys": (
        catalog(
            table("t", A, primary_key("t_pkey"), foreign_key("t_a", "a", "u")),
            table("u", A, primary_key("u_pkey"), foreign_key("u_a", "a", "t")),
        ),
        catalog(),
        [
            "drop constraint public.t.t_a",
            "drop constraint public.u.u_a",
            "drop table public.t",
            "drop table public.u",
        ],
    ),
    "a table goes before those that it refers to, with its keys": (
        catalog(
            table("t", A, primary_key("t_pkey"), foreign_key("t_a", "a", "u")),
            table("u", A, primary_key("u_pkey"), foreign_key("u_a", "a", "v")),
            table("v", A, primary_key("v_pkey"), foreign_key("v_a", "a", "w")),
            table("w", A, primary_key("w_pkey"), foreign_key("w_a", "a", "v")),
        ),
        catalog(),
        [
            "drop constraint public.v.v_a",
            "drop constraint public.w.w_a",
            "drop table public.t",
            "drop table public.u",
            "drop table public.v",
            "drop table public.w",
        ],
    ),
    "the keys to a partitioned table go before its partitions": (
        catalog(
            table("p", partition_of=("public", "u", "DEFAULT")),
            table("t", A, foreign_key("t_a", "a", "u")),
            table("u", primary_key("u_pkey"), partition_by="RANGE (id)"),
        ),
        catalog(),
        [
            "drop constraint public.t.t_a",
            "drop table public.t",
            "drop table public.p",
            "drop table public.u",
        ],
    ),
    "a function of an enum that loses a value is made again": (
        catalog(Enum("public", "e", ("x", "y")), TAKES_E),
        catalog(Enum("public", "e", ("x",)), TAKES_E),
        [
            "drop routine public.f(public.e)",
            "alter enum public.e labels",
            "create routine public.f(public.e)",
        ],
    ),
    "a type goes after its column, also if a constraint takes its name": (
        catalog(Enum("public", "mood", ("x",)), table("t", Column("c", "public.mood"))),
        catalog(table("t", Column("c", "text"), check("mood", "c <> ''", "c"))),
        [
            "alter column public.t.c type",
            "create constraint public.t.mood",
            "drop enum public.mood",
        ],
    ),
    "a type goes before a view takes its name": (
        catalog(Enum("public", "mood", ("x",))),
        catalog(view("mood", "SELECT 1")),
        ["drop enum public.mood", "create view public.mood"],
    ),
    "an index goes before its column, a constraint too": (
        catalog(table("t", A, B, index("i", "t", "a"), check("c", "a > 0", "a"))),
        catalog(table("t", B)),
        ["drop constraint public.t.c", "drop index public.t.i", "drop column public.t.a"],
    ),
    "a view over a column that changes its type is made again, and so is a view over it": (
        catalog(table("t", A), view("v", "SELECT a FROM public.t"), view("w", "SELECT a FROM v")),
        catalog(
            table("t", replace(A, type="bigint")),
            view("v", "SELECT a FROM public.t"),
            view("w", "SELECT a FROM v"),
        ),
        [
            "drop view public.w",
            "drop view public.v",
            "alter column public.t.a type",
            "create view public.v",
            "create view public.w",
        ],
    ),
    "a view over another column stays": (
        catalog(table("t", A, B), view("v", "SELECT b FROM public.t")),
        catalog(table("t", B), view("v", "SELECT b FROM public.t")),
        ["drop column public.t.a"],
    ),
    "a trigger follows its table": (
        catalog(),
        catalog(table("t", Trigger("g", "CREATE TRIGGER g … ON public.t"))),
        ["create table public.t", "create trigger public.t.g"],
    ),
    "a SERIAL column brings its sequence": (
        catalog(),
        catalog(table("t", serial_column("t"), bare=True), serial("t")),
        ["create table public.t"],
    ),
    "what a SERIAL column's sequence is not born with follows": (
        catalog(),
        catalog(table("t", serial_column("t"), bare=True), serial("t", comment="why")),
        ["create table public.t", "alter sequence public.t_id_seq comment"],
    ),
    "a SERIAL column takes its sequence along": (
        catalog(table("t", A, serial_column("t", "n")), serial("t", "n")),
        catalog(table("t", A)),
        ["drop column public.t.n"],
    ),
    "a sequence with options of its own comes before the table, its owner after it": (
        catalog(),
        catalog(table("t", serial_column("t"), bare=True), serial("t", start=5)),
        [
            "create sequence public.t_id_seq",
            "create table public.t",
            "alter sequence public.t_id_seq owned_by",
        ],
    ),
    "SERIAL to identity: the sequence goes between the default and the identity of its name": (
        catalog(table("t", serial_column("t"), bare=True), serial("t")),
        catalog(table("t", Column("id", "integer", not_null=True, identity=KEYED), bare=True)),
        [
            "alter column public.t.id default",
            "drop sequence public.t_id_seq",
            "alter column public.t.id identity",
        ],
    ),
    "identity to SERIAL: the identity goes before the sequence of its name comes": (
        catalog(table("t", Column("id", "integer", not_null=True, identity=KEYED), bare=True)),
        catalog(table("t", serial_column("t"), bare=True), serial("t")),
        [
            "alter column public.t.id identity",
            "create sequence public.t_id_seq",
            "alter column public.t.id default",
            "alter sequence public.t_id_seq owned_by",
        ],
    ),
    "a constraint of which only the name differs is renamed": (
        catalog(table("t", A, unique("t_a_key", "a"))),
        catalog(table("t", A, unique("once", "a"))),
        ["rename constraint public.t.t_a_key to public.t.once"],
    ),
    "an index of which only the name differs is renamed": (
        catalog(table("t", A, index("i", "t", "a"))),
        catalog(table("t", A, index("j", "t", "a"))),
        ["rename index public.t.i to public.t.j"],
    ),
    "a sequence that the same column owns is renamed, and the default follows": (
        catalog(table("t", serial_column("t", name="old"), bare=True), serial("t", name="old")),
        catalog(table("t", serial_column("t"), bare=True), serial("t")),
        ["rename sequence public.old to public.t_id_seq"],
    ),
    "unnamed checks that changed their numbers mean the same": (
        catalog(table("t", A, check("t_check", "a > 0"), check("t_check1", "a < 9"))),
        catalog(table("t", A, check("t_check", "a < 9"), check("t_check1", "a > 0"))),
        [],
    ),
    "named checks that changed their contents are made again": (
        catalog(table("t", A, check("low", "a > 0"), check("high", "a < 9"))),
        catalog(table("t", A, check("low", "a < 9"), check("high", "a > 0"))),
        [
            "drop constraint public.t.high",
            "drop constraint public.t.low",
            "create constraint public.t.high",
            "create constraint public.t.low",
        ],
    ),
    "a comment of an index is altered, its columns make it anew": (
        catalog(table("t", A, B, index("i", "t", "a"), index("j", "t", "a"))),
        catalog(table("t", A, B, index("i", "t", "a", comment="why"), index("j", "t", "b"))),
        ["drop index public.t.j", "alter index public.t.i comment", "create index public.t.j"],
    ),
    "a NOT NULL is said by its column": (
        catalog(table("t", A)),
        catalog(table("t", replace(A, not_null=True), not_null("t_a_not_null", "a"))),
        ["alter column public.t.a not_null"],
    ),
    "a NOT NULL that a person named is renamed to that": (
        catalog(table("t", A)),
        catalog(table("t", replace(A, not_null=True), not_null("there", "a"))),
        [
            "alter column public.t.a not_null",
            "rename constraint public.t.t_a_not_null to public.t.there",
        ],
    ),
    "a NOT NULL that nobody names any more gets its automatic name": (
        catalog(table("t", replace(A, not_null=True), not_null("there", "a"))),
        catalog(table("t", replace(A, not_null=True), not_null("t_a_not_null", "a"))),
        ["rename constraint public.t.there to public.t.t_a_not_null"],
    ),
    "a foreign key is made again with the key that it refers to": (
        catalog(
            table("t", A, foreign_key("t_a", "a", "u")),
            table("u", primary_key("u_pkey")),
        ),
        catalog(
            table("t", A, foreign_key("t_a", "a", "u")),
            table("u", unique("u_id", "id")),
        ),
        [
            "drop constraint public.t.t_a",
            "drop constraint public.u.u_pkey",
            "create constraint public.u.u_id",
            "create constraint public.t.t_a",
        ],
    ),
    "a generated column is made again when its base changes its type": (
        catalog(table("t", A, Column("g", "integer", generated="(a + 1)"), index("i", "t", "g"))),
        catalog(
            table(
                "t",
                replace(A, type="bigint"),
                Column("g", "integer", generated="(a + 1)"),
                index("i", "t", "g"),
            )
        ),
        [
            "drop index public.t.i",
            "drop column public.t.g",
            "alter column public.t.a type",
            "create column public.t.g",
            "create index public.t.i",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_changes_come_in_an_order_that_runs(name: str) -> None:
    before, after, lines = CASES[name]
    assert said(diff(before, after)) == lines


@pytest.mark.parametrize("name", CASES)
def test_a_catalog_does_not_differ_from_itself(name: str) -> None:
    for one in CASES[name][:2]:
        assert diff(one, one) == ()


def test_what_a_fold_makes_equal_is_no_change() -> None:
    before, after = catalog(table("t", B)), catalog(table("t", replace(B, default="NULL::text")))

    assert said(diff(before, after)) == ["alter column public.t.b default"]
    assert diff(before, after, fold=folded(default=None)) == ()


def test_changes_carry_the_objects_as_they_are_and_not_folded() -> None:
    raw = replace(B, default="NULL::text")
    (change,) = diff(catalog(table("t")), catalog(table("t", raw)), fold=folded(default=None))
    assert isinstance(change, Create)
    assert change.item == raw


def folded(**facts: Any) -> Callable[[Catalog], Catalog]:
    """A fold to which all columns have `facts`."""

    def fold(one: Catalog) -> Catalog:
        tables = (
            replace(t, columns=tuple(replace(c, **facts) for c in t.columns)) for t in one.tables
        )
        return replace(one, tables=tuple(tables))

    return fold


def test_a_dropped_item_is_told_in_full() -> None:
    t = table("t", A, index("i", "t", "a"))
    assert diff(catalog(t), catalog()) == (Drop(Address("table", "public", "t"), t),)
