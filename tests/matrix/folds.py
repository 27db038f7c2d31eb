"""What counts as the same in two dumps although the text differs: a closed, versioned list.

A fold may hide only what no user of the database can tell. Each has a pair of dumps that it makes
equal and a near miss that it must not, in test_folds.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

VERSION = 3  # raised with every change of the list: stored results name it


@dataclass(frozen=True, order=True)
class Entry:
    """One object of a dump: its heading and its SQL."""

    kind: str
    schema: str
    name: str
    sql: str


@dataclass(frozen=True)
class Fold:
    name: str
    sentence: str
    apply: Callable[[list[Entry]], list[Entry]]


def fold(entries: list[Entry]) -> list[Entry]:
    """The entries after every fold."""
    for each in FOLDS:
        entries = each.apply(entries)
    return entries


def _sort_entries(entries: list[Entry]) -> list[Entry]:
    return sorted(entries)


def _in_tables(change: Callable[[str], str]) -> Callable[[list[Entry]], list[Entry]]:
    """A fold that changes the SQL of tables only."""
    return lambda entries: [
        replace(entry, sql=change(entry.sql)) if entry.kind == "TABLE" else entry
        for entry in entries
    ]


def _sort_columns(sql: str) -> str:
    return _TABLE.sub(_sorted_body, sql)


_TABLE = re.compile(
    r"\A(?P<head>.*?CREATE (?:UNLOGGED )?TABLE [^\n]+ \(\n)(?P<body>.*?)(?P<tail>\n\).*)\Z",
    re.DOTALL,
)


def _sorted_body(found: re.Match[str]) -> str:
    # A part begins with four blanks and its own words; what continues one is indented further.
    parts = re.split(r",\n(?= {4}\S)", found["body"])
    return found["head"] + ",\n".join(sorted(parts)) + found["tail"]


def _forget_not_null_names(sql: str) -> str:
    return _NOT_NULL.sub(" NOT NULL", sql)


_NOT_NULL = re.compile(r' CONSTRAINT (?:\w+_not_null\d*|"[^"]+_not_null\d*") NOT NULL')


_CHECK = re.compile(r"^ {4}CONSTRAINT (\w+?_check)\d* (CHECK .*?)(,?)$", re.MULTILINE)


def _renumber_checks(sql: str) -> str:
    """Automatic names of checks, given anew in the order of the checks' texts."""
    lines = sql.splitlines()
    found = [
        (name[1], name[2].rstrip(","), number)
        for number, line in enumerate(lines)
        if (name := _CHECK.match(line))
    ]
    for base in {base for base, _, _ in found}:
        same = sorted((text, number) for each, text, number in found if each == base)
        places = sorted(number for _, number in same)
        for index, (place, (text, _)) in enumerate(zip(places, same, strict=True)):
            comma = "," if lines[place].endswith(",") else ""
            lines[place] = f"    CONSTRAINT {base}{index or ''} {text}{comma}"
    return "\n".join(lines)


_NUMBERS = re.compile(r"ARRAY\[[^]'\"]*\]")
_CAST_NUMBER = re.compile(r"\((\d+)\)::(?:bigint|numeric)\b")


def _plain_numbers(entry: Entry) -> Entry:
    """Lists of numbers without the casts to what their column is now."""
    plain = _NUMBERS.sub(lambda found: _CAST_NUMBER.sub(r"\1", found[0]), entry.sql)
    return replace(entry, sql=plain)


def _sort_parameters(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, sql=_PARAMETERS.sub(_sorted_list, entry.sql)) for entry in entries]


_PARAMETER = r"[\w.]+='(?:[^']|'')*'"
_PARAMETERS = re.compile(rf"(?<=\bWITH \(){_PARAMETER}(?:, {_PARAMETER})+(?=\))")


def _sorted_list(found: re.Match[str]) -> str:
    return ", ".join(sorted(re.findall(_PARAMETER, found[0])))


FOLDS = (
    Fold(
        "column order",
        "Columns and checks of a table may stand in any order: ADD COLUMN can only append.",
        _in_tables(_sort_columns),
    ),
    Fold(
        "names of NOT NULL",
        "On 18 a NOT NULL keeps the automatic name of the column or table as it was once called.",
        _in_tables(_forget_not_null_names),
    ),
    Fold(
        "numbers of unnamed checks",
        "Automatic names of a table's checks differ in their number by the order of creation.",
        _in_tables(_renumber_checks),
    ),
    Fold(
        "number lists",
        "A whole number in the list of an IN may be cast to bigint or numeric, or not: which it is "
        "was settled when the expression was made, and a column's new type does not change it.",
        lambda entries: [_plain_numbers(entry) for entry in entries],
    ),
    Fold(
        "order of storage parameters",
        "Storage parameters may stand in any order: SET appends them.",
        _sort_parameters,
    ),
    Fold(
        "statement order",
        "Objects may be made in any order: pg_dump sorts what depends on nothing by its number.",
        _sort_entries,
    ),
)
