"""The order in which changes run: a rank for each, and what needs what within a rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum, auto

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Enum,
    Index,
    Object,
    Routine,
    Table,
)
from daybreak.core.catalog import Sequence as Numbers
from daybreak.core.change import Alter, Change, Create, Drop, Rename, sides
from daybreak.core.mention import called
from daybreak.core.need import by_need
from daybreak.core.splits import comes_early, split


class Rank(IntEnum):
    """From what stands on others down to what they stand on, and up again."""

    DROP_CODE = auto()
    DROP_FOREIGN_KEY = auto()
    LET_GO = auto()  # a default, an identity, an AUTO_INCREMENT that holds what is dropped next
    DROP_TABLE = auto()
    DROP_KEY = auto()
    DROP_TAKEN = auto()  # types and sequences whose name something new takes
    RENAME_PART = auto()
    SCHEMA = auto()
    EXTENSION = auto()
    TYPE = auto()
    TABLE = auto()
    TABLE_BEFORE = auto()
    DROP_GENERATED = auto()  # and what is created again under its name, or is no longer generated
    COLUMN_ALTER = auto()
    COLUMN_CREATE = auto()
    GENERATED = auto()
    COLUMN_DROP = auto()
    KEY = auto()
    HOLD = auto()  # AUTO_INCREMENT, which needs its key
    NOT_NULL = auto()
    TABLE_AFTER = auto()
    OWNER = auto()
    FOREIGN_KEY = auto()
    DROP_TYPE = auto()
    CODE = auto()
    DROP_EXTENSION = auto()
    DROP_SCHEMA = auto()


_RENAMED = (
    ("schema",),
    ("table", "view"),
    ("enum", "domain", "composite", "range"),
    ("sequence",),
    ("column",),
)
_FIRST = frozenset({"charset", "collation", "engine", "options", "access_method"})
_CODE = frozenset({"view", "trigger", "policy", "rule", "statistics", "event", "other"})
_LATE = frozenset({"owned_by", "comment", "grants"})  # of a sequence that a column brings
_TYPE = frozenset({"enum", "domain", "composite", "range", "sequence"})


def ordered(changes: Sequence[Change], before: Catalog, after: Catalog) -> tuple[Change, ...]:
    """`changes` so that each finds what it needs and nothing stands on what it takes away."""
    changes = split(changes, _FIRST)
    below = _below(changes, before, after)
    created = {c.address for c in changes if isinstance(c, Create)}
    taken = {(address.schema, address.name) for address in created if address.table is None}
    let_go = {c.address for c in changes if isinstance(c, Alter) and _lets_go(c)}
    ranks: dict[Rank, list[Change]] = {}
    for change in changes:
        rank = _rank(change, below)
        if rank is Rank.DROP_TYPE and (
            (change.address.schema, change.address.name) in taken or _released(change, let_go)
        ):
            rank = Rank.DROP_TAKEN
        elif rank is Rank.COLUMN_DROP and change.address in created:
            rank = Rank.DROP_GENERATED
        ranks.setdefault(rank, []).append(change)
    return tuple(change for rank in sorted(ranks) for change in _sorted(rank, ranks[rank]))


def ordered_renames(renames: Sequence[Rename]) -> list[Rename]:
    """`renames` as they run: schemas, tables and types, columns, values; each name free by then.

    Addresses come as they are in the old catalog and leave as they are at that moment. Names that
    change places take a detour over a third.
    """
    result: list[Rename] = []
    moves: dict[tuple[str, str], tuple[str, str]] = {}
    schemas = {r.address.name: r.to.name for r in renames if r.address.kind == "schema"}
    for kinds in _RENAMED:
        waiting: dict[Address, Rename] = {}
        for rename in renames:
            if rename.address.kind not in kinds or rename.label is not None:
                continue
            address = rename.address
            schema = schemas.get(address.schema, address.schema)
            if address.kind == "column":
                schema, table = moves.get(
                    (schema, address.table or ""), (schema, address.table or "")
                )
                address = address._replace(schema=schema, table=table)
            else:
                address = address._replace(schema=schema)
            if address.kind == "table":
                moves[schema, address.name] = (rename.to.schema, rename.to.name)
            if address != rename.to:
                waiting[address] = Rename(address, rename.to, rename.item)
        result.extend(_free(waiting))
    labels = [r for r in renames if r.label is not None]
    return [*result, *(replace(r, address=r.to) for r in labels)]


def _free(waiting: dict[Address, Rename]) -> list[Rename]:
    result = []
    while waiting:
        free = [address for address, rename in waiting.items() if rename.to not in waiting]
        if not free:
            address, rename = next(iter(waiting.items()))
            detour = address._replace(name=f"{address.name}__renamed")
            result.append(replace(rename, to=detour))
            del waiting[address]
            waiting[detour] = replace(rename, address=detour)
        result.extend(waiting.pop(address) for address in free)
    return result


def _rank(change: Change, below: frozenset[str]) -> Rank:
    kind = change.address.kind
    item: Object = next(side for side in reversed(sides(change)) if side is not None)
    if kind == "schema":
        return Rank.DROP_SCHEMA if isinstance(change, Drop) else Rank.SCHEMA
    if kind == "extension":
        return Rank.DROP_EXTENSION if isinstance(change, Drop) else Rank.EXTENSION
    if isinstance(change, Rename):
        not_null = isinstance(item, Constraint) and item.kind == "not null"
        return Rank.NOT_NULL if not_null else Rank.RENAME_PART
    if kind in _CODE or (isinstance(item, Routine) and item.name not in below):
        return Rank.DROP_CODE if isinstance(change, Drop) else Rank.CODE
    if kind in _TYPE or isinstance(item, Routine):
        if isinstance(change, Alter) and _LATE.issuperset(change.fields):
            return Rank.OWNER
        goes = isinstance(change, Drop) or _only_loses_labels(change)
        return Rank.DROP_TYPE if goes else Rank.TYPE
    if isinstance(item, Constraint) and item.kind == "foreign key":
        return Rank.DROP_FOREIGN_KEY if isinstance(change, Drop) else Rank.FOREIGN_KEY
    if isinstance(item, Constraint) and item.kind == "not null":
        return Rank.NOT_NULL
    if isinstance(item, Constraint | Index):
        return Rank.DROP_KEY if isinstance(change, Drop) else Rank.KEY
    if isinstance(item, Column):
        return _column_rank(change, item)
    if isinstance(change, Alter):
        early = set(change.fields) <= comes_early(change, _FIRST)
        return Rank.TABLE_BEFORE if early else Rank.TABLE_AFTER
    return Rank.DROP_TABLE if isinstance(change, Drop) else Rank.TABLE


def _column_rank(change: Change, item: Column) -> Rank:
    if isinstance(change, Drop):
        return Rank.DROP_GENERATED if item.generated else Rank.COLUMN_DROP
    if isinstance(change, Create):
        return Rank.COLUMN_CREATE
    if isinstance(change, Alter):
        if _lets_go(change):
            return Rank.LET_GO
        if change.fields == ("auto_increment",):
            return Rank.HOLD
        if "generated" in change.fields:
            return Rank.GENERATED if item.generated else Rank.DROP_GENERATED
    return Rank.COLUMN_ALTER


def _only_loses_labels(change: Change) -> bool:
    """Whether an enum's values can go once no default uses them any more."""
    was, now = sides(change)
    return isinstance(was, Enum) and isinstance(now, Enum) and set(now.labels) < set(was.labels)


