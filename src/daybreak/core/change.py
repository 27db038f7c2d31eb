"""The closed vocabulary of changes: four verbs over the kinds of `core/catalog.py`.

A change says what differs, never how to mend it: `writing/` turns it into operations. A kind and
a field that nothing there can express are still a change, so that nothing is missed in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from daybreak.core.catalog import Address, Object


@dataclass(frozen=True)
class Create:
    """`item` is new. A table comes with columns, keys, checks and indexes; its foreign keys,
    triggers, policies, rules and statistics are changes of their own, which follow it.
    """

    address: Address
    item: Object


@dataclass(frozen=True)
class Drop:
    """`item` goes, with what is part of it. Foreign keys to it are dropped before, by name."""

    address: Address
    item: Object


@dataclass(frozen=True)
class Alter:
    """The object at `address` stays and differs in `fields`; parts of a table never count."""

    address: Address
    before: Object
    after: Object
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Rename:
    """The object gets another name, or (a table, a type) another schema; data stays.

    Changes that follow use the new name. An enum's value is renamed with `label`, from and to.
    """

    address: Address
    to: Address
    item: Object
    label: tuple[str, str] | None = None


Change = Create | Drop | Alter | Rename


def differing(
    before: Object, after: Object, ignore: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The names of the compared fields in which two objects of one type differ."""
    return tuple(
        part.name
        for part in fields(before)
        if part.compare
        and part.name not in ignore
        and getattr(before, part.name) != getattr(after, part.name)
    )


def sides(change: Change) -> tuple[Any, Any]:
    """Before and after; None where there is none."""
    match change:
        case Create(item=item):
            return None, item
        case Drop(item=item):
            return item, None
        case Alter(before=before, after=after):
            return before, after
        case Rename(item=item):
            return item, item
