"""What the server still works at for runs whose processes are gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from daybreak.core.events import Emit, Orphan
from daybreak.core.orphan import is_ours, to_be_ended
from daybreak.dialects.base import Dialect
from daybreak.dialects.running import LockSession
from daybreak.edges.apply.lock import POLL_S, RunLock

# How often a run that waits says so.
TOLD_EVERY_S = 10.0

Runs = Callable[[], Sequence[Mapping[str, Any]]]


def meet_orphans(
    lock: RunLock,
    dialect: Dialect,
    mark: str,
    *,
    runs: Runs,
    wait_s: float,
    heed_stop: Callable[[], None],
    emit: Emit,
) -> Sequence[LockSession]:
    """Wait until no session has the `mark` of a worker; those that still have after `wait_s`.

    Those of `runs`, which the journal knows, are ended where that is no loss; nobody else's is.
    `heed_stop` is called while it waits, and may raise.
    """
    key = dialect.running.lock_key(mark)
    tell_at: dict[tuple[str, bool], float] = {}
    began = time.monotonic()
    while found := lock.holders_of(key):
        heed_stop()
        known = runs()
        for session in found:
            reading = dialect.read_statement(session.statement)
            ends = is_ours(session, known) and to_be_ended(session, reading)
            now = time.monotonic()
            if now >= tell_at.get((session.session, ends), now):
                tell_at[session.session, ends] = now + TOLD_EVERY_S
                emit(Orphan(str(session.pid), reading.skeleton[:200], ends))
            if ends:
                lock.end(session)
        if time.monotonic() - began > wait_s:
            return found
        time.sleep(POLL_S)
    return ()
