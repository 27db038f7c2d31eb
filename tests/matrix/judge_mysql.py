"""The judge on MySQL: what SHOW CREATE and information_schema say of a database, and its rows.

A schema becomes one text per column, key, constraint, option line, view, trigger, routine and
event. Two databases that were made in different ways are the same if these texts are, after the
folds of `folds_mysql.py`, and with the checks as `settled_mysql.py` has them told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CLIENT

from matrix.folds_mysql import table_parts, without_definer, without_spelling, without_start
from matrix.settled_mysql import settled
from servers.mysql import AT_ONCE, MySQL

Dump = dict[str, str]
Rows = dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]

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
SELECT trigger_name, action_order FROM information_schema.triggers
WHERE trigger_schema = %s
"""
ROUTINES = """
SELECT routine_name, routine_type FROM information_schema.routines WHERE routine_schema = %s
"""
EVENTS = """
SELECT event_name, starts IN (created, last_altered) FROM information_schema.events
WHERE event_schema = %s
"""
GRANTS = """
SELECT table_name, grantee, privilege_type, is_grantable FROM information_schema.table_privileges
WHERE table_schema = %s
"""
STORED_COLUMNS = """
SELECT table_name, column_name, extra FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = %s AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position
"""


def dump(server: MySQL, schema: str, others: Sequence[str] = ()) -> Dump:
    """All that MySQL tells of `schema`, which becomes nameless, and of `others`, by name."""
    found: Dump = {}
    with closing(_connect(server)) as connection:
        for name in (schema, *others):
            prefix = "" if name == schema else f"{name}."
            for key, text in _objects(connection, name):
                head, _, rest = key.partition(" ")
                found[f"{head} {prefix}{rest}"] = text.replace(f"`{schema}`.", "")
    return found


def compare(wanted: Dump, found: Dump) -> list[str]:
    """What `found` lacks, has too much, or has otherwise, a line each."""
    lines = []
    for key in sorted({*wanted, *found}):
        one, other = wanted.get(key), found.get(key)
        if one != other:
            lines.append(f"{key}: wanted {one or 'nothing'}; found {other or 'nothing'}")
    return lines


def execute(server: MySQL, sql: str, schema: str) -> None:
    """Run the statements of `sql`, one after the other."""
    several = CLIENT.MULTI_STATEMENTS
    with (
        closing(_connect(server, schema, several)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        while cursor.nextset():
            pass


def rows(server: MySQL, schema: str, others: Sequence[str] = ()) -> Rows:
    """The rows of every table, with the columns that are not computed."""
    found: Rows = {}
    with closing(_connect(server)) as connection:
        for name in (schema, *others):
            columns: dict[str, list[str]] = {}
            for table, column, extra in _rows(connection, STORED_COLUMNS, name):
                if not OWN_TABLES.fullmatch(table):
                    names = columns.setdefault(table, [])
                    if " GENERATED" not in extra:
                        names.append(column)
            for table, names in columns.items():
                listed = ", ".join(map(_quoted, names)) or "NULL"
                sql = f"SELECT {listed} FROM {_quoted(name)}.{_quoted(table)}"
                key = table if name == schema else f"{name}.{table}"
                found[key] = (tuple(names), _rows(connection, sql))
    return found


def lost(before: Rows, after: Rows, wanted: Rows, renames: Mapping[str, str]) -> list[str]:
    """What is gone: rows and values of tables and columns that the models still have.

    `wanted` tells which those are: the tables of the models' own database (its rows are none).
    `renames` maps the old name of a table, or `table.column`, to the new one.
    """
    lines = []
    for table, (columns, had_rows) in before.items():
        new_table = renames.get(table, table)
        if new_table not in wanted or not had_rows:
            continue
        if new_table not in after:
            lines.append(f"table {new_table} is gone")
            continue
        new_columns, has_rows = after[new_table]
        named = [(column, _renamed(renames, table, column)) for column in columns]
        kept = [
            (columns.index(old), new_columns.index(new)) for old, new in named if new in new_columns
        ]
        had = sorted(repr([plain(row[old]) for old, _ in kept]) for row in had_rows)
        has = sorted(repr([plain(row[new]) for _, new in kept]) for row in has_rows)
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


def _objects(connection: Connection[Any], schema: str) -> Iterator[tuple[str, str]]:
    quoted = _quoted(schema)
    for (text,) in _rows(connection, SCHEMA, schema):
        yield "schema .", text
    for table, kind in _rows(connection, TABLES, schema):
        if OWN_TABLES.fullmatch(table):
            continue
        [shown] = _rows(connection, f"SHOW CREATE TABLE {quoted}.{_quoted(table)}")
        if kind == "BASE TABLE":
            yield from table_parts(table, settled(connection, _quoted(table), shown[1]))
        else:
            yield f"view {table}", without_definer(shown[1])
            for name, *rest in _rows(connection, VIEW_COLUMNS, schema, table):
                yield f"viewcolumn {table}.{name}", " ".join(map(str, rest))
    for table, column, charset, collation in _rows(connection, COLLATIONS, schema):
        if not OWN_TABLES.fullmatch(table):
            yield f"collation {table}.{column}", f"{charset} {collation}"
    for trigger, order in _rows(connection, TRIGGERS, schema):
        [shown] = _rows(connection, f"SHOW CREATE TRIGGER {quoted}.{_quoted(trigger)}")
        yield f"trigger {trigger}", f"{without_definer(shown[2])} -- {order}, {shown[1]}"
    for table, *grant in _rows(connection, GRANTS, schema):
        yield f"grant {table}.{' '.join(grant[:2])}", grant[2]
    for routine, kind in _rows(connection, ROUTINES, schema):
        [shown] = _rows(connection, f"SHOW CREATE {kind} {quoted}.{_quoted(routine)}")
        yield (
            f"{kind.lower()} {routine}",
            f"{without_spelling(without_definer(shown[2]))} -- {shown[1]}",
        )
    for event, at_creation in _rows(connection, EVENTS, schema):
        [shown] = _rows(connection, f"SHOW CREATE EVENT {quoted}.{_quoted(event)}")
        text = f"{without_definer(shown[3])} -- {shown[1]} {shown[2]}"
        yield f"event {event}", without_start(text) if at_creation else text


def _rows(connection: Connection[Any], sql: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def _connect(server: MySQL, schema: str | None = None, flags: int = 0) -> Connection[Any]:
    return pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password.encode(),
        database=schema,
        autocommit=True,
        client_flag=flags,
        **AT_ONCE,
    )


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
