"""SIGTERM and Ctrl-C: the run ends between two statements, and in one where that does no harm."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_SECONDS_TO_END = 1.0


class Stop:
    """Whether the run was told to stop.

    Python calls a signal's handler in the main thread, which may sit in a driver until a statement
    of an hour is over. So a thread of its own hears of it from the file descriptor that Python
    writes to at once.
    """

    def __init__(self) -> None:
        self.asked: str | None = None
        self._cancel: Callable[[], None] | None = None
        self._mutex = threading.Lock()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Signals are heard during the block, where they can be: in the main thread alone."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        heard = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        before = {one: signal.signal(one, self._in_main_thread) for one in heard}
        wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        thread = threading.Thread(target=self._hear, args=(reading,), name="daybreak stop")
        thread.daemon = True
        thread.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for one, handler in before.items():
                signal.signal(one, handler)
            os.close(writing)
            thread.join()
            os.close(reading)

    @contextlib.contextmanager
    def sending(self, cancel: Callable[[], None] | None) -> Iterator[None]:
        """A statement runs during the block; `cancel` ends it, None if that could do harm."""
        with self._mutex:
            self._cancel = cancel
        try:
            yield
        finally:
            with self._mutex:  # not while it is being cancelled: the next one would be hit
                self._cancel = None

    def _hear(self, reading: int) -> None:
        first = True
        while number := os.read(reading, 1):
            if number[0] not in _SIGNALS:
                continue
            if not first:
                _end_unless_over(reading)
            first = False
            with self._mutex:
                self.asked = signal.Signals(number[0]).name
                if self._cancel is not None:
                    self._cancel()

    def _in_main_thread(self, number: int, _frame: FrameType | None) -> Any:
        """The second one ends the run wherever it is: the next run finishes the work."""
        if self.asked is not None and self._told_twice:
            raise KeyboardInterrupt
        self.asked = signal.Signals(number).name
        self._told_twice = True

    _told_twice = False


def _end_unless_over(reading: int) -> None:
    """End the process if the main thread can't do so itself, since it sits in a driver."""
    ready, _, _ = select.select([reading], [], [], _SECONDS_TO_END)
    if not ready:
        os._exit(130)
