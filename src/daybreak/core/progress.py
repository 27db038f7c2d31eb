"""How far a statement is, and how long it may take yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# What waits until others are gone, who go when they like.
SESSIONS = "sessions"
# A shorter look at the pace tells little.
_LOOKED_AT_S = 2.0


class Gauge(NamedTuple):
    """What the server tells of its work: `done` of `total`, counted in `unit`.

    `total` is 0 where nobody knows, `done` then too unless something is counted. `whole`: they are
    of the statement, not only of its `phase`.
    """

    phase: str
    done: int
    total: int
    unit: str
    whole: bool

    @property
    def waits(self) -> bool:
        """Whether it waits for sessions of others."""
        return self.unit == SESSIONS


@dataclass
class Pace:
    """How fast a phase of a statement, or the whole of it, went since it was seen first."""

    _phase: str | None = None
    _began: float = 0.0
    _done: int = 0

    def left(self, gauge: Gauge, now: float) -> float | None:
        """How many seconds it takes yet at that pace; None while nobody can tell.

        `now` is in seconds of any clock.
        """
        phase = gauge.unit if gauge.whole else gauge.phase
        if phase != self._phase or gauge.done < self._done:
            self._phase, self._began, self._done = phase, now, gauge.done
        passed, came = now - self._began, gauge.done - self._done
        if gauge.waits or passed < _LOOKED_AT_S or came <= 0 or gauge.total <= 0:
            return None
        return max(gauge.total - gauge.done, 0) * passed / came

    def lasts(self, now: float) -> float:
        """For how many seconds the phase was seen."""
        return now - self._began
