"""What differs between two tables, or two views, of one name: themselves and their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from daybreak.core.catalog import (
    Address,
    Column,
    Policy,
    Table,
    Trigger,
    View,
    address_of,
)
from daybreak.core.change import Alter, Change, Create, Drop, differing
from daybreak.core.keys import constraint_changes, index_changes, not_null_changes

FOLLOWING = ("triggers", "policies", "rules", "statistics")  # created after what they belong to
PARTS = frozenset({"columns", "constraints", "indexes", *FOLLOWING})

# What ALTER TABLE on a parent does to its children as well.
_RECURSING = frozenset({"type", "collation", "not_null", "default", "generated", "stored"})
_ALTERABLE = {
    Trigger: frozenset({"enabled", "comment"}),
    Policy: frozenset({"roles", "using", "check", "comment"}),
}
_ALTERABLE_ELSE = frozenset({"enabled", "target", "comment"})  # of rules and statistics


def table_changes(was: Table, now: Table, tables: Mapping[Address, Any]) -> Iterator[Change]:
    """`tables`: those that differ, as they are to be; parents' changes reach their children."""
    if own := differing(was, now, PARTS):
        yield Alter(address_of(now), was, now, own)
    moved = bool({"inherits", "partition_of"} & set(own))
    yield from _columns(was, now, tables, moved)
    yield from constraint_changes(was, now, moved)
    yield from not_null_changes(was, now)
    yield from index_changes(was, now)
    yield from following_changes(was, now)


def view_changes(was: View, now: View) -> Iterator[Change]:
    """A view whose columns stay as they are, new ones behind them, is replaced; else made again."""
    address = address_of(now)
    if _made_again(was, now):
        yield Drop(address, was)
        yield Create(address, now)
        for name in FOLLOWING:
            for part in getattr(now, name, ()):
                yield Create(address_of(part, now), part)
        return
    if own := differing(was, now, PARTS):
        yield Alter(address, was, now, own)
    old = {column.name: column for column in was.columns}
    for column in now.columns:
        before = old.get(column.name)
        if before is not None and (fields := differing(before, column)):
            yield Alter(address_of(column, now), before, column, fields)
    yield from index_changes(was, now)
    yield from following_changes(was, now)


def following_changes(was: Table | View, now: Table | View) -> Iterator[Change]:
    """Triggers, policies, rules and statistics: altered where that can be done, else made again."""
    for name in FOLLOWING:
        old = {part.name: part for part in getattr(was, name, ())}
        new = {part.name: part for part in getattr(now, name, ())}
        for key, part in old.items():
            if key not in new:
                yield Drop(address_of(part, now), part)
        for key, part in new.items():
            before = old.get(key)
            if before is None:
                yield Create(address_of(part, now), part)
            elif fields := differing(before, part):
                address = address_of(part, now)
                if set(fields) <= _ALTERABLE.get(type(part), _ALTERABLE_ELSE):
                    yield Alter(address, before, part, fields)
                else:
                    yield Drop(address, before)
                    yield Create(address, part)


def _made_again(was: View, now: View) -> bool:
    def shape(view: View) -> Sequence[tuple[str, str]]:
        return [(column.name, column.type) for column in view.columns]

    if was.materialized or now.materialized:
        return (was.materialized, was.definition, shape(was)) != (
            now.materialized,
            now.definition,
            shape(now),
        )
    return shape(was) != shape(now)[: len(was.columns)]


def _columns(
    was: Table, now: Table, tables: Mapping[Address, Any], moved: bool
) -> Iterator[Change]:
    old = {column.name: column for column in was.columns}
    new = {column.name: column for column in now.columns}
    ignored = frozenset({"local"}) if moved else frozenset[str]()
    for name, column in old.items():
        if name not in new and (column.local or not _parents(was) or moved):
            yield Drop(address_of(column, now), column)
    for name, column in new.items():
        before = old.get(name)
        if before is None:
            if column.local or not _parents(now) or moved:
                yield Create(address_of(column, now), column)
        elif fields := differing(before, column, ignored):
            left = tuple(
                name
                for name in fields
                if not (name in _RECURSING and _parent_has(now, column, name, tables))
            )
            if left:
                yield Alter(address_of(column, now), before, column, left)


def _parents(table: Table) -> list[tuple[str, str]]:
    of = [table.partition_of[:2]] if table.partition_of else []
    return [*of, *table.inherits]


def _parent_has(now: Table, column: Column, field: str, tables: Mapping[Address, Any]) -> bool:
    """Whether a parent that changes, too, gets the same value of `field`."""
    for schema, name in _parents(now):
        parent = tables.get(Address("table", schema, name))
        if parent is None:
            continue
        for other in parent.columns:
            if other.name == column.name and getattr(other, field) == getattr(column, field):
                return True
    return False
