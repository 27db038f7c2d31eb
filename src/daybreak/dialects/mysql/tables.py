"""SQL of tables and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from daybreak.core.catalog import Address, Catalog, Column, Table
from daybreak.dialects.mysql.keys import constraint_text, index_text
from daybreak.dialects.mysql.texts import literal, qualified, quoted

_TEXTS = re.compile(r"(?:var)?char\b|(?:tiny|medium|long)?text\b|enum\b|set\b")
_GROWS = re.compile(r"(?:tiny|medium|long)?text\b")
# Source: "Determination of Safe and Unsafe Statements in Binary Logging".
_EACH_ROW = re.compile(
    r"\b(?:uuid|uuid_short|rand|random_bytes|sysdate|version|connection_id|(?:current_|session_|"
    r"system_)?user)\s*\(",
    re.IGNORECASE,
)
_QUOTED = frozenset({"COMPRESSION", "ENCRYPTION", "SECONDARY_ENGINE"})
# What takes an option back; the others know DEFAULT. Source: "CREATE TABLE Statement".
_UNSET = {
    "AVG_ROW_LENGTH": "0",
    "CHECKSUM": "0",
    "COMPRESSION": "",
    "DELAY_KEY_WRITE": "0",
    "ENCRYPTION": "N",
    "KEY_BLOCK_SIZE": "0",
    "MAX_ROWS": "0",
    "MIN_ROWS": "0",
}


def alter(table: str, pieces: Iterable[str]) -> str:
    """One statement; several pieces stand below each other."""
    parts = list(pieces)
    if len(parts) == 1:
        return f"ALTER TABLE {table} {parts[0]}"
    return f"ALTER TABLE {table}\n  " + ",\n  ".join(parts)


def create_table(table: Table) -> str:
    """The table with its keys and checks; foreign keys and triggers follow."""
    lines = [
        *map(column_text, table.columns),
        *(constraint_text(c) for c in table.constraints if c.kind == "primary key"),
        *map(index_text, table.indexes),
        *(constraint_text(c) for c in table.constraints if c.kind == "check"),
    ]
    text = f"CREATE TABLE {qualified(table.schema, table.name)} (\n  " + ",\n  ".join(lines) + "\n)"
    told = {"engine", "charset", "options"} | ({"comment"} if table.comment else set())
    options = " ".join(_options(table, told, {}))
    partitions = f"\n{table.partition_by}" if table.partition_by else ""
    return f"{text} {options}{partitions}"


def column_text(column: Column) -> str:
    """The whole column, as CREATE TABLE, ADD and MODIFY take it."""
    words = [quoted(column.name), column.type]
    if column.charset:
        words.append(f"CHARACTER SET {column.charset}")
    if column.collation:
        words.append(f"COLLATE {column.collation}")
    if column.generated is not None:
        kept = "STORED" if column.stored else "VIRTUAL"
        words.append(f"GENERATED ALWAYS AS ({column.generated}) {kept}")
    if column.not_null:
        words.append("NOT NULL")
    elif column.type.startswith("timestamp"):
        words.append("NULL")  # else explicit_defaults_for_timestamp=OFF makes it NOT NULL
    if column.srid is not None:
        words.append(f"SRID {column.srid}")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    if column.on_update:
        words.append(f"ON UPDATE {column.on_update}")
    if column.auto_increment:
        words.append("AUTO_INCREMENT")
    if column.invisible:
        words.append("INVISIBLE")
    if column.comment:
        words.append(f"COMMENT {literal(column.comment)}")
    return " ".join(words)


def add_column(address: Address, column: Column, more: Sequence[str] = ()) -> Sequence[str]:
    """A default that is new for each row can't come with its column, for the binary log's sake.

    So the rows there get theirs by UPDATE, as ADD COLUMN would have given it to them.
    """
    table, name = qualified(address.schema, address.table or ""), quoted(column.name)
    if not _EACH_ROW.search(re.sub(r"'(?:[^']|'')*'", "", column.default or "")):
        return [alter(table, [f"ADD COLUMN {column_text(column)}", *more])]
    bare = replace(column, default=None, on_update=None, not_null=False)
    return [
        alter(table, [f"ADD COLUMN {column_text(bare)}", *more]),
        f"UPDATE {table} SET {name} = {column.default}",  # noqa: S608 - the server's own text
        alter(table, [f"MODIFY COLUMN {column_text(column)}"]),
    ]


def alter_column(address: Address, was: Column, now: Column, before: Catalog) -> Sequence[str]:
    """One MODIFY with all that the column is, since MODIFY forgets what it is not told.

    MODIFY makes no virtual column of another, nor another of a virtual one. What is computed is
    made again instead; values that shall stay are computed into the table first.
    """
    table = qualified(address.schema, address.table or "")
    modify = alter(table, [f"MODIFY COLUMN {column_text(now)}"])
    was_virtual, now_virtual = _virtual(was), _virtual(now)
    if was_virtual == now_virtual:
        return [modify]
    stored = now if now.generated is not None else replace(was, stored=True)
    place = _place(address, was, before)
    again = alter(
        table, [f"DROP COLUMN {quoted(was.name)}", f"ADD COLUMN {column_text(stored)}{place}"]
    )
    return [again] if now.generated is not None else [again, modify]


def _virtual(column: Column) -> bool:
    return column.generated is not None and not column.stored


def _place(address: Address, column: Column, catalog: Catalog) -> str:
    """Where the column stands now."""
    table = table_of(catalog, address)
    names = [other.name for other in table.columns] if table else []
    if column.name not in names:
        return ""
    position = names.index(column.name)
    return f" AFTER {quoted(names[position - 1])}" if position else " FIRST"


def alter_table(was: Table, now: Table, fields: set[str], before: Catalog) -> Sequence[str]:
    """One statement for the table's own options, one for its partitions."""
    name = qualified(now.schema, now.name)
    statements: list[str] = []
    if fields & {"charset", "collation"}:
        statements.extend(_convert(was, now, before))
    if pieces := list(_options(now, fields - {"charset", "collation"}, dict(was.options))):
        again = _sized_again(was, now) if "options" in fields else ()
        statements.append(alter(name, [*pieces, *again]))
    if "partition_by" in fields:
        clause = now.partition_by or "REMOVE PARTITIONING"
        statements.append(f"ALTER TABLE {name} {clause}")
    return statements


