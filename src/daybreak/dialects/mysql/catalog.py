"""From the rows of `queries.py` to a Catalog. No I/O.

Every unique key is an index: MySQL has no other kind, and an index can be told whole (prefixes,
order, expressions, visibility). The default schema itself is left out, and of others all but the
name, as their charset is the place's: tables tell their own. So are definers and sql_mode, which
are the creating session's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from daybreak.core.catalog import (
    Catalog,
    Column,
    Constraint,
    Index,
    IndexKey,
    Options,
    Schema,
    Table,
    View,
)
from daybreak.dialects.base import Rows
from daybreak.dialects.mysql import programs, shown, texts
from daybreak.dialects.mysql.keys import definition, keys_text
from daybreak.dialects.mysql.partitions import partition_clause
from daybreak.dialects.mysql.texts import names, qualified

_Row = Sequence[Any]
_By = dict[tuple[str, str], list[_Row]]  # schema and table, in the server's words
_ON_UPDATE = re.compile(r"on update (CURRENT_TIMESTAMP(?:\(\d\))?)")
_OPTION = re.compile(r"""(\w+)=("[^"]*"|\S+)""")


def build_catalog(rows: Rows, version: int, default_schema: str) -> Catalog:
    """The catalog that the rows tell of; `default_schema` becomes the empty string."""
    build = _Build(rows, default_schema)
    return Catalog(
        dialect="mysql",
        version=version,
        default_schema="",
        schemas=_in_order(Schema(name) for (name,) in rows["schemas"] if name != default_schema),
        routines=_in_order(programs.routines(rows, default_schema)),
        tables=_in_order(build.table(row) for row in rows["tables"]),
        views=_in_order(build.view(row) for row in rows["views"]),
        events=_in_order(programs.events(rows, default_schema)),
    )


class _Build:
    """The rows by the table that they belong to."""

    def __init__(self, rows: Rows, default_schema: str) -> None:
        self.rows = rows
        self.default_schema = default_schema
        self.columns = _by_table(rows["columns"])
        self.indexes = _by_table(rows["indexes"])
        self.foreign_keys = _by_table(rows["foreign keys"])
        self.foreign_key_columns = _by_table(rows["foreign key columns"])
        self.partitions = _by_table(rows["partitions"])
        self.triggers = _by_table(rows["triggers"])
        clauses = {(schema, name): clause for schema, name, clause in rows["checks"]}
        self.checks: _By = defaultdict(list)
        for schema, name, table, enforced in rows["checked tables"]:
            if (schema, name) in clauses:
                self.checks[schema, table].append((name, clauses[schema, name], enforced))

    def schema(self, name: str) -> str:
        return "" if name == self.default_schema else name

    def table(self, row: _Row) -> Table:
        schema, name, engine, charset, collation, options, comment = row
        at, own = (schema, name), self.schema(schema)
        asked = self.rows.get(shown.show("TABLE", *at))
        told = asked[0][1] if asked else ""
        parsers, octets = shown.parsers(told), shown.octet_defaults(told)
        indexes = [_index(rows, parsers) for rows in _by_name(self.indexes[at])]
        triggers = programs.triggers(self.rows, self.triggers[at], qualified(own, name))
        return Table(
            schema=own,
            name=name,
            columns=tuple(_column(row, charset, collation, octets) for row in self.columns[at]),
            constraints=_in_order(
                [
                    *(_primary_key(index) for index in indexes if index.name == "PRIMARY"),
                    *(self.foreign_key(row) for row in self.foreign_keys[at]),
                    *(_check(row) for row in self.checks[at]),
                ]
            ),
            indexes=_in_order(index for index in indexes if index.name != "PRIMARY"),
            triggers=_in_order(triggers),
            partition_by=partition_clause(self.partitions[at]),
            options=_options(options),
            engine=engine,
            charset=charset,
            collation=collation,
            comment=comment or None,
        )

    def foreign_key(self, row: _Row) -> Constraint:
        schema, table, name, on_update, on_delete = row
        columns = [row for row in self.foreign_key_columns[schema, table] if row[2] == name]
        referred = self.schema(columns[0][4]), columns[0][5]
        # Without a schema, a table is looked for where the key's own is.
        there = "" if schema == self.default_schema == columns[0][4] else columns[0][4]
        own, others = tuple(row[3] for row in columns), tuple(row[6] for row in columns)
        actions = [
            f" ON {event} {action}"
            for event, action in (("DELETE", on_delete), ("UPDATE", on_update))
            if action != "NO ACTION"
        ]
        return Constraint(
            name=name,
            kind="foreign key",
            definition=f"FOREIGN KEY {names(own)} REFERENCES {qualified(there, referred[1])} "
            f"{names(others)}{''.join(actions)}",
            columns=own,
            referred=referred,
            referred_columns=others,
            on_update=on_update,
            on_delete=on_delete,
        )

    def view(self, row: _Row) -> View:
        schema, name, check_option, security = row
        algorithm, columns, query = shown.view(self.rows[shown.show("VIEW", schema, name)][0][1])
        settings = {"columns": columns} if columns else {}
        if security != "DEFINER":
            settings["security"] = security
        if algorithm != "UNDEFINED":
            settings["algorithm"] = algorithm
        if check_option != "NONE":
            settings["check_option"] = check_option
        return View(
            schema=self.schema(schema),
            name=name,
            definition=query,
            settings=tuple(sorted(settings.items())),
        )


