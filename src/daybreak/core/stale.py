"""Names that no server changes: those in the bodies of routines, and of MySQL's triggers.

A body is text until it runs. After a column or a table was renamed or dropped it stays as it was,
and fails when it is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daybreak.core.catalog import Address, Catalog, Column, Routine, Table, Trigger
from daybreak.core.change import Change, Drop, Rename
from daybreak.core.hazards import Hazard
from daybreak.core.mention import mentioned

ROUTINE = "SELECT routine_definition FROM information_schema.routines WHERE routine_name = '{}'"
TRIGGER = "SELECT action_statement FROM information_schema.triggers WHERE trigger_name = '{}'"


def stale_texts(changes: Sequence[Change], before: Catalog, goal: Catalog) -> Iterator[Hazard]:
    """The routines and triggers that stay as they are and say a name that `changes` take away.

    A word that only looks like the name counts, too.
    """
    routines = [routine for routine in goal.routines if routine in before.routines]
    triggers = {trigger for table in before.tables for trigger in table.triggers}
    tables = {(table.schema, table.name): table for table in goal.tables}
    was = {
        (change.to.schema, change.to.name): change.address.name
        for change in changes
        if isinstance(change, Rename) and change.address.kind == "table"
    }
    for gone in filter(None, map(_taken_away, changes)):
        key = (gone.schema, gone.table or gone.name)
        table = tables.get(key, Table(*key))
        there = key in tables
        if there != (gone.kind == "column") or gone.name in {each.name for each in table.columns}:
            continue  # it went with its table, or another one has the name
        names = {table.name, was.get(key, table.name)}
        called = {name for trigger in table.triggers for name in mentioned(trigger)}
        for routine in routines:
            said = mentioned(routine)
            if gone.name in said and (names & said or routine.name in called):
                yield _hazard(gone, routine, goal.default_schema)
        for trigger in table.triggers:
            if trigger in triggers and gone.name in mentioned(trigger):
                yield _hazard(gone, trigger, goal.default_schema)


def _taken_away(change: Change) -> Address | None:
    match change:
        case Rename(address=address, label=None) if address.kind in {"column", "table"}:
            return address
        case Drop(address=address, item=Column() | Table()):
            return address
    return None


def _hazard(gone: Address, item: Routine | Trigger, default_schema: str) -> Hazard:
    schema = "" if gone.schema == default_schema else gone.schema
    name = ".".join(part for part in (schema, gone.table, gone.name) if part)
    kind, query = ("trigger", TRIGGER) if isinstance(item, Trigger) else (item.kind, ROUTINE)
    text = f"the body of the {kind} {item.name} says {gone.name} and stays as it is, without {name}"
    return Hazard(gone, text, query.format(item.name.replace("'", "''")))
