"""Changes that a person has to make in a database, because no SQL of ours would be obeyed there.

A revision may hold them all the same: it runs the models' own statements, and is proved.
"""

from __future__ import annotations

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Composite,
    Enum,
    Other,
    Routine,
    Table,
    Trigger,
)
from daybreak.core.change import Alter, Change, Create, Drop
from daybreak.core.mention import words
from daybreak.dialects.postgresql.ddl_others import ENABLED
from daybreak.dialects.postgresql.ddl_types import added_labels
from daybreak.dialects.postgresql.quoting import full, named, quoted

# A publication lets its tables go; these keep what they are made of.
_BINDING = {"cast", "operator", "operator class", "event trigger", "conversion", "base type"}
_FIELDS = {
    "foreign": "no SQL is written for a foreign table's server and options: ALTER FOREIGN TABLE",
    "partition_by": "how a table is partitioned can't be changed: make a new one, move the rows",
}


def by_hand(change: Change, before: Catalog, after: Catalog) -> str | None:
    """Why a person has to make the change; None where the statements of `ddl` do."""
    match change:
        case Create(item=Other()) | Drop(item=Other()) | Alter(after=Other()):
            return "no SQL is written for this kind"
        case Create(item=Table(foreign=str())):
            return "no SQL is written for a foreign table: CREATE FOREIGN TABLE"
        case Alter(after=Table(), fields=(field,)):
            return _FIELDS.get(field)
        case Create(item=Column()) | Drop(item=Column()) | Alter(after=Column()):
            return _of_column(change, before)
        case Alter(before=Composite() as old, after=Composite() as new):
            return _of_composite(old, before) if _attributes(old) != _attributes(new) else None
        case Alter(before=Enum() as old, after=Enum() as new) if "labels" in change.fields:
            return None if added_labels(old, new, new.name) else _needed(old.name, before)
        case Drop(item=Routine() as routine):
            return _needed(routine.name, before)
        case Drop(item=Trigger() as trigger):
            return _of_partition(change.address, trigger, before)
    return None


def _of_column(change: Create | Drop | Alter, before: Catalog) -> str | None:
    table = _table(before, change.address.schema, change.address.table or "")
    item = change.after if isinstance(change, Alter) else change.item
    fields = set(change.fields) if isinstance(change, Alter) else {"type", "options"}
    if table is not None and table.of_type is not None and fields & {"type", "collation"}:
        return f"its table is of the type {table.of_type}, and changes with it"
    if isinstance(change, Drop) or not isinstance(item, Column) or "options" not in fields:
        return None
    if any(name.startswith("fdw.") for name, _ in item.options):
        return "no SQL is written for a foreign column's options: ALTER FOREIGN TABLE"
    return None


def _of_composite(item: Composite, before: Catalog) -> str | None:
    spelled = {full(item.schema, item.name), named(item.schema, item.name, before)}
    tables = [named(t.schema, t.name, before) for t in before.tables if t.of_type in spelled]
    if not tables:
        return None
    return f"{', '.join(tables)} is made of this type: ALTER TYPE … ATTRIBUTE … CASCADE"


def _attributes(item: Composite) -> list[tuple[str, str, str | None]]:
    return [(column.name, column.type, column.collation) for column in item.columns]


def _needed(name: str, before: Catalog) -> str | None:
    """By what has no SQL either, and would have to go first."""
    for other in before.others:
        if other.what in _BINDING and name in words(other.name, other.definition):
            return f"the {other.what} {other.name} depends on it, and has no SQL either"
    return None


def _of_partition(address: Address, item: Trigger, before: Catalog) -> str | None:
    """A partition's trigger is told of only where somebody switched it otherwise."""
    table = _table(before, address.schema, address.table or "")
    if table is None or table.partition_of is None:
        return None
    parent = _table(before, *table.partition_of[:2])
    for trigger in parent.triggers if parent else ():
        if trigger.name == item.name:
            name = named(table.schema, table.name, before)
            switch = f"ALTER TABLE {name} {ENABLED[trigger.enabled]} TRIGGER {quoted(item.name)}"
            return f"it belongs to the trigger of the partitioned table; to be like it: {switch}"
    return None


def _table(catalog: Catalog, schema: str, name: str) -> Table | None:
    found = (t for t in catalog.tables if (t.schema, t.name) == (schema, name))
    return next(found, None)
