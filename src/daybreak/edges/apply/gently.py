"""A statement is sent in the words by which nobody waits, and in others only if it may be."""

from __future__ import annotations

from daybreak.dialects.running import Running
from daybreak.edges.apply.versions import RowVersions
from daybreak.edges.apply.weighing import Weighing
from daybreak.edges.apply.work import Sent, Work


class Gently:
    """Lets `server` choose among its ways, in the order of how long others would wait."""

    def __init__(self, server: Running, weighing: Weighing, versions: RowVersions) -> None:
        self._server, self._weighing, self._versions = server, weighing, versions

    def run(self, work: Work, sent: Sent) -> None:
        """Run it. Raises LongWork if others would wait, and the revision does not allow it.

        The server refuses a way that is not possible before it does anything.
        """
        ways = self._server.gentle(sent.sql) if sent.reading.needs_before else ()
        if len(ways) > 1 and self._is_no_longer_instant(sent):
            ways = ways[1:]
        refused = self._first_possible(sent, ways) if ways else None
        if refused is not None:
            self._weighing.require_light_to_lock(work, sent, self._server.locked(sent.sql, refused))
            ways = self._server.locking(sent.sql)
            refused = self._first_possible(sent, ways)
        if refused is not None:
            raise refused
        if not ways:
            sent.run(sent.sql)

    def _is_no_longer_instant(self, sent: Sent) -> bool:
        place = self._server.takes_row_version(sent.sql)
        if place is None or self._weighing.is_new(place):
            return False
        return self._versions.are_used_up(place)

    def _first_possible(self, sent: Sent, ways: tuple[str, ...]) -> Exception | None:
        """Run it in the first of `ways` that is possible; the last refusal if none is."""
        refused: Exception | None = None
        for sql in ways:
            try:
                sent.run(sql)
            except Exception as error:
                if not self._server.is_not_gentle(error):
                    raise
                refused = error
            else:
                return None
        return refused
