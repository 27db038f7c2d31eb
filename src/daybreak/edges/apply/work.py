"""A revision that is under way, and a statement of it on its way to the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from daybreak.core.journal import Entry, State
from daybreak.core.program import Part, Program
from daybreak.core.sqltext import digest
from daybreak.core.statement import Reading

# Longer statements are cut in the journal: the digest is what tells them apart.
_SHOWN = 2000


@dataclass
class Work:
    """A revision that is under way.

    `pending` is what its open transaction did, not recorded; `unproved` are the numbers of what is
    recorded in a transaction of whose commit nobody knows yet; `stays` those of the statements that
    no rollback takes back, recorded or not. `begun`: the journal has its BEGUN. `only_adds`: it
    has, and so far the revision sent only what does, so that the catalog tells of it. `resumed`: an
    earlier run may have done the next of these. `following` is the next revision, if the
    journal is to know that it is begun. `allows` is the long work that others may wait for.
    """

    revision: str
    upgrade: bool
    known: dict[int, Entry]
    parents: tuple[str, ...]
    source: Callable[[], str | None]
    following: str | None = None
    allows: tuple[str, ...] = ()
    began: float = field(default_factory=time.monotonic)
    number: int = 0
    read: bool = False
    by_hand: bool = False
    over: bool = False
    begun: bool = False
    only_adds: bool = False
    resumed: bool = False
    finished: bool = False
    pending: list[tuple[int, Callable[[], Entry]]] = field(default_factory=list)
    unproved: set[int] = field(default_factory=set)
    stays: set[int] = field(default_factory=set)
    unsettled: int | None = None
    savepoints: dict[str, int] = field(default_factory=dict)
    skeletons: list[str] = field(default_factory=list)
    program: Program | None = None
    parts_over: dict[Part, int] = field(default_factory=dict)
    part: Part | None = None

    @cached_property
    def file(self) -> str | None:
        """The digest of its text. Asked for where a statement is recorded, which most are not."""
        source = self.source()
        return None if source is None else digest(source)

    @property
    def function(self) -> str:
        return "upgrade" if self.upgrade else "downgrade"

    def taken(self) -> list[Entry]:
        """What is pending, which is pending no more."""
        entries = [entry() for _, entry in self.pending]
        self.pending.clear()
        return entries

    def roll_back(self, savepoint: str | None = None) -> None:
        """What the open transaction did is undone, or what it did since a savepoint."""
        first = self.savepoints.get(savepoint, 0) if savepoint is not None else 0
        left = [done for done in self.pending[first:] if done[0] in self.stays]
        self.pending[first:] = left

    def arrive(self, line: int | None) -> bool:
        """Count a statement that was sent from `line`; whether its part was over before."""
        part = self.program.part(line) if self.program and line is not None else None
        if part != self.part:
            # A loop that was over may send fewer or more statements now.
            self.number = self.parts_over.get(self.part, self.number) if self.part else self.number
            self.part = part
        last = self.parts_over.get(part) if part is not None else None
        if last is None or self.number < last:
            self.number += 1
        return last is not None


class Sent(NamedTuple):
    """`sql` as the driver is to `run` it, the `number`th statement of its revision, from `place`.

    `discards`: nobody reads what it gives back. `read`: the revision had read data before it.
    """

    cursor: Any
    context: Any
    sql: str
    parameters: Any
    run: Callable[[str], None]
    reading: Reading
    number: int
    line: int | None
    place: str | None
    read: bool
    discards: bool

    def entry(self, work: Work) -> Entry:
        """What the journal is to know of it. Made only where it is asked for."""
        reading = self.reading
        values = reading.values + repr(self.parameters)
        return Entry(
            revision=work.revision,
            upgrade=work.upgrade,
            number=self.number,
            state=State.STARTED,
            skeleton=digest(reading.skeleton),
            statement=reading.skeleton[:_SHOWN],
            values=None if reading.is_of_an_account else digest(values),
            read=self.read,
            line=self.line,
            file=work.file,
        )
