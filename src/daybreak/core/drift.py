"""A database against the history that it should be at: what differs, and what can't be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from daybreak.core.catalog import Address, Catalog, Table
from daybreak.core.change import Alter, Change, Create, Drop, differing
from daybreak.core.diff import Fold, diff
from daybreak.core.engine import Engine

# Fields whose text a server writes in words of its own: another major may write the same thing
# otherwise, so that a difference there is no proof of one.
_TEXTS = frozenset(
    {"definition", "expression", "predicate", "keys", "default", "generated", "using", "check"}
    | {"partition_by", "columns", "constraints", "settings"}
)


@dataclass(frozen=True)
class Drift:
    """`changes` lead from what the history makes to what the database has.

    `undecided` are differences of texts between servers of two major versions. `partitions` counts
    those that were made, or dropped, at run time.
    """

    changes: tuple[Change, ...] = ()
    undecided: tuple[Change, ...] = ()
    partitions: int = 0


def find_drift(history: Catalog, database: Catalog, *, fold: Fold, engine: Engine) -> Drift:
    """In what `database` differs from `history`; partitions may come and go as they like."""
    history, lost = _without_partitions(history, database)
    database, more = _without_partitions(database, history)
    changes = diff(history, database, fold=fold, engine=engine)
    if history.version == database.version:
        return Drift(changes, (), lost + more)
    undecided = _of_texts_alone(changes)
    decided = tuple(change for change in changes if change.address not in undecided)
    left = tuple(change for change in changes if change.address in undecided)
    return Drift(decided, left, lost + more)


def _of_texts_alone(changes: Sequence[Change]) -> frozenset[Address]:
    """What differs in nothing but texts: altered, or dropped to be made anew."""
    dropped = {change.address: change.item for change in changes if isinstance(change, Drop)}
    found: set[Address] = set()
    for change in changes:
        match change:
            case Alter(address=address, fields=names) if set(names) <= _TEXTS:
                found.add(address)
            case Create(address=address, item=item) if address in dropped:
                if set(differing(dropped[address], item)) <= _TEXTS:
                    found.add(address)
    others = {
        change.address
        for change in changes
        if isinstance(change, Alter) and not set(change.fields) <= _TEXTS
    }
    return frozenset(found - others)


def _without_partitions(catalog: Catalog, other: Catalog) -> tuple[Catalog, int]:
    """`catalog` without partitions that `other` lacks, of tables that both have."""
    there = {(table.schema, table.name) for table in other.tables}
    gone: set[tuple[str, str]] = set()

    def comes_and_goes(table: Table) -> bool:
        if table.partition_of is None or (table.schema, table.name) in there:
            return False
        parent = table.partition_of[:2]
        return parent in there or parent in gone

    for table in sorted(catalog.tables, key=lambda table: table.partition_of is not None):
        if comes_and_goes(table):
            gone.add((table.schema, table.name))
    kept = tuple(table for table in catalog.tables if (table.schema, table.name) not in gone)
    return replace(catalog, tables=kept), len(gone)
