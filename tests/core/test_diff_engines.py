"""What one engine needs and the other does not: MySQL's keys, PostgreSQL's parents and code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.catalogs import catalog, foreign_key, index, primary_key, table, unique, view
from core.test_diff import said
from daybreak.core.catalog import (
    Catalog,
    Column,
    Constraint,
    Index,
    Policy,
    Routine,
    Schema,
    Table,
    Trigger,
)
from daybreak.core.change import Alter, Create
from daybreak.core.diff import diff
from daybreak.core.engine import Engine

MYSQL = Engine(keys_pin=True, late_bound=True)
OLD = Engine(alters_generated=False)
A = Column("a", "int")
COUNTING = Column("id", "int", not_null=True, auto_increment=True)


def tables(*items: Table) -> Catalog:
    return catalog(*items, dialect="mysql")


U = table("u", A, primary_key("PRIMARY"))
FK = foreign_key("fk", "a", "u")

MYSQL_CASES: dict[str, tuple[Catalog, Catalog, list[str]]] = {
    "a foreign key that gets another name lets its index go": (
        tables(U, table("t", A, foreign_key("fk", "a", "u"), index("i", "t", "a"))),
        tables(U, table("t", A, foreign_key("t_ibfk_1", "a", "u"), index("j", "t", "a", "id"))),
        [
            "drop constraint public.t.fk",
            "drop index public.t.i",
            "create index public.t.j",
            "create constraint public.t.t_ibfk_1",
        ],
    ),
    "a foreign key lets its columns' types change": (
        tables(U, table("t", A, foreign_key("fk", "a", "u"), index("fk", "t", "a"))),
        tables(
            table("u", Column("id", "bigint"), A, primary_key("PRIMARY"), bare=True),
            table(
                "t", replace(A, type="bigint"), foreign_key("fk", "a", "u"), index("fk", "t", "a")
            ),
        ),
        [
            "drop constraint public.t.fk",
            "alter column public.t.a type",
            "alter column public.u.id type not_null",
            "create constraint public.t.fk",
        ],
    ),
    "a foreign key whose only index goes is made again": (
        tables(U, table("t", A, foreign_key("fk", "a", "u"), index("ix", "t", "a"))),
        tables(U, table("t", A, foreign_key("fk", "a", "u"), index("ix", "t", "a", unique=True))),
        [
            "drop constraint public.t.fk",
            "drop index public.t.ix",
            "create index public.t.ix",
            "create constraint public.t.fk",
        ],
    ),
    "a foreign key with another index stays": (
        tables(
            U,
            table(
                "t",
                A,
                foreign_key("fk", "a", "u"),
                index("i", "t", "a"),
                index("j", "t", "a", "id"),
            ),
        ),
        tables(U, table("t", A, foreign_key("fk", "a", "u"), index("j", "t", "a", "id"))),
        ["drop index public.t.i"],
    ),
    "a counting column does not count while its key is made again": (
        tables(table("t", COUNTING, A, primary_key("PRIMARY"), bare=True)),
        tables(table("t", COUNTING, A, primary_key("PRIMARY", "id", "a"), bare=True)),
        [
            "alter column public.t.id auto_increment",
            "drop constraint public.t.PRIMARY",
            "create constraint public.t.PRIMARY",
            "alter column public.t.id auto_increment",
        ],
    ),
    "a column counts once it has its key": (
        tables(table("t", replace(COUNTING, auto_increment=False), bare=True)),
        tables(table("t", COUNTING, primary_key("PRIMARY"), bare=True)),
        [
            "create constraint public.t.PRIMARY",
            "alter column public.t.id auto_increment",
        ],
    ),
    "a view over a column that changes its type stays": (
        catalog(table("t", A), view("v", "select `t`.`a` from `t`"), dialect="mysql"),
        catalog(
            table("t", replace(A, type="bigint")),
            view("v", "select `t`.`a` from `t`"),
            dialect="mysql",
        ),
        ["alter column public.t.a type"],
    ),
}


@pytest.mark.parametrize("name", MYSQL_CASES)
def test_mysql_is_given_an_order_that_it_accepts(name: str) -> None:
    before, after, lines = MYSQL_CASES[name]
    assert said(diff(before, after, engine=MYSQL)) == lines


def partition(*parts: Any, **more: Any) -> Table:
    made = table("p", *parts, partition_of=("public", "t", "FOR VALUES IN (1)"), **more)
    return replace(made, columns=tuple(replace(c, local=False) for c in made.columns))


def parent(*parts: Any) -> Table:
    return table("t", *parts, partition_by="LIST (id)")


def on(table: str, name: str, **more: Any) -> Index:
    return index(name, table, "a", **more)


PARENTS: dict[str, tuple[Catalog, Catalog, list[str]]] = {
    "a partition comes after its parent": (
        catalog(),
        catalog(partition(A), parent(A)),
        ["create table public.t", "create table public.p"],
    ),
    "a partition goes before its parent": (
        catalog(partition(A), parent(A)),
        catalog(),
        ["drop table public.p", "drop table public.t"],
    ),
    "a parent's columns come, change and go in its partitions": (
        catalog(partition(A, Column("b", "text")), parent(A, Column("b", "text"))),
        catalog(
            partition(replace(A, type="bigint"), Column("c", "text")),
            parent(replace(A, type="bigint"), Column("c", "text")),
        ),
        ["alter column public.t.a type", "create column public.t.c", "drop column public.t.b"],
    ),
    "a partition's own default is a change of its own": (
        catalog(partition(A), parent(A)),
        catalog(partition(replace(A, default="7")), parent(A)),
        ["alter column public.p.a default"],
    ),
    "a parent's index comes with those of its partitions": (
        catalog(partition(A), parent(A)),
        catalog(partition(A, on("p", "p_i", parent="public.i")), parent(A, on("t", "i"))),
        ["create index public.t.i"],
    ),
    "a parent's key comes with those of its partitions": (
        catalog(partition(A), parent(A)),
        catalog(
            partition(A, replace(unique("p_a_key", "id"), local=False)),
            parent(A, unique("t_a_key", "id")),
        ),
        ["create constraint public.t.t_a_key"],
    ),
    "a table leaves its parent before it loses columns": (
        catalog(table("t"), replace(table("p", A), inherits=(("public", "t"),))),
        catalog(table("t"), table("p")),
        ["alter table public.p inherits", "drop column public.p.a"],
    ),
}


@pytest.mark.parametrize("name", PARENTS)
def test_what_a_parent_gives_its_children_is_said_once(name: str) -> None:
    before, after, lines = PARENTS[name]
    assert said(diff(before, after)) == lines


def function(name: str, result: str, body: str = "SELECT 1") -> Routine:
    definition = f"CREATE FUNCTION public.{name}() RETURNS {result} LANGUAGE sql AS $$ {body} $$"
    return Routine("public", name, "", "function", definition)


TRIGGER = Trigger("g", "CREATE TRIGGER g ON public.t EXECUTE FUNCTION public.f()")
POLICY = Policy("p", True, "SELECT", (), using="(a > 0)")
CODE: dict[str, tuple[Catalog, Catalog, list[str]]] = {
    "a function with another body is replaced where it stands": (
        catalog(function("f", "trigger"), table("t", TRIGGER)),
        catalog(function("f", "trigger", "SELECT 2"), table("t", TRIGGER)),
        ["alter routine public.f() definition"],
    ),
    "a function with another result is made again, with the trigger that runs it": (
        catalog(function("f", "integer"), table("t", TRIGGER)),
        catalog(function("f", "trigger"), table("t", TRIGGER)),
        [
            "drop trigger public.t.g",
            "drop routine public.f()",
            "create routine public.f()",
            "create trigger public.t.g",
        ],
    ),
    "a function that a default calls comes before the table": (
        catalog(),
        catalog(function("f", "integer"), table("t", Column("a", "integer", default="f()"))),
        ["create routine public.f()", "create table public.t"],
    ),
    "a function that reads a table comes after it": (
        catalog(),
        catalog(function("f", "integer", "SELECT id FROM public.t"), table("t")),
        ["create table public.t", "create routine public.f()"],
    ),
    "a policy on a column that changes its type is made again": (
        catalog(table("t", A, POLICY)),
        catalog(table("t", replace(A, type="bigint"), POLICY)),
        ["drop policy public.t.p", "alter column public.t.a type", "create policy public.t.p"],
    ),
    "a view with a column more is replaced, one with a column less is made again": (
        catalog(view("v", "SELECT 1 AS x", "x"), view("w", "SELECT 1 AS x, 2 AS y", "x", "y")),
        catalog(view("v", "SELECT 1 AS x, 2 AS y", "x", "y"), view("w", "SELECT 1 AS x", "x")),
        ["drop view public.w", "alter view public.v definition", "create view public.w"],
    ),
    "a trigger that is switched off is altered": (
        catalog(function("f", "trigger"), table("t", TRIGGER)),
        catalog(function("f", "trigger"), table("t", replace(TRIGGER, enabled="D"))),
        ["alter trigger public.t.g enabled"],
    ),
}


@pytest.mark.parametrize("name", CODE)
def test_code_goes_and_comes_around_what_it_stands_on(name: str) -> None:
    before, after, lines = CODE[name]
    assert said(diff(before, after)) == lines


def test_postgresql_16_makes_a_generated_column_again_for_another_expression() -> None:
    one = Column("g", "integer", generated="(id + 1)", stored=True)
    before = catalog(table("t", one, on("t", "i"), A))
    after = catalog(table("t", replace(one, generated="(id + 2)"), on("t", "i"), A))
    assert said(diff(before, after)) == ["alter column public.t.g generated"]
    assert said(diff(before, after, engine=OLD)) == [
        "drop column public.t.g",
        "create column public.t.g",
    ]


def test_a_column_is_plain_before_what_it_was_generated_from_is_made_again() -> None:
    plain, made = Column("b", "int"), Column("b", "int", generated="(a + 1)", stored=True)
    reads = Column("c", "int", generated="(b + 1)", stored=True)
    over = Column("d", "int", generated="(c + 1)", stored=True)
    before = catalog(table("t", A, plain, reads, over))
    after = catalog(table("t", A, made, Column("c", "int")))
    assert said(diff(before, after, engine=OLD)) == [
        "drop column public.t.d",
        "alter column public.t.c generated stored",
        "drop column public.t.b",
        "create column public.t.b",
    ]


def test_deferral_is_altered_and_a_constraint_that_stops_being_valid_made_again() -> None:
    key = foreign_key("fk", "a", "u")
    u = table("u", primary_key("u_pkey"))
    changes = diff(
        catalog(u, table("t", A, key)), catalog(u, table("t", A, replace(key, deferrable=True)))
    )
    assert said(changes) == ["alter constraint public.t.fk deferrable"]
    valid = Constraint("c", "check", "CHECK (true)", expression="true")
    loose = replace(valid, validated=False, definition="CHECK (true) NOT VALID")
    validated = diff(catalog(table("t", loose)), catalog(table("t", valid)))
    assert said(validated) == ["alter constraint public.t.c validated"]
    loosened = diff(catalog(table("t", valid)), catalog(table("t", loose)))
    assert said(loosened) == ["drop constraint public.t.c", "create constraint public.t.c"]


def test_both_halves_of_a_split_change_carry_what_lies_between() -> None:
    before, after, _ = MYSQL_CASES["a counting column does not count while its key is made again"]
    first, *_, last = diff(before, after, engine=MYSQL)
    assert isinstance(first, Alter)
    assert isinstance(last, Alter)
    assert (first.before, last.after) == (COUNTING, COUNTING)
    assert first.after == last.before == replace(COUNTING, auto_increment=False)


def test_changes_are_the_same_in_any_order_of_the_catalogs() -> None:
    items = [Schema("public"), *(table(f"t{n}", A, schema="public") for n in range(5))]
    assert diff(catalog(), catalog(*items)) == diff(catalog(), catalog(*reversed(items)))
    assert all(isinstance(change, Create) for change in diff(catalog(), catalog(*items)))
