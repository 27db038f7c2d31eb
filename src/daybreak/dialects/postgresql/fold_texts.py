"""The folds of one text: a deparsed expression, a default, a statistics object's definition."""

from __future__ import annotations

import re

# A string as the server writes it, a quoted name. What looks like code inside of one is none: the
# patterns below take these whole from left to right, so that nothing can begin within them.
STRING = r"E?'(?:[^']|'')*'"
NAME = r'"(?:[^"]|"")*"'

_LITERAL = rf"(?:{STRING}|NULL)"
_VARCHAR = rf"{_LITERAL}::character varying"
_INTEGER = r"(?:'-\d+'::integer|\d+)"
_WIDE = rf"(?:\({_INTEGER}\)::(?:bigint|numeric)|'-\d+'::(?:bigint|numeric))"
_NUMBER = rf"(?:{_INTEGER}|{_WIDE})"
_FOLDED = re.compile(
    rf"\((?P<literal>{_LITERAL})::character varying\)::text(?!\[)"
    rf"|\(ARRAY\[(?P<list>{_VARCHAR}(?:, {_VARCHAR})*)\]\)::text\[\]"
    rf"|(?P<any>(?:ANY|ALL)) \(ARRAY\[(?P<numbers>{_NUMBER}(?:, {_NUMBER})*)\]\)"
    rf"|(?P<any_cast>(?:ANY|ALL)) \(\(ARRAY\[(?P<cast>{_INTEGER}(?:, {_INTEGER})*)\]\)"
    r"::(?:bigint|numeric)\[\]\)"
    rf"|{STRING}|{NAME}"
)
_CAST_VARCHAR = re.compile(rf"({_LITERAL})::character varying|{NAME}")
_DIGITS = re.compile(r"-?\d+")

# PostgreSQL 18 calls them table_column_not_null, cut to fit, with a number where that is taken.
AUTOMATIC_NOT_NULL = re.compile(r"_not_null\d*$")

_STRING_TYPE = re.compile(r"(?:text|character varying(?:\(\d+\))?|character\(\d+\))(\[\])?")
_OLD_STRING = re.compile(
    rf"(?P<value>{STRING})::(?P<type>text|character varying|bpchar)(?P<array>\[\])?"
)
_OLD_DATE = re.compile(r"'(?P<day>\d{4}-\d\d-\d\d)'::date")
_OLD_JSON = re.compile(rf"(?P<value>{STRING})::json")


def fold_text(text: str) -> str:
    """The folds "literal casts", "varchar lists" and "number lists"."""
    if "::" not in text:
        return text
    return _FOLDED.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    if literal := match["literal"]:
        return f"{literal}::text"
    if varchars := match["list"]:
        return f"ARRAY[{_CAST_VARCHAR.sub(_as_text, varchars)}]"
    for word, numbers in (("any", "numbers"), ("any_cast", "cast")):
        if match[word]:
            return f"{match[word]} (ARRAY[{', '.join(_DIGITS.findall(match[numbers]))}])"
    return match[0]


def _as_text(match: re.Match[str]) -> str:
    return f"{match[1]}::text" if match[1] else match[0]


def fold_default(text: str, column_type: str) -> str:
    """The fold "old default casts": a literal of another type that assignment makes the same.

    Among string types, but for a bpchar with blanks behind, which the others would keep; from date
    to timestamp, not to timestamptz, which depends on the session; from json to jsonb.
    """
    text = fold_text(text)
    if (to := _STRING_TYPE.fullmatch(column_type)) and (old := _OLD_STRING.fullmatch(text)):
        padded = old["type"] == "bpchar" and old["value"].endswith(" '")
        if bool(to[1]) == bool(old["array"]) and not padded:
            return f"{old['value']}::text{old['array'] or ''}"
    if column_type == "timestamp without time zone" and (old := _OLD_DATE.fullmatch(text)):
        return f"'{old['day']} 00:00:00'::timestamp without time zone"
    if column_type == "jsonb" and (old := _OLD_JSON.fullmatch(text)):
        return f"{old['value']}::jsonb"
    return text


def fold_statistics(definition: str) -> str:
    """The fold "statistics columns": those between ON and FROM in the order of their texts."""
    head, on, rest = definition.partition(" ON ")
    columns, from_, table = rest.rpartition(" FROM ")
    if not on or not from_:
        return definition
    return f"{head} ON {', '.join(sorted(_split(columns)))} FROM {table}"


def _split(columns: str) -> list[str]:
    """`a, (b, 'c,d'), e` at its outermost commas."""
    parts, depth = [""], 0
    for piece in re.findall(rf"{STRING}|{NAME}|.", columns, re.DOTALL):
        depth += (piece in "([") - (piece in ")]")
        if piece == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]
