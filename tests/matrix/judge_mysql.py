"""The judge on MySQL: what SHOW CREATE and information_schema say of a database, and its rows.

A schema becomes one text per column, key, constraint, option line, view, trigger, routine and
event. Two databases that were made in different ways are the same if these texts are, after the
folds of `FOLDS` (each with a fixture and a near miss in `test_judge_mysql.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from pymysql.connections import Connection

Dump = dict[str, str]
Contents = dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]

NAME = r"`((?:[^`]|``)+)`"
OWN_TABLES = re.compile(r"alembic_version|_?daybreak\w*")

# information_schema is asked for what SHOW CREATE TABLE shows only now and then.
COLLATIONS = """
SELECT table_name, column_name, character_set_name, collation_name FROM information_schema.columns
WHERE table_schema = %s AND collation_name IS NOT NULL
"""
TABLES = """
SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = %s
"""
VIEW_COLUMNS = """
SELECT column_name, column_type, is_nullable, collation_name FROM information_schema.columns
WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position
"""
SCHEMA = """
SELECT concat_ws(' ', default_character_set_name, default_collation_name, default_encryption)
FROM information_schema.schemata WHERE schema_name = %s
"""
TRIGGERS = """
SELECT trigger_name, event_object_table, action_order FROM information_schema.triggers
WHERE trigger_schema = %s
"""
ROUTINES = """
SELECT routine_name, routine_type FROM information_schema.routines WHERE routine_schema = %s
"""
EVENTS = """
SELECT event_name, starts IN (created, last_altered) FROM information_schema.events
WHERE event_schema = %s
"""
STORED_COLUMNS = """
SELECT table_name, column_name, extra FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = %s AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position
"""


def read_dump(connection: Connection[Any], schema: str, others: Sequence[str] = ()) -> Dump:
    """All that MySQL tells of `schema`, which becomes nameless, and of `others`, by name."""
    dump: Dump = {}
    for name in (schema, *others):
        prefix = "" if name == schema else f"{name}."
        for key, text in _objects(connection, name):
            head, _, rest = key.partition(" ")
            dump[f"{head} {prefix}{rest}"] = text.replace(f"`{schema}`.", "")
    return dump


def differences(wanted: Dump, found: Dump) -> list[str]:
    """What `found` lacks, has too much, or has otherwise, a line each."""
    lines = []
    for key in sorted({*wanted, *found}):
        one, other = wanted.get(key), found.get(key)
        if one != other:
            lines.append(f"{key}: wanted {one or 'nothing'}; found {other or 'nothing'}")
    return lines


def read_contents(connection: Connection[Any], schema: str, others: Sequence[str]) -> Contents:
    """The rows of every table, with the columns that are not computed."""
    contents: Contents = {}
    for name in (schema, *others):
        columns: dict[str, list[str]] = {}
        for table, column, extra in _rows(connection, STORED_COLUMNS, name):
            if not OWN_TABLES.fullmatch(table):
                names = columns.setdefault(table, [])
                if " GENERATED" not in extra:
                    names.append(column)
        for table, names in columns.items():
            listed = ", ".join(map(_quoted, names)) or "NULL"
            found = _rows(connection, f"SELECT {listed} FROM {_quoted(name)}.{_quoted(table)}")
            key = table if name == schema else f"{name}.{table}"
            contents[key] = (tuple(names), found)
    return contents


def losses(
    before: Contents, after: Contents, wanted: Dump, renames: Mapping[str, str]
) -> list[str]:
    """Which tables, columns and rows that the models keep are gone or hold something else."""
    lines = []
    for table, (columns, rows) in before.items():
        new_table = renames.get(table, table)
        if f"options {new_table}" not in wanted or not rows:
            continue
        if new_table not in after:
            lines.append(f"table {new_table} is gone")
            continue
        new_columns, new_rows = after[new_table]
        named = [(column, _renamed(renames, table, column)) for column in columns]
        kept = [
            (columns.index(old), new_columns.index(new)) for old, new in named if new in new_columns
        ]
        had = sorted(repr([plain(row[old]) for old, _ in kept]) for row in rows)
        has = sorted(repr([plain(row[new]) for _, new in kept]) for row in new_rows)
        if had != has:
            lines.append(f"rows of {new_table}: had {had}; has {has}")
    return lines


def _renamed(renames: Mapping[str, str], table: str, column: str) -> str:
    return renames.get(f"{table}.{column}", column).rpartition(".")[2]


def plain(value: Any) -> Any:
    """`value` without what a change of its type alone makes different: 1.50 is 1.5."""
    match value:
        case None:
            return None
        case datetime() | date() | timedelta():
            return str(value).removesuffix(" 00:00:00")
        case bytes():
            return value.decode("utf-8", "replace").strip("\0")
    text = str(value)
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        pass
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text


# The folds. Each takes the text of one thing and gives it without what may differ.


def counter(text: str) -> str:
    """The next AUTO_INCREMENT of a table is data; a comment that reads like it is not."""
    return re.sub(r"^([^']*?) AUTO_INCREMENT=\d+", r"\1", text)


def definer(text: str) -> str:
    """Who made a view, trigger, routine or event: the account of the connection."""
    return re.sub(r"^(CREATE [^']*?)DEFINER=`[^`]*`@`[^`]*` ", r"\1", text)


def written_charset(text: str) -> str:
    """A column's charset and collation are shown only if they differ or were once written out.

    What they are is read from information_schema and stands beside the column.
    """
    pattern = rf"^({NAME} (?:[^'`]|'(?:[^']|'')*')*?) CHARACTER SET \w+( COLLATE \w+)?"
    text = re.sub(pattern, r"\1", text)
    return re.sub(rf"^({NAME} \S+?(?:\((?:[^')]|'(?:[^']|'')*')*\))?) COLLATE \w+", r"\1", text)


def starts(text: str) -> str:
    """An event starts when it was created or altered, unless somebody gave another time."""
    return re.sub(r"^(CREATE EVENT `[^']*?) STARTS '[-\d]+ [:\d]+'", r"\1", text)


FOLDS: Mapping[str, tuple[Callable[[str], str], ...]] = {
    "column": (written_charset,),
    "options": (counter,),
    "view": (definer,),
    "trigger": (definer,),
    "procedure": (definer,),
    "function": (definer,),
}
FOLDS_VERSION = 1


def parts_of_table(table: str, created: str) -> Iterator[tuple[str, str]]:
    """SHOW CREATE TABLE line by line: the order of columns, keys and constraints is folded.

    So are the automatic names of foreign keys and checks: such a one is known by what it says.
    """
    body, _, tail = created.partition("\n) ")
    options, _, partitions = tail.partition("\n")
    yield f"options {table}", options
    if partitions:
        yield f"partitions {table}", partitions
    bare = re.escape(table.replace("`", "``"))
    for line in body.split("\n")[1:]:
        text = line.strip().removesuffix(",")
        if found := re.match(NAME, text):
            yield f"column {table}.{found[1]}", text
        elif found := re.match(rf"CONSTRAINT {NAME} ", text):
            automatic = re.fullmatch(rf"{bare}_(ibfk|chk)_\d+", found[1])
            said = text[found.end() :]
            yield f"constraint {table}.{said if automatic else found[1]}", said
        elif text.startswith("PRIMARY KEY"):
            yield f"key {table}.PRIMARY", text
        elif found := re.search(rf"KEY {NAME} ", text):
            yield f"key {table}.{found[1]}", text
        else:
            raise ValueError(f"not understood in SHOW CREATE TABLE {table}: {line}")


def folded(key: str, text: str) -> str:
    for fold in FOLDS.get(key.partition(" ")[0], ()):
        text = fold(text)
    return text


def _objects(connection: Connection[Any], schema: str) -> Iterator[tuple[str, str]]:
    for key, text in _told(connection, schema):
        yield key, folded(key, text)


def _told(connection: Connection[Any], schema: str) -> Iterator[tuple[str, str]]:
    quoted = _quoted(schema)
    for (text,) in _rows(connection, SCHEMA, schema):
        yield "schema .", text
    for table, kind in _rows(connection, TABLES, schema):
        if OWN_TABLES.fullmatch(table):
            continue
        [shown] = _rows(connection, f"SHOW CREATE TABLE {quoted}.{_quoted(table)}")
        if kind == "BASE TABLE":
            yield from parts_of_table(table, shown[1])
        else:
            yield f"view {table}", shown[1]
            for name, *rest in _rows(connection, VIEW_COLUMNS, schema, table):
                yield f"viewcolumn {table}.{name}", " ".join(map(str, rest))
    for table, column, charset, collation in _rows(connection, COLLATIONS, schema):
        if not OWN_TABLES.fullmatch(table):
            yield f"collation {table}.{column}", f"{charset} {collation}"
    for trigger, table, order in _rows(connection, TRIGGERS, schema):
        [shown] = _rows(connection, f"SHOW CREATE TRIGGER {quoted}.{_quoted(trigger)}")
        yield f"trigger {trigger}", f"{shown[2]} -- on {table}, {order}, {shown[1]}"
    for routine, kind in _rows(connection, ROUTINES, schema):
        [shown] = _rows(connection, f"SHOW CREATE {kind} {quoted}.{_quoted(routine)}")
        yield f"{kind.lower()} {routine}", f"{shown[2]} -- {shown[1]}"
    for event, at_creation in _rows(connection, EVENTS, schema):
        [shown] = _rows(connection, f"SHOW CREATE EVENT {quoted}.{_quoted(event)}")
        text = f"{definer(shown[3])} -- {shown[1]} {shown[2]}"
        yield f"event {event}", starts(text) if at_creation else text


def _rows(connection: Connection[Any], sql: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
