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

    from daybreak.core.modified import Loss
    from daybreak.dialects.running import Running


class Keeping:
    """Compares what `op.alter_column` says anew with the columns that are there.

    SQL of the revision's own is taken at its word: what it leaves out is told, and not refused.
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

    def require_kept(self, work: Work, sent: Sent) -> None:
        """Raise LosesAttributes where nobody said that an attribute is to go.

        `altering` are the arguments of the `op.alter_column` that sends it, None for any other.
        """
        columns = self._server.modified(sent.sql) if sent.reading.needs_before else ()
        if not columns or self._weighing.is_new(columns[0].place):
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
