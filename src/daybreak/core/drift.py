"""A database against the history that it should be at: what differs, and what can't be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from daybreak.core.catalog import Address, Catalog, Table, address_of
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
    those that were made, or dropped, at run time. `repair` leads from the database back to the
    history, without what is undecided.
    """

    changes: tuple[Change, ...] = ()
    undecided: tuple[Change, ...] = ()
    partitions: int = 0
    repair: tuple[Change, ...] = ()


def find_drift(history: Catalog, database: Catalog, *, fold: Fold, engine: Engine) -> Drift:
    """In what `database` differs from `history`.

    Partitions may come and go as they like, and what only the database has beside its schemas (an
    extension, an event trigger, a subscription) is its operator's.
    """
    database = _without_operators(database, history)
    if engine.schemas_stay:  # one that only the models name so far may be there already
        names = {schema.name for schema in history.schemas}
        there = tuple(schema for schema in database.schemas if schema.name in names)
        database = replace(database, schemas=there)
    history, lost = _without_partitions(history, database)
    database, more = _without_partitions(database, history)
    changes = diff(history, database, fold=fold, engine=engine)
    again = _made_again(changes)
    changes = tuple(change for change in changes if again.get(change.address) != set())

    def is_text(change: Change) -> bool:
        of_both = change.fields if isinstance(change, Alter) else again.get(change.address)
        return of_both is not None and _TEXTS.issuperset(of_both)

    undecided: tuple[Change, ...] = ()
    if history.version != database.version:
        undecided = tuple(change for change in changes if is_text(change))
    decided = tuple(change for change in changes if change not in undecided)
    left = {change.address for change in undecided}
    repair = diff(database, history, fold=fold, engine=engine) if decided else ()
    repair = tuple(change for change in repair if change.address not in left)
    return Drift(decided, undecided, lost + more, repair)


def _made_again(changes: Sequence[Change]) -> dict[Address, set[str]]:
    """What is dropped and created, and in what it differs: in nothing, for another's sake."""
    dropped = {change.address: change.item for change in changes if isinstance(change, Drop)}
    return {
        change.address: set(differing(dropped[change.address], change.item))
        for change in changes
        if isinstance(change, Create) and type(dropped.get(change.address)) is type(change.item)
    }


def _without_operators(database: Catalog, history: Catalog) -> Catalog:
    extensions = {extension.name for extension in history.extensions}
    others = {address_of(other) for other in history.others}
    return replace(
        database,
        extensions=tuple(e for e in database.extensions if e.name in extensions),
        others=tuple(o for o in database.others if o.schema or address_of(o) in others),
    )


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
