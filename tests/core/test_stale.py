"""Bodies of routines and triggers that go on saying a name which a revision takes away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.catalogs import ID, catalog
from daybreak.core.catalog import Column, Routine, Table, Trigger
from daybreak.core.diff import diff
from daybreak.core.renames import parse_rename
from daybreak.core.stale import stale_texts

NAME, TITLE = Column("name", "text"), Column("title", "text")
EVENTS = Table("public", "events", (ID, NAME))
TITLED, SHOWS = replace(EVENTS, columns=(ID, TITLE)), replace(EVENTS, name="shows")
PLAIN = replace(EVENTS, columns=(ID,))
OTHER = Table("public", "venues", (ID,))


def routine(body: str) -> Routine:
    definition = f"CREATE FUNCTION f() AS $function${body}$function$"
    return Routine("public", "f", "", "function", definition)


def on(table: Table, definition: str) -> Table:
    return replace(table, triggers=(Trigger("t", definition),))


READS, SETS = routine("SELECT name FROM events"), routine("NEW.name := 'x'")
CALLS, BODY = "AFTER UPDATE ON events EXECUTE FUNCTION f()", "SET NEW.name = 'x'"
STAYS = "the body of the {} {} says {} and stays as it is, without {}"

CASES = {
    "a column's new name": (
        (EVENTS, READS),
        (TITLED, READS),
        ("events.name=title",),
        STAYS.format("function", "f", "name", "events.name"),
    ),
    "a column that goes": (
        (EVENTS, READS),
        (PLAIN, READS),
        (),
        STAYS.format("function", "f", "name", "events.name"),
    ),
    "a table's new name": (
        (EVENTS, READS),
        (SHOWS, READS),
        ("events=shows",),
        STAYS.format("function", "f", "events", "events"),
    ),
    "a column of a renamed table": (
        (EVENTS, routine("SELECT name FROM shows")),
        (replace(SHOWS, columns=(ID, TITLE)), routine("SELECT name FROM shows")),
        ("events=shows", "events.name=shows.title"),
        STAYS.format("function", "f", "name", "shows.name"),
    ),
    "a table that goes": (
        (EVENTS, OTHER, READS),
        (OTHER, READS),
        (),
        STAYS.format("function", "f", "events", "events"),
    ),
    "a column that a trigger's function sets": (
        (on(EVENTS, CALLS), SETS),
        (on(TITLED, CALLS), SETS),
        ("events.name=title",),
        STAYS.format("function", "f", "name", "events.name"),
    ),
    "a column that a trigger sets": (
        (on(EVENTS, BODY),),
        (on(TITLED, BODY),),
        ("events.name=title",),
        STAYS.format("trigger", "t", "name", "events.name"),
    ),
    "a body that is changed with it": (
        (EVENTS, READS),
        (TITLED, routine("SELECT title FROM events")),
        ("events.name=title",),
        None,
    ),
    "a body of another table": (
        (EVENTS, routine("SELECT name FROM venues")),
        (PLAIN, routine("SELECT name FROM venues")),
        (),
        None,
    ),
    "a column that stays": ((EVENTS, READS), (replace(EVENTS, comment="x"), READS), (), None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_body_that_no_server_changes_is_told(name: str) -> None:
    old, new, renames, expected = CASES[name]
    before, after = catalog(*old), catalog(*new)
    parsed = [parse_rename(rename, before, after) for rename in renames]
    found = list(stale_texts(diff(before, after, renames=parsed), before, after))
    assert [hazard.text for hazard in found] == ([] if expected is None else [expected])


def test_the_query_tells_the_body() -> None:
    before, after = catalog(EVENTS, READS), catalog(PLAIN, READS)
    [hazard] = stale_texts(diff(before, after), before, after)
    assert hazard.query == (
        "SELECT routine_definition FROM information_schema.routines WHERE routine_name = 'f'"
    )
