"""What only a migration made has the types and casts that its tables give it."""

from __future__ import annotations

from dataclasses import replace

from core.catalogs import catalog, table, view
from daybreak.core.catalog import Column, Policy, Table, Trigger, View
from daybreak.core.following import with_following

OLD = view("v", "SELECT a FROM t", "a")
WIDER = replace(OLD, columns=(Column("a", "character varying(300)"),))


def followed(goal: View, made: View, *own: View) -> tuple[View, ...]:
    return with_following(catalog(goal), catalog(made), catalog(*own)).views


def test_its_columns_follow_and_keep_all_but_the_type() -> None:
    said = replace(OLD, columns=(Column("a", "text", comment="said"),))
    columns = (Column("a", "character varying(300)", comment="said"),)
    assert followed(said, WIDER) == (replace(OLD, columns=columns),)


def test_a_view_of_the_models_does_not_follow() -> None:
    assert followed(OLD, WIDER, OLD) == (OLD,)


def test_another_query_or_column_is_another_view() -> None:
    assert followed(OLD, replace(WIDER, definition="SELECT b AS a FROM t")) == (OLD,)
    assert followed(OLD, replace(WIDER, columns=(Column("b", "text"),))) == (OLD,)


def test_the_casts_in_its_query_follow() -> None:
    cast = "SELECT a FROM t WHERE ((a)::text <> 'x'::text)"
    bare = replace(OLD, definition="SELECT a FROM t WHERE (a <> 'x'::text)")
    assert followed(replace(OLD, definition=cast), bare) == (bare,)
    other = replace(OLD, definition="SELECT a FROM t WHERE (a <> 'y'::text)")
    assert followed(replace(OLD, definition=cast), other) == (replace(OLD, definition=cast),)


def test_so_do_a_table_s_triggers_and_policies_that_are_not_the_models() -> None:
    def made(cast: str, own: str) -> Table:
        policy = Policy("p", True, "all", ("public",), f"({cast} <> 'x'::text)", None)
        return table("t", Trigger("mine", f"WHEN ({own} = 1)"), Trigger("g", cast), policy)

    goal, now = made("(a)::text", "(b)::text"), made("a", "b")
    wanted = catalog(table("t", Trigger("mine", "WHEN ((b)::text = 1)")))
    [followed] = with_following(catalog(goal), catalog(now), wanted).tables
    assert followed == made("a", "(b)::text")
