"""Views, routines, triggers, policies and rules in the way of a change below them."""

from __future__ import annotations

from collections.abc import Iterator

from daybreak.core.catalog import Address, Catalog, Object, Routine, Table, View, address_of
from daybreak.core.change import Alter, Create, Drop
from daybreak.core.made import Made
from daybreak.core.mention import bound, mentioned, words

RETYPED = frozenset({"type", "collation", "charset", "generated", "stored"})


def code_again(made: Made) -> None:
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


def _moving(made: Made) -> tuple[dict[str, set[str]], frozenset[str]]:
    """Columns that go or change their type, by table; names of relations, routines and types that
    go.
    """
    columns: dict[str, set[str]] = {}
    names = set()
    for change in made.changes:
        kind, table = change.address.kind, change.address.table
        if isinstance(change, Drop) and kind in ("view", "routine", "table", "sequence"):
            names.add(str(change.item.name))
        elif kind == "column" and table:
            if isinstance(change, Drop) or (
                isinstance(change, Alter) and RETYPED & set(change.fields)
            ):
                columns.setdefault(table, set()).add(change.address.name)
        elif isinstance(change, Alter) and _makes_type_anew(change):
            # Every column of it is made anew with it, and no argument of a function may be of it.
            names.add(change.address.name)
            for relation in made.new.values():
                for column in relation.columns:
                    if change.address.name in words(column.type):
                        columns.setdefault(relation.name, set()).add(column.name)
    return columns, frozenset(names)


def _makes_type_anew(change: Alter) -> bool:
    """Whether a domain gets another type, or the new labels of an enum are not the old ones with
    others added.
    """
    if change.address.kind != "enum":
        return change.address.kind == "domain" and bool({"type", "collation"} & {*change.fields})
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


def _staying(made: Made) -> list[tuple[Address, Object, Object]]:
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
