"""SQL for views and materialised views."""

from __future__ import annotations

from collections.abc import Sequence as Statements

from daybreak.core.catalog import Address, Catalog, View
from daybreak.core.change import Alter, Create, Rename
from daybreak.dialects.postgresql import ddl_indexes
from daybreak.dialects.postgresql.ddl_rights import granted
from daybreak.dialects.postgresql.quoting import literal, named, options_change, quoted, storage


def create_view(item: View, after: Catalog) -> Statements[str]:
    """The view with its indexes, defaults of columns and comments."""
    return [_create(item, after), *view_parts(item, after)]


def view_parts(item: View, after: Catalog) -> list[str]:
    """What follows CREATE VIEW."""
    name, sql = named(item.schema, item.name, after), list[str]()
    for index in item.indexes:
        address = Address("index", item.schema, index.name, item.name)
        sql += ddl_indexes.create_index(Create(address, index), index, after)
    if item.comment is not None:
        sql.append(f"COMMENT ON {_kind(item)} {name} IS {literal(item.comment)}")
    sql += granted(Address("view", item.schema, item.name), item, after)
    return sql + _column_facts(name, None, item, after)


def drop_view(item: View, before: Catalog) -> Statements[str]:
    return [f"DROP {_kind(item)} {named(item.schema, item.name, before)}"]


def rename_view(change: Rename, item: View, before: Catalog) -> Statements[str]:
    address, to = change.address, change.to
    sql = []
    if address.schema != to.schema:
        old = named(address.schema, address.name, before)
        sql.append(f"ALTER {_kind(item)} {old} SET SCHEMA {quoted(to.schema)}")
    if address.name != to.name:
        old = named(to.schema, address.name, before)
        sql.append(f"ALTER {_kind(item)} {old} RENAME TO {quoted(to.name)}")
    return sql


def alter_view(
    change: Alter, old: View, new: View, before: Catalog, after: Catalog
) -> Statements[str]:
    """In place where the server allows it; a view whose columns differ is made again."""
    changed, name = set(change.fields), named(new.schema, new.name, after)
    head, sql = f"ALTER {_kind(new)} {name}", list[str]()
    retyped = [(c.name, c.type, c.collation) for c in old.columns]
    remade = [(c.name, c.type, c.collation) for c in new.columns][: len(retyped)] != retyped
    if "materialized" in changed or (
        changed & {"definition", "columns"} and (remade or new.materialized)
    ):
        return [*drop_view(old, before), *create_view(new, after)]
    if "definition" in changed:
        return [_create(new, after, replace=True), *_facts_changed(name, old, new, after)]
    if "settings" in changed:
        sql += options_change(old.settings, new.settings, head)
    if changed & {"columns", "comment"}:
        sql += _facts_changed(name, old, new, after)
    return sql


def _create(item: View, after: Catalog, *, replace: bool = False) -> str:
    verb = "CREATE OR REPLACE" if replace else "CREATE"
    head = f"{verb} {_kind(item)} {named(item.schema, item.name, after)}"
    settings = f" WITH ({storage(item.settings)})" if item.settings else ""
    space = f" TABLESPACE {quoted(item.tablespace)}" if item.tablespace else ""
    return f"{head}{settings}{space} AS\n{item.definition.strip().rstrip(';')}"


def _facts_changed(name: str, old: View, new: View, after: Catalog) -> list[str]:
    sql = _column_facts(name, old, new, after)
    if old.comment != new.comment:
        sql.insert(0, f"COMMENT ON {_kind(new)} {name} IS {literal(new.comment)}")
    return sql


def _column_facts(name: str, old: View | None, new: View, after: Catalog) -> list[str]:
    was = {column.name: column for column in old.columns} if old else {}
    sql = []
    for column in new.columns:
        before = was.get(column.name)
        if column.default != (before.default if before else None):
            default = "DROP DEFAULT" if column.default is None else f"SET DEFAULT {column.default}"
            sql.append(f"ALTER VIEW {name} ALTER COLUMN {quoted(column.name)} {default}")
        if column.comment != (before.comment if before else None):
            comment = literal(column.comment)
            sql.append(f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {comment}")
        if before is None:
            address = Address("column", new.schema, column.name, new.name)
            sql += granted(address, column, after)
    return sql


def _kind(item: View) -> str:
    return "MATERIALIZED VIEW" if item.materialized else "VIEW"
