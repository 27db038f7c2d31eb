"""Defaults that a server read once, when they were made: the text 'now()' became that moment."""

from __future__ import annotations

import re
from collections.abc import Iterable

from daybreak.core.catalog import Column
from daybreak.core.change import Alter, Change

# To the microsecond: nobody writes such a moment as a default.
_MOMENT = re.compile(r"'(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d+[^']*'(?:::[\w ]+)?")


def frozen_default(changes: Iterable[Change]) -> str | None:
    """The cure where a default is one moment before and another after; None where none is."""
    for change in changes:
        match change:
            case Alter(before=Column(default=str(old)), after=Column(default=str(new))):
                if old != new and _MOMENT.fullmatch(old) and _MOMENT.fullmatch(new):
                    column = f"{change.address.table}.{change.address.name}"
                    return (
                        f"the default of {column} is a text such as 'now()', which the server "
                        "reads once, when it makes the default: write "
                        "server_default=func.now() in the model"
                    )
    return None
