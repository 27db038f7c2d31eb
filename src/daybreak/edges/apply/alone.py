"""Nobody else is at work: the run's lock is held, and no session of a dead run works on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.core.errors import LockHeld
from daybreak.core.events import Emit, Passed, Waiting
from daybreak.core.failure import Reached, interrupted
from daybreak.core.holder import called
from daybreak.core.target import Target
from daybreak.dialects.base import Dialect
from daybreak.dialects.running import LockSession
from daybreak.edges.ahead import Ahead
from daybreak.edges.apply.journal import Journal
from daybreak.edges.apply.lock import RunLock
from daybreak.edges.apply.orphans import TOLD_EVERY_S, meet_orphans
from daybreak.edges.apply.session import set_up
from daybreak.edges.apply.stop import Stop
from daybreak.edges.apply.worker import Worker
from daybreak.edges.connect import explained

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def connect_beside(engine: Engine, target: Target | None) -> Connection:
    """A connection of its own, in autocommit, as the user that the URL names."""
    own = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    if target is not None and target.role is not None:
        # Only that user may end a session of its own, whatever the role may do.
        own.exec_driver_sql("SET ROLE NONE")
    return own


class Alone:
    """Lets one run at a time work on a history of the database to which `target` led, if any did.

    `name` is that of the lock, `mark` that of the sessions that work. `opening`: a connection for
    the lock, on its way already.
    """

    def __init__(
        self,
        worker: Worker,
        target: Target | None,
        dialect: Dialect,
        journal: Journal,
        stop: Stop,
        emit: Emit,
        *,
        name: str,
        mark: str,
        process: str,
        wait_s: float,
        opening: Ahead[Connection] | None,
    ) -> None:
        self._worker, self._target, self._dialect = worker, target, dialect
        self._server, self._journal = dialect.running, journal
        self._stop, self._emit, self._wait_s = stop, emit, wait_s
        self._name, self._mark, self._process = name, mark, process
        self._opening = opening
        self._tell_at = 0.0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The `lock` is held during the block. Raises LockHeld, Interrupted."""
        with self._stop.listening(), self._connection() as own:
            set_up(own, self._server, self._server.LOCK_SESSION, f"daybreak lock {self._process}")
            self.lock = RunLock(own, self._server, self._name, beats=self._target is not None)
            try:
                began = time.monotonic()
                if held := self.lock.acquire(self._wait_s, self._told):
                    raise self._is_held(held, time.monotonic() - began)
                self._emit(Passed("locked"))
                left = self._wait_s - (time.monotonic() - began)
                if held := meet_orphans(
                    self.lock,
                    self._dialect,
                    self._mark,
                    runs=self._unended_runs,
                    wait_s=left,
                    heed_stop=self._heed_stop,
                    emit=self._emit,
                ):
                    raise self._is_held(held, time.monotonic() - began)
                yield
            finally:
                self.lock.release()
        self._emit(Passed("unlocked"))

    def mark(self) -> None:
        """Have it known which session works. Raises LockHeld, LockLost.

        A run whose lock was lost before another one took it either finds, behind its mark, that it
        was, or is found by its mark: what the database was read to be is true of one run alone.
        """
        if not self._worker.mark():
            others = self.lock.holders_of(self._server.lock_key(self._mark))
            raise self._is_held(others, 0.0)
        self.lock.prove(now=True)
        self._emit(Passed("marked"))

    def watcher(self) -> Connection:
        """A connection to look from at who waits."""
        own = self._another()
        set_up(own, self._server, self._server.SESSION, f"daybreak watch {self._process}")
        return own

    @property
    def place(self) -> str:
        """Where the database is, for a person."""
        if self._target is not None:
            return self._target.place
        url = self._worker.connection.engine.url
        return f"{url.database}@{url.host or 'local socket'}"

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Connection]:
        explaining = explained(self._target) if self._target else contextlib.nullcontext()
        with explaining:
            own = self._opening.result() if self._opening else self._another()
        with own:
            yield own

    def _another(self) -> Connection:
        return connect_beside(self._worker.connection.engine, self._target)

    def _told(self, holders: Sequence[LockSession], seconds: float) -> None:
        self._heed_stop()
        if holders and seconds >= self._tell_at:
            self._tell_at = seconds + TOLD_EVERY_S
            self._emit(Waiting(self._called(holders), seconds))

    def _heed_stop(self) -> None:
        """While nothing is under way. Raises Interrupted."""
        if self._stop.asked is not None:
            raise interrupted(self._stop.asked, Reached())

    def _is_held(self, holders: Sequence[LockSession], seconds: float) -> LockHeld:
        return LockHeld(self.place, self._called(holders), seconds)

    def _called(self, holders: Sequence[LockSession]) -> str:
        runs = {run["lock"]: run for run in self._unended_runs()}
        names = [called(holder, runs.get(holder.session)) for holder in holders]
        return "; ".join(names) or "a run that ended meanwhile"

    def _unended_runs(self) -> list[dict[str, Any]]:
        with self._worker.reading():
            return self._journal.unended_runs()
