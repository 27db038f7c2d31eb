"""Names, literals and expressions as MySQL reads and writes them."""

from __future__ import annotations

import contextlib
import re

_ESCAPES = {"'": "''", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NOW = re.compile(r"CURRENT_TIMESTAMP(\(\d\))?")


def quoted(identifier: str) -> str:
    return "`" + identifier.replace("`", "``") + "`"


def qualified(schema: str, name: str) -> str:
    """`name` with its schema, unless that is the default one."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def literal(text: str) -> str:
    """`text` as a string literal, as SHOW CREATE TABLE writes it."""
    return "'" + "".join(_ESCAPES.get(character, character) for character in text) + "'"


def names(columns: tuple[str, ...]) -> str:
    return "(" + ", ".join(quoted(column) for column in columns) + ")"


def expression(text: str) -> str:
    """An expression of information_schema as SHOW CREATE TABLE has it.

    Quotes and backslashes come escaped once more, and what is not ASCII comes as its UTF-8 octets
    taken for characters. Seen in MySQL 8.0 to 9.7 in CHECK_CLAUSE, GENERATION_EXPRESSION,
    EXPRESSION and a default's expression.
    """
    with contextlib.suppress(UnicodeError):  # else it came as it is
        text = text.encode("latin-1").decode()
    return _ESCAPED.sub(r"\1", text)


def default(text: str, extra: str, data_type: str) -> str:
    """What stands after DEFAULT: a literal in quotes, an expression in brackets."""
    if "DEFAULT_GENERATED" in extra:
        return text if _NOW.fullmatch(text) else f"({expression(text)})"
    return text if data_type == "bit" else literal(text)
