"""Each fold makes equal what means the same, and leaves apart what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daybreak.core.catalog import Catalog, Column, Constraint, Grant, Index, IndexKey, Table
from daybreak.dialects.postgresql import fold
from daybreak.dialects.postgresql.fold_texts import fold_default, fold_statistics, fold_text
from daybreak.dialects.postgresql.folds import PRIVILEGES

X, Y = "'x'::character varying", "'y'::character varying"
IN_TEXT = "((a)::text = ANY (ARRAY['x'::text, 'y'::text]))"


@pytest.mark.parametrize(
    "text",
    [
        f"((a)::text = ANY ((ARRAY[{X}, {Y}])::text[]))",
        f"((a)::text = ANY (ARRAY[({X})::text, ({Y})::text]))",
        f"((a)::text = ANY (ARRAY['x'::text, ({Y})::text]))",
    ],
)
def test_the_forms_of_in_on_varchar_become_one(text: str) -> None:
    assert fold_text(text) == IN_TEXT


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("(NULL::character varying)::text", "NULL::text"),
        (r"(E'a\\''b'::character varying)::text", r"E'a\\''b'::text"),
        ("(''''::character varying)::text", "''''::text"),
        ("(n <> ALL (ARRAY[(1)::bigint, (2)::bigint]))", "(n <> ALL (ARRAY[1, 2]))"),
        ("(n = ANY ((ARRAY[1, 2])::numeric[]))", "(n = ANY (ARRAY[1, 2]))"),
        ("(n = ANY (ARRAY['-1'::integer, (2)::numeric]))", "(n = ANY (ARRAY[-1, 2]))"),
        ("(n = ANY (ARRAY[('-1'::integer)::bigint]))", "(n = ANY (ARRAY[-1]))"),
        ("(n = ANY (ARRAY['-1'::bigint]))", "(n = ANY (ARRAY[-1]))"),
    ],
)
def test_a_text_is_folded(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize(
    "text",
    [
        "('abc'::character varying(2))::text",  # cuts
        "('a '::bpchar)::text",  # strips
        "('a'::public.shade)::text",
        "(a)::text",
        "((a)::character varying)::text",
        "'a'::character varying",  # a function of varchar is not one of text
        "('a'::character varying)::text[]",
        "(ARRAY['a'::character varying, b])::text[]",
        "(ARRAY['a'::character varying(1)])::text[]",
        "(ARRAY['a'::character varying])::public.citext[]",
        "(n = ANY (ARRAY[(1)::numeric(3,1), (2)::numeric(3,1)]))",
        "(n = ANY (ARRAY[(1)::double precision]))",
        "(n = ANY (ARRAY[1.5, (2)::numeric]))",
        "(n = (1)::bigint)",
        "(n = ANY ((ARRAY[1, 2])::smallint[]))",
        "ARRAY[(1)::bigint, (2)::bigint]",
        "('(''a''::character varying)::text'::text = b)",  # in a string
        "\"('a'::character varying)::text\"",  # a name
        "(s = 'ANY (ARRAY[(1)::bigint])'::text)",
    ],
)
def test_a_near_miss_stays_as_it_is(text: str) -> None:
    assert fold_text(text) == text


@pytest.mark.parametrize(
    ("text", "column_type", "folded"),
    [
        ("'x'::character varying", "text", "'x'::text"),
        ("'x'::bpchar", "character varying(5)", "'x'::text"),
        ("'x '::text", "character(3)", "'x '::text"),
        ("('x'::character varying)::text", "text", "'x'::text"),
        ("'{}'::character varying[]", "text[]", "'{}'::text[]"),
        ("'{}'::json", "jsonb", "'{}'::jsonb"),
        (
            "'2020-01-02'::date",
            "timestamp without time zone",
            "'2020-01-02 00:00:00'::timestamp without time zone",
        ),
    ],
)
def test_a_default_loses_the_cast_of_an_earlier_type(
    text: str, column_type: str, folded: str
) -> None:
    assert fold_default(text, column_type) == folded


@pytest.mark.parametrize(
    ("text", "column_type"),
    [
        ("'x '::bpchar", "text"),  # 'x' there
        ("'x'::character varying(1)", "text"),
        ("'x'::public.shade", "text"),
        ("'{}'::text", "text[]"),
        ("'{}'::text[]", "text"),
        ("'{}'::json", "json"),
        ("'{}'::json", "text"),
        ("'2020-01-02'::date", "timestamp with time zone"),
        ("'2020-01-02'::date", "text"),
        ("lower('X'::character varying)", "text"),
        ("'1'::integer", "bigint"),
    ],
)
def test_a_default_that_may_mean_something_else_stays_as_it_is(text: str, column_type: str) -> None:
    assert fold_default(text, column_type) == text


def test_statistics_have_no_order_of_columns() -> None:
    one = "CREATE STATISTICS public.s (mcv) ON b, a, (lower(c, ' FROM ,'::text)) FROM public.t"
    two = "CREATE STATISTICS public.s (mcv) ON a, b, (lower(c, ' FROM ,'::text)) FROM public.t"
    other = "CREATE STATISTICS public.s (ndistinct) ON b, a FROM public.t"
    assert fold_statistics(one) == fold_statistics(two) != fold_statistics(other)


def catalog(version: int = 18, **parts: object) -> Catalog:
    table = replace(Table("public", "t"), **parts)  # type: ignore[arg-type]
    return Catalog("postgresql", version, "public", tables=(table,))


def test_all_privileges_are_the_same_on_16_and_18_and_one_less_is_not() -> None:
    seven = tuple(Grant(privilege, "r") for privilege in sorted(PRIVILEGES))
    eight = (*seven, Grant("MAINTAIN", "r"))
    assert fold(catalog(16, grants=seven)) == fold(catalog(18, grants=eight))
    assert fold(catalog(18, grants=seven)) != fold(catalog(18, grants=eight))
    assert fold(catalog(16, grants=seven[1:])) == catalog(16, grants=seven[1:])
    grantable = tuple(replace(grant, grantable=True) for grant in eight)
    assert fold(catalog(18, grants=grantable)) != fold(catalog(18, grants=eight))


def test_what_a_definition_repeats_is_left_out_and_what_only_it_has_stays() -> None:
    key = Constraint("k", "unique", "UNIQUE (a)", ("a",))
    index = Index("i", "CREATE INDEX i ON public.t USING btree (a)", (IndexKey("a"),))
    excluded = Constraint("x", "exclude", "EXCLUDE USING gist (a WITH =)", ("a",))
    period = Constraint("p", "unique", "UNIQUE (a, b WITHOUT OVERLAPS)", ("a", "b"))
    [table] = fold(catalog(constraints=(key, excluded, period), indexes=(index,))).tables
    assert [constraint.definition for constraint in table.constraints] == [
        "",
        "EXCLUDE USING gist (a WITH =)",
        "UNIQUE (a, b WITHOUT OVERLAPS)",
    ]
    assert table.indexes[0].definition == ""


@pytest.mark.parametrize(
    ("constraint", "name"),
    [
        (Constraint("old_b_not_null", "not null", "NOT NULL", ("a",)), "t_a_not_null"),
        (Constraint("t_a_not_null1", "not null", "NOT NULL", ("a",)), "t_a_not_null"),
        (Constraint("filled", "not null", "NOT NULL", ("a",)), "filled"),
        (
            Constraint("u_a_not_null", "not null", "NOT NULL", ("a",), validated=False),
            "u_a_not_null",
        ),
        (
            Constraint("u_a_not_null", "not null", "NOT NULL", ("a",), no_inherit=True),
            "u_a_not_null",
        ),
    ],
)
def test_a_not_null_that_nobody_named_has_the_name_of_today(
    constraint: Constraint, name: str
) -> None:
    [table] = fold(catalog(constraints=(constraint,))).tables
    assert table.constraints == (replace(constraint, name=name),)


def test_columns_are_compared_wherever_they_stand() -> None:
    a, b = Column("a", "text", position=1), Column("b", "text", position=2)
    assert fold(catalog(columns=(a, b))) == fold(catalog(columns=(b, a)))
    assert fold(catalog(columns=(a, b))) != fold(catalog(columns=(a, replace(b, not_null=True))))
