"""Before MySQL is told what a column is: whether that leaves out what the column has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from daybreak.core.errors import LosesAttributes
from daybreak.core.events import Emit, Noted
from daybreak.edges.apply.weighing import Weighing
from daybreak.edges.apply.work import Sent, Work

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.core.modified import Loss, Modified
    from daybreak.core.statement import Place, Reading
    from daybreak.dialects.running import Running


class Keeping:
    """Compares what `op.alter_column` says anew with the columns that are there.

    A column that the run itself has made is what its revisions make of it, as on each database
    before. SQL of the revision's own is taken at its word: what it leaves out is told, and not
    refused.
    """

    def __init__(
        self,
        connection: Connection,
        server: Running,
        weighing: Weighing,
        asking: Callable[[], AbstractContextManager[object]],
        emit: Emit,
    ) -> None:
        self._connection, self._server, self._weighing = connection, server, weighing
        self._asking, self._emit = asking, emit
        self.altering: Mapping[str, Any] | None = None
        self.refused: LosesAttributes | None = None
        self._new: set[tuple[Place, str]] = set()

    def require_kept(self, work: Work, sent: Sent) -> None:
        """Raise LosesAttributes where nobody said that an attribute is to go.

        `altering` are the arguments of the `op.alter_column` that sends it, None for any other.
        """
        said = self._server.modified(sent.sql) if sent.reading.needs_before else ()
        columns = tuple(column for column in said if not self._is_new(column))
        if not columns:
            return
        with self._asking():
            query = self._server.columns_query(columns[0].place).replace(":", r"\:")
            answer = self._connection.scalar(text(query))
        decided = None if self.altering is None else _decided(self.altering)
        losses = self._server.losses(columns, answer, decided)
        lost = [loss for loss in losses if loss.allowance not in work.allows]
        if not lost:
            return
        if decided is None:
            self._emit(Noted(_told(sent.place, lost)))
            return
        self.refused = LosesAttributes(sent.place, lost)
        raise self.refused

    def has_run(self, reading: Reading) -> None:
        """What a statement has added is as the run's own revisions say, also behind it."""
        if reading.renames:
            self._new.clear()
        elif reading.adds is not None and reading.adds[0] == "column" and reading.place is not None:
            self._new |= {(reading.place, part.lower()) for part in reading.parts}

    def _is_new(self, column: Modified) -> bool:
        is_added = (column.place, column.column.lower()) in self._new
        return is_added or self._weighing.is_new(column.place)


def _decided(arguments: Mapping[str, Any]) -> frozenset[str]:
    """What the author of an `op.alter_column` gave a value, be it none."""
    said = {
        "NOT NULL": arguments.get("nullable") is not None,
        "default": arguments.get("server_default", False) is not False,
        "ON UPDATE": arguments.get("server_default", False) is not False,
        "AUTO_INCREMENT": arguments.get("autoincrement") is not None,
        "comment": arguments.get("comment", False) is not False,
    }
    return frozenset(attribute for attribute, is_said in said.items() if is_said)


def _told(place: str | None, lost: list[Loss]) -> str:
    gone = ", ".join(f"{loss.clause} of {loss.table}.{loss.column}" for loss in lost)
    return f"{place or 'a statement'} leaves out, and so takes away: {gone}"
