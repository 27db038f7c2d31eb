"""What a database keeps for Daybreak. A module of its own, since the quick way loads no more."""

from __future__ import annotations

# The journal's table. It stands in the schema of the version table.
JOURNAL = "daybreak_journal"
