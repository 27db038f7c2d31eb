"""pg_dump as the judge: whether two databases have one schema, and whether rows were kept.

Two dumps that differ are settled first: each is restored into a fresh database and dumped again,
because the server's text of an expression is the same only after it was read once. Then the folds
of `matrix/folds.py` are applied, and the texts must be equal.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import psycopg2

from daybreak.edges.pgwheel import binaries
from matrix.folds import Entry, fold
from servers.postgresql import PostgreSQL


def differences(server: PostgreSQL, wanted: str, actual: str) -> list[str]:
    """What differs between two databases, as the lines of a unified diff; empty for nothing."""
    return compare(server, dump(server, wanted), dump(server, actual))


def compare(server: PostgreSQL, wanted: str, actual: str) -> list[str]:
    """The same for two dumps of `server`'s databases."""
    if folded(wanted) == folded(actual):  # settling could only make them more alike
        return []
    left, right = folded(settled(server, wanted)), folded(settled(server, actual))
    return [
        line
        for line in difflib.unified_diff(left, right, "wanted", "actual", lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]


def dump(server: PostgreSQL, database: str) -> str:
    """The schema as `pg_dump` of the server's own major has it, without Alembic's table."""
    done = subprocess.run(
        [
            *(binaries(major(server), None) / "pg_dump", "--schema-only", "--no-owner"),
            *("--exclude-table=alembic_version", "--exclude-table=daybreak_journal*", database),
        ],
        env={
            **os.environ,
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "PGUSER": server.user,
            "PGPASSWORD": server.password,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def settled(server: PostgreSQL, text: str) -> str:
    """The dump of a fresh database into which `text` was restored."""
    with server.fresh_database() as database:
        statements = re.sub(r"^\\(un)?restrict .*\n", "", text, flags=re.M)
        server.execute(statements, database=database)
        return dump(server, database)


def folded(text: str) -> list[str]:
    """The dump's lines after all folds."""
    return [line for entry in fold(entries(text)) for line in entry.sql.splitlines()]


def entries(text: str) -> list[Entry]:
    """The dump's entries: each has a heading that names its object, and SQL."""
    found: list[Entry] = []
    places: dict[str, str] = {}
    heading, lines, placed = ("", "", ""), list[str](), ""
    for line in [*text.splitlines(), _END]:
        if begun := _HEADING.match(line):
            sql = "\n".join(lines).strip()
            if sql and heading[0]:  # before the first heading stand the session's settings
                found.append(Entry(*heading, placed + sql))
            heading, lines = (begun["kind"], begun["schema"], begun["name"]), []
            # pg_dump sets these when they change; they hold for every object that follows.
            placed = "".join(places.values()) if begun["kind"] in _PLACED else ""
        elif place := _PLACE.match(line):
            places[place["name"]] = "" if place["value"] in _USUAL else f"{line}\n"
        elif not _NOISE.match(line):
            lines.append(line)
    return found


_END = "-- Name: -; Type: -; Schema: -; Owner: -"
_HEADING = re.compile(r"-- Name: (?P<name>.*); Type: (?P<kind>.*); Schema: (?P<schema>.*); Owner: ")
_PLACE = re.compile(r"SET (?P<name>default_(?:tablespace|table_access_method)) = (?P<value>.*);$")
_USUAL = {"''", "heap"}
_PLACED = {"TABLE", "INDEX", "CONSTRAINT", "MATERIALIZED VIEW"}
_NOISE = re.compile(r"--$|-- PostgreSQL database dump complete$|\\unrestrict ")


def major(server: PostgreSQL) -> int:
    return int(server.version.partition(".")[0])


@dataclass(frozen=True)
class Content:
    """A table's rows, values as text; `computed` are its generated columns."""

    rows: list[dict[str, str | None]]
    computed: frozenset[str] = frozenset()


Rows = dict[str, Content]


def rows(server: PostgreSQL, database: str) -> Rows:
    """All rows of all tables, by `table` or `schema.table`."""
    with closing(_connect(server, database)) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
        found = {}
        for schema, name, computed in tables:
            cursor.execute(f'SELECT t::text, to_jsonb(t) FROM ONLY "{schema}"."{name}" t')
            found[name if schema == "public" else f"{schema}.{name}"] = Content(
                [
                    {column: _text(value) for column, value in row.items()}
                    for _, row in sorted(cursor.fetchall(), key=lambda found: str(found[0]))
                ],
                frozenset(computed),
            )
        return found


_TABLES = """
SELECT nspname, relname, ARRAY(
    SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attgenerated <> ''
)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')
  AND nspname NOT LIKE 'pg_toast%' AND relname NOT IN ('alembic_version', 'daybreak_journal')
ORDER BY 1, 2
"""


def lost(before: Rows, after: Rows, wanted: Rows, renames: Mapping[str, str]) -> list[str]:
    """What is gone: rows and values of tables and columns that the models still have.

    `wanted` tells which those are: the tables of the models' own database (its rows are none).
    `renames` maps an old name to the new one: of a table, a `table.column`, a `schema:name`, an
    `enum:label`. What a column holds that is computed both times follows from the others.
    """
    gone = []
    labels = {
        repr(old.partition(":")[2]): repr(new.rpartition(":")[2])
        for old, new in renames.items()
        if ":" in old
    }
    for old, content in before.items():
        new, kept = _table_now(old, renames), content.rows
        if new not in wanted or not kept:
            continue
        there = after.get(new, Content([]))
        found = there.rows
        if len(found) != len(kept):
            gone.append(f"{new}: {len(kept)} rows before, {len(found)} after")
            continue
        for column in kept[0]:
            now = renames.get(f"{old}.{column}", column).rpartition(".")[2]
            computed = column in content.computed and now in there.computed
            if now in found[0] and not computed:
                was, is_now = _values(kept, column), _values(found, now)
                if is_now not in (was, sorted(labels.get(value, value) for value in was)):
                    gone.append(f"{new}.{now}: {was} before, {is_now} after")
    return gone


def _table_now(old: str, renames: Mapping[str, str]) -> str:
    schema, _, name = old.rpartition(".")
    now = renames.get(f"schema:{schema}")
    return f"{now}.{name}" if now else renames.get(old, old)


def _values(found: list[dict[str, str | None]], column: str) -> list[str]:
    return sorted(_plain(row[column]) for row in found)


def _plain(value: str | None) -> str:
    """A value by what it means: `1.50` and `1.5000` are one number, a day begins at midnight,
    true is 1, and bytes are those of a text.
    """
    if value is None:
        return "NULL"
    value = _TRUTHS.get(value, value)
    if value.startswith("\\x"):
        return repr(bytes.fromhex(value[2:]).decode(errors="replace"))
    with suppress(InvalidOperation):
        return str(Decimal(value).normalize())
    with suppress(ValueError):
        return str(datetime.fromisoformat(value).replace(tzinfo=None))
    return repr(value)


_TRUTHS = {"true": "1", "false": "0"}


def _text(value: Any) -> str | None:
    """As the server writes it inside of JSON, a string without its quotes."""
    if isinstance(value, (bool, dict, list)):
        return json.dumps(value)
    return None if value is None else str(value)


def _connect(server: PostgreSQL, database: str) -> Any:
    return psycopg2.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=database,
    )