def _lets_go(change: Alter) -> bool:
    """Whether a column only loses what holds a key or a sequence, as `split` has put it."""
    was, now = change.before, change.after
    if not (isinstance(was, Column) and isinstance(now, Column)):
        return False
    match change.fields:
        case ("auto_increment",):
            return not now.auto_increment
        case ("identity",):
            return now.identity is None
        case ("default",):
            return now.default is None and "nextval(" in (was.default or "")
    return False


def _released(change: Change, let_go: set[Address]) -> bool:
    """Whether a sequence goes whose column has let go of it and takes another of that name."""
    sequence = sides(change)[0]
    if not isinstance(sequence, Numbers) or not sequence.owned_by:
        return False
    return Address("column", sequence.schema, sequence.owned_by[1], sequence.owned_by[0]) in let_go


def _below(changes: Sequence[Change], before: Catalog, after: Catalog) -> frozenset[str]:
    """The routines that tables and domains call: these come before them, and go after them."""
    if not any(change.address.kind == "routine" for change in changes):
        return frozenset()
    found: set[str] = set()
    for catalog in (before, after):
        for table in catalog.tables:
            found |= called(table)
        for domain in catalog.domains:
            found |= called(domain)
    for change in changes:
        if isinstance(change, Drop) and isinstance(change.item, Table):
            for trigger in change.item.triggers:
                found |= called(trigger)
            for policy in change.item.policies:
                found |= called(policy)
    return frozenset(found)


def _sorted(rank: Rank, changes: list[Change]) -> list[Change]:
    if rank is Rank.KEY:
        return sorted(changes, key=_key_order)
    return changes if rank in _AS_IT_IS else by_need(changes, goes=rank in _DOWN)


_AS_IT_IS = frozenset({Rank.DROP_KEY, Rank.RENAME_PART, Rank.NOT_NULL, Rank.FOREIGN_KEY})
_DOWN = frozenset(
    {
        Rank.DROP_CODE,
        Rank.DROP_TABLE,
        Rank.DROP_TAKEN,
        Rank.DROP_GENERATED,
        Rank.COLUMN_DROP,
        Rank.DROP_TYPE,
        Rank.DROP_SCHEMA,
        Rank.DROP_EXTENSION,
    }
)


def _key_order(change: Change) -> int:
    item = sides(change)[1]
    kinds = ("primary key", "unique")
    return kinds.index(item.kind) if getattr(item, "kind", None) in kinds else len(kinds)
