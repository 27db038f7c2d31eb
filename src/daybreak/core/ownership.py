"""What belongs to the history rather than to the models, carried into what is wanted.

Models own tables, columns, keys, constraints, indexes, and the types and sequences that these use.
Any other object belongs to them only if they declare it, or a revision recorded that they did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Grant,
    Kind,
    Object,
    Table,
    View,
    address_of,
    kind_of,
    objects_of,
)
from daybreak.core.errors import UsageError
from daybreak.core.mention import mentioned
from daybreak.core.spelling import named, spelled

_Relation = TypeVar("_Relation", Table, View)

# What a migration may have added to a table or a view.
_PARTS = ("triggers", "policies", "rules", "statistics")
# Facts that no model can state: where they are at their default, nobody asked for that.
_TABLE_FACTS = ("tablespace", "replica_identity", "access_method", "grants")
_ROW_SECURITY = ("row_security", "force_row_security")
_COLUMN_FACTS = ("storage", "compression", "statistics", "options", "grants")
_KEY_FACTS = ("tablespace", "clustered", "replica_identity", "statistics", "index_comment")
_TYPES = ("enums", "domains", "sequences")
_CARRIED = (
    "schemas",
    "extensions",
    "composites",
    "ranges",
    "routines",
    "views",
    "events",
    "others",
)

DROPPED: frozenset[Kind] = frozenset(
    {
        "schema",
        "extension",
        "enum",
        "domain",
        "composite",
        "range",
        "sequence",
        "routine",
        "table",
        "column",
        "view",
        "trigger",
        "policy",
        "statistics",
        "rule",
        "event",
        "other",
    }
)


def carry(
    wanted: Catalog,
    history: Catalog,
    declared: Collection[Address] = frozenset(),
    drops: Collection[Address] = frozenset(),
    partitions: Catalog | None = None,
) -> Catalog:
    """`wanted` with all that only `history` has and owns; `history` has the new names already.

    Not carried: what is in `declared` (a revision recorded that the models had it, so that its
    absence is their will) or in `drops` (said on the command line). Tables, columns, constraints
    and indexes never are, models own them; but partitions of a wanted table are, as they stand in
    `partitions`, by default in `history`: they come and go at run time.
    """
    gone = {*declared, *drops}
    result = replace(
        wanted,
        tables=_relations(wanted.tables, history.tables, gone),
        views=_relations(wanted.views, history.views, gone),
    )
    for name in (*_CARRIED, *_TYPES):
        result = _stated(result, history, name)
    for name in _CARRIED:
        result = _added(result, name, _missing(result, history, name, gone))
    result = _added(result, "tables", _partitions(result, partitions or history, gone))
    return _used(result, history, gone)


def parse_drop(text: str, history: Catalog) -> Address:
    """The address that `--drop kind:name` means; raises UsageError where it means none, or two.

    A label of an enum is `label:mood:happy`; its address has the enum as its `table`.
    """
    kind, _, name = text.partition(":")
    known = ", ".join(sorted({*DROPPED, "label"}))
    if kind == "label":
        found = [one for one in named(name, history, {"enum"}) if one.is_label]
    elif kinds := [one for one in DROPPED if one == kind]:
        found = named(name, history, kinds)
    else:
        raise UsageError(f"--drop {text}: not kind:name", f"the kind is one of {known}")
    if not found:
        raise UsageError(f"--drop {text}: the history has no {kind} {name}", _known(kind, history))
    if len({id(one.item) for one in found}) > 1:
        names = " or ".join(f"{kind}:{one.address}" for one in found)
        raise UsageError(f"--drop {text}: there are several", f"say which: {names}")
    one = found[0]
    # A function was named without its arguments.
    return address_of(one.item) if kind == "routine" else one.address


def _known(kind: str, history: Catalog) -> str:
    names = [
        spelled(address_of(item), history.default_schema)
        for item in objects_of(history)
        if kind_of(item) == kind
    ]
    return f"it has: {', '.join(names)}" if names else "leave the option out"


def _relations(
    wanted: tuple[_Relation, ...], history: tuple[_Relation, ...], gone: Collection[Address]
) -> tuple[_Relation, ...]:
    old = {(item.schema, item.name): item for item in history}
    return tuple(
        _relation(item, was, gone) if (was := old.get((item.schema, item.name))) else item
        for item in wanted
    )


def _relation(item: _Relation, was: _Relation, gone: Collection[Address]) -> _Relation:
    """`item` with the parts and facts of `was` that no model states."""
    if item == was:
        return item
    facts = _TABLE_FACTS if getattr(item, "policies", ()) else (*_TABLE_FACTS, *_ROW_SECURITY)
    changed: dict[str, Any] = _facts(item, was, facts)
    for name in _PARTS:
        parts: tuple[Any, ...] = getattr(item, name, ())
        names = {part.name for part in parts}
        old: tuple[Any, ...] = getattr(was, name, ())
        more: list[Any] = [
            part for part in old if part.name not in names and address_of(part, was) not in gone
        ]
        if more:
            changed[name] = tuple(sorted((*parts, *more), key=lambda part: str(part.name)))
    for name, kept in (
        ("columns", _COLUMN_FACTS),
        ("indexes", (*_KEY_FACTS, "comment")),
        ("constraints", _KEY_FACTS),
    ):
        before: tuple[Any, ...] = getattr(item, name, ())
        after = _facts_of(before, getattr(was, name, ()), kept)
        if after != before:
            changed[name] = after
    return replace(item, **changed) if changed else item


def _facts_of(
    items: tuple[Any, ...], old: Iterable[Any], names: Collection[str]
) -> tuple[Any, ...]:
    by_name = {item.name: item for item in old}
    return tuple(
        replace(item, **changed)
        if (was := by_name.get(item.name)) and (changed := _facts(item, was, names))
        else item
        for item in items
    )


def _facts(item: object, was: object, names: Collection[str]) -> dict[str, Any]:
    """Those facts of `was` that `item` has at their default, and grants that it lacks."""
    found = {
        name: getattr(was, name)
        for name in names
        if name != "grants" and not getattr(item, name, True) and getattr(was, name)
    }
    if "grants" in names and (more := _more_grants(item, was)):
        found["grants"] = more
    return found


def _more_grants(item: Any, was: Any) -> tuple[Grant, ...]:
    """All grants, if there are some that only `was` has; of one right, that of `item` holds."""
    said = {(grant.privilege, grant.grantee) for grant in getattr(item, "grants", ())}
    more = [g for g in getattr(was, "grants", ()) if (g.privilege, g.grantee) not in said]
    if not more:
        return ()
    grants = (*item.grants, *more)
    return tuple(sorted(grants, key=lambda g: (g.grantee, g.privilege)))


def _stated(catalog: Catalog, history: Catalog, name: str) -> Catalog:
    """`catalog` with the comments and grants of its objects other than tables."""
    old = {address_of(item): item for item in getattr(history, name)}
    changed: dict[str, Any] = {
        name: tuple(
            replace(item, **facts)
            if (was := old.get(address_of(item)))
            and (facts := _facts(item, was, ("comment", "grants")))
            else item
            for item in getattr(catalog, name)
        )
    }
    return replace(catalog, **changed)


def _partitions(wanted: Catalog, source: Catalog, gone: Collection[Address]) -> list[Table]:
    """Partitions of wanted tables, with the columns that their parents are to have."""
    tables = {(table.schema, table.name): table for table in wanted.tables}
    old = {(table.schema, table.name): table for table in source.tables}
    found: list[Table] = []
    left = [table for table in source.tables if table.partition_of]
    while left:
        rest: list[Table] = []
        for table in left:
            key = table.partition_of[:2] if table.partition_of else ("", "")
            parent, was = tables.get(key), old.get(key)
            if (table.schema, table.name) in tables or address_of(table) in gone:
                continue
            if parent is None or was is None or not parent.partition_by:
                rest.append(table)
                continue
            child = replace(table, columns=_inherited(table, was, parent))
            tables[table.schema, table.name] = child
            found.append(child)
        if len(rest) == len(left):
            break
        left = rest
    return found


def _inherited(child: Table, was: Table, parent: Table) -> tuple[Column, ...]:
    mine = {column.name: column for column in child.columns}
    before = {column.name: column for column in was.columns}
    return tuple(
        mine[column.name]
        if column.name in mine and before.get(column.name) == column
        else replace(column, local=False)
        for column in parent.columns
    )


def _missing(wanted: Catalog, history: Catalog, name: str, gone: Collection[Address]) -> list[Any]:
    have = {address_of(item) for item in getattr(wanted, name)}
    return [
        item
        for item in getattr(history, name)
        if (address := address_of(item)) not in have and address not in gone
    ]


def _added(catalog: Catalog, name: str, items: Iterable[Any]) -> Catalog:
    have = getattr(catalog, name)
    changed: dict[str, Any] = {
        name: tuple(sorted((*have, *items), key=lambda i: (getattr(i, "schema", ""), i.name)))
    }
    return replace(catalog, **changed)


def _used(catalog: Catalog, history: Catalog, gone: Collection[Address]) -> Catalog:
    """`catalog` with the types and sequences that no table of the history used, or that something
    uses which is carried.
    """
    candidates = {name: _missing(catalog, history, name, gone) for name in _TYPES}
    if not any(candidates.values()):
        return catalog
    by_models: set[str] = set()
    for table in history.tables:
        by_models |= mentioned(table)
    by_carried: set[str] = set()
    for item in _code(catalog):
        by_carried |= mentioned(item)
    for name, items in candidates.items():
        missing = [
            item
            for item in items
            if item.name in by_carried
            or (item.name not in by_models and not getattr(item, "owned_by", None))
        ]
        catalog = _added(catalog, name, missing)
    return catalog


def _code(catalog: Catalog) -> list[Object]:
    found: list[Object] = [*catalog.routines, *catalog.views, *catalog.composites]
    found += [*catalog.ranges, *catalog.domains, *catalog.events]
    for table in catalog.tables:
        found += [*table.triggers, *table.policies, *table.rules, *table.statistics]
    return found
