"""Which tables and columns a statement drops, from its text: the same on every dialect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daybreak.core.plan import Dropped
from daybreak.core.sqltext import Token, split

# What else a table has. Some of these words are good names of columns, too.
_PARTS = frozenset({"CONSTRAINT", "PRIMARY", "INDEX", "KEY", "FOREIGN", "CHECK", "PARTITION"})
_BEHAVIOURS = frozenset({"CASCADE", "RESTRICT"})


def read_drops(found: Sequence[Token]) -> tuple[Dropped, ...]:
    """What is dropped by the statements that `found` are the tokens of.

    Names are as they are written, quotes included. What a schema or a CASCADE takes along is not
    told, since the text does not say it.
    """
    return tuple(drop for statement in split(found, ";") for drop in _of_one(statement))


def _of_one(statement: list[Token]) -> Iterator[Dropped]:
    words = [token.word for token in statement]
    if words[:2] in (["DROP", "TABLE"], ["DROP", "TABLES"]):
        for item in split(_past(statement[2:], "IF", "EXISTS"), ","):
            if name := _name(item):
                yield Dropped(name)
    elif words[:2] == ["ALTER", "TABLE"]:
        rest = _past(statement[2:], "IF", "EXISTS", "ONLY")
        table = _name(rest)
        actions = rest[_length(rest) :]
        if actions and actions[0].text == "*":  # ALTER TABLE t * …, with its children
            actions = actions[1:]
        for action in split(actions, ","):
            if column := _column(action):
                yield Dropped(table, column)


def _column(action: list[Token]) -> str:
    """The column that one action of an ALTER TABLE drops; empty for any other."""
    if not action or action[0].word != "DROP":
        return ""
    named = len(action) > 2 and action[2].word not in _BEHAVIOURS
    if named and action[1].word in _PARTS:
        return ""
    return _name(_past(action[1:], "COLUMN", "IF", "EXISTS"))


def _name(found: Sequence[Token]) -> str:
    """The name at the beginning, with its schema; empty if there is none."""
    return "".join(token.text for token in found[: _length(found)])


def _length(found: Sequence[Token]) -> int:
    """How many tokens the name at the beginning has: `a`, `a.b`, `a.b.c`."""
    if not found or found[0].kind not in {"word", "name"}:
        return 0
    length = 1
    while length + 1 < len(found) and found[length].text == ".":
        length += 2
    return length


def _past(found: Sequence[Token], *words: str) -> list[Token]:
    for number, token in enumerate(found):
        if token.word not in words:
            return list(found[number:])
    return []
