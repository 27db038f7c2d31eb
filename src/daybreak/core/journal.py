"""What the journal holds: which statement of a revision was begun, which is done, in which run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from daybreak.core.tables import JOURNAL as JOURNAL

# The kinds of its rows that tell what a revision builds on: one that was applied or taken back, and
# all those that were applied before the journal was there.
REVISION, ANCESTORS = "revision", "ancestors"


# The number of the entry which says that a revision was begun.
BEGUN = 0


class State(Enum):
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Entry:
    """One statement of a revision that is not finished.

    `number` counts the statements of the revision that change something, from 1. BEGUN stands for
    the revision itself: its first statements may be done without a row of their own, as long as
    each only adds something, of which the catalog tells. `skeleton` is the
    digest of its text without values, `values` that of its values, if it changes rows. `before` is
    the digest of the state of what it changes, as it was when the statement began; None if that was
    not there. `rows` and `last_id` are what the driver told of its result, `returned` whether it
    gave rows back. `read`: the revision had read data before it. `line` of the revision's function,
    in the text of its `file` (a digest), is where it was sent.
    """

    revision: str
    upgrade: bool
    number: int
    state: State
    skeleton: str
    statement: str
    values: str | None = None
    before: str | None = None
    rows: int | None = None
    last_id: int | None = None
    returned: bool = False
    read: bool = False
    line: int | None = None
    file: str | None = None
    run: str = ""
    at: str = ""
    error: str | None = None

    def detail(self) -> dict[str, Any]:
        """What the journal keeps as JSON, beside its columns."""
        found = {name: getattr(self, name) for name in _DETAIL}
        return {name: value for name, value in found.items() if value is not None}


def begun(revision: str, file: str | None, *, upgrade: bool = True) -> Entry:
    """The entry of a revision that is about to be applied, from the text of `file`, a digest."""
    return Entry(revision, upgrade, BEGUN, State.STARTED, skeleton="", statement="", file=file)


_DETAIL = (*("values", "before", "rows", "last_id", "returned", "read", "line", "file", "error"),)


def known_parents(rows: Iterable[tuple[str, str | None, str]]) -> dict[str, list[str]]:
    """The parents of each revision that these rows tell of: kind, revision and detail, in order."""
    found: dict[str, list[str]] = {}
    for kind, revision, text in rows:
        detail = json.loads(text)
        if kind == ANCESTORS:
            found |= detail["revisions"]
        elif revision is not None:
            found[revision] = detail["parents"]
    return found
