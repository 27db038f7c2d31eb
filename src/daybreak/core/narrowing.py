"""Whether values of one type fit into another, by the names that both engines give their types."""

from __future__ import annotations

import re

_STRINGS = {"character varying", "varchar", "character", "char"}
_TEXTS = {"text", "tinytext", "mediumtext", "longtext"}
_BITS = {
    "tinyint": 8,
    "smallint": 16,
    "mediumint": 24,
    "integer": 32,
    "int": 32,
    "bigint": 64,
}
_DECIMALS = {"numeric", "decimal"}
# MySQL's, which keep no part of a second unless they are told to.
_TIMES = {"datetime": "datetime", "timestamp": "datetime", "time": "time"}
_CAST = "what can't be cast is refused, the rest may read differently"
# Every value of the one is a value of the other.
_WIDER = {
    ("real", "double precision"),
    ("float", "double"),
    ("date", "timestamp without time zone"),
    ("date", "timestamp with time zone"),
    ("date", "datetime"),
    ("json", "jsonb"),
    ("cidr", "inet"),
}


def losing(name: str, before: str, after: str) -> list[tuple[str, str]]:
    """Why values may be lost or refused, and the SQL condition of such values of column `name`."""
    old, old_sizes, old_unsigned = _parts(before)
    new, new_sizes, new_unsigned = _parts(after)
    if new in _STRINGS | _TEXTS and "[]" not in before and "[]" not in after:
        return _text(name, old, old_sizes, new, new_sizes)
    if old in _BITS and new in _BITS:
        low, high = _bounds(new, new_unsigned)
        old_low, old_high = _bounds(old, old_unsigned)
        if low <= old_low and old_high <= high:
            return []
        return [("values out of its range are refused", f"{name} NOT BETWEEN {low} AND {high}")]
    if old in _DECIMALS and new in _DECIMALS:
        return _decimal(name, old_sizes, new_sizes)
    if old in _BITS and new in _DECIMALS and not new_sizes:
        return []
    if old == new and old in _TIMES:
        digits = [(*sizes, 0)[0] for sizes in (old_sizes, new_sizes)]
        cut = f"{name} <> CAST({name} AS {_TIMES[new]}({digits[1]}))"
        return [("digits of a second are rounded away", cut)] if digits[0] > digits[1] else []
    gone = _labels(before, after)
    if gone is not None:
        listed = ", ".join(gone)
        return [("values that it has no more are refused", f"{name} IN ({listed})")] if gone else []
    if (old, new) in _WIDER or (old == new and _fits(old_sizes, new_sizes)):
        return []
    return [(_CAST, f"{name} IS NOT NULL")]


def _text(
    name: str, old: str, old_sizes: tuple[int, ...], new: str, new_sizes: tuple[int, ...]
) -> list[tuple[str, str]]:
    if not new_sizes:
        return []
    if old in _STRINGS and old_sizes and old_sizes <= new_sizes:
        return []
    text = name if old in _STRINGS | _TEXTS else f"CAST({name} AS char(1000))"
    return [("longer values are refused", f"char_length({text}) > {new_sizes[0]}")]


def _decimal(
    name: str, old_sizes: tuple[int, ...], new_sizes: tuple[int, ...]
) -> list[tuple[str, str]]:
    if not new_sizes:
        return []
    precision, scale = (*new_sizes, 0)[:2]
    was_precision, was_scale = (*old_sizes, 0)[:2] if old_sizes else (1000, 1000)
    found = []
    if not old_sizes or was_precision - was_scale > precision - scale:
        limit = 10 ** (precision - scale)
        found.append(("larger values are refused", f"abs({name}) >= {limit}"))
    if was_scale > scale:
        found.append(("digits are rounded away", f"{name} <> round({name}, {scale})"))
    return found


def _parts(text: str) -> tuple[str, tuple[int, ...], bool]:
    """The type's name, the numbers in its parentheses, and whether it is unsigned."""
    sizes = re.search(r"\((\d+(?:,\s*\d+)?)\)", text)
    numbers = tuple(int(n) for n in sizes[1].split(",")) if sizes else ()
    name = re.sub(r"\([^)]*\)", "", text.lower())
    unsigned = " unsigned" in name
    plain = re.sub(r"\b(?:unsigned|zerofill)\b", "", name)
    return " ".join(plain.split()), numbers, unsigned


def _bounds(name: str, unsigned: bool) -> tuple[int, int]:
    bits = _BITS[name]
    return (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _labels(before: str, after: str) -> list[str] | None:
    """The literals that an inline enum or set loses; None for any other types."""
    kinds = [re.match(r"(enum|set)\(", text.lower()) for text in (before, after)]
    if not all(kinds):
        return None
    old, new = (re.findall(r"'(?:[^']|'')*'", text) for text in (before, after))
    return [label for label in old if label not in new]


def _fits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    return not new or (bool(old) and old <= new)
