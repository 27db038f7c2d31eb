"""What MySQL refuses under another charset, collation or partitioning, as conditions of rows."""

from __future__ import annotations

import re

from daybreak.core.catalog import Column, IndexKey, Table

ALL_CHARACTERS = "utf8mb4"
_TEXTS = re.compile(r"(?:var)?char\b|(?:tiny|medium|long)?text\b")
_RANGE = re.compile(r"PARTITION BY RANGE(?: COLUMNS)? (\(.+?\))\n")
_LIST = re.compile(r"PARTITION BY LIST(?: COLUMNS)? (\(.+?\))\n")


def charset_of(column: Column, table: Table) -> str | None:
    """None for what is no text, and where the server knows no charset of a column."""
    return (column.charset or table.charset) if _TEXTS.match(column.type) else None


def collation_of(column: Column, table: Table) -> str | None:
    return (column.collation or table.collation) if charset_of(column, table) else None


def lacking(name: str, charset: str) -> str:
    """The condition of values with characters that `charset` does not have."""
    return f"CONVERT(CONVERT({name} USING {charset}) USING {ALL_CHARACTERS}) <> {name}"


def unique_over(table: Table, name: str) -> list[tuple[str, tuple[str, ...]]]:
    """The keys of `table` that allow no equal rows and have the column; each with its columns."""
    keys = [
        (c.name, c.columns)
        for c in table.constraints
        if c.kind in ("primary key", "unique") and name in c.columns
    ]
    for index in table.indexes:
        columns = _columns(index.keys)
        if index.unique and columns and name in columns:
            keys.append((index.name, columns))
    return keys


def outside(clause: str) -> str | None:
    """The condition of rows that a PARTITION BY clause has no partition for; None if none can be.

    Source: "RANGE Partitioning", "LIST Partitioning".
    """
    if found := _RANGE.search(clause):
        bounds = re.findall(r"VALUES LESS THAN (MAXVALUE|\(.+\))", clause)
        return None if "MAXVALUE" in bounds[-1] else f"{found[1]} >= {bounds[-1]}"
    if found := _LIST.search(clause):
        values = re.findall(r"VALUES IN \((.+)\)", clause)
        return f"{found[1]} NOT IN ({', '.join(values)})"
    return None


def _columns(keys: tuple[IndexKey, ...]) -> tuple[str, ...]:
    return tuple(key.column for key in keys if key.column)
