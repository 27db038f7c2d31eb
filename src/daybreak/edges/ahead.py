"""What is asked of a server before it is needed, while something else is done."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Ahead(Generic[Found]):
    """`find` begins at once, in a thread; `result` waits for what it gives, or raises what it did.

    The thread keeps no process from ending: its server may be silent.
    """

    def __init__(self, find: Callable[[], Found]) -> None:
        self._find = find
        self._found: list[Found] = []
        self._error: Exception | None = None
        self._not_wanted: Callable[[Found], object] | None = None
        self._mutex = Lock()
        self._thread = Thread(target=self._run, name="daybreak ahead", daemon=True)
        self._thread.start()

    def result(self) -> Found:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found[0]

    def leave(self, close: Callable[[Found], object]) -> None:
        """Have what was found closed, whether it was taken or is yet to come."""
        with self._mutex:
            self._not_wanted = close
        for found in self._found:
            close(found)

    def _run(self) -> None:
        try:
            found = self._find()
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
            return
        with self._mutex:
            if self._not_wanted is None:
                self._found.append(found)
                return
        self._not_wanted(found)
