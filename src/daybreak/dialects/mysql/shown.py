"""What only SHOW CREATE tells: a view's algorithm, a parser, a default of octets.

It takes one statement for each object, so only the few that need it are asked: each view, and the
tables with a FULLTEXT index or a default on a BINARY or VARBINARY column (information_schema ends
such a default at its first zero octet, and does not know parsers and algorithms at all).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from daybreak.dialects.base import Rows
from daybreak.dialects.mysql.texts import quoted

_VIEW = re.compile(
    r"CREATE ALGORITHM=(?P<algorithm>\w+) DEFINER=.+? SQL SECURITY \w+ VIEW "
    r"(?:`(?:[^`]|``)+`\.)?`(?:[^`]|``)+` "
    r"(?:\(.*?\) )?AS (?P<query>.*?)(?: WITH (?:CASCADED|LOCAL) CHECK OPTION)?",
    re.DOTALL,
)
_NAME = r"`((?:[^`]|``)+)`"
_PARSER = re.compile(rf"^  FULLTEXT KEY {_NAME} .*WITH PARSER {_NAME}", re.MULTILINE)
_DEFAULT = re.compile(
    rf"^  {_NAME} (?:var)?binary\(\d+\).*? DEFAULT ('(?:[^']|'')*'|0x[0-9A-F]*)", re.MULTILINE
)


def queries(rows: Rows) -> Sequence[str]:
    """The SHOW CREATE statements that these rows make necessary."""
    tables = {(row[0], row[1]) for row in rows["indexes"] if row[8] == "FULLTEXT"}
    tables |= {
        (row[0], row[1])
        for row in rows["columns"]
        if row[6] in {"binary", "varbinary"} and row[4] is not None
    }
    stored = {(row[0], row[1]) for row in rows["tables"]}
    return [show_table(*table) for table in sorted(tables & stored)] + [
        show_view(row[0], row[1]) for row in rows["views"]
    ]


def show_table(schema: str, name: str) -> str:
    return f"SHOW CREATE TABLE {quoted(schema)}.{quoted(name)}"


def show_view(schema: str, name: str) -> str:
    return f"SHOW CREATE VIEW {quoted(schema)}.{quoted(name)}"


def view(text: str) -> tuple[str, str]:
    """The algorithm and the query in what SHOW CREATE VIEW told."""
    found = _VIEW.fullmatch(text)
    if found is None:
        raise ValueError(f"no CREATE VIEW of MySQL's own: {text}")
    return found["algorithm"], found["query"]


def parsers(text: str) -> dict[str, str]:
    """The parser of each FULLTEXT index that names one, in what SHOW CREATE TABLE told."""
    return {_unquoted(index): _unquoted(parser) for index, parser in _PARSER.findall(text)}


def octet_defaults(text: str) -> dict[str, str]:
    """The default of each BINARY or VARBINARY column, in what SHOW CREATE TABLE told."""
    return {_unquoted(column): value for column, value in _DEFAULT.findall(text)}


def _unquoted(name: str) -> str:
    return name.replace("``", "`")
