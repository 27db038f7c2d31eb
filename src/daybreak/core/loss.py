"""What data a plan takes away: which names to look at, and how it is said before it happens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from daybreak.core.mention import words
from daybreak.core.plan import Dropped, Plan, Step

_RENAMES = re.compile(r"\b(RENAME|CHANGE)\b", re.IGNORECASE)
# RENAME TABLE a TO b, or ALTER TABLE a RENAME [TO | AS] b; else it is a part that gets a name.
_RENAMES_TABLE = re.compile(r"\bRENAME\s+((TABLE|TO|AS)\b|\S+\s*(,|$))", re.IGNORECASE)

# For a database as it is before the plan.
TABLE_HOLDS = "SELECT EXISTS (SELECT 1 FROM {table})"
COLUMN_HOLDS = "SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} IS NOT NULL)"


class Suspect(NamedTuple):
    """Something that is dropped. `query` tells whether it holds data; None: no query can."""

    dropped: Dropped
    query: str | None


@dataclass(frozen=True)
class Loss:
    """What goes: `holding` has data, of `unclear` nobody knows, nor what else `opaque` drop."""

    holding: tuple[Dropped, ...] = ()
    unclear: tuple[Dropped, ...] = ()
    opaque: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.holding or self.unclear or self.opaque)

    @property
    def words(self) -> str:
        """What follows `downgrade`: `drops events (rows), venues.capacity`."""
        names = [f"{one.name} (rows)" if one.column is None else one.name for one in self.holding]
        names += [f"{one.name} (whether it holds data can't be told)" for one in self.unclear]
        said = [f"drops {', '.join(names)}"] if names else []
        if self.opaque:
            reasons = "; ".join(f"{step.revision} {step.opaque}" for step in self.opaque)
            more = "more" if names else "data"
            said.append(f"may drop {more}, which can't be told since {reasons}")
        return " and ".join(said)


def suspects(plan: Plan) -> tuple[Suspect, ...]:
    """What the plan drops, each once; a column not beside the table that it goes with.

    Where something is renamed, to the name or from it, nobody knows what it stands for.
    """
    dropped = dict.fromkeys(drop for statement in plan.statements for drop in statement.drops)
    tables = {drop.table for drop in dropped if drop.column is None}
    renaming = [s.sql for s in plan.statements if _RENAMES.search(s.sql)]
    of_tables = words(*(sql for sql in renaming if _RENAMES_TABLE.search(sql)))
    of_columns = words(*(sql for sql in renaming if not _RENAMES_TABLE.search(sql)))

    def renamed(drop: Dropped) -> bool:
        table = words(drop.table.rpartition(".")[2])
        return bool(table & of_tables or words(drop.column) & of_columns)

    return tuple(
        Suspect(drop, None if renamed(drop) else _query(drop))
        for drop in dropped
        if drop.column is None or drop.table not in tables
    )


def loss(plan: Plan, found: Sequence[tuple[Dropped, bool | None]]) -> Loss:
    """The loss of `plan`, where `found` says whether each suspect holds data, None for unknown."""
    return Loss(
        tuple(drop for drop, holds in found if holds),
        tuple(drop for drop, holds in found if holds is None),
        plan.opaque,
    )


def _query(drop: Dropped) -> str:
    if drop.column is None:
        return TABLE_HOLDS.format(table=drop.table)
    return COLUMN_HOLDS.format(table=drop.table, column=drop.column)
