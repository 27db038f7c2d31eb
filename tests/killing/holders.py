"""Sessions that stand in the way of a run, and those that stand behind it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from killing.sessions import connect


@contextlib.contextmanager
def holding(url: str, *statements: str) -> Iterator[Connection]:
    """A transaction that has sent the statements and is idle."""
    with connect(url) as connection:
        connection.execute(text("BEGIN"))
        for sql in statements:
            connection.execute(text(sql))
        yield connection
        with contextlib.suppress(Exception):  # the server may have ended it
            connection.execute(text("ROLLBACK"))


@contextlib.contextmanager
def ending_after(seconds: float, connection: Connection, how: str = "ROLLBACK") -> Iterator[None]:
    """The transaction of `connection` ends after so long."""

    def end() -> None:
        time.sleep(seconds)
        connection.execute(text(how))

    thread = threading.Thread(target=end)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@dataclass
class Traffic:
    """What a statement took, in seconds, each time that it was sent."""

    waits: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.waits)


@contextlib.contextmanager
def traffic(url: str, sql: str = "SELECT id FROM events") -> Iterator[Traffic]:
    """Somebody who has nothing to do with the run sends `sql` all the time."""
    seen, over = Traffic(), threading.Event()

    def send() -> None:
        with connect(url) as connection:
            while not over.wait(0.01):
                began = time.monotonic()
                connection.execute(text(sql))
                seen.waits.append(time.monotonic() - began)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
