"""What MODIFY and CHANGE leave out of a column: they say it anew, and the rest is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from daybreak.core.modified import Loss, Modified
from daybreak.core.sqltext import past, split, tokens
from daybreak.core.statement import Place
from daybreak.dialects.mysql.reading import LEXICON, name_at
from daybreak.dialects.mysql.texts import default, expression, literal

_COLUMNS = """
SELECT JSON_OBJECT(
    'table', IF(t.table_schema = DATABASE(), t.table_name,
        CONCAT(t.table_schema, '.', t.table_name)),
    'collation', t.table_collation,
    'columns', JSON_OBJECTAGG(LOWER(c.column_name), JSON_OBJECT(
        'null', c.is_nullable,
        'key', c.column_key,
        'type', c.data_type,
        'default', c.column_default,
        'extra', c.extra,
        'comment', c.column_comment,
        'collation', c.collation_name,
        'generated', c.generation_expression)))
FROM information_schema.columns AS c
JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.table_schema = COALESCE({schema}, DATABASE()) AND c.table_name = {name}
GROUP BY t.table_schema, t.table_name, t.table_collation
"""
_TEXTS = frozenset({"CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET"})


def modified(sql: str) -> tuple[Modified, ...]:
    """The columns of one table that the ALTER TABLE in `sql` says anew."""
    found = tokens(sql, LEXICON)
    words = [token.word for token in found]
    if words[:2] != ["ALTER", "TABLE"] or not {"MODIFY", "CHANGE"} & {*words}:
        return ()
    named = name_at(found[2:])
    if named is None:
        return ()
    place = Place("table", *named)
    return tuple(_modified(place, found[2 + (1 if named[0] is None else 3) :]))


def columns_query(place: Place) -> str:
    """SQL whose one value tells all about the columns of a table."""
    schema = "NULL" if place.schema is None else literal(place.schema)
    return _COLUMNS.format(schema=schema, name=literal(place.name))


def losses(
    columns: tuple[Modified, ...], answer: Any, decided: frozenset[str] | None
) -> tuple[Loss, ...]:
    """What `columns` would have no more, as the `answer` to their table's query tells.

    `decided` are the attributes that an `op.alter_column` was told; None for SQL as it is. Alembic
    writes NULL where it was told nothing.
    """
    facts: dict[str, Any] = json.loads(answer) if answer else {"columns": {}}
    return tuple(
        Loss(facts["table"], column.column, attribute, clause)
        for column in columns
        if (known := facts["columns"].get(column.column.lower())) is not None
        for attribute, clause in _lost(column, known, facts["collation"], decided)
        if attribute not in (decided or ())
    )


def _modified(place: Place, found: list[Any]) -> Iterator[Modified]:
    for action in split(found, ","):
        verb = next((i for i, one in enumerate(action[:2]) if one.word in _VERBS), None)
        if verb is None:
            continue
        rest = past(action[verb + 1 :], {"COLUMN"})
        definition = rest[1:] if action[verb].word == "MODIFY" else rest[2:]
        if definition:
            yield Modified(place, rest[0].called, tuple(one.word for one in definition))


_VERBS = frozenset({"MODIFY", "CHANGE"})


def _lost(
    column: Modified, known: dict[str, Any], of_table: str, decided: frozenset[str] | None
) -> Iterator[tuple[str, str]]:
    words, extra = {*column.words}, str(known["extra"])
    upper = extra.upper()
    if known["generated"]:
        if not {"GENERATED", "AS"} & words:
            kept = "STORED" if "STORED" in upper else "VIRTUAL"
            yield "generated value", f"AS ({expression(known['generated'])}) {kept}"
        return
    says_null = "NULL" in words if decided is None else ("NOT", "NULL") in pairwise(column.words)
    if known["null"] == "NO" and known["key"] != "PRI" and not says_null:
        yield "NOT NULL", "NOT NULL"
    if known["default"] is not None and not {"DEFAULT", "AUTO_INCREMENT"} & words:
        yield "default", f"DEFAULT {default(known['default'], extra, known['type'])}"
    if "ON UPDATE" in upper and ("ON", "UPDATE") not in pairwise(column.words):
        yield "ON UPDATE", upper[upper.index("ON UPDATE") :]
    if "AUTO_INCREMENT" in upper and "AUTO_INCREMENT" not in words:
        yield "AUTO_INCREMENT", "AUTO_INCREMENT"
    if known["comment"] and "COMMENT" not in words:
        yield "comment", f"COMMENT {literal(known['comment'])}"
    own = known["collation"] not in {None, of_table}
    says = {"COLLATE", "CHARACTER", "CHARSET", "ASCII", "UNICODE", "BINARY"} & words
    if own and column.words[0] in _TEXTS and not says:
        yield "collation", f"COLLATE {known['collation']}"
    if "INVISIBLE" in upper and not {"INVISIBLE", "VISIBLE"} & words:
        yield "INVISIBLE", "INVISIBLE"
