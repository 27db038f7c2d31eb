"""Two catalogs give the changes that lead from the one to the other, in an order that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import compress, zip_longest
from operator import not_
from typing import Any

from daybreak.core.around import around, in_the_way
from daybreak.core.catalog import (
    Address,
    Catalog,
    Object,
    Routine,
    Table,
    View,
    Whole,
    address_of,
)
from daybreak.core.change import Alter, Change, Create, Drop, Rename, differing
from daybreak.core.engine import Engine
from daybreak.core.mention import header
from daybreak.core.order import ordered, ordered_renames
from daybreak.core.parts import FOLLOWING, PARTS, table_changes, view_changes
from daybreak.core.renaming import renamed
from daybreak.core.serial import owned_renames, without_serials

Fold = Callable[[Catalog], Catalog]


def diff(
    before: Catalog,
    after: Catalog,
    *,
    fold: Fold = lambda catalog: catalog,
    renames: Sequence[Rename] = (),
    engine: Engine | None = None,
) -> tuple[Change, ...]:
    """The changes that make `after` of `before`; none where both mean the same.

    `fold` decides sameness and nothing else: changes carry the objects as they are in `before`
    (its names after `renames`) and `after`. It sees catalogs that hold only what differs.
    """
    engine = engine or Engine()
    first: list[Change] = []
    if renames:
        way = in_the_way(before, renames, engine)
        before = _without(before, way)
        gone = {drop.address for drop in way}  # what is made again gets its new name with that
        first = [*way, *ordered_renames([r for r in renames if r.address not in gone])]
        for rename in _renames_in(first):
            before = renamed(before, rename, engine)
    if engine.schemas_stay:
        after = _with_schemas(after, before)
    old, new = _differing(before, after)
    if not (any(objects(old)) or any(objects(new))):
        return tuple(first)
    moved = owned_renames(old, new)
    for rename in moved:
        before, old = renamed(before, rename), renamed(old, rename)
    found = _compared(*_differing(fold(old), fold(new)))
    olds, news = _by_address(old), _by_address(new)
    changes = [*moved, *(_raw(change, olds, news) for change in found)]
    changes = without_serials(around(changes, before, after, engine))
    rest = ordered(changes, before, after)
    # A table may be renamed into a schema that is new.
    schemas = [c.address.kind == "schema" and isinstance(c, Create) for c in rest]
    return (*compress(rest, schemas), *first, *compress(rest, map(not_, schemas)))


def _renames_in(changes: Iterable[Change]) -> list[Rename]:
    return [change for change in changes if isinstance(change, Rename)]


def _without(catalog: Catalog, drops: Iterable[Change]) -> Catalog:
    """`catalog` without the parts of tables that `drops` take away."""
    gone = {change.address for change in drops}
    if not gone:
        return catalog

    def kept(table: Table) -> Table:
        return replace(
            table,
            columns=tuple(p for p in table.columns if address_of(p, table) not in gone),
            constraints=tuple(p for p in table.constraints if address_of(p, table) not in gone),
            indexes=tuple(p for p in table.indexes if address_of(p, table) not in gone),
        )

    return replace(catalog, tables=tuple(map(kept, catalog.tables)))


def _with_schemas(catalog: Catalog, other: Catalog) -> Catalog:
    """`catalog` with the schemas of `other`, too."""
    names = {schema.name for schema in catalog.schemas}
    more = [schema for schema in other.schemas if schema.name not in names]
    schemas = sorted((*catalog.schemas, *more), key=lambda schema: schema.name)
    return replace(catalog, schemas=tuple(schemas)) if more else catalog


def objects(catalog: Catalog) -> Iterator[Whole]:
    for name in _TUPLES:
        yield from getattr(catalog, name)


def _differing(before: Catalog, after: Catalog) -> tuple[Catalog, Catalog]:
    """Both catalogs without the objects that are equal on both sides."""
    olds: dict[str, Any] = {}
    news: dict[str, Any] = {}
    for name in _TUPLES:
        pairs = zip_longest(getattr(before, name), getattr(after, name))
        # Equal catalogs stand side by side: only the rest is worth an address.
        unequal = [(one, other) for one, other in pairs if one != other]
        left = {address_of(one): one for one, _ in unequal if one is not None}
        right = {address_of(other): other for _, other in unequal if other is not None}
        olds[name] = tuple(i for a, i in left.items() if a not in right or right[a] != i)
        news[name] = tuple(i for a, i in right.items() if a not in left or left[a] != i)
    return replace(before, **olds), replace(after, **news)


def _compared(old: Catalog, new: Catalog) -> Iterator[Change]:
    left = {address_of(item): item for item in objects(old)}
    right = {address_of(item): item for item in objects(new)}
    parents = {**left, **right}
    for address, item in left.items():
        if address not in right:
            yield Drop(address, item)
    for address, item in right.items():
        if address not in left:
            yield Create(address, item)
            yield from _followers(item)
            continue
        was = left[address]
        match item:
            case Table():
                yield from table_changes(was, item, parents)  # type: ignore[arg-type]
            case View():
                yield from view_changes(was, item)  # type: ignore[arg-type]
            case Routine():
                yield from _routine(was, item)  # type: ignore[arg-type]
            case _:
                yield Alter(address, was, item, differing(was, item))


def _followers(item: Whole) -> Iterator[Change]:
    """What is created after a table or a view rather than with it."""
    if isinstance(item, Table | View):
        for name in FOLLOWING:
            for part in getattr(item, name, ()):
                yield Create(address_of(part, item), part)
    if isinstance(item, Table):
        for constraint in item.constraints:
            if constraint.kind == "foreign key" and constraint.local:
                yield Create(address_of(constraint, item), constraint)


def _routine(was: Routine, item: Routine) -> Iterator[Change]:
    address = address_of(item)
    if (
        was.kind != item.kind
        or header(was) != header(item)
        or (item.kind == "aggregate" and was.definition != item.definition)
    ):
        yield Drop(address, was)
        yield Create(address, item)
    else:
        yield Alter(address, was, item, differing(was, item))


def _raw(change: Change, old: dict[Address, Object], new: dict[Address, Object]) -> Change:
    """`change` with the objects as the server tells them, in place of folded ones."""
    address = change.address
    match change:
        case Create(item=item):
            return Create(address, new.get(address, item))
        case Drop(item=item):
            return Drop(address, old.get(address, item))
        case Rename(item=item):
            return replace(change, item=old.get(address, item))
        case Alter(before=was, after=now):
            return replace(change, before=old.get(address, was), after=new.get(address, now))


def _by_address(catalog: Catalog) -> dict[Address, Object]:
    found: dict[Address, Object] = {}
    for item in objects(catalog):
        found[address_of(item)] = item
        if isinstance(item, Table | View):
            for name in PARTS:
                for part in getattr(item, name, ()):
                    found[address_of(part, item)] = part
    return found


_TUPLES = tuple(
    part.name
    for part in fields(Catalog)
    if part.name not in ("dialect", "version", "default_schema")
)
