"""What the project's own filters hide from a comparison stays as the history has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Domain,
    Enum,
    Index,
    Sequence,
    Table,
    address_of,
)
from daybreak.core.mention import mentioned

# Whether a filter hides the object at an address: its side in the history and in the models.
Hides = Callable[[Address], bool]

_Part = TypeVar("_Part", Column, Constraint, Index)


def keep_hidden(wanted: Catalog, history: Catalog, hides: Hides) -> Catalog:
    """`wanted`, with the tables, columns, keys and indexes that `hides` hides as in `history`.

    Only tables that differ are asked about, and of those that stay only the parts that differ.
    The types and sequences that they use stay with them.
    """
    before = {(table.schema, table.name): table for table in history.tables}
    after = {(table.schema, table.name): table for table in wanted.tables}
    tables: list[Table] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            tables.append(cast(Table, new))
        elif hides(Address("table", key[0], key[1])):
            tables.extend([old] if old else [])
        elif old is not None and new is not None:
            tables.append(_with_hidden_parts(old, new, hides))
        elif new is not None:
            tables.append(new)
    kept = [table for table in tables if table != after.get((table.schema, table.name))]
    return _with_used(replace(wanted, tables=tuple(tables)), history, kept)


def _with_used(catalog: Catalog, history: Catalog, kept: Iterable[Table]) -> Catalog:
    """`catalog` with the types and sequences of `history` that the tables `kept` use."""
    names: set[str] = set()
    owners: set[tuple[str, ...]] = set()
    for table in kept:
        names |= mentioned(table)
        owners |= {(table.schema, table.name, column.name) for column in table.columns}

    def is_used(item: Enum | Domain | Sequence) -> bool:
        if isinstance(item, Sequence) and item.owned_by is not None:
            return (item.schema, *item.owned_by) in owners
        return item.name in names

    for field in ("enums", "domains", "sequences"):
        items = getattr(catalog, field)
        have = {address_of(item) for item in items}
        more = [i for i in getattr(history, field) if address_of(i) not in have and is_used(i)]
        if more:
            both = sorted((*items, *more), key=lambda item: (item.schema, item.name))
            changed: dict[str, Any] = {field: tuple(both)}
            catalog = replace(catalog, **changed)
    return catalog


def keep_fields(wanted: Catalog, history: Catalog, fields: frozenset[str]) -> Catalog:
    """`wanted`, with these fields of its columns as the history has them."""
    if not fields:
        return wanted
    before = {(table.schema, table.name): table for table in history.tables}

    def kept(table: Table) -> Table:
        old = before.get((table.schema, table.name))
        if old is None or old == table:
            return table
        columns = {column.name: column for column in old.columns}
        return replace(
            table,
            columns=tuple(
                replace(column, **{name: getattr(columns[column.name], name) for name in fields})
                if column.name in columns
                else column
                for column in table.columns
            ),
        )

    return replace(wanted, tables=tuple(kept(table) for table in wanted.tables))


def _with_hidden_parts(old: Table, new: Table, hides: Hides) -> Table:
    def hidden(part: Column | Constraint | Index) -> bool:
        return hides(address_of(part, new))

    return replace(
        new,
        columns=_merged(old.columns, new.columns, hidden),
        constraints=_merged(old.constraints, new.constraints, hidden),
        indexes=_merged(old.indexes, new.indexes, hidden),
    )


def _merged(
    old: Iterable[_Part], new: Iterable[_Part], hidden: Callable[[_Part], bool]
) -> tuple[_Part, ...]:
    """The parts of `new` in their order, with what is hidden as in `old`."""
    before = {part.name: part for part in old}
    merged = []
    for part in new:
        known = before.pop(part.name, None)
        if known == part or not hidden(part):
            merged.append(part)
        elif known is not None:
            merged.append(known)
    merged += [part for part in before.values() if hidden(part)]
    return tuple(merged)
