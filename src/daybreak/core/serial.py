"""SERIAL columns: a sequence that comes and goes with its column is no change of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from daybreak.core.catalog import Address, Catalog, Column, Sequence, Table, address_of
from daybreak.core.change import Alter, Change, Create, Drop, Rename, differing
from daybreak.core.mention import words
from daybreak.core.names import automatic

_TOP = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def is_serial(column: Column, sequence: Sequence, table: Address) -> bool:
    """Whether SERIAL (or its kin) as the type of `column` makes just this `sequence`."""
    return (
        sequence.owned_by == (table.name, column.name)
        and sequence.schema == table.schema
        and sequence.name == automatic(table.name, column.name, "seq")
        and column.not_null
        and sequence.type == column.type
        and sequence.maximum == _TOP.get(column.type)
        and (sequence.start, sequence.increment, sequence.minimum) == (1, 1, 1)
        and (sequence.cache, sequence.cycle) == (1, False)
        and takes_from(column, sequence)
    )


def takes_from(column: Column, sequence: Sequence) -> bool:
    """Whether the default of `column` is the next value of `sequence`."""
    default = column.default or ""
    return default.startswith("nextval(") and sequence.name in words(default)


def owned_renames(old: Catalog, new: Catalog) -> list[Rename]:
    """Sequences of which only the name differs: the same column owns them."""
    gone = {s.owned_by: s for s in _only(old.sequences, new.sequences) if s.owned_by}
    renames = []
    for sequence in _only(new.sequences, old.sequences):
        was = gone.get(sequence.owned_by) if sequence.owned_by else None
        if was is not None and was.schema == sequence.schema:
            renames.append(Rename(address_of(was), address_of(sequence), was))
    return renames


def without_serials(changes: Iterable[Change]) -> list[Change]:
    """`changes` without the sequences that come or go with a column, and with ownership apart.

    A sequence that a created column owns in any other way is created alone, and its ownership is
    an Alter: table and sequence need one another. One whose owner goes, goes with it. What a
    column's own sequence is not born with, a comment or grants, is an Alter, too.
    """
    changes = list(changes)
    created = dict(_columns(changes, Create))
    dropped = dict(_columns(changes, Drop))
    result: list[Change] = []
    for change in changes:
        sequence = getattr(change, "item", None)
        if (
            not isinstance(sequence, Sequence)
            or isinstance(change, Rename)
            or not sequence.owned_by
        ):
            result.append(change)
            continue
        owner = (sequence.schema, *sequence.owned_by)
        if isinstance(change, Drop):
            if owner not in dropped:
                result.append(change)
            continue
        column = created.get(owner)
        if column is not None and is_serial(column, sequence, Address("table", *owner[:2])):
            plain = replace(sequence, comment=None, grants=())
            if told := differing(plain, sequence):
                result.append(Alter(change.address, plain, sequence, told))
            continue
        free = replace(sequence, owned_by=None)
        result.append(Create(change.address, free))
        result.append(Alter(change.address, free, sequence, ("owned_by",)))
    return result


def _columns(
    changes: list[Change], verb: type[Create] | type[Drop]
) -> Iterable[tuple[tuple[str, str, str], Column]]:
    for change in changes:
        if not isinstance(change, verb):
            continue
        item, address = change.item, change.address
        if isinstance(item, Table):
            for column in item.columns:
                yield (item.schema, item.name, column.name), column
        elif isinstance(item, Column) and address.table:
            yield (address.schema, address.table, item.name), item


def _only(these: Iterable[Sequence], those: Iterable[Sequence]) -> list[Sequence]:
    names = {(s.schema, s.name) for s in those}
    return [s for s in these if (s.schema, s.name) not in names]
