"""Who waits for us, and for whom we wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

# Of a whole pool that is in the way, three tell what it is.
_NAMED = 3


class Waiter(NamedTuple):
    """A session that waits for a lock, because of us, for `seconds` so far (None: not told)."""

    session: str
    seconds: float | None


class Kind(Enum):
    """What keeps us waiting."""

    SESSION = "session"
    AUTOVACUUM = "autovacuum"
    PREPARED = "prepared"


class Blocker(NamedTuple):
    """Whom we wait for. What the server does not tell us is empty, `seconds` None.

    `name` is a session's number, or the name of a prepared transaction. `seconds` since its
    transaction began. `relation` is what we wait for, as SQL takes its name. `root`: it waits for
    nobody itself.
    """

    kind: Kind
    name: str
    user: str
    application: str
    host: str
    state: str
    seconds: float | None
    statement: str
    relation: str
    root: bool


@dataclass
class Tally:
    """How long each session was kept waiting in one transaction of ours, all its waits together."""

    _sums: dict[str, float] = field(default_factory=dict)
    _last: float = 0.0

    def begin(self, now: float) -> None:
        """From `now` on, in seconds of any clock, a new transaction counts."""
        self._sums.clear()
        self._last = now

    def add(self, waiters: Iterable[Waiter], now: float) -> float:
        """Take down who waits `now`; how long the one waits that was kept waiting the longest.

        Nobody waited for us before the last look for longer than the server says. Where it does
        not say since when, it may be since then.
        """
        since = now - self._last
        self._last = now
        longest = 0.0
        for session, seconds in waiters:
            waited = since if seconds is None else min(seconds, since)
            self._sums[session] = self._sums.get(session, 0.0) + waited
            longest = max(longest, self._sums[session])
        return longest


def called(blocker: Blocker) -> str:
    """A blocker in words: `session 881 (app@web-1, "billing"), idle in transaction for 4 min`."""
    since = "" if blocker.seconds is None else f" for {lasting(blocker.seconds)}"
    match blocker.kind:
        case Kind.PREPARED:
            age = "" if blocker.seconds is None else f", prepared {lasting(blocker.seconds)} ago"
            if not blocker.name:
                return f"a prepared XA transaction, named to who has XA_RECOVER_ADMIN{age}"
            if not blocker.user:
                return f"prepared XA transaction {blocker.name}{age}"
            return f"prepared transaction {blocker.name!r} of {blocker.user}{age}"
        case Kind.AUTOVACUUM:
            at = f": {blocker.statement}" if blocker.statement else ""
            return f"session {blocker.name}, autovacuum{since}{at}"
    who = "@".join(part for part in (blocker.user, blocker.host) if part)
    if blocker.application:
        who += f', "{blocker.application}"'
    state = blocker.state or "of whose work this user sees nothing"
    runs = f": {' '.join(blocker.statement.split())[:120]}" if blocker.statement else ""
    return f"session {blocker.name} ({who}), {state}{since}{runs}"


def chain(blockers: Sequence[Blocker]) -> str:
    """All of them in words: those that wait for nobody first, then who waits between."""
    roots = [blocker for blocker in blockers if blocker.root]
    between = [blocker for blocker in blockers if not blocker.root]
    text = _named(roots or between)
    if roots and between:
        text += f"; behind it {_named(between)}"
    return text


def _named(blockers: Sequence[Blocker]) -> str:
    """The first of them, and how many there are more."""
    names = [called(blocker) for blocker in blockers[:_NAMED]]
    if more := len(blockers) - len(names):
        names.append(f"and {more} more")
    return "; ".join(names)


def lasting(seconds: float) -> str:
    """`0.4 s`, `12 s`, `4 min`, `3 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
