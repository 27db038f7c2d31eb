"""One statement that writes to the journal and to the version table."""

from __future__ import annotations

from typing import Any, NamedTuple

from daybreak.core.journal import JOURNAL


class Together(NamedTuple):
    """One statement that records a revision and its version, in so many `rows` of ours."""

    revision: str
    sql: str
    parameters: Any
    rows: int

    def version_rows(self, rowcount: int) -> int:
        """How many of the rows that the driver tells of are the version's.

        Raises LookupError if some of ours are not there. Without the version's there are none.
        """
        if rowcount <= 0:
            return rowcount
        if rowcount <= self.rows:
            raise lost(self.revision)
        return rowcount - self.rows


def lost(revision: str) -> LookupError:
    return LookupError(f"{JOURNAL} has lost the row of {revision}, or of the revision behind it")
