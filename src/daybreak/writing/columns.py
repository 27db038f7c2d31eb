"""Columns: `op.add_column`, `op.alter_column`, `op.drop_column`."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from alembic.operations import ops

from daybreak.core.catalog import Address, Column, Identity
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.writing.context import Context, Operations
from daybreak.writing.operations import AlterColumn, expression
from daybreak.writing.types import Type, imports_of, type_of

_PLAIN_TYPES = {"character varying", "text", "character"}


def create_column(change: Create, item: Column, context: Context) -> Operations:
    address, models = change.address, context.models
    column = column_of(address, item, context)
    counts = context.words.counts_by_itself(address, item, context.after)
    if column is None or counts or not context.is_one_step(change, item):
        return context.sql(change)
    schema = models.schema(address.schema)
    return [
        ops.AddColumnOp(address.table or "", column, schema=schema),
        *context.unsaid(address, item),
    ]


def drop_column(change: Drop, item: Column, context: Context) -> Operations:
    schema = context.models.schema(change.address.schema)
    return [ops.DropColumnOp(change.address.table or "", item.name, schema=schema)]


def rename_column(change: Rename, item: Column, context: Context) -> Operations:
    if not context.words.RENAMES_COLUMN:
        return context.sql(change)
    address = change.address
    return [
        AlterColumn(
            address.table or "",
            address.name,
            schema=context.models.schema(address.schema),
            modify_name=change.to.name,
        )
    ]


def alter_column(change: Alter, old: Column, new: Column, context: Context) -> Operations:
    """One `op.alter_column`; the old default goes first where the type changes under it."""
    changed = frozenset(change.fields)
    type_ = written_type(change.address, new, context)
    if type_ is None or not context.words.alters_column(changed, old, new):
        return context.sql(change)
    address = change.address
    table, schema = address.table or "", context.models.schema(address.schema)
    result: Operations = []
    words: dict[str, Any] = {}
    retyped = bool(changed & {"type", "collation"})
    redefaulted = "default" in changed
    if retyped:
        words["modify_type"] = type_
        using = context.words.using(new.name, old.type, new.type)
        if using is not None:
            words["postgresql_using"] = using
        redefaulted |= old.default is not None and not context.words.default_stays(old, new)
        if using is not None and old.default is not None:
            result.append(AlterColumn(table, new.name, schema=schema, modify_server_default=None))
            redefaulted = new.default is not None
    else:
        words["existing_type"] = type_
    if redefaulted:
        words["modify_server_default"] = default_of(address, new, context)
    if "not_null" in changed:
        words["modify_nullable"] = not new.not_null
    elif retyped or "default" in changed:
        words["existing_nullable"] = not new.not_null
    if "comment" in changed:
        words["modify_comment"] = new.comment
        words["existing_comment"] = old.comment
    return [*result, AlterColumn(table, new.name, schema=schema, **words)]


def column_of(
    address: Address, item: Column, context: Context, *, key: bool = False
) -> sa.Column[Any] | None:
    """`item` as a Column, its expressions from the model; `key`: it alone is the primary key.

    None where a Column can't say it.
    """
    type_ = written_type(address, item, context)
    if type_ is None or not context.words.says_column(item):
        return None
    arguments: list[Any] = []
    words: dict[str, Any] = {"nullable": not item.not_null}
    counts = context.words.counts_by_itself(address, item, context.after)
    if item.generated is not None:
        arguments.append(sa.Computed(_generated(address, item, context), persisted=item.stored))
    elif item.identity is not None:
        if item.identity.sequence != f"{address.table}_{item.name}_seq":
            return None
        arguments.append(_identity(item.identity, item.type))
    elif counts:
        words["autoincrement"] = "auto" if key else True
    else:
        words["server_default"] = default_of(address, item, context)
        if key and item.default is None and isinstance(type_, sa.Integer):
            words["autoincrement"] = False
    if item.comment is not None:
        words["comment"] = item.comment
    context.imports |= imports_of(type_)
    return sa.Column(item.name, type_, *arguments, **words)


def written_type(address: Address, item: Column, context: Context) -> Type | None:
    model = context.models.column(address)
    if model is None:
        return None
    return type_of(item, model.type, context.models, context.after)


def default_of(address: Address, item: Column, context: Context) -> Any:
    """The model's default as it was written, else the server's text; None for none."""
    if item.default is None:
        return None
    model = context.models.column(address)
    clause = model.server_default if model is not None else None
    if isinstance(clause, sa.DefaultClause) and not context.models.from_server:
        if not isinstance(clause.arg, str):
            return sa.DefaultClause(expression(context.models.sql(clause.arg)))
        if not re.search(r"^'|'$|\\", clause.arg):
            return clause.arg
    plain = re.fullmatch(r"'([^'\\]*)'::([a-z ]+)", item.default)
    if plain and plain[2] in _PLAIN_TYPES and item.type.partition("(")[0] == plain[2]:
        return plain[1]
    return sa.DefaultClause(expression(item.default))


def _generated(address: Address, item: Column, context: Context) -> Any:
    model = context.models.column(address)
    computed = model.computed if model is not None else None
    if computed is None or context.models.from_server:
        return expression(item.generated or "")
    return expression(context.models.sql(computed.sqltext))


def _identity(identity: Identity, type_text: str) -> sa.Identity:
    words: dict[str, Any] = {"always": identity.always}
    rising = identity.increment > 0
    largest = {"smallint": 2**15, "integer": 2**31}.get(type_text, 2**63)
    own = (1, largest - 1) if rising else (-largest, -1)
    if identity.start != (identity.minimum if rising else identity.maximum):
        words["start"] = identity.start
    if identity.increment != 1:
        words["increment"] = identity.increment
    if identity.minimum != own[0]:
        words["minvalue"] = identity.minimum
    if identity.maximum != own[1]:
        words["maxvalue"] = identity.maximum
    if identity.cycle:
        words["cycle"] = True
    if identity.cache != 1:
        words["cache"] = identity.cache
    return sa.Identity(**words)
