"""What the catalog tells of a statement that was begun and of whose end nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError

from daybreak.core.journal import Entry
from daybreak.core.resume import RUN, SKIP, Decision, settle, settle_unrecorded
from daybreak.core.sqltext import digest
from daybreak.core.statement import Place, Reading
from daybreak.dialects.running import Running

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Settling:
    """Looks, on `connection`, at what statements work on."""

    def __init__(self, connection: Connection, server: Running) -> None:
        self._connection, self._server = connection, server
        self._untransactional: frozenset[tuple[str, str]] | None = None

    def state(self, reading: Reading) -> str | None:
        """The digest of the state of what the statement works on; None if it is not there."""
        query = self._server.state_of(reading.place) if reading.place else None
        if query is None:
            return None
        try:
            rows = self._connection.execute(_plain(query)).fetchall()
        except DBAPIError as error:
            if error.orig is not None and self._server.is_absent(error.orig):
                return None
            raise
        return digest(self._server.state_text(rows)) if rows else None

    def settle(self, reading: Reading, known: Entry) -> Decision:
        """Whether the statement, known to have begun, was carried out."""
        return self._settled(reading, known.before)

    def settle_unrecorded(self, reading: Reading, *, same_file: bool) -> Decision:
        """Whether a statement was carried out that only adds, and of which nothing is known."""
        if reading.adds is None:
            return settle_unrecorded(reading, self._settled(reading, None), same_file=same_file)
        kind, name = reading.adds
        there = name in (self._parts(reading, kind) or ())
        return settle_unrecorded(reading, SKIP if there else RUN, same_file=same_file)

    def _settled(self, reading: Reading, before: str | None) -> Decision:
        parts = self._parts(reading, "column") if reading.parts else None
        return settle(reading, before=before, now=self.state(reading), parts=parts)

    def _parts(self, reading: Reading, kind: str) -> frozenset[str] | None:
        query = self._server.parts_of(reading.place, kind) if reading.place else None
        return None if query is None else frozenset(self._connection.scalars(_plain(query)))

    def mending(self, reading: Reading) -> list[str]:
        """The statements that mend what an interrupted one left there."""
        query = self._server.mending(reading.place) if reading.place else None
        return list(self._connection.scalars(_plain(query))) if query else []

    def is_rolled_back(self, place: Place) -> bool:
        """Whether what happens to the rows of the table is rolled back with its transaction."""
        query = self._server.UNTRANSACTIONAL_TABLES
        if query is None:
            return True
        if self._untransactional is None:
            rows = self._connection.execute(_plain(query))
            self._untransactional = frozenset((str(row[0]), str(row[1])) for row in rows)
        return ((place.schema or "").lower(), place.name.lower()) not in self._untransactional

    def forget_engines(self) -> None:
        """What `is_rolled_back` knows may no longer hold."""
        self._untransactional = None


def _plain(query: str) -> TextClause:
    """As SQLAlchemy executes it, without taking a colon in a name for a parameter."""
    return text(query.replace(":", r"\:"))
