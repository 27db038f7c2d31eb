"""The session that does the work of a run, and is known to others by a mark."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from alembic import context
from sqlalchemy import text

from daybreak.edges.apply.lock import POLL_S
from daybreak.edges.apply.session import set_up
from daybreak.edges.apply.steps import has_own_transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.dialects.running import Running

# How long a session of ours that was ended may take to be gone.
_SECONDS_TO_GO = 10.0


class Worker:
    """Works over `connection` as `process`, its session marked by `mark` while it does.

    `borrowed`: the connection was handed in within a transaction, which is not ours to end.
    `session` is the one over which it was last begun to work.
    """

    def __init__(self, connection: Connection, server: Running, process: str, mark: str) -> None:
        self.connection, self._server, self._process = connection, server, process
        self._key = server.lock_key(mark)
        self.borrowed = connection.in_transaction()
        self.session = ""

    def set_up(self) -> None:
        """Name the session, and give it the settings of one that works."""
        name = f"daybreak run {self._process}"
        set_up(self.connection, self._server, self._server.SESSION, name, borrowed=self.borrowed)

    def session_now(self) -> str:
        """The session that the connection is to: another one, if that before was ended."""
        return str(self.connection.execute(text(self._server.SESSION_ID)).scalar())

    def mark(self) -> bool:
        """Have the session known by a lock; False if another session has it for long."""
        asked = {"key": self._key}
        until = time.monotonic() + _SECONDS_TO_GO
        while not (marked := self.connection.execute(text(self._server.TRY_LOCK), asked).scalar()):
            self.commit()
            if time.monotonic() >= until:
                break
            time.sleep(POLL_S)
        self.commit()
        return bool(marked)

    def unmark(self) -> None:
        """The session may live on in somebody's pool."""
        self.end_reading()
        self.connection.execute(text(self._server.RELEASE_LOCK), {"key": self._key})

    def commit(self) -> None:
        """What is ours, unless it belongs to a transaction that is not."""
        if not self.borrowed and not has_own_transaction(context.get_context()):
            self.connection.commit()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """What is read during the block leaves no transaction behind."""
        yield
        self.end_reading()

    def end_reading(self) -> None:
        """End the transaction that SQLAlchemy has begun for what was read."""
        if not self.borrowed:
            self.connection.rollback()