def _sized_again(was: Table, now: Table) -> Iterator[str]:
    """Keys remember the table's KEY_BLOCK_SIZE of the day when they were made."""
    sizes = [dict(table.options).get("KEY_BLOCK_SIZE") for table in (was, now)]
    if sizes[0] is None or sizes[0] == sizes[1]:
        return
    for constraint in was.constraints:
        if constraint.kind == "primary key" and constraint in now.constraints:
            yield from ("DROP PRIMARY KEY", f"ADD {constraint_text(constraint)}")
    for index in was.indexes:
        if index in now.indexes:
            yield from (f"DROP INDEX {quoted(index.name)}", f"ADD {index_text(index)}")


def rename_table(table: Table, address: Address, to: Address) -> Sequence[str]:
    """Triggers can't go to another schema with their table, and are made there again."""
    names = qualified(address.schema, address.name), qualified(to.schema, to.name)
    rename = f"RENAME TABLE {names[0]} TO {names[1]}"
    if address.schema == to.schema or not table.triggers:
        return [rename]
    return [
        *(f"DROP TRIGGER {qualified(address.schema, t.name)}" for t in table.triggers),
        rename,
        *(
            f"CREATE TRIGGER {qualified(to.schema, t.name)} "
            + t.definition.replace(f" ON {names[0]} ", f" ON {names[1]} ", 1)
            for t in table.triggers
        ),
    ]


def table_of(catalog: Catalog, address: Address) -> Table | None:
    """The table that the part at `address` belongs to."""
    return next(
        (t for t in catalog.tables if (t.schema, t.name) == (address.schema, address.table)), None
    )


def _options(table: Table, fields: set[str], old: dict[str, str]) -> Iterator[str]:
    """The options of `table` in `fields`, and the way back from those of `old` that it lacks."""
    if "engine" in fields:
        yield f"ENGINE={table.engine}"
    if "charset" in fields:
        yield f"DEFAULT CHARSET={table.charset} COLLATE={table.collation}"
    if "options" in fields:
        new = dict(table.options)
        for option in sorted({*old, *new}):
            if option not in new:
                new[option] = _UNSET.get(option, "DEFAULT")
            if old.get(option) != new[option]:
                value = literal(new[option]) if option in _QUOTED else new[option]
                yield f"{option}={value}"
    if "comment" in fields:
        yield f"COMMENT={literal(table.comment or '')}"


def _convert(was: Table, now: Table, before: Catalog) -> Iterator[str]:
    """The table's charset, and that of the columns which have always had the table's.

    CONVERT TO says it best, but makes a TEXT larger and takes the columns of another charset along.
    """
    name, there = qualified(now.schema, now.name), {column.name: column for column in now.columns}
    texts = [column for column in was.columns if _TEXTS.match(column.type)]
    ours = [c for c in texts if _inherits(c) and c.name in there and _inherits(there[c.name])]
    options = f"CHARACTER SET {now.charset} COLLATE {now.collation}"
    if ours == texts and texts and not any(_GROWS.match(column.type) for column in texts):
        statement = alter(name, [f"CONVERT TO {options}"])
    else:
        pieces = [f"MODIFY COLUMN {column_text(column)}" for column in ours]
        statement = alter(name, [f"DEFAULT {options}", *pieces])
    if _in_foreign_keys(now, {column.name for column in ours}, before):
        # Both sides of a key are converted, one after the other.
        yield from ("SET foreign_key_checks = 0", statement, "SET foreign_key_checks = 1")
    else:
        yield statement


def _inherits(column: Column) -> bool:
    return column.charset is None and column.collation is None


def _in_foreign_keys(table: Table, columns: set[str], catalog: Catalog) -> bool:
    here = (table.schema, table.name)
    return any(
        ((other.schema, other.name) == here and columns & set(key.columns))
        or (key.referred == here and columns & set(key.referred_columns))
        for other in catalog.tables
        for key in other.constraints
        if key.kind == "foreign key"
    )
