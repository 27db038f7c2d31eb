"""SQL for schemas, extensions, sequences, routines, triggers, rules and extended statistics."""

from __future__ import annotations

import re
from collections.abc import Sequence as Statements
from typing import Any

from daybreak.core.catalog import (
    Address,
    Catalog,
    Extension,
    Routine,
    Rule,
    Schema,
    Sequence,
    Statistics,
    Trigger,
)
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.dialects.postgresql.ddl_columns import IDENTITY_OPTIONS, identity_options
from daybreak.dialects.postgresql.ddl_rights import granted
from daybreak.dialects.postgresql.quoting import full, literal, named, owner, quoted

Other = Schema | Extension | Sequence | Routine | Trigger | Rule | Statistics

ENABLED = {"O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


def create(change: Create, item: Other, after: Catalog) -> Statements[str]:
    sql = [_create(change.address, item, after)]
    if isinstance(item, Sequence) and item.owned_by:
        sql.append(_owned(change, item, after))
    if isinstance(item, Trigger | Rule) and item.enabled != "O":
        sql.append(_enabled(change.address, item, after))
    if isinstance(item, Statistics) and item.target is not None:
        sql.append(f"ALTER STATISTICS {_name(change, item, after)} SET STATISTICS {item.target}")
    if item.comment is not None and not isinstance(item, Extension):
        sql.append(_comment(change, item, after))
    return [*sql, *granted(change.address, item, after)]


def drop(change: Drop, item: Other, before: Catalog) -> Statements[str]:
    if isinstance(item, Schema) and item.name == before.default_schema:
        return []
    return [f"DROP {_words(item)} {_target(change, item, before)}"]


def rename(change: Rename, item: Other, before: Catalog) -> Statements[str]:
    address, to = change.address, change.to
    if isinstance(item, Extension):
        return [f"ALTER EXTENSION {quoted(address.name)} SET SCHEMA {quoted(to.schema)}"]
    sql = []
    if address.schema != to.schema and not isinstance(item, Trigger | Rule):
        name = _target(change, item, before)
        sql.append(f"ALTER {_words(item)} {name} SET SCHEMA {quoted(to.schema)}")
        change = Rename(address._replace(schema=to.schema), to, item)
    if address.name != to.name:
        name, new = _target(change, item, before), quoted(to.name.partition("(")[0])
        sql.append(f"ALTER {_words(item)} {name} RENAME TO {new}")
    return sql


def alter(
    change: Alter, old: Other, new: Other, before: Catalog, after: Catalog
) -> Statements[str]:
    changed, sql = set(change.fields), list[str]()
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        sql += _sequence_change(change, old, new, after)
    if isinstance(new, Extension) and "schema" in changed:
        sql.append(f"ALTER EXTENSION {quoted(new.name)} SET SCHEMA {quoted(new.schema)}")
    if isinstance(old, Statistics) and isinstance(new, Statistics) and "target" in changed:
        target = -1 if new.target is None else new.target
        sql.append(f"ALTER STATISTICS {_name(change, new, after)} SET STATISTICS {target}")
    if changed & {"definition", "kind"} and not isinstance(new, Schema | Extension | Sequence):
        remade = (
            "kind" in changed
            or isinstance(new, Statistics)
            or re.match("CREATE CONSTRAINT", new.definition)
            or (
                isinstance(old, Routine)
                and isinstance(new, Routine)
                and _signature(old) != _signature(new)
            )
        )
        if remade:
            return [
                *drop(Drop(change.address, old), old, before),
                *create(Create(change.address, new), new, after),
            ]
        sql.append(_replaced(new.definition))
    if isinstance(new, Trigger | Rule) and "enabled" in changed:
        sql.append(_enabled(change.address, new, after))
    if "comment" in changed:
        sql.append(_comment(change, new, after))
    return sql


def _create(address: Address, item: Other, after: Catalog) -> str:
    match item:
        case Schema():
            return f"CREATE SCHEMA {quoted(item.name)}"
        case Extension():
            place = "" if item.schema == after.default_schema else f" SCHEMA {quoted(item.schema)}"
            return f"CREATE EXTENSION IF NOT EXISTS {quoted(item.name)}{place}"
        case Sequence():
            kind = "UNLOGGED SEQUENCE" if item.persistence == "unlogged" else "SEQUENCE"
            type_text = "" if item.type == "bigint" else f" AS {item.type}"
            parts = [f"CREATE {kind} {named(item.schema, item.name, after)}{type_text}"]
            return " ".join([*parts, *identity_options(item, item.type)])
        case Trigger() | Rule():
            table = full(address.schema, address.table or "")
            definition = item.definition.replace(
                f" ON {table} ", f" ON {owner(address, after)} ", 1
            )
            return definition.rstrip(";\n ")
        case Routine() | Statistics():
            return item.definition.rstrip(";\n ")


def _sequence_change(change: Alter, old: Sequence, new: Sequence, after: Catalog) -> list[str]:
    changed, sql = set(change.fields), list[str]()
    head = f"ALTER SEQUENCE {named(new.schema, new.name, after)}"
    options = [f"AS {new.type}"] if "type" in changed else []
    for field, words in IDENTITY_OPTIONS.items():
        own = "type" in changed and _is_own_bound(field, old) and _is_own_bound(field, new)
        if field in changed and not own:
            options.append(f"{words} {getattr(new, field)}")
    if "cycle" in changed:
        options.append("CYCLE" if new.cycle else "NO CYCLE")
    if options:
        sql.append(f"{head} {' '.join(options)}")
    if "persistence" in changed:
        sql.append(f"{head} SET {'UNLOGGED' if new.persistence == 'unlogged' else 'LOGGED'}")
    if "owned_by" in changed:
        sql.append(_owned(change, new, after))
    return sql


def _is_own_bound(field: str, item: Sequence) -> bool:
    """Whether the bound is the type's own, which follows a change of the type."""
    words = {"minimum": "MINVALUE", "maximum": "MAXVALUE"}.get(field)
    if words is None:
        return False
    return not any(option.startswith(words) for option in identity_options(item, item.type))


def _owned(change: Change, item: Sequence, after: Catalog) -> str:
    name = named(item.schema, item.name, after)
    if item.owned_by is None:
        return f"ALTER SEQUENCE {name} OWNED BY NONE"
    table, column = item.owned_by
    return f"ALTER SEQUENCE {name} OWNED BY {named(item.schema, table, after)}.{quoted(column)}"


def _replaced(definition: str) -> str:
    return re.sub(r"^CREATE (?!OR REPLACE)", "CREATE OR REPLACE ", definition).rstrip(";\n ")


def _signature(item: Routine) -> str:
    """What CREATE OR REPLACE can't change: names of arguments and the result."""
    head = re.split(r"\n\s*(?:LANGUAGE|AS|BEGIN)\b", item.definition, maxsplit=1)[0]
    return re.sub(r"\s+", " ", head)


def _enabled(address: Address, item: Trigger | Rule, after: Catalog) -> str:
    kind = "TRIGGER" if isinstance(item, Trigger) else "RULE"
    return f"ALTER TABLE {owner(address, after)} {ENABLED[item.enabled]} {kind} {quoted(item.name)}"


def _comment(change: Change, item: Other, after: Catalog) -> str:
    return f"COMMENT ON {_words(item)} {_target(change, item, after)} IS {literal(item.comment)}"


def _target(change: Change, item: Other, catalog: Catalog) -> str:
    if isinstance(item, Trigger | Rule):
        return f"{quoted(change.address.name)} ON {owner(change.address, catalog)}"
    return _name(change, item, catalog)


def _name(change: Change, item: Any, catalog: Catalog) -> str:
    address = change.address
    if isinstance(item, Schema | Extension):
        return quoted(address.name)
    if isinstance(item, Routine):
        name, _, arguments = address.name.partition("(")
        return f"{named(address.schema, name, catalog)}({arguments.removesuffix(')')})"
    return named(address.schema, address.name, catalog)


def _words(item: Other) -> str:
    if isinstance(item, Routine):
        return {"function": "FUNCTION", "window": "FUNCTION"}.get(item.kind, item.kind.upper())
    return type(item).__name__.upper()
