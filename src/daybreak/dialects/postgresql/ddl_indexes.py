"""SQL for indexes that no constraint owns."""

from __future__ import annotations

from collections.abc import Sequence as Statements

from daybreak.core.catalog import Address, Catalog, Index
from daybreak.core.change import Alter, Create, Drop, Rename
from daybreak.dialects.postgresql.quoting import (
    full,
    literal,
    named,
    options_change,
    owner,
    quoted,
    storage,
)

_FACTS = {"comment", "options", "statistics", "clustered", "replica_identity", "tablespace"}


def create_index(change: Create, item: Index, after: Catalog) -> Statements[str]:
    if item.parent is not None:  # the partitioned table's own index makes it
        return []
    table = full(change.address.schema, change.address.table or "")
    sql = item.definition.replace(f" ON {table} ", f" ON {owner(change.address, after)} ", 1)
    if item.tablespace and " TABLESPACE " not in sql:
        head, where, predicate = sql.partition(" WHERE ")
        sql = f"{head} TABLESPACE {quoted(item.tablespace)}{where}{predicate}"
    return [sql, *index_extras(change.address, Index(item.name, "", ()), item, after)]


def drop_index(change: Drop, item: Index, before: Catalog) -> Statements[str]:
    if item.parent is not None:
        return []
    return [f"DROP INDEX {_name(change.address, before)}"]


def rename_index(change: Rename, before: Catalog) -> Statements[str]:
    return [f"ALTER INDEX {_name(change.address, before)} RENAME TO {quoted(change.to.name)}"]


def alter_index(
    change: Alter, old: Index, new: Index, before: Catalog, after: Catalog
) -> Statements[str]:
    """What can be altered in place is; anything else is built again."""
    changed = set(change.fields)
    if _same_keys(old, new):
        changed.discard("definition")
    if changed - _FACTS - {"parent"}:
        return [
            *drop_index(Drop(change.address, old), old, before),
            *create_index(Create(change.address, new), new, after),
        ]
    options = old.options != new.options and set(change.fields) & {"options", "definition"}
    head = f"ALTER INDEX {_name(change.address, after)}"
    sql = options_change(old.options, new.options, head) if options else []
    return [*sql, *index_extras(change.address, old, new, after, changed)]


def index_extras(
    address: Address, old: Index, new: Index, after: Catalog, changed: set[str] | None = None
) -> list[str]:
    """What CREATE INDEX has no place for: comment, statistics, CLUSTER ON, replica identity."""
    sql = []
    name, table = _name(address, after), f"ALTER TABLE {owner(address, after)}"

    def differs(field: str) -> bool:
        wanted = changed is None or field in changed
        return wanted and getattr(old, field) != getattr(new, field)

    if differs("comment"):
        sql.append(f"COMMENT ON INDEX {name} IS {literal(new.comment)}")
    if differs("statistics"):
        targets = {key: -1 for key, _ in old.statistics} | dict(new.statistics)
        for number, target in targets.items():
            sql.append(f"ALTER INDEX {name} ALTER COLUMN {number} SET STATISTICS {target}")
    if differs("clustered"):
        on = f"CLUSTER ON {quoted(new.name)}" if new.clustered else "SET WITHOUT CLUSTER"
        sql.append(f"{table} {on}")
    if differs("replica_identity") and new.replica_identity:
        sql.append(f"{table} REPLICA IDENTITY USING INDEX {quoted(new.name)}")
    return sql


def _name(address: Address, catalog: Catalog) -> str:
    return named(address.schema, address.name, catalog)


def _same_keys(old: Index, new: Index) -> bool:
    """Whether the definitions differ by nothing but the storage parameters."""
    return _bare(old) == _bare(new)


def _bare(item: Index) -> str:
    spellings = [
        ", ".join(f"{name}{space}={space}{quote}{value}{quote}" for name, value in item.options)
        for space in ("", " ")
        for quote in ("'", "")
    ]
    text = item.definition
    for spelling in {storage(item.options), *spellings} if item.options else ():
        text = text.replace(f" WITH ({spelling})", "")
    return text
