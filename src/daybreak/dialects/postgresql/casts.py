"""How values of one type become another's when a column's type changes."""

from __future__ import annotations

import re

_STRINGS = {"text", "character varying", "character", "name", '"char"', "citext", "public.citext"}
_NUMBERS = {"smallint", "integer", "bigint", "numeric", "real", "double precision"}
# Pairs within one family have an assignment cast, which ALTER TYPE uses by itself.
_FAMILIES = (
    _STRINGS,
    _NUMBERS | {"oid"},
    {"date", "timestamp without time zone", "timestamp with time zone"},
    {"time without time zone", "time with time zone", "interval"},
    {"json", "jsonb"},
    {"inet", "cidr"},
    {"bit", "bit varying"},
    {"macaddr", "macaddr8"},
)
_ONE_WAY = {
    ("timestamp without time zone", "time without time zone"),
    ("timestamp with time zone", "time without time zone"),
    ("timestamp with time zone", "time with time zone"),
    ("integer", "money"),
    ("bigint", "money"),
    ("numeric", "money"),
    ("money", "numeric"),
}


def using(column: str, before: str, after: str) -> str | None:
    """The USING expression for a change of `column`, already quoted; None where none is needed."""
    old, old_array = _base(before)
    new, new_array = _base(after)
    if old_array != new_array:
        if new_array:
            return f"CASE WHEN {column} IS NOT NULL THEN ARRAY[{column}]::{after} END"
        return f"{column}[1]::{after}"
    if old == new or new in _STRINGS or (old, new) in _ONE_WAY:
        return None
    if any(old in family and new in family for family in _FAMILIES):
        return None
    if old in _STRINGS:
        return f"{column}::{after}"
    suffix = "[]" if new_array else ""
    if new == "boolean" and old in _NUMBERS and not new_array:
        return f"{column}::boolean" if old == "integer" else f"{column} <> 0"
    if old == "boolean" and new in _NUMBERS:
        return f"{column}::integer{suffix}" + ("" if new == "integer" else f"::{after}")
    return f"{column}::text{suffix}::{after}"


def _base(type_text: str) -> tuple[str, bool]:
    """The type without its modifier, and whether it is an array."""
    array = type_text.endswith("[]")
    plain = re.sub(r"\([^)]*\)", "", type_text.removesuffix("[]"))
    return re.sub(r"\s+", " ", plain).strip(), array
