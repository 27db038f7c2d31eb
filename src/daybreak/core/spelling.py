"""How an object is called on the command line, and which object a person means.

`events`, `billing.events`, `events.title`, `billing.events.title`, `mood:happy` for a label of an
enum. The schema may be left out where it is the default one, or where the name is unique.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from daybreak.core.catalog import (
    Address,
    Catalog,
    Enum,
    Kind,
    Object,
    Routine,
    Table,
    View,
    address_of,
    objects_of,
)


class Named(NamedTuple):
    """An object under its address. A label of an enum has the enum as its `table`."""

    address: Address
    item: Object

    @property
    def is_label(self) -> bool:
        return is_label(self.address)


def is_label(address: Address) -> bool:
    return address.kind == "enum" and address.table is not None


def spelled(address: Address, default_schema: str) -> str:
    """The shortest name that `named` takes for `address` without asking further."""
    schema = "" if address.schema == default_schema else address.schema
    if is_label(address):
        owner = ".".join(part for part in (schema, address.table) if part)
        return f"{owner}:{address.name}"
    return ".".join(part for part in (schema, address.table, address.name) if part)


def named(text: str, catalog: Catalog, kinds: Collection[Kind]) -> list[Named]:
    """What `text` may mean in `catalog`; several only if it says no more. `kind:` may precede."""
    kind, colon, rest = text.partition(":")
    if colon and kind in kinds:
        kinds, text = [one for one in kinds if one == kind], rest
    elif colon:
        return _labels(kind, rest, catalog) if "enum" in kinds else []
    parts = _parts(text)
    found = [one for one in _all(catalog, kinds) if _full(one.address)[-len(parts) :] == parts]
    found = [one for one in found if len(parts) > 1 or one.address.table is None]
    return _nearest(found, catalog.default_schema)


def _labels(enum: str, label: str, catalog: Catalog) -> list[Named]:
    return [
        Named(Address("enum", one.address.schema, label, one.address.name), one.item)
        for one in named(enum, catalog, {"enum"})
        if isinstance(one.item, Enum) and label in one.item.labels
    ]


def _nearest(found: list[Named], default_schema: str) -> list[Named]:
    return [one for one in found if one.address.schema == default_schema] or found


def _full(address: Address) -> tuple[str, ...]:
    return tuple(part for part in (address.schema, address.table, address.name) if part)


def _parts(text: str) -> tuple[str, ...]:
    # A routine's arguments may hold dots: f(billing.mood)
    name, paren, arguments = text.partition("(")
    parts = [part.strip('"') for part in re.findall(r'"[^"]+"|[^.]+', name)]
    return (*parts[:-1], "".join(parts[-1:]) + paren + arguments)


def _all(catalog: Catalog, kinds: Collection[Kind]) -> Iterator[Named]:
    for item in objects_of(catalog):
        address = address_of(item)
        if address.kind in kinds:
            yield Named(address, item)
            if isinstance(item, Routine):
                # Also without its arguments, or with their types alone.
                types = ", ".join(
                    one.partition(" ")[2] or one for one in item.arguments.split(", ")
                )
                yield Named(address._replace(name=item.name), item)
                yield Named(address._replace(name=f"{item.name}({types})"), item)
        if isinstance(item, Table | View):
            parts: list[Object] = [*item.columns, *item.indexes, *item.triggers]
            parts += [*item.rules, *item.statistics]
            if isinstance(item, Table):
                parts += [*item.constraints, *item.policies]
            for part in parts:
                if (place := address_of(part, item)).kind in kinds:
                    yield Named(place, part)
