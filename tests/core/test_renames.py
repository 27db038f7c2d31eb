"""What is gone and what is new may be the same: asked, answered, carried out."""

from __future__ import annotations

from dataclasses import replace

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
    view,
)
from core.test_diff import said
from daybreak.core.catalog import Address, Catalog, Column, Constraint, Enum, Schema
from daybreak.core.change import Rename
from daybreak.core.diff import diff
from daybreak.core.engine import Engine
from daybreak.core.errors import RenameUnclear, UsageError
from daybreak.core.ownership import parse_drop
from daybreak.core.renames import candidates, new_address, parse_rename, refuse, unanswered

TITLE, NAME = Column("title", "text"), Column("name", "text")
AT = Column("at", "timestamp with time zone")
EVENTS = catalog(table("events", TITLE, AT))

QUESTIONS: dict[str, tuple[Catalog, Catalog, list[str]]] = {
    "a column of the same type, alone": (
        EVENTS,
        catalog(table("events", NAME, AT)),
        ["public.events.title: public.events.name"],
    ),
    "a table with the same columns": (
        EVENTS,
        catalog(table("happenings", TITLE, AT)),
        ["public.events: public.happenings"],
    ),
    "a table in another schema": (
        EVENTS,
        catalog(table("events", TITLE, AT, schema="s")),
        ["public.events: s.events"],
    ),
    "a schema with the same tables, which are not asked about on their own": (
        catalog(Schema("a"), table("t", schema="a")),
        catalog(Schema("b"), table("t", schema="b")),
        ["a: b"],
    ),
    "a label in another's place": (
        catalog(Enum("public", "mood", ("happy", "sad"))),
        catalog(Enum("public", "mood", ("glad", "sad"))),
        ["public.mood.happy: public.mood"],
    ),
    "a type with the same labels": (
        catalog(Enum("public", "mood", ("happy", "sad"))),
        catalog(Enum("public", "feeling", ("happy", "sad"))),
        ["public.mood: public.feeling"],
    ),
    "no question: a column of another type": (
        EVENTS,
        catalog(table("events", Column("size", "integer"), AT)),
        [],
    ),
    "no question: a table that has little in common": (
        EVENTS,
        catalog(table("users", NAME, Column("mail", "text"))),
        [],
    ),
    "no question: a label was added, another went elsewhere": (
        catalog(Enum("public", "mood", ("happy", "sad"))),
        catalog(Enum("public", "mood", ("sad", "angry"))),
        [],
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_may_be_a_rename_is_a_question(name: str) -> None:
    before, after, asked = QUESTIONS[name]
    assert [
        f"{q.old}: {' '.join(str(r.to) for r in q.choices)}" for q in candidates(before, after)
    ] == asked


def test_the_refusal_names_the_choices() -> None:
    questions = unanswered(EVENTS, catalog(table("events", NAME, AT)))
    with pytest.raises(RenameUnclear) as error:
        refuse(questions, "public")
    assert str(error.value) == (
        "events.title is gone and events.name is new: is that a rename? Nothing was written\n"
        "Next: say --rename events.title=events.name, or --drop column:events.title"
    )


def test_an_answer_leaves_no_question_and_a_drop_on_purpose_neither() -> None:
    after = catalog(table("events", NAME, AT))
    rename = parse_rename("events.title=events.name", EVENTS, after)
    assert unanswered(EVENTS, after, [rename]) == ()
    title = Address("column", "public", "title", "events")
    assert unanswered(EVENTS, after, (), {title}) == ()


def test_columns_of_a_renamed_table_are_asked_about_once_it_is_found() -> None:
    columns = [Column(f"c{number}", "text") for number in range(9)]
    before = catalog(table("events", TITLE, *columns))
    after = catalog(table("happenings", NAME, *columns))
    (first,) = unanswered(before, after)
    (second,) = unanswered(before, after, first.choices)
    assert str(second.old) == "public.events.title"
    assert unanswered(before, after, (*first.choices, *second.choices)) == ()


RENAMED_OWNERS = {
    "a column of a renamed table": (
        catalog(table("events", TITLE, AT)),
        catalog(table("happenings", NAME, AT)),
        ["events=happenings"],
        "say --rename events.title=happenings.name, or --drop column:events.title",
    ),
    "a column of a table in a renamed schema": (
        catalog(Schema("old"), table("events", TITLE, AT, schema="old")),
        catalog(Schema("new"), table("events", NAME, AT, schema="new")),
        ["schema:old=schema:new"],
        "say --rename old.events.title=new.events.name, or --drop column:old.events.title",
    ),
    "a label of a renamed enum": (
        catalog(Enum("public", "mood", ("happy", "sad"))),
        catalog(Enum("public", "feeling", ("glad", "sad"))),
        ["mood=feeling"],
        "say --rename mood:happy=feeling:glad, or --drop label:mood:happy",
    ),
}


@pytest.mark.parametrize("name", RENAMED_OWNERS)
def test_what_the_refusal_says_after_a_rename_is_an_answer(name: str) -> None:
    before, after, said_first, cure = RENAMED_OWNERS[name]
    renames = [parse_rename(text, before, after) for text in said_first]
    questions = unanswered(before, after, renames)
    with pytest.raises(RenameUnclear) as error:
        refuse(questions, "public")
    assert str(error.value).splitlines()[1] == f"Next: {cure}"
    rename, drop = cure.removeprefix("say --rename ").split(", or --drop ")
    answered = [*renames, parse_rename(rename, before, after)]
    assert unanswered(before, after, answered) == ()
    assert unanswered(before, after, renames, {parse_drop(drop, before)}) == ()


PARSED = {
    "events.title=events.name": ("column", "public.events.title", "public.events.name"),
    "events.title=name": ("column", "public.events.title", "public.events.name"),
    "public.events.title=public.events.name": (
        "column",
        "public.events.title",
        "public.events.name",
    ),
    "old=new": ("table", "public.old", "public.new"),
    "table:old=table:new": ("table", "public.old", "public.new"),
    "public.old=s.moved": ("table", "public.old", "s.moved"),
    "mood:happy=mood:glad": ("enum", "public.mood", "public.mood"),
    "mood:happy=glad": ("enum", "public.mood", "public.mood"),
}
BEFORE = catalog(table("events", TITLE), table("old"), Enum("public", "mood", ("happy",)))
AFTER = catalog(
    table("events", NAME),
    table("new"),
    table("moved", schema="s"),
    Enum("public", "mood", ("glad",)),
)


@pytest.mark.parametrize("text", PARSED)
def test_a_rename_is_said_with_the_names_at_hand(text: str) -> None:
    rename = parse_rename(text, BEFORE, AFTER)
    assert (rename.address.kind, str(rename.address), str(rename.to)) == PARSED[text]
    assert rename.label == (("happy", "glad") if "mood" in text else None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("events", "an old and a new name are needed"),
        ("nothing=new", "the history has no nothing"),
        ("old=nothing", "the models have no nothing"),
        ("events.title=nothing", "the models have no events.nothing"),
    ],
)
def test_a_rename_of_what_is_not_there_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_rename(text, BEFORE, AFTER)


def rename(kind: str, old: tuple[str, ...], new: tuple[str, ...]) -> Rename:
    one, other = (
        Address(kind, parts[0], parts[-1], parts[1] if len(parts) == 3 else None)  # type: ignore[arg-type]
        for parts in (old, new)
    )
    return Rename(one, other, table("t"))


T = table("t", TITLE, primary_key("t_pkey"), check("t_check", "length(title) > 0", "title"))
RUN: dict[str, tuple[Catalog, Catalog, list[Rename], list[str]]] = {
    "a column, with the check, the index and the view that name it": (
        catalog(
            table(
                "t",
                TITLE,
                check("c", "length(title) > 0", "title"),
                index("i", "t", "title"),
            ),
            view("v", "SELECT title AS x FROM public.t", "x"),
        ),
        catalog(
            table("t", NAME, check("c", "length(name) > 0", "name"), index("i", "t", "name")),
            view("v", "SELECT name AS x FROM public.t", "x"),
        ),
        [rename("column", ("public", "t", "title"), ("public", "t", "name"))],
        ["rename column public.t.title to public.t.name"],
    ),
    "a table, with keys that point to it; automatic names follow as renames": (
        catalog(
            table("t", primary_key("t_pkey")),
            table("u", Column("t_id", "integer"), foreign_key("u_t", "t_id", "t")),
        ),
        catalog(
            table("s", primary_key("s_pkey")),
            table("u", Column("t_id", "integer"), foreign_key("u_t", "t_id", "s")),
        ),
        [rename("table", ("public", "t"), ("public", "s"))],
        [
            "rename table public.t to public.s",
            "rename constraint public.s.t_pkey to public.s.s_pkey",
        ],
    ),
    "a table with a SERIAL": (
        catalog(table("t", serial_column("t"), bare=True), serial("t")),
        catalog(table("s", serial_column("s"), bare=True), serial("s")),
        [rename("table", ("public", "t"), ("public", "s"))],
        [
            "rename table public.t to public.s",
            "rename sequence public.t_id_seq to public.s_id_seq",
        ],
    ),
    "two columns that change places take a detour": (
        catalog(table("t", Column("a", "text"), Column("b", "integer"))),
        catalog(table("t", Column("b", "text"), Column("a", "integer"))),
        [
            rename("column", ("public", "t", "a"), ("public", "t", "b")),
            rename("column", ("public", "t", "b"), ("public", "t", "a")),
        ],
        [
            "rename column public.t.a to public.t.a__renamed",
            "rename column public.t.b to public.t.a",
            "rename column public.t.a__renamed to public.t.b",
        ],
    ),
    "a chain frees each name before it is taken": (
        catalog(table("t", Column("a", "text"), Column("b", "integer"))),
        catalog(table("t", Column("b", "text"), Column("c", "integer"))),
        [
            rename("column", ("public", "t", "a"), ("public", "t", "b")),
            rename("column", ("public", "t", "b"), ("public", "t", "c")),
        ],
        [
            "rename column public.t.b to public.t.c",
            "rename column public.t.a to public.t.b",
        ],
    ),
    "a table and its column, said together": (
        catalog(table("t", TITLE)),
        catalog(table("s", NAME)),
        [
            rename("column", ("public", "t", "title"), ("public", "s", "name")),
            rename("table", ("public", "t"), ("public", "s")),
        ],
        ["rename table public.t to public.s", "rename column public.s.title to public.s.name"],
    ),
    "a table into a schema that is new, too": (
        catalog(table("t", TITLE)),
        catalog(Schema("s"), table("t", TITLE, schema="s")),
        [rename("table", ("public", "t"), ("s", "t"))],
        ["create schema s", "rename table public.t to s.t"],
    ),
}


@pytest.mark.parametrize("name", RUN)
def test_a_rename_runs_first_and_the_rest_uses_the_new_name(name: str) -> None:
    before, after, renames, lines = RUN[name]
    assert said(diff(before, after, renames=renames)) == lines


def test_a_label_is_renamed_with_the_defaults_that_use_it() -> None:
    def made(label: str) -> Catalog:
        column = Column("m", "public.mood", default=f"'{label}'::public.mood")
        return catalog(Enum("public", "mood", (label, "sad")), table("t", column))

    before, after = made("happy"), made("glad")
    renames = [parse_rename("mood:happy=glad", before, after)]
    assert said(diff(before, after, renames=renames)) == ["rename enum public.mood to public.mood"]


def test_mysql_lets_go_of_a_check_before_its_column_is_renamed() -> None:
    before = catalog(table("t", TITLE, check("c", "title > ''", "title")), dialect="mysql")
    after = catalog(table("t", NAME, check("c", "name > ''", "name")), dialect="mysql")
    renames = [rename("column", ("public", "t", "title"), ("public", "t", "name"))]
    engine = Engine(keys_pin=True, late_bound=True)
    assert said(diff(before, after, renames=renames, engine=engine)) == [
        "drop constraint public.t.c",
        "rename column public.t.title to public.t.name",
        "create constraint public.t.c",
    ]


def test_mysql_lets_go_of_checks_of_certain_types_before_a_foreign_keys_column_is_renamed() -> None:
    """On both sides of the key; a check that is not enforced, or of another type, stays."""
    born = check("born", "born > 2000", "born")
    stay = (check("c", "n > 0", "n"), replace(born, name="off", enforced=False))

    def both(key: str, referred: str) -> Catalog:
        parts = (Column("born", "datetime(6)"), Column("n", "int"), born, *stay)
        fk = Constraint(
            "fk", "foreign key", "", (key,), referred=("public", "t"), referred_columns=(referred,)
        )
        child = table("u", Column(key, "int"), *parts, fk)
        return catalog(table("t", Column(referred, "int"), *parts), child, dialect="mysql")

    renames = [
        rename("column", ("public", "t", "a"), ("public", "t", "b")),
        rename("column", ("public", "u", "x"), ("public", "u", "y")),
    ]
    engine = Engine(late_bound=True, checks_pin=frozenset({"datetime"}))
    assert said(diff(both("x", "a"), both("y", "b"), renames=renames, engine=engine)) == [
        "drop constraint public.t.born",
        "drop constraint public.u.born",
        "rename column public.t.a to public.t.b",
        "rename column public.u.x to public.u.y",
        "create constraint public.t.born",
        "create constraint public.u.born",
    ]


def test_mysql_renames_no_generated_column_that_is_in_the_way_of_a_rename() -> None:
    """It is made again anyway, and has its new name from then on."""
    before = catalog(table("t", TITLE, Column("g", "text", generated="title")), dialect="mysql")
    after = catalog(table("t", NAME, Column("h", "text", generated="name")), dialect="mysql")
    renames = [
        rename("column", ("public", "t", "title"), ("public", "t", "name")),
        rename("column", ("public", "t", "g"), ("public", "t", "h")),
    ]
    engine = Engine(keys_pin=True, late_bound=True)
    assert said(diff(before, after, renames=renames, engine=engine)) == [
        "drop column public.t.g",
        "rename column public.t.title to public.t.name",
        "create column public.t.h",
    ]


NAMED: dict[str, tuple[str, str]] = {
    "a check's number": ("t_chk_1", "s_chk_1"),
    "a foreign key's number": ("t_ibfk_2", "s_ibfk_2"),
    "a name that a person gave": ("t_chk_positive", "s_chk_positive"),
    "nothing behind it: stays": ("t_chk_", "t_chk_"),
    "in capitals: stays": ("t_CHK_1", "t_CHK_1"),
    "of another table: stays": ("tt_chk_1", "tt_chk_1"),
    "another word: stays": ("t_check_1", "t_check_1"),
}


@pytest.mark.parametrize("case", NAMED)
def test_on_mysql_constraints_that_begin_with_their_tables_name_follow_it(case: str) -> None:
    """What changes in them after the rename has to use the name that they have by then."""
    old, new = NAMED[case]
    before = catalog(table("t", TITLE, check(old, "title > ''")), dialect="mysql")
    after = catalog(table("s", TITLE), dialect="mysql")
    engine = Engine(names_follow=True)
    renames = [rename("table", ("public", "t"), ("public", "s"))]
    assert said(diff(before, after, renames=renames, engine=engine)) == [
        "rename table public.t to public.s",
        f"drop constraint public.s.{new}",
    ]


FOLLOWED: dict[str, tuple[Address, Rename, Address]] = {
    "a trigger, its table": (
        Address("trigger", "public", "g", "t"),
        rename("table", ("public", "t"), ("s", "u")),
        Address("trigger", "s", "g", "u"),
    ),
    "a label, its enum": (
        Address("enum", "public", "happy", "mood"),
        rename("enum", ("public", "mood"), ("public", "feeling")),
        Address("enum", "public", "happy", "feeling"),
    ),
    "a type, its schema": (
        Address("composite", "old", "pair"),
        rename("schema", ("", "old"), ("", "new")),
        Address("composite", "new", "pair"),
    ),
    "a table of another name, nothing": (
        Address("table", "public", "tt"),
        rename("table", ("public", "t"), ("public", "u")),
        Address("table", "public", "tt"),
    ),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_is_dropped_on_purpose_follows_the_rename_of_what_it_stands_in(name: str) -> None:
    old, one, new = FOLLOWED[name]
    assert new_address(old, [one]) == new
