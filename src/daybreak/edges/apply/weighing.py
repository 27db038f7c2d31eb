"""Before a statement is sent: whether others would wait long for what it does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import text

from daybreak.core.statement import Place, Reading
from daybreak.dialects.base import Dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.core.weight import Heavy, Suspect


class Weighing:
    """Asks the catalog on `connection` about statements whose text is suspicious, and no others.

    `asking` is around each query. A table that the run itself has made is not asked about, since
    nobody waits for it.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        asking: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self._connection, self._dialect, self._asking = connection, dialect, asking
        self._new: set[Place] = set()

    def heavy(self, sql: str, reading: Reading) -> tuple[Heavy, ...]:
        """The long work that `sql`, which is sent next, would do under a lock."""
        if reading.new is not None:
            self._new.add(reading.new)
        if reading.renames:
            self.forget()
        if not self._dialect.tells_of_work(reading.skeleton):
            return ()
        found: dict[Place, list[Suspect]] = {}
        for suspect in self._dialect.suspects(sql):
            if suspect.place not in self._new:
                found.setdefault(suspect.place, []).append(suspect)
        return tuple(heavy for suspects in found.values() for heavy in self._confirmed(suspects))

    def forget(self) -> None:
        """From here on, a name may be that of another table."""
        self._new.clear()

    def _confirmed(self, suspects: list[Suspect]) -> tuple[Heavy, ...]:
        query = self._dialect.facts_query(suspects)
        with self._asking():
            answer = self._connection.scalar(text(query.replace(":", r"\:")))
        return self._dialect.judge(suspects, answer)
