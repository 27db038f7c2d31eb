"""What has to go for a while, and come again the same, so that something below can change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from daybreak.core.above import RETYPED, code_again
from daybreak.core.catalog import (
    Catalog,
    Column,
    Constraint,
    Index,
    Object,
    Table,
    address_of,
)
from daybreak.core.change import Alter, Change, Drop, Rename
from daybreak.core.engine import Engine
from daybreak.core.made import Made, Relation
from daybreak.core.mention import words


def in_the_way(before: Catalog, renames: Iterable[Rename], engine: Engine) -> list[Change]:
    """What a column's rename would be refused for, dropped before; `diff` finds it missing.

    MySQL: checks, generated columns and functional indexes that name the column, and what stands
    on such a generated column. For a foreign key's column also the checks of certain types.
    """
    if not engine.late_bound:
        return []
    names: dict[Relation, set[str]] = {}
    for rename in renames:
        if rename.address.kind == "column" and rename.address.table:
            key = (rename.address.schema, rename.address.table)
            names.setdefault(key, set()).add(rename.address.name)
    keyed = _keyed(before)
    drops: list[Change] = []
    for table in before.tables:
        old = names.get((table.schema, table.name))
        if not old:
            continue
        pinning = _pinning(table, engine) if old & keyed[table.schema, table.name] else set()
        generated = [c for c in table.columns if c.generated and words(c.generated) & old]
        gone = {column.name for column in generated}
        indexes = [
            index
            for index in table.indexes
            if _columns_of(index) & gone
            or any(words(key.expression) & (old | gone) for key in index.keys)
        ]
        checks = [
            constraint
            for constraint in table.constraints
            if set(constraint.columns) & gone
            or (constraint.kind == "check" and words(constraint.definition) & (old | gone))
            or (constraint.enforced and words(constraint.expression) & pinning)
        ]
        parts: tuple[Object, ...] = (*checks, *indexes, *generated)
        drops.extend(Drop(address_of(part, table), part) for part in parts)
    return drops


def _keyed(catalog: Catalog) -> Mapping[Relation, set[str]]:
    """The columns of each table that foreign keys hold or refer to."""
    keyed: defaultdict[Relation, set[str]] = defaultdict(set)
    for table in catalog.tables:
        for constraint in table.constraints:
            if constraint.referred:
                keyed[table.schema, table.name].update(constraint.columns)
                keyed[constraint.referred].update(constraint.referred_columns)
    return keyed


def _pinning(table: Table, engine: Engine) -> set[str]:
    types = {column.name: column.type.partition("(")[0] for column in table.columns}
    return {name for name, kind in types.items() if kind in engine.checks_pin}


def around(
    changes: Sequence[Change], before: Catalog, after: Catalog, engine: Engine
) -> list[Change]:
    """`changes`, with a Drop and a Create of the same item for all that is in their way.

    Generated columns of a column that gets another type, and what stands on them; foreign keys of
    a key that is made again; views, routines, triggers, policies and rules that mention a column
    which changes its type or goes, or one another. On MySQL: foreign keys of such columns.
    """
    made = Made(changes, before, after)
    _generated(made, engine)
    _foreign_keys(made, engine)
    _auto_increment(made)
    if not engine.late_bound:
        code_again(made)
    return made.changes


def _generated(made: Made, engine: Engine) -> None:
    """Generated columns that can't be altered in place, and keys and indexes on them."""
    for change in tuple(made.changes):
        if not (isinstance(change, Alter) and isinstance(change.after, Column)):
            continue
        key = (change.address.schema, change.address.table or "")
        if key not in made.old or key not in made.new:
            continue
        if isinstance(change.before, Column) and _remakes(change.before, change.after, engine):
            _column_again(made, key, change.after.name)
        elif "type" in change.fields and not engine.late_bound:
            was = {column.name: column.generated for column in made.old[key].columns}
            for column in made.new[key].columns:
                read = words(column.generated, was.get(column.name))
                if column.generated and was.get(column.name) and change.after.name in read:
                    _column_again(made, key, column.name)


def _remakes(before: Column, after: Column, engine: Engine) -> bool:
    if after.generated is None or not after.local:
        return False
    if before.generated is None or before.stored != after.stored:
        return True
    return before.generated != after.generated and not engine.alters_generated


