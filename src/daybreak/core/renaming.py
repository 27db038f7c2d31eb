"""A rename carried out on a catalog: what the server would tell after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from daybreak.core.catalog import (
    Catalog,
    Column,
    Composite,
    Constraint,
    Domain,
    Index,
    IndexKey,
    Policy,
    Range,
    Routine,
    Rule,
    Statistics,
    Table,
    Trigger,
    View,
    kind_of,
)
from daybreak.core.catalog import Sequence as Numbers
from daybreak.core.change import Rename
from daybreak.core.engine import Engine
from daybreak.core.mention import quoted, rewritten
from daybreak.core.names import following

_TYPES = {"enum": "enums", "domain": "domains", "composite": "composites", "range": "ranges"}


def renamed(catalog: Catalog, rename: Rename, engine: Engine | None = None) -> Catalog:
    """`catalog` after `rename`.

    Names of constraints, indexes and sequences stay as they are, as they do on a server, but for
    those that `engine` has follow their table (MySQL). Where it is `late_bound`, views, triggers
    and routines keep their texts, and so the old name.
    """
    address, engine = rename.address, engine or Engine()
    if rename.label is not None:
        return _label(catalog, rename, *rename.label)
    match address.kind:
        case "schema":
            return _schema(catalog, address.name, rename.to.name)
        case "table" | "view":
            return _table(catalog, rename, engine)
        case "column":
            return _column(catalog, rename, engine.late_bound)
        case "constraint" | "index":
            return _part(catalog, rename)
        case _:
            return _standalone(catalog, rename)


def _schema(catalog: Catalog, old: str, new: str) -> Catalog:
    def text(value: str) -> str:
        return rewritten(value, old, new) if old in value else value

    def moved(item: Any) -> Any:
        if getattr(item, "schema", None) == old:
            item = replace(item, schema=new)
        return _texts(item, text)

    result = _each(catalog, moved)
    schemas = (replace(s, name=new) if s.name == old else s for s in catalog.schemas)
    tables = (_pointing(t, lambda s, n: (new if s == old else s, n)) for t in result.tables)
    return _sorted(replace(result, schemas=tuple(schemas), tables=tuple(tables)))


def _table(catalog: Catalog, rename: Rename, engine: Engine) -> Catalog:
    old, new, late_bound = rename.address, rename.to, engine.late_bound

    def text(value: str) -> str:
        if old.name not in value:
            return value
        if not old.schema:
            return rewritten(value, old.name, new.name)
        return _qualified(value, (old.schema, old.name), (new.schema, new.name))

    def moved(item: Any) -> Any:
        if isinstance(item, Table | View) and (item.schema, item.name) == (old.schema, old.name):
            if engine.names_follow and isinstance(item, Table):
                item = _followed(item, new.name)
            item = replace(item, schema=new.schema, name=new.name)
        elif isinstance(item, Numbers) and item.owned_by and item.schema == old.schema:
            table, column = item.owned_by
            if table == old.name:
                # A sequence moves with the table whose column owns it.
                item = replace(item, schema=new.schema, owned_by=(new.name, column))
        if late_bound and isinstance(item, View | Routine):
            return item
        return _texts(item, text, code=not late_bound)

    def pointer(schema: str, name: str) -> tuple[str, str]:
        if (schema, name) == (old.schema, old.name):
            return new.schema, new.name
        return schema, name

    result = _each(catalog, moved)
    return _sorted(replace(result, tables=tuple(_pointing(t, pointer) for t in result.tables)))


def _followed(table: Table, name: str) -> Table:
    constraints = (
        replace(part, name=following(part.name, table.name, name)) for part in table.constraints
    )
    return replace(table, constraints=tuple(sorted(constraints, key=lambda part: part.name)))


def _column(catalog: Catalog, rename: Rename, late_bound: bool) -> Catalog:
    old, new = rename.address, rename.to
    key = (old.schema, old.table)

    def text(value: str) -> str:
        return rewritten(value, old.name, new.name) if old.name in value else value

    def name(value: str) -> str:
        return new.name if value == old.name else value

    def names(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(name, values))

    def constraint(part: Constraint, own: bool) -> Constraint:
        if own:
            part = replace(
                part,
                columns=names(part.columns),
                include=names(part.include),
                on_delete_columns=names(part.on_delete_columns),
                expression=part.expression and text(part.expression),
                definition=_halved(part, text, "own"),
            )
        if part.referred == key:
            part = replace(
                part,
                referred_columns=names(part.referred_columns),
                definition=_halved(part, text, "referred"),
            )
        return part

    def index(part: Index) -> Index:
        keys = tuple(replace(key, column=key.column and name(key.column)) for key in part.keys)
        return replace(part, include=names(part.include), keys=keys)

    def moved(item: Any) -> Any:
        if isinstance(item, Table):
            own = (item.schema, item.name) == key
            if own:
                columns = tuple(replace(c, name=name(c.name)) for c in item.columns)
                keys = item.constraints
                item = replace(item, columns=columns, constraints=())
                item = replace(_texts(item, text, code=not late_bound), constraints=keys)
                indexes = tuple(
                    replace(
                        index,
                        include=names(index.include),
                        keys=tuple(
                            replace(k, column=k.column and name(k.column)) for k in index.keys
                        ),
                    )
                    for index in item.indexes
                )
                item = replace(item, indexes=indexes)
            if own or any(part.referred == key for part in item.constraints):
                parts = tuple(constraint(part, own) for part in item.constraints)
                item = replace(item, constraints=parts)
        elif isinstance(item, Numbers) and item.owned_by == (old.table, old.name):
            if item.schema == old.schema:
                item = replace(item, owned_by=(new.table or "", new.name))
        elif isinstance(item, View) and not late_bound and (old.table or "") in item.definition:
            item = _texts(item, text)
        return item

    return _each(catalog, moved)


def _halved(part: Constraint, text: Callable[[str], str], half: str) -> str:
    """The definition with one side rewritten: the key's own columns, or those it refers to."""
    before, word, after = part.definition.partition("REFERENCES")
    return text(before) + word + after if half == "own" else before + word + text(after)


