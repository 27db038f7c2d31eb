"""SQL for columns."""

from __future__ import annotations

from collections.abc import Sequence as Statements
from dataclasses import replace

from daybreak.core.catalog import Address, Catalog, Column, Identity, Sequence, Table
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.dialects.postgresql.casts import using
from daybreak.dialects.postgresql.ddl_rights import granted
from daybreak.dialects.postgresql.quoting import full, literal, options_change, owner, quoted

_SERIALS = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_RETYPED = {"type", "collation"}
_EXPRESSED = _RETYPED | {
    "not_null",
    "default",
    "identity",
    "generated",
    "stored",
    "comment",
    "storage",
    "compression",
    "statistics",
    "options",
}


def create_column(change: Create, item: Column, after: Catalog) -> Statements[str]:
    table = owner(change.address, after)
    sequence = serial_of(change.address, item, after)
    if sequence is not None:
        item = replace(item, type=_SERIALS[item.type], default=None)
    return [
        f"ALTER TABLE {table} ADD COLUMN {column_sql(item)}",
        *column_extras(change.address, item, after),
    ]


def drop_column(change: Drop, before: Catalog) -> Statements[str]:
    return [f"ALTER TABLE {owner(change.address, before)} DROP COLUMN {_name(change)}"]


def rename_column(change: Rename, before: Catalog) -> Statements[str]:
    table = owner(change.address, before)
    return [f"ALTER TABLE {table} RENAME COLUMN {_name(change)} TO {quoted(change.to.name)}"]


def alter_column(
    change: Alter, old: Column, new: Column, before: Catalog, after: Catalog
) -> Statements[str]:
    changed = set(change.fields) & _EXPRESSED
    head = f"ALTER TABLE {owner(change.address, after)} ALTER COLUMN {_name(change)}"
    if changed & {"generated", "stored"} and not _can_alter_generated(old, new, after.version):
        address = change.address
        return [
            *drop_column(Drop(address, old), after),
            *create_column(Create(address, new), new, after),
        ]
    sql = []
    retyped = bool(changed & _RETYPED)
    if old.identity and not new.identity and "identity" in changed:
        sql.append(f"{head} DROP IDENTITY")
    if old.generated and not new.generated:
        sql.append(f"{head} DROP EXPRESSION")
    if old.default is not None and (
        retyped or ("default" in changed and new.default is None) or "identity" in changed
    ):
        sql.append(f"{head} DROP DEFAULT")
    sequence = serial_of(change.address, old, before)
    if sequence is not None and new.identity and not old.identity:
        sql.append(f"DROP SEQUENCE {full(sequence.schema, sequence.name)}")
    if retyped:
        sql.append(f"{head} TYPE {type_sql(new)}{_using(change, old, new)}")
    if "generated" in changed and old.generated and new.generated:
        sql.append(f"{head} SET EXPRESSION AS ({new.generated})")
    if "not_null" in changed:
        sql.append(f"{head} {'SET' if new.not_null else 'DROP'} NOT NULL")
    if new.default is not None and (retyped or "default" in changed):
        sql.append(f"{head} SET DEFAULT {new.default}")
    if "identity" in changed and new.identity:
        sql += _identity_change(head, change.address, old, new, retyped)
    return [*sql, *_facts(head, change.address, old, new, changed, after)]


def column_extras(address: Address, item: Column, after: Catalog) -> list[str]:
    """What a column's definition in CREATE TABLE or ADD COLUMN has no place for."""
    head = f"ALTER TABLE {owner(address, after)} ALTER COLUMN {quoted(address.name)}"
    changed = {"comment", "statistics", "options", "storage"}
    facts = _facts(head, address, Column(item.name, item.type), item, changed, after)
    return [*facts, *granted(address, item, after)]


def column_sql(item: Column) -> str:
    """The column as it stands in CREATE TABLE; storage, statistics and comment follow."""
    parts = [quoted(item.name), type_sql(item)]
    if item.compression:
        parts.append(f"COMPRESSION {item.compression}")
    if item.generated is not None:
        kept = "STORED" if item.stored else "VIRTUAL"
        parts.append(f"GENERATED ALWAYS AS ({item.generated}) {kept}")
    elif item.identity is not None:
        parts.append(identity_sql(item.identity, item.type))
    elif item.default is not None:
        parts.append(f"DEFAULT {item.default}")
    if item.not_null:
        parts.append("NOT NULL")
    return " ".join(parts)


def type_sql(item: Column) -> str:
    """The type with its collation, without which a change of type would reset it."""
    return f"{item.type} COLLATE {item.collation}" if item.collation else item.type


def identity_sql(identity: Identity, type_text: str) -> str:
    kind = "ALWAYS" if identity.always else "BY DEFAULT"
    options = identity_options(identity, type_text)
    return f"GENERATED {kind} AS IDENTITY" + (f" ({' '.join(options)})" if options else "")