def _column(row: _Row, charset: str, collation: str, octets: dict[str, str]) -> Column:
    """`charset` and `collation` are the table's."""
    name, position, default, nullable, data_type, column_type = row[2:8]
    own_charset, own_collation, extra, generated, srid, comment = row[8:]
    on_update = _ON_UPDATE.search(extra)
    if default is not None:
        default = octets.get(name) or texts.default(default, extra, data_type)
    return Column(
        name=name,
        type=column_type,
        not_null=nullable == "NO",
        default=default,
        charset=own_charset if own_charset != charset else None,
        collation=own_collation if own_collation != collation else None,
        generated=texts.expression(generated) if generated else None,
        stored="STORED GENERATED" in extra,
        auto_increment="auto_increment" in extra,
        on_update=on_update[1] if on_update else None,
        invisible="INVISIBLE" in extra.split(),
        srid=srid,
        comment=comment or None,
        position=position,
    )


def _index(rows: Sequence[_Row], parsers: dict[str, str]) -> Index:
    """One index of `rows`, a row for each key."""
    (name, non_unique), (kind, visible, comment) = rows[0][2:4], rows[0][8:]
    keys = tuple(
        IndexKey(
            column=column,
            expression=None if expression is None else texts.expression(expression),
            descending=order == "D",
            length=None if kind == "SPATIAL" else length,  # the server's own there
        )
        for column, expression, order, length in (row[4:8] for row in rows)
    )
    index = Index(
        name=name,
        definition="",
        keys=keys,
        unique=not non_unique,
        method=kind.lower(),
        invisible=visible == "NO",
        parser=parsers.get(name),
        comment=comment or None,
    )
    return replace(index, definition=definition(index))


def _primary_key(index: Index) -> Constraint:
    return Constraint(
        name="PRIMARY",
        kind="primary key",
        definition=f"PRIMARY KEY {keys_text(index.keys)}",
        columns=tuple(key.column or "" for key in index.keys),
        index_comment=index.comment,
    )


def _check(row: _Row) -> Constraint:
    name, clause, enforced = row
    expression = texts.expression(clause)
    return Constraint(
        name=name,
        kind="check",
        definition=f"CHECK ({expression})" + (" NOT ENFORCED" if enforced == "NO" else ""),
        expression=expression,
        enforced=enforced == "YES",
    )


def _options(text: str | None) -> Options:
    """CREATE_OPTIONS in the words of CREATE TABLE; that a table is partitioned is told apart.

    A value in quotes is as somebody wrote it, any other one of the server's own words.
    """
    found = _OPTION.findall(text or "")
    return tuple(sorted((n.upper(), v[1:-1] if v.startswith('"') else v.upper()) for n, v in found))


def _by_table(rows: Iterable[_Row]) -> _By:
    found: _By = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append(row)
    return found


def _by_name(rows: Iterable[_Row]) -> Iterable[list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row[2]].append(row)
    return found.values()


def _in_order(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda item: (getattr(item, "schema", ""), item.name)))
