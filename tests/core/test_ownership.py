"""What belongs to the history stays, what belongs to the models goes with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.catalogs import catalog, index, primary_key, serial, table, view
from core.test_diff import said
from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Composite,
    Domain,
    Enum,
    Event,
    Extension,
    Grant,
    Other,
    Policy,
    Range,
    Routine,
    Rule,
    Schema,
    Sequence,
    Statistics,
    Trigger,
)
from daybreak.core.diff import diff
from daybreak.core.errors import UsageError
from daybreak.core.ownership import carry, parse_drop

A = Column("a", "integer")
PUBLIC = Schema("public")
READ = (Grant("SELECT", "PUBLIC"),)
ROUTINE = Routine("public", "f", "integer", "function", "FUNCTION f(integer) RETURNS integer")

OWNED: dict[str, Any] = {
    "schema": Schema("audit"),
    "extension": Extension("pg_trgm", "public"),
    "composite": Composite("public", "pair", (A,)),
    "range": Range("public", "span", "(subtype = date)"),
    "routine": ROUTINE,
    "view": view("v", "SELECT a FROM public.t", "a"),
    "event": Event("", "nightly", "CREATE EVENT …"),
    "other": Other("", "no_drops", "event trigger", "ON ddl_command_start"),
    "enum": Enum("public", "unused", ("x",)),
    "domain": Domain("public", "unused", "text"),
    "sequence": replace(serial("t", "a"), owned_by=None),
}
PARTS: dict[str, Any] = {
    "trigger": Trigger("g", "CREATE TRIGGER g ON public.t"),
    "policy": Policy("p", True, "SELECT", ()),
    "rule": Rule("r", "CREATE RULE r"),
    "statistics": Statistics("s", "CREATE STATISTICS s"),
}


@pytest.mark.parametrize("kind", OWNED)
def test_an_object_that_only_a_migration_made_is_carried(kind: str) -> None:
    history = catalog(PUBLIC, table("t", A), OWNED[kind])
    wanted = catalog(PUBLIC, table("t", A))
    assert carry(wanted, history) == history


@pytest.mark.parametrize("kind", PARTS)
def test_a_part_that_only_a_migration_made_is_carried(kind: str) -> None:
    history = catalog(table("t", A, PARTS[kind]))
    assert carry(catalog(table("t", A)), history) == history


@pytest.mark.parametrize("kind", [*OWNED, *PARTS])
def test_what_models_declared_once_and_what_is_dropped_on_purpose_goes(kind: str) -> None:
    wanted = catalog(PUBLIC, table("t", A))
    if kind in OWNED:
        history = catalog(PUBLIC, table("t", A), OWNED[kind])
    else:
        history = catalog(PUBLIC, table("t", A, PARTS[kind]))
    (change,) = diff(history, wanted)
    assert carry(wanted, history, declared={change.address}) == wanted
    assert carry(wanted, history, drops={change.address}) == wanted


def test_tables_columns_keys_and_indexes_belong_to_the_models() -> None:
    history = catalog(table("t", A, primary_key("t_pkey"), index("i", "t", "a")), table("u"))
    wanted = catalog(table("t"))
    assert carry(wanted, history) == wanted


def test_a_type_goes_with_the_column_that_used_it_and_stays_with_a_function_that_does() -> None:
    enum = Enum("public", "mood", ("x",))
    history = catalog(enum, table("t", Column("m", "public.mood")))
    assert carry(catalog(table("t")), history).enums == ()
    reads = replace(ROUTINE, arguments="public.mood", definition="FUNCTION f(public.mood)")
    history = catalog(enum, reads, table("t", Column("m", "public.mood")))
    assert carry(catalog(table("t")), history).enums == (enum,)


def test_a_sequence_goes_with_the_column_that_owns_it() -> None:
    history = catalog(serial("t"), table("t"))
    assert carry(catalog(table("t")), history).sequences == ()


FACTS: dict[str, tuple[Catalog, Catalog]] = {
    "replica identity": (
        catalog(table("t", replica_identity="FULL")),
        catalog(table("t")),
    ),
    "grants": (catalog(table("t", grants=READ)), catalog(table("t"))),
    "grants on a column": (
        catalog(table("t", replace(A, grants=READ))),
        catalog(table("t", A)),
    ),
    "a column's storage": (
        catalog(table("t", replace(A, storage="EXTERNAL"))),
        catalog(table("t", A)),
    ),
    "a statistics target": (
        catalog(table("t", replace(A, statistics=500))),
        catalog(table("t", A)),
    ),
    "row security, with a policy or without": (
        catalog(table("t", PARTS["policy"], row_security=True)),
        catalog(table("t")),
    ),
    "the index to cluster on": (
        catalog(table("t", A, index("i", "t", "a", clustered=True))),
        catalog(table("t", A, index("i", "t", "a"))),
    ),
    "a comment of a type": (
        catalog(Enum("public", "e", ("x",), comment="why"), table("t", Column("e", "public.e"))),
        catalog(Enum("public", "e", ("x",)), table("t", Column("e", "public.e"))),
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_that_no_model_states_is_carried(name: str) -> None:
    history, wanted = FACTS[name]
    assert carry(wanted, history) == history


def test_what_models_state_wins() -> None:
    history = catalog(table("t", grants=READ, row_security=True, comment="old"))
    wanted = catalog(table("t", PARTS["policy"], grants=(Grant("SELECT", "PUBLIC", True),)))
    assert carry(wanted, history) == wanted


def test_a_grant_of_the_history_stays_beside_those_of_the_models() -> None:
    insert = Grant("INSERT", "PUBLIC")
    goal = carry(catalog(table("t", grants=(insert,))), catalog(table("t", grants=READ)))
    assert goal == catalog(table("t", grants=(insert, *READ)))


def test_a_partition_is_carried_with_the_columns_that_its_parent_is_to_have() -> None:
    def made(*columns: Column) -> tuple[Any, Any]:
        parent = table("t", *columns, partition_by="LIST (id)")
        child = table("p", *columns, partition_of=("public", "t", "FOR VALUES IN (1)"))
        given = tuple(replace(column, local=False) for column in child.columns)
        return parent, replace(child, columns=given)

    history = catalog(*made(A))
    parent, child = made(A, Column("b", "text"))
    goal = carry(catalog(parent), history)
    assert goal == catalog(parent, child)
    assert said(diff(history, goal)) == ["create column public.t.b"]
    assert carry(catalog(parent), history, drops={Address("table", "public", "p")}).tables == (
        parent,
    )


HISTORY = catalog(
    table("t", A, PARTS["trigger"]),
    table("t", schema="s"),
    ROUTINE,
    replace(ROUTINE, name="half", arguments="n integer"),
    replace(ROUTINE, name="twice"),
    replace(ROUTINE, name="twice", arguments="text"),
    Enum("public", "mood", ("happy",)),
    Sequence("s", "counter", "bigint", 1, 1, 1, 9, 1, False),
)
DROPS = {
    "table:t": Address("table", "public", "t"),
    "table:s.t": Address("table", "s", "t"),
    "column:t.a": Address("column", "public", "a", "t"),
    "trigger:t.g": Address("trigger", "public", "g", "t"),
    "routine:f": Address("routine", "public", "f(integer)"),
    "routine:twice(text)": Address("routine", "public", "twice(text)"),
    "routine:half(integer)": Address("routine", "public", "half(n integer)"),
    "sequence:counter": Address("sequence", "s", "counter"),
    "label:mood:happy": Address("enum", "public", "happy", "mood"),
}


@pytest.mark.parametrize("text", DROPS)
def test_a_drop_is_said_with_the_names_at_hand(text: str) -> None:
    assert parse_drop(text, HISTORY) == DROPS[text]


@pytest.mark.parametrize(
    ("text", "problem", "cure"),
    [
        ("t", "--drop t: not kind:name", "the kind is one of column, composite, domain, enum,"),
        ("table:u", "--drop table:u: the history has no table u", "it has: t, s.t"),
        ("routine:twice", "--drop routine:twice: there are several", "say which: routine:"),
    ],
)
def test_a_drop_of_what_is_not_there_is_refused(text: str, problem: str, cure: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_drop(text, HISTORY)
    assert error.value.problem == problem
    assert error.value.cure.startswith(cure)
