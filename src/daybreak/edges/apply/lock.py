"""One run at a time: a lock in the database, held by a session that does nothing else."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from daybreak.core.errors import LockLost
from daybreak.dialects.running import LockSession, Running

if TYPE_CHECKING:
    from sqlalchemy import Connection

# How often a waiting run asks again, and the session that holds the lock shows that it is there.
POLL_S = 0.25
HEARTBEAT_S = 5.0
# A statement does not begin unless the lock was seen to be held within this time before it.
PROOF_HOLDS_S = 0.5


class RunLock:
    """The lock `name` of the database that `connection` is to.

    `connection` is in autocommit and nobody else's: a session that waits inside the server, or
    idles in a transaction, would hold up the other run's CREATE INDEX CONCURRENTLY for ever.
    `session` is what the server calls it. With `beats`, a thread of its own keeps it alive while a
    long statement runs.
    """

    def __init__(
        self, connection: Connection, server: Running, name: str, *, beats: bool = True
    ) -> None:
        self._connection, self._server = connection, server
        self._key = server.lock_key(name)
        self._beats = beats
        self._mutex = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._proved = 0.0
        self._lost: Exception | None = None
        self.session = str(connection.execute(text(server.SESSION_ID)).scalar())

    def acquire(
        self, wait_s: float, told: Callable[[Sequence[LockSession], float], None]
    ) -> Sequence[LockSession]:
        """Take the lock; its holders if that failed for `wait_s` seconds.

        `told` hears them, and for how long they were waited for, each time that it is asked.
        """
        began = time.monotonic()
        while not self._one(self._server.TRY_LOCK):
            waited = time.monotonic() - began
            holders = self.sessions()
            if waited >= wait_s and holders:
                return holders
            told(holders, waited)
            # Not in step with the others who wait.
            time.sleep(POLL_S * random.uniform(0.8, 1.2))  # noqa: S311
        self._proved = time.monotonic()
        if self._beats:
            self._thread = threading.Thread(target=self._beat, name="daybreak lock", daemon=True)
            self._thread.start()
        return ()

    def prove(self, *, now: bool = False) -> None:
        """Make sure that the lock is held; unless `now`, or was lately. Raises LockLost."""
        proof_holds = not now and time.monotonic() - self._proved <= PROOF_HOLDS_S
        if self._lost is None and not proof_holds:
            self._ask()
        if self._lost is not None:
            raise LockLost from self._lost

    def sessions(self) -> Sequence[LockSession]:
        """Who else holds it."""
        return self.holders_of(self._key)

    def holders_of(self, key: int | str) -> Sequence[LockSession]:
        """The sessions that hold the lock `key`. Raises LockLost."""
        try:
            with self._mutex:
                asked = {"key": key}
                if not self._connection.execute(text(self._server.LOCK_IS_HELD), asked).scalar():
                    return []
                rows = self._connection.execute(text(self._server.LOCK_SESSIONS), asked)
                return [LockSession(*row) for row in rows]
        except SQLAlchemyError as error:
            if not self._proved:  # there was nothing to be lost
                raise
            raise LockLost from error

    def end(self, session: LockSession) -> None:
        """End a session of the user that we are, unless it is gone already."""
        with self._mutex, contextlib.suppress(SQLAlchemyError):
            asked = {"session": session.session}
            self._connection.execute(text(self._server.END_SESSION), asked)

    def cancel(self, session: str) -> None:
        """End the statement that `session`, our own worker, is running."""
        with self._mutex, contextlib.suppress(SQLAlchemyError):
            self._connection.execute(text(self._server.CANCEL), {"session": session})

    def release(self) -> None:
        """Give the lock back and close its connection. What fails has released it already."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        with contextlib.suppress(SQLAlchemyError):
            self._one(self._server.RELEASE_LOCK)
        with contextlib.suppress(SQLAlchemyError):
            self._connection.close()

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_S) and self._lost is None:
            self._ask()

    def _ask(self) -> None:
        try:
            held = self._one(self._server.LOCK_IS_OURS)
        except SQLAlchemyError as error:
            self._lost = error
        else:
            if held:
                self._proved = time.monotonic()
            else:
                self._lost = ValueError("the session no longer holds it")

    def _one(self, sql: str) -> object:
        with self._mutex:
            return self._connection.execute(text(sql), {"key": self._key}).scalar()
