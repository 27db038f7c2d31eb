"""Which names the texts of an object mention: what it stands on, as far as words can tell.

A server's text names a relation, a type or a routine as a word of its own, plain or quoted. A word
that only looks like a name costs an object made again or a place in the order, never a wrong
result, so every word counts, those inside of literals (`nextval('t_id_seq')`) included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from daybreak.core.catalog import (
    Column,
    Composite,
    Constraint,
    Domain,
    Event,
    Index,
    Object,
    Policy,
    Range,
    Routine,
    Rule,
    Statistics,
    Table,
    Trigger,
    View,
)

_WORD = re.compile(r'"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^\W\d][\w$]*)')
_CALL = re.compile(r'([^\W\d][\w$]*)[`"]?\s*\(')
# Around PostgreSQL's bodies, with nothing between it and the first and the last word.
_DELIMITER = re.compile(r"\$(?:function|procedure)x*\$")
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def words(*texts: str | None) -> frozenset[str]:
    """Every word and every quoted name in `texts`."""
    return frozenset(
        quoted.replace('""', '"') or ticked.replace("``", "`") or plain
        for text in texts
        if text
        for quoted, ticked, plain in _WORD.findall(text)
    )


def mentioned(item: Object) -> frozenset[str]:
    """The names that `item` may stand on, its own included."""
    return words(*_texts(item))


def called(item: Object) -> frozenset[str]:
    """The names in the texts of `item` that an opening parenthesis follows."""
    return frozenset(name for text in _texts(item) if text for name in _CALL.findall(text))


def header(routine: Routine) -> str:
    """What a routine can't change while it stays: its name, arguments and result."""
    return re.split(r"\bLANGUAGE\b|\bBEGIN\b|\bAS\b", routine.definition, maxsplit=1)[0]


def bound(routine: Routine) -> frozenset[str]:
    """The names that keep others from going: a body in a string binds nothing."""
    atomic = "BEGIN ATOMIC" in routine.definition
    return words(routine.definition if atomic else header(routine))


def rewritten(text: str, old: str, new: str) -> str:
    """`text` with the name `old` replaced as a word of its own, plain or quoted."""
    name = re.escape(old)
    pattern = rf'"{name}"|`{name}`|(?<![\w$"`]){name}(?![\w$"`])'

    def spelled(found: re.Match[str]) -> str:
        if found[0].startswith("`"):
            return f"`{new}`"
        return quoted(new)

    return re.sub(pattern, spelled, text)


def quoted(name: str) -> str:
    """`name` as PostgreSQL writes it, quotes only where they are needed."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _texts(item: Object) -> Iterator[str | None]:
    match item:
        case Column():
            yield from (item.type, item.default, item.generated)
        case Constraint() | Index() | Trigger() | Rule() | Statistics():
            yield item.definition
        case Policy():
            yield from (item.using, item.check)
        case Table():
            yield from (item.of_type, item.partition_by, *(item.partition_of or ())[:2])
            for parent in item.inherits:
                yield from parent
            parts: tuple[Object, ...] = (*item.columns, *item.constraints, *item.indexes)
            for part in parts:
                if not (isinstance(part, Constraint) and part.kind == "foreign key"):
                    yield from _texts(part)
        case Domain():
            yield from (item.type, item.default)
            for constraint in item.constraints:
                yield constraint.definition
        case Composite():
            for column in item.columns:
                yield column.type
        case Routine():
            yield _DELIMITER.sub(" ", item.definition)
        case Range() | View() | Event():
            yield item.definition
        case _:
            return
