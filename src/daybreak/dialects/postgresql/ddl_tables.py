"""SQL for tables and their constraints."""

from __future__ import annotations

import re
from collections.abc import Sequence as Statements

from daybreak.core.catalog import Address, Catalog, Column, Constraint, Table
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.dialects.postgresql import ddl_columns, ddl_indexes
from daybreak.dialects.postgresql.ddl_rights import granted
from daybreak.dialects.postgresql.quoting import (
    full,
    literal,
    named,
    options_change,
    owner,
    quoted,
    storage,
)

_IDENTITIES = {"d": "DEFAULT", "n": "NOTHING", "f": "FULL"}


def create_table(change: Create, item: Table, after: Catalog) -> Statements[str]:
    name = named(item.schema, item.name, after)
    return [_create(name, item, after), *table_parts(item, after)]


def table_parts(item: Table, after: Catalog) -> list[str]:
    """What follows CREATE TABLE: indexes, comments and the properties that it has no place for."""
    name = named(item.schema, item.name, after)
    sql = []
    for column in item.columns:
        sql += ddl_columns.column_extras(ddl_columns.of_table(item, column), column, after)
    for constraint in item.constraints:
        if _inline(constraint):
            sql += constraint_extras(_of(item, constraint), constraint, after)
    for index in item.indexes:
        if index.parent is None:
            address = Address("index", item.schema, index.name, item.name)
            sql += ddl_indexes.create_index(Create(address, index), index, after)
    facts = table_facts(name, Table(item.schema, item.name), item)
    return [*sql, *facts, *granted(Address("table", item.schema, item.name), item, after)]


def drop_table(change: Drop, item: Table, before: Catalog) -> Statements[str]:
    kind = "FOREIGN TABLE" if item.foreign else "TABLE"
    return [f"DROP {kind} {named(item.schema, item.name, before)}"]


def rename_table(change: Rename, before: Catalog) -> Statements[str]:
    address, to = change.address, change.to
    sql = []
    if address.schema != to.schema:
        old = named(address.schema, address.name, before)
        sql.append(f"ALTER TABLE {old} SET SCHEMA {quoted(to.schema)}")
    if address.name != to.name:
        old = named(to.schema, address.name, before)
        sql.append(f"ALTER TABLE {old} RENAME TO {quoted(to.name)}")
    return sql


def alter_table(change: Alter, old: Table, new: Table, after: Catalog) -> Statements[str]:
    name = named(new.schema, new.name, after)
    changed = set(change.fields)
    sql = []
    if "inherits" in changed:
        gone = [parent for parent in old.inherits if parent not in new.inherits]
        added = [parent for parent in new.inherits if parent not in old.inherits]
        sql += [f"ALTER TABLE {name} NO INHERIT {named(*parent, after)}" for parent in gone]
        sql += [f"ALTER TABLE {name} INHERIT {named(*parent, after)}" for parent in added]
    if "partition_of" in changed:
        if old.partition_of:
            parent = named(*old.partition_of[:2], after)
            sql.append(f"ALTER TABLE {parent} DETACH PARTITION {name}")
        if new.partition_of:
            parent = named(*new.partition_of[:2], after)
            sql.append(f"ALTER TABLE {parent} ATTACH PARTITION {name} {new.partition_of[2]}")
    if "of_type" in changed:
        sql.append(f"ALTER TABLE {name} " + (f"OF {new.of_type}" if new.of_type else "NOT OF"))
    if "access_method" in changed:
        method = quoted(new.access_method) if new.access_method else "heap"
        sql.append(f"ALTER TABLE {name} SET ACCESS METHOD {method}")
    if "persistence" in changed:
        kind = "UNLOGGED" if new.persistence == "unlogged" else "LOGGED"
        sql.append(f"ALTER TABLE {name} SET {kind}")
    if "options" in changed:
        sql += options_change(old.options, new.options, f"ALTER TABLE {name}")
    facts = {"row_security", "force_row_security", "replica_identity", "comment"}
    return sql + table_facts(name, old, new, changed & facts)


def table_facts(name: str, old: Table, new: Table, changed: set[str] | None = None) -> list[str]:
    """Row security, replica identity and comment; all that differ, or those in `changed`."""
    facts = {
        "row_security": f"ALTER TABLE {name} {_switch(new.row_security)} ROW LEVEL SECURITY",
        "force_row_security": f"ALTER TABLE {name} {'' if new.force_row_security else 'NO '}"
        "FORCE ROW LEVEL SECURITY",
        "replica_identity": f"ALTER TABLE {name} REPLICA IDENTITY {_identity(new)}",
        "comment": f"COMMENT ON TABLE {name} IS {literal(new.comment)}",
    }
    return [
        statement
        for field, statement in facts.items()
        if not (field == "replica_identity" and new.replica_identity == "index")
        and getattr(old, field) != getattr(new, field)
        and (changed is None or field in changed)
    ]


def create_constraint(change: Create, item: Constraint, after: Catalog) -> Statements[str]:
    if item.kind == "not null" and item.validated and not item.no_inherit and after.version < 18:
        return []
    table, name = _owner(change.address, after), quoted(item.name)
    definition = _definition(item, after)
    return [
        f"{table} ADD CONSTRAINT {name} {definition}",
        *constraint_extras(change.address, item, after),
    ]


def drop_constraint(change: Drop, before: Catalog) -> Statements[str]:
    return [f"{_owner(change.address, before)} DROP CONSTRAINT {quoted(change.address.name)}"]


def rename_constraint(change: Rename, before: Catalog) -> Statements[str]:
    old, new = quoted(change.address.name), quoted(change.to.name)
    return [f"{_owner(change.address, before)} RENAME CONSTRAINT {old} TO {new}"]


