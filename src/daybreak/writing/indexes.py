"""Indexes: `op.create_index`, `op.drop_index`."""

from __future__ import annotations

from typing import Any

from alembic.operations import ops

from daybreak.core.catalog import Address, Index
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.writing.context import Context, Operations
from daybreak.writing.operations import Verbatim, expression


def create_index(change: Create, item: Index, context: Context) -> Operations:
    address, models = change.address, context.models
    words = context.words.index_words(item)
    if words is None or not context.is_one_step(change, item):
        return context.sql(change)
    keys = _keys(address, item, context)
    if item.predicate is not None:
        words["postgresql_where"] = _predicate(address, item, context)
    operation = ops.CreateIndexOp(
        models.name(item.name),
        address.table or "",
        keys,
        schema=models.schema(address.schema),
        unique=item.unique,
        **words,
    )
    return [operation, *context.unsaid(address, item)]


def drop_index(change: Drop, item: Index, context: Context) -> Operations:
    address, models = change.address, context.models
    if item.parent is not None or not context.is_one_step(change, item):
        return context.sql(change)
    name, schema = models.name(item.name), models.schema(address.schema)
    return [ops.DropIndexOp(name, address.table or "", schema=schema)]


def rename_index(change: Rename, item: Index, context: Context) -> Operations:
    return context.sql(change)


def alter_index(change: Alter, old: Index, new: Index, context: Context) -> Operations:
    """In place where the server can; else dropped and built from the model's own expressions."""
    sql = context.sql(change)
    if any("DROP INDEX" in getattr(operation, "sql", "") for operation in sql):
        dropped = drop_index(Drop(change.address, old), old, context)
        return [*dropped, *create_index(Create(change.address, new), new, context)]
    return sql


def _keys(address: Address, item: Index, context: Context) -> list[Any]:
    model = context.models.index(address, item)
    written: list[Any] = list(model.expressions) if model is not None else []
    if len(written) != len(item.keys) or context.models.from_server:
        written = [None] * len(item.keys)
    keys: list[Any] = []
    for key, model_key in zip(item.keys, written, strict=True):
        if key.column and context.words.is_plain(key):
            keys.append(key.column)
        elif key.column or key.opclass or model_key is None:
            keys.append(Verbatim(context.words.key_sql(key)))
        else:
            keys.append(Verbatim(context.models.sql(model_key.self_group())))
    return keys


def _predicate(address: Address, item: Index, context: Context) -> Any:
    model = context.models.index(address, item)
    where = model.dialect_options["postgresql"]["where"] if model is not None else None
    if where is None or context.models.from_server:
        return expression(item.predicate or "")
    return expression(context.models.sql(where))