def _column_again(made: Made, key: Relation, name: str) -> None:
    old, new = made.old[key], made.new[key]
    was = next((c for c in old.columns if c.name == name), None)
    now = next(c for c in new.columns if c.name == name)
    if was is None:
        return
    made.again(address_of(now, new), was, now)
    parts: tuple[Constraint | Index, ...] = (*new.constraints, *new.indexes)
    olds: tuple[Constraint | Index, ...] = (*old.constraints, *old.indexes)
    for part in parts:
        address = address_of(part, new)
        if name in _columns_of(part) | words(part.definition):
            for one in olds:
                if address_of(one, old) == made.named_before(address):
                    made.again(address, one, part)


def _foreign_keys(made: Made, engine: Engine) -> None:
    """Kept foreign keys whose key, index or columns change below them."""
    keys: set[tuple[Relation, frozenset[str]]] = set()
    pins: set[tuple[Relation, str]] = set()
    for change in made.changes:
        table = (change.address.schema, change.address.table or "")
        if isinstance(change, Drop) and _is_key(change.item, engine):
            keys.add((table, frozenset(_columns_of(change.item))))
        retyped = isinstance(change, Alter) and not RETYPED.isdisjoint(change.fields)
        if engine.keys_pin and retyped and change.address.kind == "column":
            pins.add((table, change.address.name))
    if not keys and not pins:
        return
    named = {
        change.address: change.to.name for change in made.changes if isinstance(change, Rename)
    }
    for key, was in made.old.items():
        now = made.new.get(key)
        if now is None:
            continue
        new = {c.name: c for c in now.constraints if c.kind == "foreign key" and c.local}
        for one in was.constraints:
            other = new.get(named.get(address_of(one, now), one.name))
            if one.kind != "foreign key" or other is None or not one.local or not one.referred:
                continue
            sides = ((key, one.columns), (one.referred, one.referred_columns))
            pinned = any((t, c) in pins for t, columns in sides for c in columns)
            unkeyed = (one.referred, frozenset(one.referred_columns)) in keys
            if pinned or unkeyed or (engine.keys_pin and _unsupported(made, sides)):
                made.again(address_of(other, now), one, other)


def _is_key(item: Object, engine: Engine) -> TypeGuard[Constraint | Index]:
    """Whether a foreign key may refer to it; on MySQL to any index."""
    if isinstance(item, Index):
        return item.unique or engine.keys_pin
    return isinstance(item, Constraint) and item.kind in ("primary key", "unique")


def _auto_increment(made: Made) -> None:
    """A counting column whose only key is made again stops counting for that while (MySQL)."""
    drops = [c.address for c in made.changes if isinstance(c, Drop)]
    for key in dict.fromkeys((address.schema, address.table or "") for address in drops):
        old, new = made.old.get(key), made.new.get(key)
        if old is None or new is None:
            continue
        was = next((column for column in old.columns if column.auto_increment), None)
        now = next((column for column in new.columns if column.auto_increment), None)
        if was is None or now is None or was.name != now.name:
            continue
        parts: tuple[Constraint | Index, ...] = (*old.constraints, *old.indexes)
        keys = [address_of(p, old) for p in parts if _leading(p)[:1] == (was.name,)]
        if keys and made.dropped.issuperset(keys):
            address = address_of(now, new)
            field = ("auto_increment",)
            changed = [c for c in made.changes if isinstance(c, Alter) and c.address == address]
            # Not counting at either end of what else changes in the column.
            rest = [c for c in made.changes if c not in changed]
            between = [
                replace(
                    c,
                    before=replace(was, auto_increment=False),
                    after=replace(now, auto_increment=False),
                )
                for c in changed
            ]
            made.changes = [
                *rest,
                Alter(address, was, replace(was, auto_increment=False), field),
                *between,
                Alter(address, replace(now, auto_increment=False), now, field),
            ]


def _unsupported(made: Made, sides: Iterable[tuple[Relation, tuple[str, ...]]]) -> bool:
    """Whether an index goes on which a side of a foreign key stands, and none that stays serves."""
    for key, columns in sides:
        table = made.old.get(key)
        if table is None:
            continue
        parts: tuple[Constraint | Index, ...] = (*table.constraints, *table.indexes)
        serving = [
            address_of(part, table)
            for part in parts
            if not (isinstance(part, Constraint) and part.kind in ("foreign key", "check"))
            and _leading(part)[: len(columns)] == columns
        ]
        if serving and all(address in made.dropped for address in serving):
            return True
    return False


def _leading(part: Constraint | Index) -> tuple[str | None, ...]:
    if isinstance(part, Constraint):
        return part.columns
    return tuple(key.column for key in part.keys)


def _columns_of(part: Constraint | Index) -> set[str]:
    return {name for name in _leading(part) if name}
