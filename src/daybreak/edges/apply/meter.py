"""How far the statement under way is: told once a second, from when it has taken a second."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from daybreak.core.events import SLOW_STATEMENT_OVER, Event, Progressed, Unmeasured
from daybreak.core.progress import Gauge, Pace
from daybreak.dialects.watching import Progress

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Most statements are over before: of them nothing is asked and nothing told.
BEGINS_S = 1.0
EVERY_S = 1.0
# What was seen longer ago, by a watcher that hears nothing any more, is not told.
STALE_S = 5.0
# Before that, hardly anybody misses how far a statement is.
MISSED_AFTER_S = 10.0
LOCK = Gauge("waiting for a lock", 0, 0, "", whole=False)


class Meter:
    """Measures the statements that are sent within `sending`.

    The watcher looks, from its connection; a thread of the meter's own tells, so that whoever is
    slow to read does not keep the watcher from looking. Where there is no watcher, time is told.
    `before`: for how many seconds the statement under way was tried already.
    """

    def __init__(self, progress: Progress, tell: Callable[[Event], None]) -> None:
        self._progress, self._tell = progress, tell
        self._over = threading.Event()
        self._mutex = threading.Lock()
        self.before = 0.0
        self._sent: float | None = None
        self._last = self._kept = ("", 0.0)  # a statement, and when it was sent first
        self._is_told = False
        # What the watcher saw, of the statement that was sent then.
        self._seen: tuple[float, Gauge, float | None] | None = None
        self._pace = Pace()
        self._looked = 0.0
        self._can_tell: bool | None = None

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """It tells during the block."""
        thread = threading.Thread(target=self._tick, name="daybreak meter", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join(EVERY_S)

    @contextlib.contextmanager
    def sending(self, statement: str = "") -> Iterator[None]:
        """A statement runs during the block, and nothing more is told of it afterwards."""
        now = time.monotonic()
        is_kept = statement != "" and statement == self._kept[0]
        self._last = self._kept if is_kept else (statement, now)
        self.before = now - self._last[1]
        self._sent = self._last[1]
        is_over = False
        try:
            yield
            is_over = True
        finally:
            with self._mutex:
                self._sent = None
                was_told, self._is_told = self._is_told, False
            if is_over and is_kept:
                self._kept = ("", 0.0)
            if is_over and was_told:
                self._tell(SLOW_STATEMENT_OVER)

    def keep(self) -> None:
        """The statement that was sent last is to be sent again, and goes on waiting."""
        self._kept = self._last

    def look(self, connection: Connection, session: str, *, locked_out: bool) -> float | None:
        """Ask the server, at most once a second; `locked_out`: the statement waits for a lock.

        Where it waits for others to leave, instead, for how many seconds it has.
        """
        sent, now = self._sent, time.monotonic()
        if sent is None or now - sent < BEGINS_S or now - self._looked < EVERY_S:
            return None
        self._looked = now
        gauge = LOCK if locked_out else self._ask(connection, session, now - sent)
        if gauge is None:
            self._seen = None
            return None
        if self._seen is None or self._seen[0] != sent:
            self._pace = Pace()
        left = self._pace.left(gauge, now)
        self._seen = (sent, gauge, left)
        lasts = self._pace.lasts(now)
        return lasts if gauge.waits and lasts else None

    def _ask(self, connection: Connection, session: str, seconds: float) -> Gauge | None:
        try:
            if self._can_tell is None:
                check = self._progress.check
                self._can_tell = check is None or bool(connection.execute(text(check)).scalar())
            if self._can_tell:
                row = connection.execute(text(self._progress.query), {"session": session}).first()
                if row is None:
                    return None
                phase, done, total, unit, whole = row
                return Gauge(phase, int(done), int(total), unit, bool(whole))
        except SQLAlchemyError as error:
            if getattr(error, "connection_invalidated", False):
                raise
            self._can_tell = False
        if seconds >= MISSED_AFTER_S and self._progress.needs:
            self._tell(Unmeasured(self._progress.needs))
            self._progress = self._progress._replace(needs="")
        return None

    def _tick(self) -> None:
        while not self._over.wait(EVERY_S):
            with self._mutex:
                sent = self._sent
                if sent is None or (seconds := time.monotonic() - sent) < BEGINS_S:
                    continue
                self._is_told = True
                self._tell(self._progressed(sent, seconds))

    def _progressed(self, sent: float, seconds: float) -> Progressed:
        seen = self._seen
        if seen is None or seen[0] != sent or time.monotonic() - self._looked > STALE_S:
            return Progressed(seconds)
        _, gauge, left = seen
        return Progressed(seconds, *gauge, left=left)
