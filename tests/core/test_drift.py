"""What a database has otherwise than its history, what can't be told, and what is no fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.catalogs import catalog, index, table, view
from core.test_diff import said
from daybreak.core.catalog import Catalog, Column, Extension, Index, Other, Trigger
from daybreak.core.drift import Drift, find_drift
from daybreak.core.engine import Engine

A = Column("a", "integer")
TRIGGER = Trigger("g", "CREATE TRIGGER g … ON public.t")
BY_A: Index = index("i", "t", "a")


def drift(history: Catalog, database: Catalog) -> Drift:
    return find_drift(history, database, fold=lambda catalog: catalog, engine=Engine())


@pytest.mark.parametrize(
    "there",
    [
        catalog(table("t", A), Extension("pg_stat_statements", "public")),
        catalog(table("t", A), Other("", "watch", "event trigger", "ON ddl_command_end")),
        catalog(table("t", A), Other("", "TABLES FOR <owner>", "default privileges", "GRANT …")),
    ],
    ids=["extension", "event trigger", "default privileges"],
)
def test_what_an_operator_added_to_the_database_is_no_drift(there: Catalog) -> None:
    assert drift(catalog(table("t", A)), there) == Drift()
    assert said(drift(there, catalog(table("t", A))).changes) != []


def test_what_only_the_database_has_in_a_schema_is_drift() -> None:
    there = catalog(Other("public", "f", "text search configuration", "PARSER default"))
    assert len(drift(catalog(), there).changes) == 1


def test_what_is_made_again_for_another_is_not_told() -> None:
    history = catalog(table("t", A), view("v", "SELECT a FROM public.t"))
    there = catalog(table("t", replace(A, type="bigint")), view("v", "SELECT a FROM public.t"))
    assert said(drift(history, there).changes) == ["alter column public.t.a type"]


@pytest.mark.parametrize(
    ("history", "there"),
    [
        (view("v", "SELECT t.a FROM public.t"), view("v", "SELECT a FROM public.t")),
        (
            view("v", "SELECT t.a FROM public.t", materialized=True),
            view("v", "SELECT a FROM public.t", materialized=True),
        ),
        (table("t", TRIGGER), table("t", replace(TRIGGER, definition="CREATE TRIGGER g (…)"))),
        (table("t", A, BY_A), table("t", A, replace(BY_A, predicate="(a > 0)"))),
    ],
    ids=["view", "materialised view", "trigger", "index"],
)
def test_a_text_that_another_major_wrote_decides_nothing(history: object, there: object) -> None:
    old, new = catalog(history), replace(catalog(there), version=14)
    found = drift(old, new)
    assert found.changes == ()
    assert {change.address.name for change in found.undecided} <= {"v", "g", "i"}
    assert found.undecided != ()
    assert drift(old, replace(new, version=old.version)).changes != ()


def test_the_way_back_leaves_alone_what_is_no_drift() -> None:
    parts = {"partition_by": "RANGE (id)"}
    january = table("t1", partition_of=("public", "t", "FOR VALUES FROM (1) TO (2)"))
    history = catalog(table("t", **parts), table("u", A))
    there = catalog(
        table("t", **parts), january, table("u"), Extension("pg_stat_statements", "public")
    )
    assert said(drift(history, there).repair) == ["create column public.u.a"]
