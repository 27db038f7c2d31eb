"""MySQL schemas copied as a whole: the server's own words for each object, and all rows.

Names stay, also those that the server gave to foreign keys and checks, and so does what each
routine remembers of the session that made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

TABLES = """
SELECT table_name FROM information_schema.tables
 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name <> %s
 ORDER BY table_name
"""
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
 WHERE table_schema = DATABASE() AND generation_expression = ''
 ORDER BY table_name, ordinal_position
"""
VIEWS = "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()"
ROUTINES = """
SELECT routine_type, routine_name FROM information_schema.routines
 WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name
"""
TRIGGERS = """
SELECT 'TRIGGER', trigger_name FROM information_schema.triggers
 WHERE trigger_schema = DATABASE()
 ORDER BY event_object_table, event_manipulation, action_timing, action_order
"""
EVENTS = "SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = DATABASE()"
# As mysqldump sets it: tables refer to later ones, 0 and zero dates are values.
SESSION = (
    "SET SESSION foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'"
)


def copy_schemas(
    source: Connection, copy: Connection, beside: Sequence[str], *, leave_out: str
) -> None:
    """All objects and rows of the default schema of `source`, except the table `leave_out`.

    `beside` are the ends of the names of further schemas, which begin like those of the default
    ones; all of them are there on both sides.
    """
    of_source, of_copy = (
        str(connection.exec_driver_sql("SELECT DATABASE()").scalar_one())
        for connection in (source, copy)
    )

    def create(text: str) -> None:
        _run(copy, text.replace(of_source, of_copy))

    def in_each() -> Iterator[str]:
        """Each schema as the default one of both sides."""
        for end in ("", *beside):
            _run(source, f"USE {_quoted(of_source + end)}")
            _run(copy, f"USE {_quoted(of_copy + end)}")
            yield _quoted(of_source + end)

    _run(copy, SESSION)
    for _ in in_each():
        for (name,) in source.exec_driver_sql(TABLES, (leave_out,)).all():
            create(_show(source, "TABLE", name)["Create Table"])
    for schema in in_each():
        _copy_rows(source, copy, schema, leave_out)
    copy.commit()
    for query in (ROUTINES, TRIGGERS):
        for _ in in_each():
            _copy_programs(source, copy, query, create)
    _copy_views(source, copy, in_each, create)
    for _ in in_each():
        _copy_programs(source, copy, EVENTS, create)
    copy.commit()
    source.rollback()


def _copy_rows(source: Connection, copy: Connection, schema: str, leave_out: str) -> None:
    """Of the tables in `schema`, quoted, which is the default one of `source`."""
    columns: dict[str, list[str]] = {}
    for table, column in source.exec_driver_sql(COLUMNS):
        columns.setdefault(table, []).append(_quoted(column))
    for (name,) in source.exec_driver_sql(TABLES, (leave_out,)).all():
        names, table = ", ".join(columns[name]), _quoted(name)
        rows = f"SELECT {names} FROM {schema}.{table}"  # noqa: S608 names, quoted
        _run(copy, f"INSERT INTO {table} ({names}) {rows}")


def _copy_programs(
    source: Connection, copy: Connection, query: str, create: Callable[[str], None]
) -> None:
    for kind, name in source.exec_driver_sql(query).all():
        shown = _show(source, kind, name)
        text = shown.get(f"Create {kind.title()}") or shown["SQL Original Statement"]
        copy.exec_driver_sql("SET SESSION sql_mode = %s", (shown["sql_mode"],))
        _set_names(copy, shown)
        create(text)
    _run(copy, SESSION)


def _copy_views(
    source: Connection,
    copy: Connection,
    in_each: Callable[[], Iterator[str]],
    create: Callable[[str], None],
) -> None:
    """One that stands on another waits for it: the server keeps no order of them."""
    there: set[tuple[str, str]] = set()
    while True:
        refused: list[DBAPIError] = []
        before = len(there)
        for schema in in_each():
            for (name,) in source.exec_driver_sql(VIEWS).all():
                if (schema, name) in there:
                    continue
                shown = _show(source, "VIEW", name)
                _set_names(copy, shown)
                try:
                    create(shown["Create View"])
                except DBAPIError as error:
                    refused.append(error)
                else:
                    there.add((schema, name))
        if not refused:
            return
        if len(there) == before:
            raise refused[0]


def _set_names(copy: Connection, shown: dict[str, Any]) -> None:
    copy.exec_driver_sql(
        "SET SESSION character_set_client = %s, collation_connection = %s",
        (shown["character_set_client"], shown["collation_connection"]),
    )


def _show(source: Connection, kind: str, name: str) -> dict[str, Any]:
    found = source.exec_driver_sql(f"SHOW CREATE {kind} {_quoted(name).replace('%', '%%')}")
    return dict(found.mappings().one())


def _run(connection: Connection, sql: str) -> None:
    # Without parameters the driver leaves each % of the text alone.
    connection.exec_driver_sql(sql, execution_options={"no_parameters": True})


def _quoted(identifier: str) -> str:
    return "`" + identifier.replace("`", "``") + "`"
