"""What a statement drops on MySQL, from its text."""

from __future__ import annotations

from daybreak.core.drops import read_drops
from daybreak.core.plan import Dropped
from daybreak.core.sqltext import tokens
from daybreak.dialects.mysql.reading import LEXICON


def dropped(sql: str) -> tuple[Dropped, ...]:
    """The tables and columns that the statements in `sql` drop with what they hold."""
    return read_drops(tokens(sql, LEXICON))
