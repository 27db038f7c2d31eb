"""One change that has to happen at two moments becomes two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from daybreak.core.catalog import Column, Table, address_of
from daybreak.core.change import Alter, Change, Drop


def split(changes: Sequence[Change], first: frozenset[str]) -> list[Change]:
    """`changes`, with those in two that need a rank of their own for some of their fields.

    `first` are the fields of a table that its columns start from.
    """
    result: list[Change] = []
    going = [c.item for c in changes if isinstance(c, Drop) and isinstance(c.item, Table)]
    below = _below(going)
    for change in changes:
        if isinstance(change, Alter) and isinstance(change.before, Table):
            result.extend(_table(change, first))
        elif isinstance(change, Alter) and isinstance(change.before, Column):
            result.extend(_column(change))
        elif isinstance(change, Drop) and isinstance(change.item, Table):
            result.extend(_foreign_keys_of(change.item, going, below))
            result.append(change)
        else:
            result.append(change)
    return result


def _table(change: Alter, first: frozenset[str]) -> Iterator[Change]:
    early = comes_early(change, first)
    one = tuple(f for f in change.fields if f in early)
    other = tuple(f for f in change.fields if f not in early)
    for fields in (one, other):
        if fields:
            yield replace(change, fields=fields)


def comes_early(change: Alter, first: frozenset[str]) -> frozenset[str]:
    """The fields of a table that change before its columns: `first` and what it gets rid of."""
    if leaves(change):
        # The columns that a parent gave are the table's own after that.
        first |= {"inherits", "partition_of"}
    if isinstance(change.after, Table) and change.after.partition_by is None:
        # Keys and columns need no longer suit the partitions (MySQL).
        first |= {"partition_by"}
    return first


def leaves(change: Alter) -> bool:
    was, now = change.before, change.after
    if not (isinstance(was, Table) and isinstance(now, Table)):
        return False
    lost = set(was.inherits) - set(now.inherits)
    return bool(lost) or (now.partition_of is None and was.partition_of is not None)


def _column(change: Alter) -> Iterator[Change]:
    was, now, fields = change.before, change.after, change.fields
    if not (isinstance(was, Column) and isinstance(now, Column)):
        return
    if "identity" in fields and was.identity and now.default is not None:
        # An identity's sequence has the name that a SERIAL's takes, and the other way round.
        was = replace(was, identity=None)
        yield Alter(change.address, change.before, was, ("identity",))
        fields = tuple(f for f in fields if f != "identity")
    elif "identity" in fields and now.identity and was.default is not None:
        was = replace(was, default=None)
        yield Alter(change.address, change.before, was, ("default",))
        fields = tuple(f for f in fields if f != "default")
    if "auto_increment" in fields:
        # It needs a key at every moment.
        rest = tuple(f for f in fields if f != "auto_increment")
        middle = replace(now if not was.auto_increment else was, auto_increment=False)
        if not was.auto_increment:
            if rest:
                yield Alter(change.address, was, middle, rest)
            yield Alter(change.address, middle, now, ("auto_increment",))
        else:
            yield Alter(change.address, was, middle, ("auto_increment",))
            if rest:
                yield Alter(change.address, middle, now, rest)
        return
    if fields:
        yield Alter(change.address, was, now, fields)


def _foreign_keys_of(
    table: Table, going: Sequence[Table], below: Mapping[str, set[str]]
) -> Iterator[Change]:
    """The keys to others that go as well, where no order of the tables serves: in a circle.

    A partitioned table's partitions go before it, and the keys to it are keys to them as well.
    """
    others = {(other.schema, other.name): other for other in going}
    for key in table.constraints:
        other = others.get(key.referred) if key.referred else None
        if key.kind != "foreign key" or not key.local or other in (None, table):
            continue
        if other is not None and (other.partition_by or table.name in below[other.name]):
            yield Drop(address_of(key, table), key)


def _below(tables: Sequence[Table]) -> dict[str, set[str]]:
    """The names of the tables that each one refers to, directly or through others."""
    names = {table.name for table in tables}
    below: dict[str, set[str]] = {name: set() for name in names}
    for table in tables:
        below[table.name] |= {key.referred[1] for key in table.constraints if key.referred} & names
    grown = True
    while grown:
        grown = False
        for found in below.values():
            more = set[str]().union(*(below[name] for name in found)) - found
            found |= more
            grown = grown or bool(more)
    return below
