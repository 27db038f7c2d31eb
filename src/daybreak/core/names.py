"""The names that a server gives of itself."""

from __future__ import annotations

import re

_LIMIT = 63  # NAMEDATALEN - 1, PostgreSQL


def automatic(table: str, column: str, label: str) -> str:
    """`{table}_{column}_{label}`, cut as PostgreSQL's makeObjectName cuts it: the longer first."""
    one, two = table.encode(), column.encode()
    room = _LIMIT - len(label) - 1 - (1 if column else 0)
    while len(one) + len(two) > room:
        if len(one) > len(two):
            one = one[:-1]
        else:
            two = two[:-1]
    parts = [text.decode(errors="ignore") for text in (one, two) if text]
    return "_".join([*parts, label])


def looks_automatic(name: str, table: str) -> bool:
    """Whether an unnamed check of `table` may have got `name`, on either engine."""
    return bool(
        re.fullmatch(rf"{re.escape(table)}(_.+)?_check\d*|{re.escape(table)}_chk_\d+", name)
    )


def following(name: str, table: str, new: str) -> str:
    """What MySQL calls a constraint of `table` once that is called `new`; no matter who named it.

    Source: "RENAME TABLE Statement": names that begin with "tbl_name_ibfk_" and "tbl_name_chk_".
    """
    found = re.fullmatch(rf"{re.escape(table)}(_(?:ibfk|chk)_.+)", name, re.DOTALL)
    return new + found[1] if found else name
