"""How many columns MySQL can still add to a table, or drop from it, in an instant."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from daybreak.core.events import Emit, Noted
from daybreak.core.statement import Place
from daybreak.dialects.running import Running

if TYPE_CHECKING:
    from sqlalchemy import Connection

# From this part of the limit on, it is said.
_NEAR = 3 / 4


class RowVersions:
    """Asks once, when the first column of a table from before is to be added or dropped."""

    def __init__(
        self,
        connection: Connection,
        server: Running,
        asking: Callable[[], AbstractContextManager[object]],
        emit: Emit,
    ) -> None:
        self._connection, self._server = connection, server
        self._asking, self._emit = asking, emit
        self._counts: dict[tuple[str, str], int] | None = None
        self._limit = 0

    def are_used_up(self, place: Place) -> bool:
        """Whether one more is too many, so that the table has to be rebuilt. Tells if it is near.

        The one more is counted. Who may not ask is told no: the server refuses it, then.
        """
        if self._counts is None:
            self._counts = self._asked()
        key = (place.schema or "", place.name)
        count = self._counts.get(key, 0)
        if used_up := 0 < self._limit <= count:
            told = "it is rebuilt in place, which takes its time, but nobody waits for it"
        elif count + 1 >= self._limit * _NEAR > 0:
            told = (
                "behind the last one it is rebuilt for a column. OPTIMIZE TABLE begins anew; it "
                "takes its time, and nobody waits for it"
            )
        else:
            told = ""
        if told:
            self._emit(Noted(f"{place.name} has {count} of {self._limit} row versions: {told}"))
        self._counts[key] = 0 if used_up else count + 1
        return used_up

    def _asked(self) -> dict[tuple[str, str], int]:
        try:
            with self._asking():
                rows = self._connection.execute(text(self._server.ROW_VERSIONS)).fetchall()
        except DBAPIError:
            return {}
        version = self._connection.dialect.server_version_info or ()
        self._limit = self._server.row_version_limit(version)
        return {(database, table): count for database, table, count in rows}
