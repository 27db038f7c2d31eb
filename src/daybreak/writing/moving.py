"""A change carried out on a catalog: what holds when the next one runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from daybreak.core.catalog import Address, Catalog, Object
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.core.engine import Engine
from daybreak.core.renaming import renamed

_WHOLES = {
    "schema": "schemas",
    "extension": "extensions",
    "enum": "enums",
    "domain": "domains",
    "composite": "composites",
    "range": "ranges",
    "sequence": "sequences",
    "routine": "routines",
    "table": "tables",
    "view": "views",
    "event": "events",
    "other": "others",
}
_PARTS = {
    "column": "columns",
    "constraint": "constraints",
    "index": "indexes",
    "trigger": "triggers",
    "policy": "policies",
    "rule": "rules",
    "statistics": "statistics",
}
_OWNERS = ("tables", "views", "domains", "composites")


def moved(catalog: Catalog, change: Change, engine: Engine | None = None) -> Catalog:
    """`catalog` after `change`; an object that a change of its own does not bring stays away."""
    match change:
        case Rename():
            return renamed(catalog, change, engine)
        case Create(address=address, item=item):
            return _put(catalog, address, _bare(item))
        case Drop(address=address):
            return _put(catalog, address, None)
        case Alter(address=address, after=after):
            return _put(catalog, address, after)


def _bare(item: Object) -> Object:
    """A new table comes without its foreign keys, which are changes of their own."""
    constraints = getattr(item, "constraints", ())
    own = tuple(c for c in constraints if c.kind != "foreign key")
    changed: Any = item
    return replace(changed, constraints=own) if own != constraints else item


def _put(catalog: Catalog, address: Address, item: Any) -> Catalog:
    if address.table is None:
        name = _WHOLES[address.kind]
        changed: Any = _replaced(getattr(catalog, name), address, item)
        return replace(catalog, **{name: changed})
    for name in _OWNERS:
        owners = getattr(catalog, name)
        for place, owner in enumerate(owners):
            if (owner.schema, owner.name) == (address.schema, address.table):
                part = _PARTS[address.kind]
                parts = _replaced(getattr(owner, part, ()), address, item)
                if not hasattr(owner, part):
                    return catalog
                new = replace(owner, **{part: parts})
                kept: Any = (*owners[:place], new, *owners[place + 1 :])
                return replace(catalog, **{name: kept})
    return catalog


def _replaced(items: tuple[Any, ...], address: Address, item: Any) -> tuple[Any, ...]:
    """`items` with the one at `address` replaced, or added, or (None) taken away."""
    result, found = [], False
    for one in items:
        if _is_at(one, address):
            found = True
            if item is not None:
                result.append(_with_parts(one, item))
        else:
            result.append(one)
    if item is not None and not found:
        result.append(item)
    return tuple(result)


def _with_parts(old: Any, new: Any) -> Any:
    """A table that is altered keeps its parts, which have changes of their own."""
    if not hasattr(old, "constraints") or not hasattr(old, "indexes"):
        return new
    return replace(new, **{name: getattr(old, name) for name in _PARTS.values()})


def _is_at(item: Any, address: Address) -> bool:
    routine = address.kind == "routine"
    name = f"{item.name}({item.arguments})" if routine else item.name
    return name == address.name and (
        address.table is not None
        or address.kind == "schema"
        or getattr(item, "schema", address.schema) == address.schema
    )
