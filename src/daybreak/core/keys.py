"""What differs between the constraints, and the indexes, of two tables of one name.

By name first; what is left over is matched by what it says, and then only the name differs: a
Rename, since neither holds data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from daybreak.core.catalog import Constraint, Index, Table, View, address_of
from daybreak.core.change import Alter, Change, Create, Drop, Rename, differing
from daybreak.core.mention import rewritten
from daybreak.core.names import automatic, looks_automatic

_Key = TypeVar("_Key", Constraint, Index)
_Pairs = list[tuple[_Key, _Key]]

_CONSTRAINT_ALTERABLE = frozenset(
    {
        "comment",
        "index_comment",
        "options",
        "tablespace",
        "validated",
        "enforced",
        "clustered",
        "replica_identity",
        "local",
    }
)
_DEFERRAL = frozenset({"deferrable", "initially_deferred"})  # ALTER CONSTRAINT: foreign keys only
_INDEX_ALTERABLE = frozenset(
    {
        "comment",
        "options",
        "tablespace",
        "invisible",
        "clustered",
        "replica_identity",
        "statistics",
        "parent",
    }
)


def constraint_changes(was: Table, now: Table, moved: bool = False) -> Iterator[Change]:
    """`moved`: the table got or lost a parent, from which `local` follows."""
    old = [c for c in was.constraints if c.kind != "not null"]
    new = [c for c in now.constraints if c.kind != "not null"]
    same = _same_checks(was, now, old, new)
    old = [c for c in old if c.name not in {one.name for one, _ in same}]
    new = [c for c in new if c.name not in {other.name for _, other in same}]
    pairs, gone, come = _by_name(old, new)
    alike, gone, come = _by_structure(gone, come, _constraint_says)
    given = {c.name for c in (*old, *new) if not c.local and (was.partition_of or was.inherits)}
    for one, other in pairs:
        fields = differing(one, other, frozenset({"local"}) if moved else frozenset())
        if fields:
            yield from _constraint_differs(was, now, one, other, fields)
    yield from _renames(now, [*alike, *same], given)
    yield from (Drop(address_of(c, now), c) for c in gone if c.name not in given)
    yield from (Create(address_of(c, now), c) for c in come if c.local or c.name not in given)


def not_null_changes(was: Table, now: Table) -> Iterator[Change]:
    """PostgreSQL 18's NOT NULLs: the column says whether; only what it can't say is a change."""
    old = {c.columns: c for c in was.constraints if c.kind == "not null"}
    not_null = {(column.name,) for column in now.columns if column.not_null}
    for constraint in now.constraints:
        if constraint.kind != "not null" or not constraint.local:
            continue
        one = old.get(constraint.columns)
        usual = automatic(now.name, constraint.columns[0], "not_null")
        if one is None:
            if constraint.columns not in not_null:
                yield Create(address_of(constraint, now), constraint)
                continue
            one = Constraint(usual, "not null", constraint.definition, constraint.columns)
        address = address_of(constraint, now)
        if one.name != constraint.name:
            yield Rename(address_of(one, now), address, one)
        fields = differing(one, constraint, frozenset({"name", "definition", "local"}))
        if fields:
            yield Alter(address, one, constraint, fields)


def index_changes(was: Table | View, now: Table | View) -> Iterator[Change]:
    """A partition's index that its parent's made comes and goes with that one, as its name does."""
    pairs, gone, come = _by_name(was.indexes, now.indexes)
    gone, come = [[index for index in side if index.parent is None] for side in (gone, come)]
    alike, gone, come = _by_structure(gone, come, _index_says)
    for one, other in pairs:
        fields = set(differing(one, other)) - {"definition"}
        if one == other or (one.parent and other.parent and not fields <= _INDEX_ALTERABLE):
            continue
        if fields and fields <= _INDEX_ALTERABLE:
            yield Alter(address_of(other, now), one, other, tuple(sorted(fields)))
        else:
            yield Drop(address_of(other, now), one)
            yield Create(address_of(other, now), other)
    yield from _renames(now, alike, frozenset())
    yield from (Drop(address_of(index, now), index) for index in gone)
    yield from (Create(address_of(index, now), index) for index in come)


def _constraint_differs(
    was: Table, now: Table, one: Constraint, other: Constraint, fields: Sequence[str]
) -> Iterator[Change]:
    address = address_of(other, now)
    alterable = _CONSTRAINT_ALTERABLE
    if one.kind == "foreign key":
        alterable |= _DEFERRAL
    left = set(fields)
    if one.kind != "exclude" and left & alterable:
        # The text repeats what the other fields say; an exclusion's has more.
        left.discard("definition")
    if one.validated and not other.validated:
        alterable -= {"validated"}
    if left <= alterable:
        yield Alter(address, one, other, tuple(f for f in fields if f in left))
    elif one.local or other.local:
        yield Drop(address, one)
        yield Create(address, other)


def _same_checks(
    was: Table, now: Table, old: Sequence[Constraint], new: Sequence[Constraint]
) -> _Pairs[Constraint]:
    """Checks that nobody named and that say the same, whatever number they got."""

    def unnamed(table: Table, constraints: Iterable[Constraint]) -> list[Constraint]:
        return [c for c in constraints if c.kind == "check" and looks_automatic(c.name, table.name)]

    return _by_structure(unnamed(was, old), unnamed(now, new), _constraint_says)[0]


def _by_name(
    old: Iterable[_Key], new: Iterable[_Key]
) -> tuple[_Pairs[_Key], list[_Key], list[_Key]]:
    left = {item.name: item for item in old}
    right = {item.name: item for item in new}
    pairs = [(item, right[name]) for name, item in left.items() if name in right]
    gone = [item for name, item in left.items() if name not in right]
    come = [item for name, item in right.items() if name not in left]
    return pairs, gone, come


def _by_structure(
    gone: Iterable[_Key], come: Iterable[_Key], says: Callable[[_Key, str], object]
) -> tuple[_Pairs[_Key], list[_Key], list[_Key]]:
    """Pairs that differ in nothing but the name; those of one name before others."""
    rest, left = list(come), []
    pairs: _Pairs[_Key] = []
    for one in gone:
        alike = [other for other in rest if says(one, other.name) == says(other, other.name)]
        if alike:
            other = next((o for o in alike if o.name == one.name), alike[0])
            rest.remove(other)
            pairs.append((one, other))
        else:
            left.append(one)
    return pairs, left, rest


def _constraint_says(constraint: Constraint, name: str) -> object:
    return replace(constraint, name=name)


def _index_says(index: Index, name: str) -> object:
    return replace(index, name=name, definition=rewritten(index.definition, index.name, name))


def _renames(
    now: Table | View, pairs: Iterable[tuple[_Key, _Key]], given: Iterable[str]
) -> Iterator[Change]:
    """Renames in an order in which each name is free; a cycle of them means the same as none."""
    waiting = {one.name: (one, other) for one, other in pairs if one.name != other.name}
    while waiting:
        free = [name for name, (_, other) in waiting.items() if other.name not in waiting]
        for name in free:
            one, other = waiting.pop(name)
            if name not in given:
                yield Rename(address_of(one, now), address_of(other, now), one)
        if not free:
            return
