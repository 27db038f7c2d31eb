"""What has to go for a while, and come again the same, so that something below can change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Index,
    Object,
    Routine,
    Table,
    View,
    address_of,
)
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.core.engine import Engine
from daybreak.core.mention import bound, mentioned, words

_RETYPED = frozenset({"type", "collation", "charset", "generated", "stored"})
Relation = tuple[str, str]  # schema and name


def in_the_way(before: Catalog, renames: Iterable[Rename], engine: Engine) -> list[Change]:
    """What a column's rename would be refused for, dropped before; `diff` finds it missing.

    MySQL: checks, generated columns and functional indexes that name the column, and what stands
    on such a generated column.
    """
    if not engine.late_bound:
        return []
    names: dict[Relation, set[str]] = {}
    for rename in renames:
        if rename.address.kind == "column" and rename.address.table:
            key = (rename.address.schema, rename.address.table)
            names.setdefault(key, set()).add(rename.address.name)
    drops: list[Change] = []
    for table in before.tables:
        old = names.get((table.schema, table.name))
        if not old:
            continue
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
        ]
        parts: tuple[Object, ...] = (*checks, *indexes, *generated)
        drops.extend(Drop(address_of(part, table), part) for part in parts)
    return drops


def around(
    changes: Sequence[Change], before: Catalog, after: Catalog, engine: Engine
) -> list[Change]:
    """`changes`, with a Drop and a Create of the same item for all that is in their way.

    Generated columns of a column that gets another type, and what stands on them; foreign keys of
    a key that is made again; views, routines, triggers, policies and rules that mention a column
    which changes its type or goes, or one another. On MySQL: foreign keys of such columns.
    """
    made = _Made(changes, before, after)
    _generated(made, engine)
    _foreign_keys(made, engine)
    if not engine.late_bound:
        _code(made)
    return made.changes


class _Made:
    """The changes so far, with both catalogs' tables at hand."""

    def __init__(self, changes: Sequence[Change], before: Catalog, after: Catalog) -> None:
        self.changes = list(changes)
        self.before, self.after = before, after
        self.old = {(t.schema, t.name): t for t in before.tables}
        self.new = {(t.schema, t.name): t for t in after.tables}
        self.dropped = {c.address for c in changes if isinstance(c, Drop)}

    def again(self, address: Address, was: Object, now: Object) -> None:
        """`was` is dropped and `now` created, in place of whatever would alter it."""
        if address in self.dropped:
            return
        self.dropped.add(address)
        kept = [
            c
            for c in self.changes
            if not (c.address == address and isinstance(c, Alter))
            and not (isinstance(c, Rename) and c.to == address)
        ]
        self.changes = [*kept, Drop(address, was), Create(address, now)]


def _generated(made: _Made, engine: Engine) -> None:
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
            for column in made.new[key].columns:
                if column.generated and change.after.name in words(column.generated):
                    _column_again(made, key, column.name)


def _remakes(before: Column, after: Column, engine: Engine) -> bool:
    if after.generated is None or not after.local:
        return False
    if before.generated is None or before.stored != after.stored:
        return True
    return before.generated != after.generated and not engine.alters_generated


def _column_again(made: _Made, key: Relation, name: str) -> None:
    old, new = made.old[key], made.new[key]
    was = next((c for c in old.columns if c.name == name), None)
    now = next(c for c in new.columns if c.name == name)
    if was is None:
        return
    made.again(address_of(now, new), was, now)
    parts: tuple[Constraint | Index, ...] = (*new.constraints, *new.indexes)
    olds: tuple[Constraint | Index, ...] = (*old.constraints, *old.indexes)
    for part in parts:
        if name in _columns_of(part) | words(part.definition):
            for one in olds:
                if address_of(one, old) == address_of(part, new):
                    made.again(address_of(part, new), one, part)