def alter_constraint(
    change: Alter, old: Constraint, new: Constraint, before: Catalog, after: Catalog
) -> Statements[str]:
    """What can be altered in place is; anything else is dropped and made again."""
    address, changed = change.address, set(change.fields)
    facts = {"comment", "index_comment", "clustered", "replica_identity", "options", "tablespace"}
    if changed - facts - {"local"}:
        head, name = _owner(address, after), quoted(address.name)
        if changed <= {"validated", "definition"} and new.validated and _only_validated(old, new):
            return [f"{head} VALIDATE CONSTRAINT {name}"]
        if old.kind == "foreign key" and changed <= {
            "deferrable",
            "initially_deferred",
            "definition",
        }:
            return [f"{head} ALTER CONSTRAINT {name}{_deferral(new)}"]
        return [
            *drop_constraint(Drop(address, old), before),
            *create_constraint(Create(address, new), new, after),
        ]
    return constraint_extras(address, new, after, old, changed)


def constraint_extras(
    address: Address,
    new: Constraint,
    after: Catalog,
    old: Constraint | None = None,
    changed: set[str] | None = None,
) -> list[str]:
    """Comments and the properties of the index below a key."""
    sql = []
    old = old or Constraint(new.name, new.kind, new.definition)
    name, index = quoted(new.name), named(address.schema, new.name, after)

    def differs(field: str) -> bool:
        wanted = changed is None or field in changed
        return wanted and getattr(old, field) != getattr(new, field)

    if differs("comment"):
        target = f"DOMAIN {owner(address, after)}" if _of_domain(address, after) else None
        target = target or owner(address, after)
        sql.append(f"COMMENT ON CONSTRAINT {name} ON {target} IS {literal(new.comment)}")
    if differs("index_comment"):
        sql.append(f"COMMENT ON INDEX {index} IS {literal(new.index_comment)}")
    if differs("options"):
        sql += options_change(old.options, new.options, f"ALTER INDEX {index}")
    table = f"ALTER TABLE {owner(address, after)}"
    if differs("clustered"):
        sql.append(
            f"{table} CLUSTER ON {name}" if new.clustered else f"{table} SET WITHOUT CLUSTER"
        )
    if differs("replica_identity") and new.replica_identity:
        sql.append(f"{table} REPLICA IDENTITY USING INDEX {name}")
    return sql


def _create(name: str, item: Table, after: Catalog) -> str:
    kind = "FOREIGN TABLE" if item.foreign else "TABLE"
    kind = f"UNLOGGED {kind}" if item.persistence == "unlogged" else kind
    lines = [_column(item, column, after) for column in item.columns if column.local]
    lines += [
        f"CONSTRAINT {quoted(constraint.name)} {_definition(constraint, after)}"
        for constraint in item.constraints
        if _inline(constraint)
    ]
    body = "(\n    " + ",\n    ".join(lines) + "\n)" if lines else "()"
    if item.partition_of:
        schema, parent, bound = item.partition_of
        head = f"CREATE {kind} {name} PARTITION OF {named(schema, parent, after)}"
        head += f" {bound}" if not lines else f" {body} {bound}"
    elif item.of_type:
        head = f"CREATE {kind} {name} OF {item.of_type}"
    else:
        head = f"CREATE {kind} {name} {body}"
    if item.inherits:
        parents = ", ".join(named(*parent, after) for parent in item.inherits)
        head += f"\nINHERITS ({parents})"
    if item.partition_by:
        head += f"\nPARTITION BY {item.partition_by}"
    if item.access_method:
        head += f"\nUSING {quoted(item.access_method)}"
    if item.options:
        head += f"\nWITH ({storage(item.options)})"
    if item.tablespace:
        head += f"\nTABLESPACE {quoted(item.tablespace)}"
    return f"{head}\n{item.foreign}" if item.foreign else head


def _column(table: Table, column: Column, after: Catalog) -> str:
    return ddl_columns.table_column(ddl_columns.of_table(table, column), column, after)


def _inline(constraint: Constraint) -> bool:
    """Foreign keys are changes of their own, a NOT NULL stands with its column."""
    if constraint.kind == "not null":
        return constraint.no_inherit or not constraint.validated
    return constraint.local and constraint.kind != "foreign key"


def _definition(item: Constraint, after: Catalog) -> str:
    """The server's text, without the default schema before the referred table."""
    if item.referred is None:
        return item.definition
    short = named(*item.referred, after)
    return item.definition.replace(
        f"REFERENCES {full(*item.referred)}(", f"REFERENCES {short} (", 1
    )


def _only_validated(old: Constraint, new: Constraint) -> bool:
    return not old.validated and re.sub(r" NOT VALID$", "", old.definition) == new.definition


def _deferral(item: Constraint) -> str:
    if not item.deferrable:
        return " NOT DEFERRABLE"
    return f" DEFERRABLE INITIALLY {'DEFERRED' if item.initially_deferred else 'IMMEDIATE'}"


def _of(table: Table, constraint: Constraint) -> Address:
    return Address("constraint", table.schema, constraint.name, table.name)


def _of_domain(address: Address, catalog: Catalog) -> bool:
    here = (address.schema, address.table)
    tables = any((table.schema, table.name) == here for table in catalog.tables)
    return not tables and any((item.schema, item.name) == here for item in catalog.domains)


def _owner(address: Address, catalog: Catalog) -> str:
    kind = "DOMAIN" if _of_domain(address, catalog) else "TABLE"
    return f"ALTER {kind} {owner(address, catalog)}"


def _switch(on: bool) -> str:
    return "ENABLE" if on else "DISABLE"


def _identity(table: Table) -> str:
    return _IDENTITIES.get(table.replica_identity or "d", table.replica_identity or "DEFAULT")
