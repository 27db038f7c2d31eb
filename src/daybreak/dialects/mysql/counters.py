"""AUTO_INCREMENT needs, at every moment, a key that begins with its column.

A key that goes takes the counter along and one that comes brings it back, in one statement each;
`diff` does the rest, where the column itself starts or stops counting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from daybreak.core.catalog import Address, Catalog, Column, Constraint, Index, Table
from daybreak.dialects.mysql.keys import constraint_text, index_text
from daybreak.dialects.mysql.tables import column_text, table_of


def key_of_new(address: Address, column: Column, after: Catalog) -> str | None:
    """The key that a new counting column needs in the statement that adds it."""
    table = table_of(after, address)
    if not column.auto_increment or table is None:
        return None
    for key in _keys(table):
        if _leads(key) == column.name:
            return constraint_text(key) if isinstance(key, Constraint) else index_text(key)
    return None


def comes_with_column(
    address: Address, columns: tuple[str, ...], before: Catalog, after: Catalog
) -> bool:
    """Whether `key_of_new` has made this key together with its column."""
    was, now = table_of(before, address), table_of(after, address)
    if was is None or now is None or not columns:
        return False
    column = _counting(now)
    if column is None or column.name != columns[0] or _column(was, column.name):
        return False
    return next(key.name for key in _keys(now) if _leads(key) == column.name) == address.name


def stop(address: Address, before: Catalog, after: Catalog) -> Sequence[str]:
    """MODIFY without AUTO_INCREMENT, where the key that goes is the last that allows it."""
    table, now = table_of(before, address), table_of(after, address)
    column = _counting(table) if table else None
    if table is None or now is None or column is None:
        return []
    keys = [key for key in _keys(table) if _leads(key) == column.name]
    kept = [key for key in keys if key in (*now.constraints, *now.indexes)]
    stays = _column(now, column.name)
    if address.name not in {key.name for key in keys} or any(k.name != address.name for k in kept):
        return []
    if stays is not None and not stays.auto_increment:
        return []  # it has stopped before
    return [f"MODIFY COLUMN {column_text(replace(column, auto_increment=False))}"]


def start(address: Address, before: Catalog, after: Catalog) -> Sequence[str]:
    """MODIFY with AUTO_INCREMENT, where the key that comes is the one that `stop` waits for."""
    was, table = table_of(before, address), table_of(after, address)
    column = _counting(table) if table else None
    if was is None or table is None or column is None:
        return []
    counted = _column(was, column.name)
    old = {key.name: key for key in _keys(was) if _leads(key) == column.name}
    new = [key for key in _keys(table) if _leads(key) == column.name]
    if counted is None or not counted.auto_increment:
        return []  # it starts afterwards
    if any(old.get(key.name) == key for key in new) or new[0].name != address.name:
        return []
    return [f"MODIFY COLUMN {column_text(column)}"]


def _keys(table: Table) -> Iterator[Constraint | Index]:
    yield from (c for c in table.constraints if c.kind == "primary key")
    yield from table.indexes


def _leads(key: Constraint | Index) -> str | None:
    return key.columns[0] if isinstance(key, Constraint) else key.keys[0].column


def _counting(table: Table) -> Column | None:
    return next((column for column in table.columns if column.auto_increment), None)


def _column(table: Table, name: str) -> Column | None:
    return next((column for column in table.columns if column.name == name), None)
