"""What revisions would do, before they do it: plain values, which can be printed and sent on.

A plan is made without executing a statement. What only the database can tell is not known: a
revision that needs it is opaque, and the plan says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from daybreak.core.weight import Heavy

Direction = Literal["up", "down"]


class Dropped(NamedTuple):
    """A table that goes with its rows, or a column with its values; as the SQL writes the names."""

    table: str
    column: str | None = None

    @property
    def name(self) -> str:
        """`events`, or `venues.capacity`."""
        return self.table if self.column is None else f"{self.table}.{self.column}"


class Weighed(NamedTuple):
    """What others would wait for, and whether the revision's file allows it."""

    heavy: Heavy
    allowed: bool


@dataclass(frozen=True)
class Statement:
    """One statement of a revision.

    `source` is the innermost line of the revision file that led to it, `versions/4f2a_add.py:12`.
    `transaction` numbers the transactions of the plan from 1, None outside of any: such a
    statement can't be rolled back. `rows`: it runs once for that many sets of parameters, whose
    values are not part of the plan. `opaque` is why it may not be what runs. `works` is the long
    work for which others would wait, as far as the database tells; without `Weighed.allowed` an
    upgrade refuses it.
    """

    sql: str
    source: str | None
    transaction: int | None
    rows: int | None = None
    opaque: str | None = None
    drops: tuple[Dropped, ...] = ()
    works: tuple[Weighed, ...] = ()


@dataclass(frozen=True)
class Step:
    """One revision, applied (`up`) or taken back. `path` is `versions/4f2a_add.py`.

    `opaque` is why more may happen than `statements` tell: they are what is known of it. `allows`
    is the long work that others may wait for, as the file says.
    """

    revision: str
    doc: str
    path: str
    direction: Direction
    statements: tuple[Statement, ...]
    opaque: str | None = None
    allows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The revisions in their order, from the heads `before` to those `after`."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def statements(self) -> Iterator[Statement]:
        return (statement for step in self.steps for statement in step.statements)

    @property
    def opaque(self) -> tuple[Step, ...]:
        """The revisions that are not known whole."""
        return tuple(step for step in self.steps if step.opaque)
