"""A server in miniature: it takes changes one by one and refuses what a real one would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from daybreak.core.catalog import Address, Catalog, Column, Constraint, Index, Table, address_of
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.core.mention import words

_PARTS = ("columns", "constraints", "indexes", "triggers")
_WHOLES = ("schemas", "enums", "sequences", "routines", "tables", "views")


class Refused(Exception):
    pass


def run(changes: Iterable[Change], before: Catalog) -> dict[Address, Any]:
    """All objects and parts after `changes`. Raises Refused for one that could not run."""
    server = Server(before)
    for change in changes:
        server.apply(change)
    return server.objects


def contents(catalog: Catalog) -> dict[Address, Any]:
    """Every object and part of `catalog` by its address; tables without their parts."""
    found: dict[Address, Any] = {}
    for name in _WHOLES:
        for item in getattr(catalog, name):
            found |= _spread(item)
    return found


def _spread(item: Any) -> dict[Address, Any]:
    if not isinstance(item, Table):
        return {address_of(item): item}
    parts = {address_of(part, item): part for name in _PARTS for part in getattr(item, name)}
    bare = replace(item, columns=(), constraints=(), indexes=(), triggers=())
    return {address_of(item): bare} | parts


class Server:
    def __init__(self, before: Catalog) -> None:
        self.objects = contents(before)

    def apply(self, change: Change) -> None:
        match change:
            case Create(address=address, item=item):
                self._create(address, item)
            case Drop(address=address):
                self._drop(address)
            case Alter():
                self._alter(change)
            case Rename(address=address, to=to):
                self._need(address in self.objects, change)
                self._need(to not in self.objects, change)
                self.objects[to] = _called(self.objects.pop(address), to.name)
                if address.kind == "sequence":
                    self._follow(address.name, to.name)

    def _create(self, address: Address, item: Any) -> None:
        made = {address: item}
        if address.kind == "table":
            made = _spread(item)
            kept = {
                a: part
                for a, part in made.items()
                if a.kind != "trigger" and getattr(part, "kind", "") != "foreign key"
            }
            made = kept
            for column in [part for part in made.values() if isinstance(part, Column)]:
                self._serial(address, column)
        elif address.kind == "column":
            self._serial(Address("table", address.schema, address.table or ""), item)
        for part, value in made.items():
            self._need(part not in self.objects, f"{part} is there already")
            self.objects[part] = value
        for part in made:
            self._check(part)

    def _serial(self, table: Address, column: Column) -> None:
        """SERIAL makes its sequence."""
        default = column.default or ""
        name = f"{table.name}_{column.name}_seq"
        address = Address("sequence", table.schema, name)
        if name in words(default) and address not in self.objects:
            self.objects[address] = (table.name, column.name)

    def _follow(self, old: str, new: str) -> None:
        for address, item in self.objects.items():
            if isinstance(item, Column) and item.default:
                self.objects[address] = replace(item, default=item.default.replace(old, new))

    def _drop(self, address: Address) -> None:
        self._need(address in self.objects, f"{address} is not there")
        gone = {address}
        if address.kind == "table":
            gone |= {a for a in self.objects if a[1::2] == (address.schema, address.name)}
        columns = {a for a in gone if a.kind == "column"}
        gone |= {
            a
            for a, item in self.objects.items()
            if a.kind == "sequence"
            for owner in [item if isinstance(item, tuple) else item.owned_by]
            if owner and Address("column", a.schema, owner[1], owner[0]) in columns
        }
        kept = {a: item for a, item in self.objects.items() if a not in gone}
        self.objects = kept
        for part in kept:
            self._check(part)

    def _alter(self, change: Alter) -> None:
        address = change.address
        self._need(address in self.objects, f"{address} is not there")
        now: Any = change.after
        fields = {name: getattr(now, name) for name in change.fields}
        if {"type", "generated", "stored"} & set(fields) and address.kind == "column":
            for other, item in self.objects.items():
                self._need(not self._reads(other, item, address), f"{other} reads {address}")
        item = self.objects[address]
        self.objects[address] = now if isinstance(item, tuple) else replace(item, **fields)
        for part in self.objects:
            self._check(part)

    def _reads(self, other: Address, item: Any, column: Address) -> bool:
        """Whether a view, or a generated column beside it, reads `column`."""
        if other.kind == "view":
            return {column.table, column.name} <= words(item.definition)
        beside = other[:2] + other[3:] == column[:2] + column[3:]
        return beside and column.name in words(getattr(item, "generated", None))

    def _check(self, address: Address) -> None:
        """That all is there which the object at `address` stands on."""
        item = self.objects[address]
        if address.schema and address.kind != "schema":
            self._need(Address("schema", "", address.schema) in self.objects, address)
        if address.table and address.kind in ("column", "constraint", "index", "trigger"):
            self._need(Address("table", address.schema, address.table) in self.objects, address)
        match item:
            case Column():
                self._names(words(item.type, item.default) - {item.name}, address)
                for name in words(item.generated):
                    self._need(address._replace(name=name) in self.objects, address)
            case Constraint() | Index():
                self._key(address, item)
            case _ if address.kind in ("view", "trigger"):
                self._names(words(item.definition) - {item.name}, address)
                self._view_columns(address, item)
            case _:
                return

    def _key(self, address: Address, item: Constraint | Index) -> None:
        index = isinstance(item, Index)
        names = [k.column for k in item.keys] if isinstance(item, Index) else item.columns
        for name in names:
            self._need(
                address._replace(kind="column", name=name or "") in self.objects,
                f"{address} without {name}",
            )
        if not index and isinstance(item, Constraint) and item.referred:
            schema, table = item.referred
            self._need(
                any(
                    isinstance(key, Constraint)
                    and key.kind in ("primary key", "unique")
                    and (a.schema, a.table) == (schema, table)
                    and key.columns == item.referred_columns
                    for a, key in self.objects.items()
                ),
                f"{address} without a key of {table}",
            )

    def _names(self, names: frozenset[str], address: Address) -> None:
        """The first letter of a name tells its kind; a number follows."""
        kinds = {"t": "table", "e": "enum", "v": "view", "f": "routine", "q": "sequence"}
        for name in names:
            if name[-1:].isdigit() and len(name) == 2 and name[0] in kinds:
                found = {a.kind for a in self.objects if a.name.partition("(")[0] == name}
                self._need(kinds[name[0]] in found, f"{address} without {name}")
            elif name.endswith("_seq"):
                found = {a.kind for a in self.objects if a.name == name}
                self._need("sequence" in found, f"{address} without {name}")
            elif name.startswith("label_"):
                labels = {
                    label for i in self.objects.values() for label in getattr(i, "labels", ())
                }
                self._need(name in labels, f"{address} without {name}")

    def _view_columns(self, address: Address, item: Any) -> None:
        read = words(item.definition)
        tables = {a.name for a in self.objects if a.kind == "table"} & read
        for table in tables if address.kind == "view" else ():
            have = {a.name for a in self.objects if a.kind == "column" and a.table == table}
            for name in read:
                if name[0] == "c" and name[1:].isdigit():
                    self._need(name in have, f"{address} without {table}.{name}")

    def _need(self, met: bool, what: object) -> None:
        if not met:
            raise Refused(str(what))


def _called(item: Any, name: str) -> Any:
    if isinstance(item, Index):
        definition = item.definition.replace(item.name, name, 1)
        return replace(item, name=name, definition=definition)
    return replace(item, name=name)
