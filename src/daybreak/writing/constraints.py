"""Keys, unique, check and exclusion constraints."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.operations import ops

from daybreak.core.catalog import Address, Catalog, Constraint
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.writing.context import Context, Operations
from daybreak.writing.operations import CreatePrimaryKey, expression

_TYPES = {
    "primary key": "primary",
    "unique": "unique",
    "foreign key": "foreignkey",
    "check": "check",
}
# How PostgreSQL tells `x IN ('a', 'b')` on a varchar column; read again, it tells it differently.
_IN_LIST = re.compile(
    r"\(\(((?:\w|\"[^\"]+\")+)\)::text (= ANY|<> ALL) \(\(ARRAY\[((?:'(?:[^']|'')*'"
    r"::character varying(?:, )?)+)\]\)::text\[\]\)\)"
)


def create_constraint(change: Create, item: Constraint, context: Context) -> Operations:
    address = change.address
    words = context.words.constraint_words(item)
    if words is None or _of_type(address, context) or not context.is_one_step(change, item):
        return context.sql(change)
    operation = _operation(address, item, words, context)
    return [operation, *context.unsaid(address, item)]


def drop_constraint(change: Drop, item: Constraint, context: Context) -> Operations:
    address = change.address
    by_sql = _of_type(address, context) or not context.is_one_step(change, item)
    if item.kind not in _TYPES or by_sql:
        return context.sql(change)
    return [
        ops.DropConstraintOp(
            context.models.name(item.name),
            address.table or "",
            type_=_TYPES[item.kind],
            schema=context.models.schema(address.schema),
        )
    ]


def rename_constraint(change: Rename, item: Constraint, context: Context) -> Operations:
    """Dropped and made again where the server can't rename it."""
    sql = context.sql(change)
    if sql:
        return sql
    new = _constraint_at(change.to, context.after) or replace(item, name=change.to.name)
    dropped = drop_constraint(Drop(change.address, item), item, context)
    return [*dropped, *create_constraint(Create(change.to, new), new, context)]


def alter_constraint(
    change: Alter, old: Constraint, new: Constraint, context: Context
) -> Operations:
    """In place where the server can; else dropped and made from the model's own expression."""
    sql = context.sql(change)
    if any(" ADD " in getattr(operation, "sql", "") for operation in sql):
        dropped = drop_constraint(Drop(change.address, old), old, context)
        return [*dropped, *create_constraint(Create(change.address, new), new, context)]
    return sql


def constraint_of(address: Address, item: Constraint, context: Context) -> sa.Constraint | None:
    """`item` as it stands in `op.create_table`; None where only SQL says it."""
    words = context.words.constraint_words(item)
    if words is None:
        return None
    models = context.models
    words |= {"name": models.name(item.name), **_deferral(item)}
    match item.kind:
        case "primary key":
            if item.name in (f"{address.table}_pkey", "PRIMARY") and not models.conventions:
                del words["name"]
            return sa.PrimaryKeyConstraint(*item.columns, **words)
        case "unique":
            return sa.UniqueConstraint(*item.columns, **words)
        case "check":
            return sa.CheckConstraint(_condition(address, item, context), **words)
        case "foreign key" if item.referred:
            schema, table = item.referred
            own = models.schema(schema)
            target = f"{own}.{table}" if own else table
            columns = [f"{target}.{column}" for column in item.referred_columns]
            return sa.ForeignKeyConstraint(item.columns, columns, **words, **_actions(item))
    return None


def undeparsed(sql: str) -> str:
    """`sql` as a person wrote it, where the server's text would read differently a second time."""

    def written(found: re.Match[str]) -> str:
        column, operator, values = found.groups()
        words = "IN" if operator == "= ANY" else "NOT IN"
        return f"({column} {words} ({values.replace('::character varying', '')}))"

    return _IN_LIST.sub(written, sql)


def _operation(
    address: Address, item: Constraint, words: dict[str, Any], context: Context
) -> ops.MigrateOperation:
    models, table = context.models, address.table or ""
    name, schema = models.name(item.name), models.schema(address.schema)
    words |= _deferral(item)
    match item.kind:
        case "primary key":
            return CreatePrimaryKey(name, table, list(item.columns), schema=schema, **words)
        case "unique":
            return ops.CreateUniqueConstraintOp(
                name, table, list(item.columns), schema=schema, **words
            )
        case "foreign key":
            referred_schema, referred = item.referred or ("", "")
            if schema:
                words["source_schema"] = schema
            if models.schema(referred_schema):
                words["referent_schema"] = models.schema(referred_schema)
            return ops.CreateForeignKeyOp(
                name,
                table,
                referred,
                list(item.columns),
                list(item.referred_columns),
                **words,
                **_actions(item),
            )
    condition = _condition(address, item, context)
    return ops.CreateCheckConstraintOp(name, table, condition, schema=schema, **words)


def _condition(address: Address, item: Constraint, context: Context) -> Any:
    model = context.models.check(address, item)
    if model is None or context.models.from_server:
        return expression(undeparsed(item.expression or ""))
    return expression(context.models.sql(model.sqltext))


def _deferral(item: Constraint) -> dict[str, Any]:
    if not item.deferrable:
        return {}
    return {
        "deferrable": True,
        "initially": "DEFERRED" if item.initially_deferred else "IMMEDIATE",
    }


def _actions(item: Constraint) -> dict[str, Any]:
    words = {}
    if item.on_update != "NO ACTION":
        words["onupdate"] = item.on_update
    if item.on_delete != "NO ACTION":
        words["ondelete"] = item.on_delete
    if item.match != "SIMPLE":
        words["match"] = item.match
    return words


def _constraint_at(address: Address, catalog: Catalog) -> Constraint | None:
    for table in catalog.tables:
        if (table.schema, table.name) == (address.schema, address.table):
            return next((one for one in table.constraints if one.name == address.name), None)
    return None


def _of_type(address: Address, context: Context) -> bool:
    """Whether the constraint is a domain's."""
    here = (address.schema, address.table)
    domains = (*context.before.domains, *context.after.domains)
    return any((item.schema, item.name) == here for item in domains)