def _part(catalog: Catalog, rename: Rename) -> Catalog:
    old, new = rename.address, rename.to

    def part(item: Any) -> Any:
        if item.name != old.name:
            return item
        if isinstance(item, Index):
            return replace(
                item, name=new.name, definition=rewritten(item.definition, old.name, new.name)
            )
        return replace(item, name=new.name)

    def moved(item: Any) -> Any:
        if not (isinstance(item, Table | View) and (item.schema, item.name) == old[1::2]):
            return item
        attribute = "indexes" if old.kind == "index" else "constraints"
        parts: Any = tuple(sorted(map(part, getattr(item, attribute)), key=lambda p: str(p.name)))
        return replace(item, **{attribute: parts})

    return _each(catalog, moved)


def _standalone(catalog: Catalog, rename: Rename) -> Catalog:
    """A type, a sequence, a routine: its own name, and every text that names it."""
    old, new = rename.address, rename.to

    def text(value: str) -> str:
        if old.name not in value:
            return value
        if not old.schema:
            return rewritten(value, old.name, new.name)
        return _qualified(value, (old.schema, old.name), (new.schema, new.name))

    def moved(item: Any) -> Any:
        if kind_of(item) == old.kind and (item.schema, item.name) == (old.schema, old.name):
            item = replace(item, schema=new.schema, name=new.name)
        return _texts(item, text)

    return _sorted(_each(catalog, moved))


def _label(catalog: Catalog, rename: Rename, old: str, new: str) -> Catalog:
    address = rename.address

    def literal(label: str) -> str:
        return "'" + label.replace("'", "''") + "'::"

    def text(value: str) -> str:
        return value.replace(literal(old), literal(new)) if address.name in value else value

    enums = tuple(
        replace(enum, labels=tuple(new if label == old else label for label in enum.labels))
        if (enum.schema, enum.name) == (address.schema, address.name)
        else enum
        for enum in catalog.enums
    )
    return replace(_each(catalog, lambda item: _texts(item, text)), enums=enums)


def _qualified(text: str, old: tuple[str, str], new: tuple[str, str]) -> str:
    """`text` with `schema.name` replaced, however it is quoted; `name` alone is somebody else."""
    schema, name = (rf'(?:{re.escape(part)}|"{re.escape(part)}")' for part in old)
    pattern = rf'(?<![\w$".]){schema}\.{name}(?![\w$"])'
    spelled = ".".join(quoted(part) for part in new)
    return re.sub(pattern, lambda _: spelled, text)


def _texts(item: Any, text: Callable[[str], str], *, code: bool = True) -> Any:
    """`item` with `text` applied to all that a server deparses; to triggers only with `code`."""
    plain, nested = _TEXTS.get(type(item), ((), ()))
    changed: dict[str, Any] = {}
    for name in plain:
        value = getattr(item, name)
        if value and (new := text(value)) != value:
            changed[name] = new
    for name in nested:
        if name == "triggers" and not code:
            continue
        parts = getattr(item, name)
        new_parts = tuple(_texts(part, text) for part in parts)
        if any(one is not other for one, other in zip(parts, new_parts, strict=True)):
            changed[name] = new_parts
    return replace(item, **changed) if changed else item


_RELATION = ("columns", "indexes", "triggers", "rules", "statistics")
_TEXTS: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Column: (("type", "default", "generated"), ()),
    Constraint: (("definition", "expression"), ()),
    Index: (("definition", "predicate"), ("keys",)),
    IndexKey: (("expression", "opclass"), ()),
    Trigger: (("definition",), ()),
    Rule: (("definition",), ()),
    Statistics: (("definition",), ()),
    Policy: (("using", "check"), ()),
    Table: (("partition_by", "of_type"), (*_RELATION, "constraints", "policies")),
    View: (("definition",), _RELATION),
    Domain: (("type", "default"), ("constraints",)),
    Composite: ((), ("columns",)),
    Range: (("definition",), ()),
}


def _each(catalog: Catalog, moved: Callable[[Any], Any]) -> Catalog:
    changed: dict[str, Any] = {
        name: tuple(map(moved, getattr(catalog, name)))
        for name in (*_TYPES.values(), "sequences", "routines", "tables", "views")
    }
    return replace(catalog, **changed)


def _pointing(table: Table, pointer: Callable[[str, str], tuple[str, str]]) -> Table:
    """`table` with its parents and the tables of its foreign keys under their new names."""
    constraints = tuple(
        replace(c, referred=pointer(*c.referred)) if c.referred else c for c in table.constraints
    )
    of = table.partition_of
    return replace(
        table,
        constraints=constraints,
        partition_of=of and (*pointer(of[0], of[1]), of[2]),
        inherits=tuple(pointer(*parent) for parent in table.inherits),
    )


def _sorted(catalog: Catalog) -> Catalog:
    changed: dict[str, Any] = {
        name: tuple(sorted(getattr(catalog, name), key=lambda item: (item.schema, item.name)))
        for name in (*_TYPES.values(), "sequences", "tables", "views")
    }
    schemas = tuple(sorted(catalog.schemas, key=lambda schema: schema.name))
    return replace(catalog, schemas=schemas, **changed)
