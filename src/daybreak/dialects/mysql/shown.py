"""What only SHOW CREATE tells: a view's algorithm, a parser, a default of octets, a quote.

It takes one statement for each object, so only the few that need it are asked. Views, since
information_schema does not know their algorithm. Tables with a FULLTEXT index, whose parser it does
not know, or with a default on a BINARY or VARBINARY column, which it ends at the first zero octet.
Triggers, routines and events with a literal in their body: it leaves the quotes in literals without
their escapes and forgets introducers, so its text is not SQL any more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from daybreak.dialects.base import Rows
from daybreak.dialects.mysql.texts import quoted

_VIEW = re.compile(
    r"CREATE ALGORITHM=(?P<algorithm>\w+) DEFINER=.+? SQL SECURITY \w+ VIEW "
    r"(?:`(?:[^`]|``)+`\.)?`(?:[^`]|``)+` "
    r"(?:\((?P<columns>.*?)\) )?AS (?P<query>.*?)(?: WITH (?:CASCADED|LOCAL) CHECK OPTION)?",
    re.DOTALL,
)
_QUOTE = re.compile(r"['\"]")
_NAME = r"`((?:[^`]|``)+)`"
_PARSER = re.compile(rf"^  FULLTEXT KEY {_NAME} .*WITH PARSER {_NAME}", re.MULTILINE)
_DEFAULT = re.compile(
    rf"^  {_NAME} (?:var)?binary\(\d+\).*? DEFAULT ('(?:[^']|'')*'|0x[0-9A-F]*)", re.MULTILINE
)


def catalog_details(rows: Rows) -> Sequence[str]:
    """The SHOW CREATE statements that these rows make necessary."""
    tables = {(row[0], row[1]) for row in rows["indexes"] if row[8] == "FULLTEXT"}
    tables |= {
        (row[0], row[1])
        for row in rows["columns"]
        if row[6] in {"binary", "varbinary"} and row[4] is not None
    }
    stored = {(row[0], row[1]) for row in rows["tables"]}
    return [
        *(show("TABLE", *table) for table in sorted(tables & stored)),
        *(show("VIEW", row[0], row[1]) for row in rows["views"]),
        *(show("TRIGGER", row[0], row[2]) for row in rows["triggers"] if _quotes(row[6])),
        *(show(row[2], row[0], row[1]) for row in rows["routines"] if _quotes(row[6])),
        *(show("EVENT", row[0], row[1]) for row in rows["events"] if _quotes(row[10])),
    ]


def show(kind: str, schema: str, name: str) -> str:
    return f"SHOW CREATE {kind} {quoted(schema)}.{quoted(name)}"


def view(text: str) -> tuple[str, str, str]:
    """The algorithm, the list of columns (if one was given) and the query of SHOW CREATE VIEW."""
    found = _VIEW.fullmatch(text)
    if found is None:
        raise ValueError(f"no CREATE VIEW of MySQL's own: {text}")
    return found["algorithm"], found["columns"] or "", found["query"]


def parsers(text: str) -> dict[str, str]:
    """The parser of each FULLTEXT index that names one, in what SHOW CREATE TABLE told."""
    return {_unquoted(index): _unquoted(parser) for index, parser in _PARSER.findall(text)}


def octet_defaults(text: str) -> dict[str, str]:
    """The default of each BINARY or VARBINARY column, in what SHOW CREATE TABLE told."""
    return {_unquoted(column): value for column, value in _DEFAULT.findall(text)}


def body(text: str | None, told: str, before: str) -> str:
    """The body at the end of what SHOW CREATE told; `told` is information_schema's.

    It begins after `before`, with what `told` has in front of its first literal. None is told to
    who may not see a body.
    """
    if text is None:
        return told
    head = _QUOTE.split(told, maxsplit=1)[0]
    return text[text.index(head, text.index(before) + len(before)) :]


def _quotes(told: str | None) -> bool:
    return told is not None and _QUOTE.search(told) is not None


def _unquoted(name: str) -> str:
    return name.replace("``", "`")
