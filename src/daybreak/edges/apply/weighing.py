"""Before a statement is sent: whether others would wait long for what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import text

from daybreak.core.errors import LongWork
from daybreak.core.statement import Place, Reading
from daybreak.dialects.base import Dialect
from daybreak.edges.apply.work import Sent, Work

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.core.weight import Heavy, Suspect


class Weighing:
    """Asks the catalog on `connection` about statements whose text is suspicious, and no others.

    `asking` is around each query; `allowed` hears of work that others may wait for. A table that
    the run itself has made is not asked about, since nobody waits for it. `refused` is the error
    that ends the run, also if the revision catches it.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        asking: Callable[[], AbstractContextManager[object]],
        allowed: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection, self._dialect, self.asking = connection, dialect, asking
        self._allowed = allowed
        self._new: set[Place] = set()
        self.refused: LongWork | None = None

    def require_light(self, work: Work, sent: Sent) -> None:
        """Raise LongWork if others would wait for it, and the revision does not allow it."""
        self._require(work, sent, self.heavy(sent.sql, sent.reading))

    def require_light_to_lock(self, work: Work, sent: Sent, suspects: Sequence[Suspect]) -> None:
        """The same for what the server can't do without a lock."""
        self._require(work, sent, self._weighed(suspects))

    def heavy(self, sql: str, reading: Reading) -> tuple[Heavy, ...]:
        """The long work that `sql`, which is sent next, would do under a lock."""
        if self._new and reading.renames:
            self.forget()
        if reading.new is not None:
            self._new.add(reading.new)
        if not self._dialect.tells_of_work(reading.skeleton):
            return ()
        return self._weighed(self._dialect.suspects(sql))

    def is_new(self, place: Place) -> bool:
        """Whether the run itself has made this table."""
        return place in self._new

    def forget(self) -> None:
        """From here on, a name may be that of another table."""
        self._new.clear()

    def _require(self, work: Work, sent: Sent, works: tuple[Heavy, ...]) -> None:
        heavy = [one for one in works if not one.allowed_by(work.allows)]
        if heavy:
            self.refused = LongWork(sent.place, heavy)
            raise self.refused
        if works:
            self._allowed()

    def _weighed(self, suspects: Sequence[Suspect]) -> tuple[Heavy, ...]:
        found: dict[Place, list[Suspect]] = {}
        for suspect in suspects:
            if suspect.place not in self._new:
                found.setdefault(suspect.place, []).append(suspect)
        return tuple(heavy for suspects in found.values() for heavy in self._confirmed(suspects))

    def _confirmed(self, suspects: list[Suspect]) -> tuple[Heavy, ...]:
        query = self._dialect.facts_query(suspects)
        with self.asking():
            answer = self._connection.scalar(text(query.replace(":", r"\:")))
        return self._dialect.judge(suspects, answer)
