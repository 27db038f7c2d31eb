"""SQL for enums, domains, composite types and ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence as Statements

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Composite,
    Domain,
    Enum,
    Range,
    Table,
    kind_of,
)
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.dialects.postgresql.casts import using
from daybreak.dialects.postgresql.ddl_columns import type_sql
from daybreak.dialects.postgresql.ddl_rights import granted
from daybreak.dialects.postgresql.quoting import full, literal, named, quoted

Type = Enum | Domain | Composite | Range


def create_type(change: Create, item: Type, after: Catalog) -> Statements[str]:
    name = named(item.schema, item.name, after)
    kind = _kind(item)
    sql = [f"CREATE {kind} {name} AS {_body(item)}"]
    if item.comment is not None:
        sql.append(f"COMMENT ON {kind} {name} IS {literal(item.comment)}")
    if isinstance(item, Domain):
        # CREATE DOMAIN knows no NOT VALID.
        sql += [
            f"ALTER DOMAIN {name} ADD CONSTRAINT {quoted(check.name)} {check.definition}"
            for check in item.constraints
            if not check.validated
        ]
        on = f"ON DOMAIN {name} IS"
        sql += [
            f"COMMENT ON CONSTRAINT {quoted(check.name)} {on} {literal(check.comment)}"
            for check in item.constraints
            if check.comment is not None
        ]
    if isinstance(item, Composite):
        sql += [
            f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {literal(column.comment)}"
            for column in item.columns
            if column.comment is not None
        ]
    return [*sql, *granted(change.address, item, after)]


def drop_type(change: Drop, item: Type, before: Catalog) -> Statements[str]:
    return [f"DROP {_kind(item)} {named(item.schema, item.name, before)}"]


def rename_type(change: Rename, item: Type, before: Catalog) -> Statements[str]:
    kind, address, to = _kind(item), change.address, change.to
    name = named(address.schema, address.name, before)
    if change.label is not None:
        old, new = change.label
        return [f"ALTER TYPE {name} RENAME VALUE {literal(old)} TO {literal(new)}"]
    sql = []
    if address.schema != to.schema:
        sql.append(f"ALTER {kind} {name} SET SCHEMA {quoted(to.schema)}")
    if address.name != to.name:
        old = named(to.schema, address.name, before)
        sql.append(f"ALTER {kind} {old} RENAME TO {quoted(to.name)}")
    return sql


def alter_type(
    change: Alter, old: Type, new: Type, before: Catalog, after: Catalog
) -> Statements[str]:
    name, kind = named(new.schema, new.name, after), _kind(new)
    changed, sql = set(change.fields), list[str]()
    if isinstance(old, Enum) and isinstance(new, Enum) and "labels" in changed:
        sql += added_labels(old, new, name) or _recreated(old, new, before, after)
    if isinstance(old, Domain) and isinstance(new, Domain):
        if changed & {"type", "collation"}:
            return _recreated(old, new, before, after)
        sql += _domain_change(f"ALTER DOMAIN {name}", old, new, changed)
    if isinstance(old, Composite) and isinstance(new, Composite) and "columns" in changed:
        sql += _attribute_changes(f"ALTER TYPE {name}", name, old.columns, new.columns)
    if isinstance(old, Range) and isinstance(new, Range) and "definition" in changed:
        sql += [*drop_type(Drop(change.address, old), old, before)]
        sql += [*create_type(Create(change.address, new), new, after)]
    elif "comment" in changed and not any(statement.startswith("CREATE") for statement in sql):
        sql.append(f"COMMENT ON {kind} {name} IS {literal(new.comment)}")
    return sql


def added_labels(old: Enum, new: Enum, name: str) -> list[str]:
    """ALTER TYPE … ADD VALUE for each new label; nothing where labels go or change places."""
    kept = tuple(label for label in new.labels if label in old.labels)
    if kept != old.labels:
        return []
    sql = []
    for place, label in enumerate(new.labels):
        if label not in old.labels:
            later = [other for other in new.labels[place + 1 :] if other in old.labels]
            where = f" BEFORE {literal(later[0])}" if later else ""
            sql.append(f"ALTER TYPE {name} ADD VALUE {literal(label)}{where}")
    return sql


def users_of(item: Enum | Domain, catalog: Catalog) -> Iterator[tuple[Table, Column]]:
    """The tables' own columns that have this type, or are arrays of it."""
    names = _spellings(item)
    for table in catalog.tables:
        for column in table.columns:
            if column.local and column.type in names:
                yield table, column


def _recreated(
    old: Enum | Domain, new: Enum | Domain, before: Catalog, after: Catalog
) -> list[str]:
    """The type made anew under its name; each column's values go over to it."""
    name, kind = named(new.schema, new.name, after), _kind(new)
    aside = f"{new.name}_old"
    dropped, restored, retyped = list[str](), list[str](), list[str]()
    for table, column in users_of(new, before):
        retyped += _retyped(table, column, old, new, after)
    for table in before.tables:
        for statement in _mentioning(table, new, after):
            dropped.append(statement[0])
            restored += statement[1:]
    comment = f"COMMENT ON {kind} {name} IS {literal(new.comment)}"
    address = Address(kind_of(new), new.schema, new.name)
    return [
        *dropped,
        f"ALTER {kind} {name} RENAME TO {quoted(aside)}",
        f"CREATE {kind} {name} AS {_body(new)}",
        *([comment] if new.comment is not None else []),
        *granted(address, new, after),
        *retyped,
        f"DROP {kind} {named(new.schema, aside, after)}",
        *restored,
    ]


