"""What the commands answer, apart from what finds it out: that may take Alembic or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from daybreak.core.events import Connected, Event, Unfinished


class Outcome(NamedTuple):
    """What became of the database. Heads are None where a foreign env.py did not tell them.

    `waited`: the part of `seconds` that another run was waited for.
    """

    before: tuple[str, ...] | None = None
    after: tuple[str, ...] | None = None
    seconds: float = 0.0
    waited: float = 0.0
    offline: bool = False
    events: Sequence[Event] = ()

    @property
    def changed(self) -> bool | None:
        """Whether the recorded revision moved; None if nobody can tell."""
        return None if self.after is None else self.before != self.after


class Current(NamedTuple):
    """Where the database is and where the files end. `connected` is None for a foreign env.py.

    `unfinished`: what a run has half done.
    """

    revisions: tuple[str, ...]
    heads: tuple[str, ...]
    connected: Connected | None
    unfinished: Unfinished | None = None

    @property
    def at_head(self) -> bool:
        return set(self.revisions) == set(self.heads) and self.unfinished is None


class Head(NamedTuple):
    """A head as `--json` describes it. `is_recorded`: no other revision depends on it."""

    described: dict[str, Any]
    is_recorded: bool
