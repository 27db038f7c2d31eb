"""Changes in words: one line each, `+` for new, `-` for gone, `~` for altered, `→` for renamed."""

from __future__ import annotations

import re
from typing import Any

from daybreak.core.catalog import (
    Address,
    Column,
    Constraint,
    Enum,
    Grant,
    Identity,
    Index,
    Object,
    Table,
)
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.report.style import style

# An index's text says once more what it is called and whose it is.
_NAMES = re.compile(r"CREATE (UNIQUE )?INDEX .+? ON (?:ONLY )?.+? (?=USING )", re.DOTALL)
_MANY = 3  # values of a tuple that are shown before "…"


def change_line(change: Change, default_schema: str, columns: int) -> str:
    """`+ events.ticket_price  integer null`, without the default schema, cut to `columns`."""
    sign, text = change_text(change, default_schema)
    colour = {"+": "green", "-": "red", "~": "yellow", "→": "cyan"}[sign]
    return f"  {style(sign, fg=colour, bold=True)} {cut(text, columns - 4)}"


def cut(line: str, columns: int) -> str:
    return line if len(line) <= columns else f"{line[: columns - 1]}…"


def change_text(change: Change, default_schema: str) -> tuple[str, str]:
    """The sign and the words of one change, without colour."""
    name = address_text(change.address, default_schema)
    match change:
        case Create(item=item):
            return "+", _joined(name, _summary(item))
        case Drop(item=item):
            return "-", _joined(name, _summary(item))
        case Rename(to=to, label=None):
            return "→", f"{name} → {address_text(to, default_schema, kind=False)}"
        case Rename(label=(old, new)):
            return "→", f"{name}: value {old!r} → {new!r}"
        case Alter(before=before, after=after, fields=fields):
            altered = (
                _altered(field, getattr(before, field), getattr(after, field)) for field in fields
            )
            return "~", _joined(name, "; ".join(altered))
    raise AssertionError(change)


def address_text(address: Address, default_schema: str, *, kind: bool = True) -> str:
    """`events.ticket_price` for a column, `index events.ix_events_name` for what is not one."""
    schema = "" if address.schema == default_schema else address.schema
    path = ".".join(part for part in (schema, address.table, address.name) if part)
    return path if address.kind == "column" or not kind else f"{address.kind} {path}"


def _joined(name: str, words: str) -> str:
    return f"{name}  {words}" if words else name


def _summary(item: Object) -> str:
    match item:
        case Column():
            null = "not null" if item.not_null else "null"
            default = f" default {item.default}" if item.default is not None else ""
            return f"{item.type} {null}{default}"
        case Table(columns=columns):
            return f"({', '.join(_first([column.name for column in columns], 8))})"
        case Constraint(definition=definition):
            return _one_line(definition)
        case Index(definition=definition, valid=valid):
            invalid = "" if valid else "INVALID "  # its build was interrupted
            return invalid + _one_line(_NAMES.sub(r"\1", definition))
        case Enum(labels=labels):
            return f"({', '.join(_first([repr(label) for label in labels], 8))})"
    return ""


def _altered(field: str, before: Any, after: Any) -> str:
    if isinstance(before, tuple) and isinstance(after, tuple):
        lost = [_value(item) for item in before if item not in after]
        gained = [_value(item) for item in after if item not in before]
        if lost or gained:
            words = [f"- {', '.join(_first(lost, _MANY))}"] if lost else []
            words += [f"+ {', '.join(_first(gained, _MANY))}"] if gained else []
            return f"{_words(field)} {' '.join(words)}"
    return f"{_words(field)} {_value(before)} → {_value(after)}"


def _words(field: str) -> str:
    return field.replace("_", " ")


def _value(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Grant():
            return f"{value.privilege} to {value.grantee}"
        case Identity():
            return "always" if value.always else "by default"
        case tuple():
            return "(" + ", ".join(_first([_value(item) for item in value], _MANY)) + ")"
    return _one_line(str(value))


def _first(items: list[str], count: int) -> list[str]:
    return items if len(items) <= count else [*items[:count], "…"]


def _one_line(text: str, width: int = 120) -> str:
    return cut(" ".join(text.split()), width)
