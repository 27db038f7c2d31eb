"""The constants of a CHECK, as the server keeps them once anything of the table was altered.

What is compared with a BIGINT, a YEAR or a TIME is kept as it was written at first, and by the next
ALTER as a literal of the column's type. Seen in MySQL 9.7; no other type of a column, and
no constant that is part of something else, is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from daybreak.dialects.mysql.texts import quoted

_STRING = r"'(?:[^'\\]|''|\\.)*'"
_STEPPED_OVER = rf"{_STRING}|`(?:[^`]|``)*`"
_INTEGER = r"-?\d+(?![\w.])"
# The server writes every operation in brackets of its own, and no space behind a sign.
_COMPUTED = re.compile(
    rf"{_STEPPED_OVER}|-\(({_INTEGER})\)"
    rf"|(?<![\w`])\(({_INTEGER}) (\+|-|\*|DIV|%|<<|>>|&|\||\^) ({_INTEGER})\)",
    re.DOTALL,
)
_COMPARED = r"(?:=|<>|<=>|<|<=|>|>=)"
_LITERAL = rf"(?:TIME)?{_STRING}|0x[0-9a-f]+|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_TIME = re.compile(r"(?:TIME)?'(-?)(\d{1,3}):(\d\d?)(?::(\d\d?)(?:\.(\d{1,6}))?)?'")
_MOST = 2**63

_ARITHMETIC: Mapping[str, Callable[[int, int], int]] = {
    "+": int.__add__,
    "-": int.__sub__,
    "*": int.__mul__,
}
# Of numbers below zero the server makes something else than Python does.
_UNSIGNED: Mapping[str, Callable[[int, int], int]] = {
    "DIV": int.__floordiv__,
    "%": int.__mod__,
    "<<": lambda one, other: (one << other) % (2 * _MOST) if other < 64 else 0,
    ">>": int.__rshift__,
    "&": int.__and__,
    "|": int.__or__,
    "^": int.__xor__,
}


def settled(check: str, types: Mapping[str, str]) -> str:
    """The condition `check` with its constants as literals; `types` are those of the columns.

    A constant that is more than a number, a text or arithmetic of whole numbers stays as it is.
    """
    before = None
    while before != check:
        before, check = check, _COMPUTED.sub(_value, check)
    for name, kind in types.items():
        literal = _LITERALS.get(re.split(r"\W", kind)[0])
        if literal is not None and quoted(name) in check:
            check = _compared(check, quoted(name), kind, literal)
    return check


def _value(found: re.Match[str]) -> str:
    number, left, operator, right = found.groups()
    if number is not None:
        return str(-int(number))
    if operator is None:
        return found[0]
    value = _result(int(left), operator, int(right))
    return found[0] if value is None else str(value)


def _result(left: int, operator: str, right: int) -> int | None:
    """None where the server fails, or makes something else than a whole number."""
    if operator in _ARITHMETIC:
        value = _ARITHMETIC[operator](left, right)
        return value if -_MOST <= value < _MOST else None
    if left < 0 or right < 0 or (operator in ("DIV", "%") and right == 0):
        return None
    return _UNSIGNED[operator](left, right)


def _compared(check: str, name: str, kind: str, literal: Callable[[str, str], str]) -> str:
    """`check` with the literals beside the column written as `literal` writes them."""
    column = re.escape(name)
    pattern = re.compile(
        rf"({column} {_COMPARED} )({_LITERAL})(?![\w.])"
        rf"|({column} (?:not )?between )({_LITERAL})( and )({_LITERAL})(?![\w.])"
        rf"|(?<![\w.])({_LITERAL})( {_COMPARED} {column})"
        rf"|{_STEPPED_OVER}",
        re.DOTALL,
    )

    def written(found: re.Match[str]) -> str:
        one, alone, start, low, word, high, first, end = found.groups()
        if one:
            return one + literal(alone, kind)
        if start:
            return start + literal(low, kind) + word + literal(high, kind)
        return literal(first, kind) + end if end else found[0]

    return pattern.sub(written, check)


def _integer(text: str, kind: str) -> str:
    try:
        number = int(text, 16) if text.startswith("0x") else Decimal(text.strip("'"))
    except InvalidOperation:
        return text
    whole = Decimal(number)
    least, most = (0, 2 * _MOST) if "unsigned" in kind else (-_MOST, _MOST)
    fits = whole.is_finite() and least <= whole < most and whole == int(whole)
    return str(int(whole)) if fits else text


def _year(text: str, _: str) -> str:
    """Of four digits; what is shorter means another century as a number than as a text."""
    digits = text.strip("'")
    return digits if re.fullmatch(r"\d{4}", digits) else text


def _time(text: str, kind: str) -> str:
    found = _TIME.fullmatch(text)
    if found is None:
        return text
    sign, hours, minutes, seconds, fraction = found.groups(default="")
    digits = int(found[1]) if (found := re.search(r"\((\d)\)", kind)) else 0
    if len(fraction.rstrip("0")) > digits:
        return text
    fraction = f".{fraction:0<{digits}.{digits}}" if digits else ""
    return f"TIME'{sign}{hours:0>2}:{minutes:0>2}:{seconds:0>2}{fraction}'"


# A column of whole numbers may have been a BIGINT once, and its checks written anew by then.
_WHOLE = ("tinyint", "smallint", "mediumint", "int", "bigint")
_LITERALS: Mapping[str, Callable[[str, str], str]] = {
    **dict.fromkeys(_WHOLE, _integer),
    "year": _year,
    "time": _time,
}
