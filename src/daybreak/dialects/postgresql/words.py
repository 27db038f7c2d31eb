"""What SQLAlchemy's constructs call the facts of a catalog, and which facts they have no word for.

`UNSAID` names, kind by kind, the fields that follow as SQL once the object is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Index,
    IndexKey,
    Kind,
    Object,
    Options,
    Table,
)
from daybreak.dialects.postgresql import casts
from daybreak.dialects.postgresql.ddl_columns import serial_of
from daybreak.dialects.postgresql.quoting import quoted

UNSAID: Mapping[Kind, frozenset[str]] = {
    "table": frozenset({"row_security", "force_row_security", "replica_identity", "grants"}),
    "column": frozenset({"storage", "compression", "statistics", "options", "grants"}),
    "constraint": frozenset(
        {"comment", "index_comment", "options", "clustered", "replica_identity"}
    ),
    "index": frozenset({"comment", "statistics", "clustered", "replica_identity"}),
}

RENAMES_COLUMN = True  # op.alter_column(new_column_name=…) touches nothing else

BEFORE_MOVES = True  # a type that is made anew asks what stands on it


def table_words(item: Table) -> dict[str, Any] | None:
    """None where only SQL says it: partitions, typed and foreign tables."""
    if item.partition_of or item.of_type or item.foreign:
        return None
    if not all(column.local for column in item.columns):
        return None
    if any(schema != item.schema for schema, _ in item.inherits):
        return None
    words: dict[str, Any] = {}
    if item.partition_by:
        words["postgresql_partition_by"] = item.partition_by
    if item.inherits:
        words["postgresql_inherits"] = tuple(name for _, name in item.inherits)
    if item.options:
        words["postgresql_with"] = _options(item.options)
    if item.tablespace:
        words["postgresql_tablespace"] = item.tablespace
    if item.access_method:
        words["postgresql_using"] = item.access_method
    if item.persistence == "unlogged":
        words["prefixes"] = ["UNLOGGED"]
    return words


def says_column(item: Column) -> bool:
    """Whether a Column says everything but what is in UNSAID."""
    return True


def alters_column(fields: frozenset[str], old: Column, new: Column) -> bool:
    if not fields <= {"type", "collation", "not_null", "default", "comment"}:
        return False
    return not (old.generated or new.generated)


def default_stays(old: Column, new: Column) -> bool:
    """A constant keeps the cast to the old type."""
    return (new.default or "").startswith("nextval(") and old.default == new.default


def counts_by_itself(address: Address, item: Column, catalog: Catalog) -> bool:
    """Whether SERIAL makes the column and its sequence."""
    return serial_of(address, item, catalog) is not None


def constraint_words(item: Constraint) -> dict[str, Any] | None:
    """None where only SQL says it."""
    if item.on_delete_columns or item.no_inherit or not item.enforced or item.tablespace:
        return None
    if item.kind in ("exclude", "not null") or "PERIOD" in item.definition:
        return None
    if "WITHOUT OVERLAPS" in item.definition:
        return None
    words: dict[str, Any] = {}
    if item.include:
        words["postgresql_include"] = list(item.include)
    if item.nulls_not_distinct:
        words["postgresql_nulls_not_distinct"] = True
    if not item.validated:
        words["postgresql_not_valid"] = True
    return words


def index_words(item: Index) -> dict[str, Any] | None:
    """None where only SQL says it."""
    if item.parent or not item.valid:
        return None
    words: dict[str, Any] = {}
    if item.method != "btree":
        words["postgresql_using"] = item.method
    classes = {key.column: key.opclass for key in item.keys if key.column and is_plain(key)}
    if any(classes.values()):
        words["postgresql_ops"] = {name: opclass for name, opclass in classes.items() if opclass}
    if item.include:
        words["postgresql_include"] = list(item.include)
    if item.nulls_not_distinct:
        words["postgresql_nulls_not_distinct"] = True
    if item.options:
        words["postgresql_with"] = _options(item.options)
    if item.tablespace:
        words["postgresql_tablespace"] = item.tablespace
    return words


def is_plain(key: IndexKey) -> bool:
    """Whether the key's column name alone, with its operator class apart, is all there is."""
    return not (key.collation or key.descending or key.nulls_first)


def key_sql(key: IndexKey) -> str:
    parts = [quoted(key.column) if key.column else f"({key.expression})"]
    if key.collation:
        parts.append(f"COLLATE {key.collation}")
    if key.opclass:
        parts.append(key.opclass)
    if key.descending:
        parts.append("DESC" if key.nulls_first else "DESC NULLS LAST")
    elif key.nulls_first:
        parts.append("NULLS FIRST")
    return " ".join(parts)


def using(column: str, before: str, after: str) -> str | None:
    return casts.using(quoted(column), before, after)


def is_one_step(item: Column | Constraint | Index, statements: Sequence[str]) -> bool:
    """Not a key with INCLUDE: Alembic makes it without these columns, and SQLAlchemy wants them."""
    return not isinstance(item, Constraint) or not item.include


def implied(item: Object, name: str | None) -> bool:
    """A partition's index comes with the parent's; an index says that it is a replica identity."""
    if isinstance(item, Index) and name is None:
        return item.parent is not None
    if isinstance(item, Index | Constraint) and name == "replica_identity":
        return not item.replica_identity
    index = isinstance(item, Table) and item.replica_identity == "index"
    return index and name == "replica_identity"


def needs_commit(sql: str) -> bool:
    """A new label of an enum, which no statement of the same transaction can use."""
    return sql.startswith("ALTER TYPE ") and " ADD VALUE " in sql


def _options(options: Options) -> dict[str, Any]:
    return dict(options)
