"""JSON lines: the events of a run for machines, each an object on a line of its own."""

from __future__ import annotations

import json
from typing import Any

from daybreak.core.events import Applied, Event, Passed, RevisionBegun, Unfinished
from daybreak.core.secret import mask

_NAMES = {
    "Noted": "note",
    "DatabaseCreated": "database_created",
    "RevisionBegun": "revision_begun",
    "StatementBegun": "statement_begun",
    "Progressed": "progress",
    "Ran": "statement",
    "SteppedBack": "stepped_back",
}


def json_line(value: dict[str, Any]) -> str:
    """The object on one line. Its statements may hold what is secret: that is masked."""
    return mask(json.dumps(value))


def event_object(event: Event) -> dict[str, Any] | None:
    """An event under its name; None for the finer points, which no machine waits for."""
    if isinstance(event, Passed):
        return None
    kind = type(event).__name__
    found = {"event": _NAMES.get(kind, kind.lower()), **event._asdict()}
    for name in {"seconds", "waited", "left", "held"} & found.keys():
        if found[name] is not None:
            found[name] = round(found[name], 3)
    if isinstance(event, (Applied, RevisionBegun, Unfinished)):
        found["direction"] = "upgrade" if found.pop("is_upgrade") else "downgrade"
    return found
