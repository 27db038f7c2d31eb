"""What happens, as values. Edges and flows send them; reports put them into words.

Also a run that finds nothing to do loads them all. So they are NamedTuples: to make a class of
those takes a quarter of the time that a frozen dataclass takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

# A wait of less is not worth a line.
_NOTICED_S = 0.001
# Nor are locks that were held for less: so long others may be kept waiting by default.
_HELD_LONG_S = 0.5


class Noted(NamedTuple):
    """Something that the user should know and that stops nothing."""

    text: str


class Connected(NamedTuple):
    """`place` is database@host:port; `server` the engine and its version; `heads` its revisions."""

    environment: str
    place: str
    server: str
    heads: tuple[str, ...]


class RevisionBegun(NamedTuple):
    """One revision is about to be applied (`is_upgrade`) or taken back, the `number`th `of` all."""

    revision: str
    doc: str
    is_upgrade: bool
    number: int
    of: int


class Applied(NamedTuple):
    """One revision was applied (`upgrade`) or taken back, in `seconds`."""

    revision: str
    doc: str
    is_upgrade: bool
    seconds: float


class Waiting(NamedTuple):
    """Another run holds the lock: `holder` is who, `seconds` how long it was waited for so far."""

    holder: str
    seconds: float


class NotYet(NamedTuple):
    """What is waited for: the schema lacks something, or the database does not answer."""

    problem: str


class Orphan(NamedTuple):
    """The server still works for a run whose process is gone. `ended`: we ended that session."""

    session: str
    statement: str
    ended: bool


class Passed(NamedTuple):
    """A point of the run, for those who want to know where exactly it was: tests and traces.

    Such as "locked", "started recorded", "commit".
    """

    point: str
    revision: str | None = None
    number: int | None = None


# A statement of which a Progressed was told has run.
SLOW_STATEMENT_OVER = Passed("slow statement over")


class StatementBegun(NamedTuple):
    """A statement of a revision is about to be sent. `statement` is its text without values.

    `place` is the line of the revision that sends it, `4f2a_add.py:12`.
    """

    revision: str
    number: int
    statement: str
    place: str | None


class Progressed(NamedTuple):
    """The statement under way has taken `seconds` so far, which is told once in each.

    A wait for a lock that the server ended, and that was taken up again at once, counts as one.
    The others are as in `core.progress.Gauge`, and empty or 0 where the server tells nothing.
    `left`: how many seconds it may take yet, or its `phase` unless the figures are of the `whole`.
    """

    seconds: float
    phase: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    whole: bool = False
    left: float | None = None


class Unmeasured(NamedTuple):
    """The server does not tell how far a statement is; `needs` says what it takes that it does."""

    needs: str


class Ran(NamedTuple):
    """A statement of a revision has run, as `StatementBegun` announced it."""

    revision: str
    number: int
    statement: str
    place: str | None
    seconds: float


class Skipped(NamedTuple):
    """A statement was done by an earlier run, which did not finish the revision."""

    revision: str
    number: int
    statement: str


class Repaired(NamedTuple):
    """`statement` removed what an interrupted one had left."""

    statement: str


class Blocked(NamedTuple):
    """The statement under way has waited for a lock for `seconds`; `blockers` says for whom."""

    blockers: str
    seconds: float


class SteppedBack(NamedTuple):
    """The `attempt` was given up and what was open rolled back; the next is in `seconds`.

    `waited`: how long, in seconds, the one waited that was kept waiting by it the longest.
    `blockers` is whom the run waited for; empty where it was at work itself.
    """

    attempt: int
    blockers: str
    waited: float
    seconds: float


class Unwatched(NamedTuple):
    """Nobody sees who waits for the run, or not for certain: `why`."""

    why: str


class Watched(NamedTuple):
    """Somebody sees again who waits for the run, after `seconds` in which nobody did."""

    seconds: float


class Waits(NamedTuple):
    """At the end: how long the one waited that the run kept waiting the longest, in `seconds`.

    None where nobody saw all of it. `attempts` were given up for it. `waited`: how long the run
    waited itself, at most, and `blockers` says for whom. `held`: how long a transaction of it held
    locks, at most, and `revision` is whose.
    """

    seconds: float | None
    attempts: int
    waited: float
    blockers: str
    held: float
    revision: str

    @property
    def is_worth_a_line(self) -> bool:
        """Whether anybody can have noticed that there was a run."""
        longest = max(self.seconds or 0.0, self.waited)
        return bool(self.attempts) or longest >= _NOTICED_S or self.held >= _HELD_LONG_S


class Unfinished(NamedTuple):
    """A revision is half applied (`is_upgrade`) or half taken back, and another run did that."""

    revision: str
    is_upgrade: bool


class Finished(NamedTuple):
    """The run is over and the database is at `heads`, read back from it."""

    heads: tuple[str, ...]


class DatabaseCreated(NamedTuple):
    """The empty database of the dev environment was made."""

    place: str


Event = (
    Noted
    | Connected
    | Waiting
    | NotYet
    | Orphan
    | Passed
    | RevisionBegun
    | StatementBegun
    | Progressed
    | Unmeasured
    | Ran
    | Skipped
    | Repaired
    | Blocked
    | SteppedBack
    | Unwatched
    | Watched
    | Waits
    | Applied
    | Unfinished
    | Finished
    | DatabaseCreated
)
Emit = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """For a run that nobody listens to."""
