"""AUTO_INCREMENT needs, at every moment, a key that begins with its column.

Between its old key and its new one a counting column has a passing one. Where a column itself
starts or stops counting, `diff` does so while it has its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daybreak.core.catalog import Address, Catalog, Column, Constraint, Index, Table
from daybreak.dialects.mysql.tables import table_of
from daybreak.dialects.mysql.texts import quoted


def passing_key(column: Column) -> str:
    """A key for the column alone."""
    return f"UNIQUE INDEX {_passing(column)} ({quoted(column.name)})"


def stop(address: Address, before: Catalog, after: Catalog) -> Sequence[str]:
    """The passing key, where the key that goes is the last that the counting column has."""
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
    return [f"ADD {passing_key(column)}"]


def start(address: Address, before: Catalog, after: Catalog) -> Sequence[str]:
    """The end of the passing key, where this key is the first that the counting column gets."""
    was, table = table_of(before, address), table_of(after, address)
    column = _counting(table) if table else None
    if was is None or table is None or column is None:
        return []
    counted = _column(was, column.name)
    old = {key.name: key for key in _keys(was) if _leads(key) == column.name}
    new = [key for key in _keys(table) if _leads(key) == column.name]
    if any(old.get(key.name) == key for key in new) or new[0].name != address.name:
        return []
    if counted is not None and not counted.auto_increment:
        return []  # it starts to count afterwards
    return [f"DROP INDEX {_passing(column)}"]


def _passing(column: Column) -> str:
    return quoted(f"{column.name[:57]}_counts")


def _keys(table: Table) -> Iterator[Constraint | Index]:
    yield from (c for c in table.constraints if c.kind == "primary key")
    yield from table.indexes


def _leads(key: Constraint | Index) -> str | None:
    return key.columns[0] if isinstance(key, Constraint) else key.keys[0].column


def _counting(table: Table) -> Column | None:
    return next((column for column in table.columns if column.auto_increment), None)


def _column(table: Table, name: str) -> Column | None:
    return next((column for column in table.columns if column.name == name), None)
