"""What MySQL writes differently although it means the same: for comparing, never for rendering.

On one server these differences come from how and when a table was made; between a shadow and a
target also from their versions. A fold that hides a real difference is a defect: each has a pair
that it makes equal and near misses that it leaves alone, in `tests/dialects/test_mysql_folds.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType
from typing import Literal

from daybreak.core.catalog import (
    Catalog,
    Column,
    Constraint,
    Index,
    IndexKey,
    Routine,
    Table,
    View,
)
from daybreak.dialects.mysql.constants import settled

Place = Literal["type", "charset", "expression", "check"]
Types = Mapping[str, str]  # of the columns of the table, by name


@dataclass(frozen=True)
class Fold:
    """`place` says which texts of a catalog it is for."""

    name: str
    reason: str
    place: Place
    apply: Callable[[str, Types], str]


# Literals and quoted names are stepped over: what looks like a type in them is none.
_STEPPED_OVER = r"'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`"
_WIDTH = re.compile(
    rf"{_STEPPED_OVER}|"
    r"\b(?:((?:small|medium|big)?int|tinyint(?!\(1\)))\(\d+\)(?! unsigned zerofill)|(year)\(4\))",
    re.DOTALL,
)
_OLD_NAME = re.compile(rf"{_STEPPED_OVER}|\b(utf8)(?=_|\b)", re.DOTALL)
_PLAIN_LITERAL = re.compile(
    r"_(?:utf8|utf8mb3|utf8mb4|latin1|ascii)('(?:[^'\\\x80-\U0010ffff]|'')*')"
    rf"|{_STEPPED_OVER}",
    re.DOTALL,
)


def _width(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[0]


def _new_name(found: re.Match[str]) -> str:
    return "utf8mb3" if found[1] else found[0]


def _bare(found: re.Match[str]) -> str:
    return found[1] or found[0]


FOLDS = (
    Fold(
        "display width",
        "Before 8.0.19 integers and YEAR were kept with a display width, which does nothing "
        "without ZEROFILL; TINYINT(1) is left alone, as drivers read it as a boolean.",
        "type",
        lambda text, _: _WIDTH.sub(_width, text),
    ),
    Fold(
        "utf8",
        "Servers before 8.0.30 call utf8mb3 and its collations utf8.",
        "charset",
        lambda text, _: _OLD_NAME.sub(_new_name, text),
    ),
    Fold(
        "introducer",
        "A literal in an expression is kept with the charset of the connection that made it; a "
        "literal of ASCII alone has the same octets in all that a connection can have.",
        "expression",
        lambda text, _: _PLAIN_LITERAL.sub(_bare, text),
    ),
    Fold(
        "constant",
        "What a CHECK compares with a BIGINT, YEAR or TIME is kept as it was written, 2 * 3, until "
        "the next ALTER of the table, whatever it alters, and as its value, 6, from then on.",
        "check",
        settled,
    ),
)


def fold(catalog: Catalog) -> Catalog:
    """`catalog` with every fold applied."""
    return replace(
        catalog,
        tables=tuple(map(_table, catalog.tables)),
        views=tuple(map(_view, catalog.views)),
        routines=tuple(map(_routine, catalog.routines)),
    )


def _folded(text: str, *places: Place, types: Types = MappingProxyType({})) -> str:
    folds = [each for each in FOLDS if each.place in places]
    return reduce(lambda so_far, each: each.apply(so_far, types), folds, text)


def _maybe(text: str | None, *places: Place) -> str | None:
    return None if text is None else _folded(text, *places)


def _table(table: Table) -> Table:
    types = {column.name: column.type for column in table.columns}
    return replace(
        table,
        columns=tuple(map(_column, table.columns)),
        constraints=tuple(_constraint(constraint, types) for constraint in table.constraints),
        indexes=tuple(map(_index, table.indexes)),
        partition_by=_maybe(table.partition_by, "expression"),
        charset=_maybe(table.charset, "charset"),
        collation=_maybe(table.collation, "charset"),
    )


def _column(column: Column) -> Column:
    return replace(
        column,
        type=_folded(column.type, "type"),
        default=_maybe(column.default, "expression"),
        generated=_maybe(column.generated, "expression"),
        charset=_maybe(column.charset, "charset"),
        collation=_maybe(column.collation, "charset"),
    )


def _constraint(constraint: Constraint, types: Types) -> Constraint:
    if constraint.kind == "foreign key":
        return constraint
    definition, expression = (
        text and _folded(text, "expression", "check", types=types)
        for text in (constraint.definition, constraint.expression)
    )
    return replace(constraint, definition=definition or "", expression=expression)


def _index(index: Index) -> Index:
    return replace(
        index,
        definition=_folded(index.definition, "expression"),
        keys=tuple(map(_key, index.keys)),
    )


def _key(key: IndexKey) -> IndexKey:
    return replace(key, expression=_maybe(key.expression, "expression"))


def _view(view: View) -> View:
    return replace(view, definition=_folded(view.definition, "expression"))


def _routine(routine: Routine) -> Routine:
    """Its head alone: the body is what a person wrote."""
    head, newline, body = routine.definition.partition("\n")
    return replace(
        routine,
        definition=_folded(head, "type", "charset") + newline + body,
    )
