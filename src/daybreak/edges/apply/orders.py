"""Orders to the server to end what the worker does: none of them may come too late."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

# So long the worker waits, after its statement, for the answer to an order to end that.
ANSWERED_S = 1.0


class Orders:
    """Those that are under way to the server. `mutex` is held by whoever calls, but for `given`.

    An order is to end a session's statement, whichever that is when it arrives. So the worker sends
    nothing behind a statement until each order to end that is answered. It can't wait for ever: a
    session about which no answer comes is left, and its transaction with it, and the work begins
    anew over another one. An order names its session, and no other one is ever called the same.
    """

    def __init__(self, mutex: threading.Lock) -> None:
        self._changed = threading.Condition(mutex)
        self._under_way: set[object] = set()
        self.are_astray = False

    def give(self) -> object:
        """One is about to be sent, which `given` does."""
        order = object()
        self._under_way.add(order)
        return order

    @contextlib.contextmanager
    def given(self, order: object) -> Iterator[None]:
        """It is sent during the block. What the server refuses is answered, too."""
        try:
            yield
        except BaseException as error:
            answered = isinstance(error, DBAPIError) and not error.connection_invalidated
            self._answer(order, answered=answered)
            raise
        self._answer(order, answered=True)

    def _answer(self, order: object, *, answered: bool) -> None:
        with self._changed:
            if order in self._under_way:
                self.are_astray = self.are_astray or not answered
                self._under_way.discard(order)
            self._changed.notify_all()

    def come_to_rest(self) -> None:
        """Wait until all are answered, or one can't be any more: they are astray then."""
        if not self._changed.wait_for(self._are_settled, ANSWERED_S):
            self.are_astray = True

    def _are_settled(self) -> bool:
        return self.are_astray or not self._under_way

    def forget(self) -> None:
        """The session that they were about is left, if any is astray."""
        self._under_way.clear()
        self.are_astray = False
