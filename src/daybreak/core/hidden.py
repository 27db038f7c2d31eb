"""What the project's own filters hide from a comparison stays as the history has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Domain,
    Enum,
    Index,
    Table,
    address_of,
)
from daybreak.core.catalog import Sequence as Numbers
from daybreak.core.mention import words

# Whether a filter hides the object at an address: its side in the history and in the models.
Hides = Callable[[Address], bool]

_Part = TypeVar("_Part", Column, Constraint, Index)
_Belonging = TypeVar("_Belonging", Numbers, Enum, Domain)


def keep_hidden(wanted: Catalog, history: Catalog, hides: Hides) -> Catalog:
    """`wanted`, with the tables, columns, keys and indexes that `hides` hides as in `history`.

    With a table goes what serves it alone: its sequences, and the enums and domains of its columns.
    Only tables that differ are asked about, and of those that stay only the parts that differ.
    """
    before = {(table.schema, table.name): table for table in history.tables}
    after = {(table.schema, table.name): table for table in wanted.tables}
    tables: list[Table] = []
    gone: list[Table] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            tables.append(cast(Table, new))
        elif hides(Address("table", key[0], key[1])):
            tables.extend([old] if old else [])
            gone.extend(table for table in (old, new) if table)
        elif old is not None and new is not None:
            tables.append(_with_hidden_parts(old, new, hides))
        elif new is not None:
            tables.append(new)
    shown = replace(wanted, tables=tuple(tables))
    return _with_belongings(shown, history, gone) if gone else shown


def _with_belongings(wanted: Catalog, history: Catalog, hidden: Sequence[Table]) -> Catalog:
    owners = {(table.schema, table.name) for table in hidden}
    # Of another table that is to go, the type has to stay for the hidden one.
    others = [table for table in wanted.tables if (table.schema, table.name) not in owners]
    types = _types_of(hidden) - _types_of(others)

    def belongs(item: Numbers | Enum | Domain) -> bool:
        if isinstance(item, Numbers):
            return item.owned_by is not None and (item.schema, item.owned_by[0]) in owners
        return item.name in types

    def kept(new: Iterable[_Belonging], old: Iterable[_Belonging]) -> tuple[_Belonging, ...]:
        items = [item for item in new if not belongs(item)]
        items += [item for item in old if belongs(item)]
        return tuple(sorted(items, key=lambda item: (item.schema, item.name)))

    return replace(
        wanted,
        sequences=kept(wanted.sequences, history.sequences),
        enums=kept(wanted.enums, history.enums),
        domains=kept(wanted.domains, history.domains),
    )


def _types_of(tables: Iterable[Table]) -> set[str]:
    return {word for table in tables for column in table.columns for word in words(column.type)}


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