def _retyped(
    table: Table, column: Column, old: Enum | Domain, new: Enum | Domain, after: Catalog
) -> list[str]:
    """A column that has the type no more afterwards holds any text until its own change."""
    name = quoted(column.name)
    array = "[]" if column.type.endswith("[]") else ""
    head = f"ALTER TABLE {named(table.schema, table.name, after)} ALTER COLUMN {name}"
    kept = _column_of(after, table, column.name)
    stays = kept is not None and kept.type == column.type
    if isinstance(old, Domain) and isinstance(new, Domain) and not array:
        value = using(f"{name}::{old.type}", old.type, new.type) or f"{name}::{new.type}"
    else:
        value = f"{name}::text{array}"
    change = f"TYPE {type_sql(column)} USING {value}::{column.type}"
    sql = [f"{head} {change}" if stays else f"{head} TYPE text{array}"]
    if column.default is None:
        return sql
    sql.insert(0, f"{head} DROP DEFAULT")
    default = kept.default if kept is not None and stays else None
    return [*sql, f"{head} SET DEFAULT {default}"] if default is not None else sql


def _mentioning(table: Table, item: Enum | Domain, after: Catalog) -> Iterator[list[str]]:
    """What speaks of the type's values and so must go before it: the drop, then how to restore."""
    spelled = re.compile(re.escape(full(item.schema, item.name)) + r"\b")
    name = named(table.schema, table.name, after)
    kept = _table_of(after, table)
    for check in table.constraints:
        if check.kind in ("check", "exclude") and check.local and spelled.search(check.definition):
            same = kept is not None and check in kept.constraints
            add = f"ALTER TABLE {name} ADD CONSTRAINT {quoted(check.name)} {check.definition}"
            drop = f"ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {quoted(check.name)}"
            yield [drop, add] if same else [drop]
    for index in table.indexes:
        if index.parent is None and spelled.search(index.definition):
            same = kept is not None and index in kept.indexes
            drop = f"DROP INDEX IF EXISTS {named(table.schema, index.name, after)}"
            yield [drop, index.definition] if same else [drop]


def _table_of(catalog: Catalog, table: Table) -> Table | None:
    here = (table.schema, table.name)
    return next((other for other in catalog.tables if (other.schema, other.name) == here), None)


def _column_of(catalog: Catalog, table: Table, name: str) -> Column | None:
    found = _table_of(catalog, table)
    return next((item for item in found.columns if item.name == name), None) if found else None


def _domain_change(head: str, old: Domain, new: Domain, changed: set[str]) -> list[str]:
    sql = []
    if "default" in changed:
        default = "DROP DEFAULT" if new.default is None else f"SET DEFAULT {new.default}"
        sql.append(f"{head} {default}")
    if "not_null" in changed:
        sql.append(f"{head} {'SET' if new.not_null else 'DROP'} NOT NULL")
    if "constraints" in changed:
        was, now = {c.name: c for c in old.constraints}, {c.name: c for c in new.constraints}
        name = head.removeprefix("ALTER ")
        for key in sorted(was.keys() | now.keys()):
            if was.get(key) == now.get(key):
                continue
            if key in was and not _same_check(was[key].definition, now.get(key)):
                sql.append(f"{head} DROP CONSTRAINT {quoted(key)}")
            if key in now and not _same_check(now[key].definition, was.get(key)):
                sql.append(f"{head} ADD CONSTRAINT {quoted(key)} {now[key].definition}")
            if key in now and now[key].comment != (was[key].comment if key in was else None):
                comment = literal(now[key].comment)
                sql.append(f"COMMENT ON CONSTRAINT {quoted(key)} ON {name} IS {comment}")
    return sql


def _same_check(definition: str, other: object) -> bool:
    return getattr(other, "definition", None) == definition


def _attribute_changes(
    head: str, name: str, old: tuple[Column, ...], new: tuple[Column, ...]
) -> list[str]:
    was, now = {c.name: c for c in old}, {c.name: c for c in new}
    sql = [f"{head} DROP ATTRIBUTE {quoted(key)}" for key in was if key not in now]
    for key, column in now.items():
        verb = "ADD ATTRIBUTE" if key not in was else "ALTER ATTRIBUTE"
        kind = " TYPE" if key in was else ""
        before = was.get(key)
        if before is None or (before.type, before.collation) != (column.type, column.collation):
            sql.append(f"{head} {verb} {quoted(key)}{kind} {type_sql(column)}")
        if column.comment != (before.comment if before else None):
            comment = literal(column.comment)
            sql.append(f"COMMENT ON COLUMN {name}.{quoted(key)} IS {comment}")
    return sql


def _body(item: Type) -> str:
    match item:
        case Enum():
            return f"ENUM ({', '.join(literal(label) for label in item.labels)})"
        case Domain():
            parts = [item.type]
            parts += [f"COLLATE {item.collation}"] if item.collation else []
            parts += [f"DEFAULT {item.default}"] if item.default is not None else []
            parts += ["NOT NULL"] if item.not_null else []
            parts += [
                f"CONSTRAINT {quoted(check.name)} {check.definition}"
                for check in item.constraints
                if check.kind == "check" and check.validated
            ]
            return " ".join(parts)
        case Composite():
            parts = [f"{quoted(column.name)} {type_sql(column)}" for column in item.columns]
            return f"({', '.join(parts)})"
        case Range():
            return f"RANGE ({item.definition})"


def _kind(item: Type) -> str:
    return "DOMAIN" if isinstance(item, Domain) else "TYPE"


def _spellings(item: Enum | Domain) -> set[str]:
    name = full(item.schema, item.name)
    return {name, f"{name}[]"}
