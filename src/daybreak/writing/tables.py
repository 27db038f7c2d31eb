"""Tables: `op.create_table` with what is part of it, and what follows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from alembic.operations import ops

from daybreak.core.catalog import Address, Constraint, Table, address_of
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.writing.columns import column_of
from daybreak.writing.constraints import constraint_of, create_constraint
from daybreak.writing.context import Context, Operations
from daybreak.writing.indexes import create_index
from daybreak.writing.operations import RenameTable


def create_table(change: Create, item: Table, context: Context) -> Operations:
    """SQL of the dialect where a Table can't say it: a partition, a column of an unknown type."""
    words = context.words.table_words(item)
    columns = _columns(item, context)
    if words is None or columns is None:
        return context.sql(change)
    elements: list[sa.schema.SchemaItem] = [*columns]
    left: Operations = []
    for constraint in item.constraints:
        if not constraint.local or constraint.kind in ("foreign key", "not null"):
            continue
        address = address_of(constraint, item)
        element = constraint_of(address, constraint, context)
        if element is not None:
            elements.append(element)
            left += context.unsaid(address, constraint)
        else:
            left += create_constraint(Create(address, constraint), constraint, context)
    elements += _foreign_keys(item, context)
    if item.comment is not None:
        words["comment"] = item.comment
    schema = context.models.schema(item.schema)
    created = ops.CreateTableOp(item.name, elements, schema=schema, **words)
    return [created, *left, *_following(change.address, item, context)]


def drop_table(change: Drop, item: Table, context: Context) -> Operations:
    if item.foreign:
        return context.sql(change)
    return [ops.DropTableOp(item.name, schema=context.models.schema(item.schema))]


def rename_table(change: Rename, item: Table, context: Context) -> Operations:
    if change.address.schema != change.to.schema:
        return context.sql(change)
    schema = context.models.schema(change.address.schema)
    return [RenameTable(change.address.name, change.to.name, schema=schema)]


def alter_table(change: Alter, old: Table, new: Table, context: Context) -> Operations:
    others = tuple(name for name in change.fields if name != "comment")
    result: Operations = []
    if others:
        result += context.sql(Alter(change.address, old, new, others))
    if "comment" in change.fields:
        result.append(_comment(old, new, context))
    return result


def _comment(old: Table, new: Table, context: Context) -> ops.MigrateOperation:
    schema = context.models.schema(new.schema)
    if new.comment is None:
        return ops.DropTableCommentOp(new.name, existing_comment=old.comment, schema=schema)
    return ops.CreateTableCommentOp(
        new.name, new.comment, existing_comment=old.comment, schema=schema
    )


def _columns(item: Table, context: Context) -> list[sa.Column[Any]] | None:
    keys = [c.columns for c in item.constraints if c.kind == "primary key"]
    alone = keys[0] if keys and len(keys[0]) == 1 else ()
    columns = []
    for column in item.columns:
        made = column_of(address_of(column, item), column, context, key=column.name in alone)
        if made is None:
            return None
        columns.append(made)
    return columns


def _following(address: Address, item: Table, context: Context) -> Operations:
    result = context.unsaid(address, item)
    for column in item.columns:
        result += context.unsaid(address_of(column, item), column)
    for index in item.indexes:
        result += create_index(Create(address_of(index, item), index), index, context)
    return result


def _foreign_keys(item: Table, context: Context) -> list[sa.Constraint]:
    """Those whose changes follow the table and whose goal is already there: they go inside."""
    found = []
    for change in context.changes:
        if (
            isinstance(change, Create)
            and isinstance(constraint := change.item, Constraint)
            and constraint.kind == "foreign key"
            and (change.address.schema, change.address.table) == (item.schema, item.name)
            and _is_ready(constraint, item, context)
        ):
            element = constraint_of(change.address, constraint, context)
            if element is not None and not constraint.comment:
                found.append(element)
                context.written_with.add(change.address)
    return found


def _is_ready(constraint: Constraint, item: Table, context: Context) -> bool:
    """Whether the referred columns are a key already, and of the types that they are to have."""
    old = _referred(constraint, (item, *context.before.tables))
    new = _referred(constraint, (item, *context.after.tables))
    if old is None or new is None:
        return False
    keys = [set(key.columns) for key in old.constraints if key.kind in ("primary key", "unique")]
    names = constraint.referred_columns
    return set(names) in keys and _types(old, names) == _types(new, names)


def _referred(constraint: Constraint, tables: Iterable[Table]) -> Table | None:
    return next((t for t in tables if (t.schema, t.name) == constraint.referred), None)


def _types(table: Table, names: Collection[str]) -> set[tuple[str | None, ...]]:
    columns = [column for column in table.columns if column.name in names]
    return {(c.name, c.type, c.charset, c.collation) for c in columns}