def identity_options(item: Identity | Sequence, type_text: str) -> list[str]:
    """The options of a sequence that are not what the server gives by itself."""
    largest = _LARGEST.get(type_text, _LARGEST["bigint"])
    rising = item.increment > 0
    minimum, maximum = (1, largest) if rising else (-largest - 1, -1)
    options = []
    if item.increment != 1:
        options.append(f"INCREMENT BY {item.increment}")
    if item.minimum != minimum:
        options.append(f"MINVALUE {item.minimum}")
    if item.maximum != maximum:
        options.append(f"MAXVALUE {item.maximum}")
    if item.start != (item.minimum if rising else item.maximum):
        options.append(f"START WITH {item.start}")
    if item.cache != 1:
        options.append(f"CACHE {item.cache}")
    if item.cycle:
        options.append("CYCLE")
    return options


def serial_of(address: Address, item: Column, catalog: Catalog) -> Sequence | None:
    """The sequence that SERIAL would make for this column just as it is; None otherwise."""
    if item.type not in _SERIALS or item.default is None or not item.not_null:
        return None
    for sequence in catalog.sequences:
        if (
            sequence.schema == address.schema
            and sequence.owned_by == (address.table, item.name)
            and sequence.name == f"{address.table}_{item.name}_seq"[:63]
            and item.default
            == f"nextval({literal(full(sequence.schema, sequence.name))}::regclass)"
        ):
            plain = sequence.type == item.type and not identity_options(sequence, item.type)
            return sequence if plain else None
    return None


def _name(change: Create | Drop | Alter | Rename) -> str:
    return quoted(change.address.name)


def _using(change: Alter, old: Column, new: Column) -> str:
    expression = using(_name(change), old.type, new.type)
    return f" USING {expression}" if expression else ""


def _can_alter_generated(old: Column, new: Column, version: int) -> bool:
    """Whether the column can stay: an expression is dropped, or set anew from version 17 on."""
    if old.generated and not new.generated:
        return old.stored
    return bool(
        old.generated
        and new.generated
        and version >= 17
        and old.stored == new.stored
        and old.type == new.type
    )


def _identity_change(
    head: str, address: Address, old: Column, new: Column, retyped: bool
) -> list[str]:
    was, now = old.identity, new.identity
    if now is None:
        return []
    if was is None:
        add = f"{head} ADD {identity_sql(now, new.type)}"
        return [add] if old.not_null or not new.not_null else [f"{head} SET NOT NULL", add]
    parts = []
    if was.always != now.always:
        parts.append(f"SET GENERATED {'ALWAYS' if now.always else 'BY DEFAULT'}")
    parts += [
        f"SET {words} {getattr(now, field)}"
        for field, words in IDENTITY_OPTIONS.items()
        if getattr(was, field) != getattr(now, field)
        and not (retyped and _follows(field, old, new))
    ]
    if was.cycle != now.cycle:
        parts.append(f"SET {'CYCLE' if now.cycle else 'NO CYCLE'}")
    sql = [f"{head} {' '.join(parts)}"] if parts else []
    if was.sequence != now.sequence:
        old_name = full(address.schema, was.sequence)
        sql.insert(0, f"ALTER SEQUENCE {old_name} RENAME TO {quoted(now.sequence)}")
    return sql


def _follows(field: str, old: Column, new: Column) -> bool:
    """Whether the bound is each type's own: a change of the type changes it with the sequence."""
    if field not in {"minimum", "maximum"}:
        return False
    word = {"minimum": "MINVALUE", "maximum": "MAXVALUE"}[field]
    return not any(
        option.startswith(word)
        for item in (old, new)
        if item.identity
        for option in identity_options(item.identity, item.type)
    )


IDENTITY_OPTIONS = {
    "increment": "INCREMENT BY",
    "minimum": "MINVALUE",
    "maximum": "MAXVALUE",
    "start": "START WITH",
    "cache": "CACHE",
}


def _facts(
    head: str, address: Address, old: Column, new: Column, changed: set[str], after: Catalog
) -> list[str]:
    sql = []
    if "storage" in changed and old.storage != new.storage:
        sql.append(f"{head} SET STORAGE {new.storage or 'DEFAULT'}")
    if "compression" in changed and old.compression != new.compression:
        sql.append(f"{head} SET COMPRESSION {new.compression or 'default'}")
    if "statistics" in changed and old.statistics != new.statistics:
        target = -1 if new.statistics is None else new.statistics
        sql.append(f"{head} SET STATISTICS {target}")
    if "options" in changed:
        sql += options_change(old.options, new.options, head)
    if "comment" in changed and old.comment != new.comment:
        column = f"{owner(address, after)}.{quoted(address.name)}"
        sql.append(f"COMMENT ON COLUMN {column} IS {literal(new.comment)}")
    return sql


def of_table(table: Table, column: Column) -> Address:
    return Address("column", table.schema, column.name, table.name)


def table_column(address: Address, item: Column, after: Catalog) -> str:
    """The column as it stands in CREATE TABLE, where SERIAL makes its own sequence."""
    if serial_of(address, item, after) is not None:
        return f"{quoted(item.name)} {_SERIALS[item.type]} NOT NULL"
    return column_sql(item)
