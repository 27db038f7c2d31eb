"""Each fold makes equal what nobody can tell apart, and nothing that somebody can."""

from __future__ import annotations

import pytest

from matrix.folds import FOLDS, Entry, fold


def table(*lines: str) -> Entry:
    body = ",\n".join(f"    {line}" for line in lines)
    return Entry("TABLE", "public", "events", f"CREATE TABLE public.events (\n{body}\n);")


def index(name: str) -> Entry:
    return Entry("INDEX", "public", name, f"CREATE INDEX {name} ON public.events USING btree (a);")


def stored(parameters: str) -> Entry:
    sql = f"CREATE TABLE public.events (\n    a integer\n)\nWITH ({parameters});"
    return Entry("TABLE", "public", "events", sql)


MORE, LESS = "CHECK ((a > b))", "CHECK ((a < c))"
EXAMPLES = {
    "column order": (
        [table("a integer", "b text DEFAULT ',\n    x'::text NOT NULL")],
        [table("b text DEFAULT ',\n    x'::text NOT NULL", "a integer")],
        [table("b text DEFAULT ',\n    y'::text NOT NULL", "a integer")],
    ),
    "names of NOT NULL": (
        [
            table(
                "a int CONSTRAINT t_old_not_null NOT NULL",
                'b int CONSTRAINT "T_b_not_null" NOT NULL',
            )
        ],
        [table("a int NOT NULL", "b int NOT NULL")],
        [table("a int CONSTRAINT always_there NOT NULL", "b int NOT NULL")],
    ),
    "numbers of unnamed checks": (
        [table(f"CONSTRAINT ab_check {MORE}", f"CONSTRAINT ab_check1 {LESS}")],
        [table(f"CONSTRAINT ab_check {LESS}", f"CONSTRAINT ab_check1 {MORE}")],
        [table(f"CONSTRAINT ab_check {LESS}", f"CONSTRAINT x_check {MORE}")],
    ),
    "number lists": (
        [table("CHECK ((a = ANY (ARRAY[(0)::bigint, (5)::bigint])))")],
        [table("CHECK ((a = ANY (ARRAY[0, 5])))")],
        [table("CHECK ((a = ANY (ARRAY[0, 6])))")],
    ),
    "order of storage parameters": (
        [stored("fillfactor='70', autovacuum_enabled='false'")],
        [stored("autovacuum_enabled='false', fillfactor='70'")],
        [stored("autovacuum_enabled='false', fillfactor='80'")],
    ),
    "statement order": (
        [index("ix_a"), index("ix_b")],
        [index("ix_b"), index("ix_a")],
        [index("ix_b"), index("ix_b")],
    ),
}


@pytest.mark.parametrize("name", [each.name for each in FOLDS])
def test_a_fold_makes_its_example_equal_and_its_near_miss_not(name: str) -> None:
    one, other, near_miss = EXAMPLES[name]
    assert one != other
    assert fold(one) == fold(other)
    assert fold(one) != fold(near_miss)


@pytest.mark.parametrize("name", [each.name for each in FOLDS])
def test_no_fold_is_idle(name: str) -> None:
    one, other, _ = EXAMPLES[name]
    for each in FOLDS:
        if each.name != name:
            one, other = each.apply(one), each.apply(other)
    assert one != other