def _foreign_keys(made: _Made, engine: Engine) -> None:
    """Kept foreign keys whose key, index or columns change below them."""
    keys: set[tuple[Relation, frozenset[str]]] = set()
    pins: set[tuple[Relation, str]] = set()
    for change in made.changes:
        table = (change.address.schema, change.address.table or "")
        if isinstance(change, Drop) and isinstance(change.item, Constraint | Index):
            keys.add((table, frozenset(_columns_of(change.item))))
        retyped = isinstance(change, Alter) and not _RETYPED.isdisjoint(change.fields)
        if engine.keys_pin and retyped and change.address.kind == "column":
            pins.add((table, change.address.name))
    if not keys and not pins:
        return
    for key, was in made.old.items():
        now = made.new.get(key)
        if now is None:
            continue
        new = {c.name: c for c in now.constraints if c.kind == "foreign key" and c.local}
        for one in was.constraints:
            other = new.get(one.name)
            if one.kind != "foreign key" or other is None or not one.local or not one.referred:
                continue
            sides = ((key, one.columns), (one.referred, one.referred_columns))
            pinned = any((t, c) in pins for t, columns in sides for c in columns)
            unkeyed = (one.referred, frozenset(one.referred_columns)) in keys
            if pinned or unkeyed or (engine.keys_pin and _unsupported(made, sides)):
                made.again(address_of(other, now), one, other)


def _unsupported(made: _Made, sides: Iterable[tuple[Relation, tuple[str, ...]]]) -> bool:
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


def _code(made: _Made) -> None:
    """Views and their kin in the way, and what reads those, until nothing more is found."""
    columns, names = _moving(made)
    if not columns and not names:
        return
    staying = _staying(made)
    found = True
    while found:
        found = False
        for address, was, now in staying:
            if address in made.dropped:
                continue
            read = bound(was) if isinstance(was, Routine) else mentioned(was)
            if read & (names - {was.name}) or _reads(was, read, address, columns):
                made.again(address, was, now)
                for part, item in _parts(now):
                    made.changes = [c for c in made.changes if c.address != part]
                    made.dropped.discard(part)
                    made.changes.append(Create(part, item))
                if isinstance(was, View | Routine):
                    names = names | {was.name}
                found = True


def _moving(made: _Made) -> tuple[dict[str, set[str]], frozenset[str]]:
    """Columns that go or change their type, by table; names of relations and routines that go."""
    columns: dict[str, set[str]] = {}
    names = set()
    for change in made.changes:
        kind, table = change.address.kind, change.address.table
        if isinstance(change, Drop) and kind in ("view", "routine", "table", "sequence"):
            names.add(str(change.item.name))
        elif kind == "column" and table:
            if isinstance(change, Drop) or (
                isinstance(change, Alter) and _RETYPED & set(change.fields)
            ):
                columns.setdefault(table, set()).add(change.address.name)
        elif isinstance(change, Alter) and kind == "enum" and "labels" in change.fields:
            # A value that goes makes the type anew, and every column of it with it.
            for relation in made.new.values():
                for column in relation.columns:
                    if change.address.name in words(column.type) and _shrinks(change):
                        columns.setdefault(relation.name, set()).add(column.name)
    return columns, frozenset(names)


def _shrinks(change: Alter) -> bool:
    """Whether the new labels are not the old ones with others added."""
    left = iter(getattr(change.after, "labels", ()))
    return not all(label in left for label in getattr(change.before, "labels", ()))


def _reads(
    item: Object, read: frozenset[str], address: Address, columns: dict[str, set[str]]
) -> bool:
    definition = getattr(item, "definition", "")
    whole = isinstance(item, View | Routine) and "*" in definition
    return any(
        (table in read or table == address.table) and (names & read or whole)
        for table, names in columns.items()
    )


def _staying(made: _Made) -> list[tuple[Address, Object, Object]]:
    """Everything with a text, on both sides: what has to be looked at."""
    old = dict(_with_text(made.before))
    return [(a, old[a], item) for a, item in _with_text(made.after) if a in old]


def _with_text(catalog: Catalog) -> Iterator[tuple[Address, Object]]:
    for routine in catalog.routines:
        yield address_of(routine), routine
    for view in catalog.views:
        yield address_of(view), view
    relations: tuple[Table | View, ...] = (*catalog.tables, *catalog.views)
    for relation in relations:
        parts: list[Object] = [*relation.triggers, *relation.rules]
        if isinstance(relation, Table):
            parts.extend(relation.policies)
        for part in parts:
            yield address_of(part, relation), part


def _parts(item: Object) -> Iterator[tuple[Address, Object]]:
    if isinstance(item, View):
        parts: tuple[Object, ...] = (*item.triggers, *item.rules, *item.statistics)
        for part in parts:
            yield address_of(part, item), part
