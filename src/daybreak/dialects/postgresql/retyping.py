"""Whether a column's new type is stored as the old one was, so that PostgreSQL rewrites nothing.

Source: ATColumnChangeRequiresRewrite and the types' support functions in PostgreSQL's source; each
line is seen on a real server by tests/edges/test_weight_postgresql.py.
"""

from __future__ import annotations

import re
from typing import Any

# A type without a number in parentheses is as wide as can be; these have one in any case.
_ONE_WIDE = frozenset({"bpchar", "bit"})
_WIDER = frozenset({"varchar", "varbit", "timestamp", "timestamptz", "time", "timetz"})
_UTC = frozenset({"UTC", "GMT", "Etc/UTC", "Etc/GMT", "UCT", "Zulu", "Etc/Zulu", "Etc/UCT"})
# Types of different names whose indexes are the same.
_SAME_INDEX = ({"varchar", "text"}, {"cidr", "inet"})

_SPAN = {"timestamp", "timestamptz"}
_FIELDS = re.compile(r"\b(year|month|day|hour|minute|second)\b", re.IGNORECASE)


def is_rewritten(old: dict[str, Any], new: dict[str, Any], text: str, timezone: str) -> bool:
    """Whether a column of the type `old` is rewritten when it becomes `new`, written as `text`."""
    was, becomes = _numbers(old["full"]), _numbers(text)
    if new["name"] == "interval" and _FIELDS.search(text):
        return True
    if new["name"] == old["type"]:
        return not (_is_no_change(old, new, text) or _fits(new["name"], was, becomes))
    if new["constrained"]:
        return True
    if {old["type"], new["name"]} == _SPAN:
        return timezone not in _UTC or becomes is not None
    coerced = new["base"] in {old["type"], old["base"]} or new["coercions"].get(old["name"]) == "b"
    return not coerced or becomes is not None


def is_reindexed(old: dict[str, Any], new: dict[str, Any], index: dict[str, Any]) -> bool:
    """Whether an index over the column is built anew, though the column is not rewritten."""
    if not index["plain"]:
        return True
    types = {old["base"], new["base"]}
    return len(types) > 1 and not any(types <= same for same in _SAME_INDEX)


def _is_no_change(old: dict[str, Any], new: dict[str, Any], text: str) -> bool:
    if _numbers(text) is None:
        return new["name"] not in _ONE_WIDE or _numbers(old["full"]) == (1,)
    return _numbers(text) == _numbers(old["full"]) and new["name"] != "interval"


def _fits(name: str, was: tuple[int, ...] | None, becomes: tuple[int, ...] | None) -> bool:
    """Whether every value of the type with the numbers `was` is one of that which `becomes`."""
    if becomes is None:
        return name not in _ONE_WIDE
    if was is None:
        return name in _WIDER - {"varchar", "varbit"} and becomes[0] >= 6
    if name == "numeric":
        (digits, scale), (more, of_these) = _precision(was), _precision(becomes)
        return more >= digits and scale == of_these
    return name in _WIDER | {"interval"} and becomes[0] >= was[0]


def _precision(numbers: tuple[int, ...]) -> tuple[int, int]:
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


def _numbers(text: str) -> tuple[int, ...] | None:
    found = re.search(r"\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\)", text)
    return tuple(int(number) for number in found.groups() if number) if found else None
