"""The watcher's connections: one that is lost, or gets no answer, is followed by another one."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Most transactions are over before: for them the server is not asked, nor even connected to.
BEGINS_S = 0.05
# Who has heard nothing for so long is taken for one that hears nothing any more.
SILENT_S = 2.0
# Before the server is connected to anew; longer, the more often that came to nothing.
PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
# How soon it is seen that a connection is lost.
_HEED_S = 0.1

SILENCE = "the server does not answer any more"


class Left(Exception):
    """The connection got its answer too late: it was taken for lost, and another one followed."""


class Shift:
    """What is watched from one connection, until it is `over`."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.lost = ""
        self._asked_at: float | None = None

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """The server is asked during the block. Raises Left."""
        self._asked_at = time.monotonic()
        yield
        self._asked_at = None
        self.prove()

    def prove(self) -> None:
        """Raise Left if what was just answered is nobody's concern any more."""
        if self.over.is_set():
            raise Left

    @property
    def is_silent(self) -> bool:
        """Whether the server has not answered for long."""
        asked_at = self._asked_at
        return asked_at is not None and time.monotonic() - asked_at > SILENT_S


class Shifts:
    """Has `watch` called with a connection, and the shift that it is, as soon as `is_needed`.

    It returns when the shift is over. `lost` hears why it ended before that.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        watch: Callable[[Connection, Shift], None],
        *,
        is_needed: Callable[[], bool],
        lost: Callable[[str], None],
    ) -> None:
        self._connect, self._watch = connect, watch
        self._is_needed, self._lost = is_needed, lost
        self._over = threading.Event()

    @contextlib.contextmanager
    def during(self, parting_s: float) -> Iterator[None]:
        """They follow one another during the block; one without an answer is left behind."""
        thread = threading.Thread(target=self._keep, name="daybreak shifts", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join(parting_s)
            if thread.is_alive():
                self._lost(SILENCE)

    def _keep(self) -> None:
        pause = PAUSE_S
        while not self._over.wait(BEGINS_S):
            if not self._is_needed():
                continue
            began = time.monotonic()
            why = self._follow()
            if self._over.is_set():
                return
            self._lost(why)
            lasted = time.monotonic() - began > LONGEST_PAUSE_S
            pause = PAUSE_S if lasted else pause
            self._over.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _follow(self) -> str:
        """Watch from a new connection until it is lost, and why it is, or until all is over."""
        shift = Shift()
        thread = threading.Thread(
            target=self._stand, args=(shift,), name="daybreak watch", daemon=True
        )
        thread.start()
        while thread.is_alive() and not shift.is_silent:
            if self._over.wait(_HEED_S):
                shift.over.set()
                thread.join()
        shift.over.set()
        return shift.lost or SILENCE

    def _stand(self, shift: Shift) -> None:
        try:
            with shift.asking():
                connection = self._connect()
            with contextlib.closing(connection):
                self._watch(connection, shift)
        except Left:
            pass
        except Exception as error:  # noqa: BLE001 - the run goes on without it
            shift.lost = " ".join(str(getattr(error, "orig", None) or error).split())
