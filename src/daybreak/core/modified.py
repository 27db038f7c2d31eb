"""A column that is said anew, and what of it that leaves out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from daybreak.core.statement import Place


@dataclass(frozen=True)
class Modified:
    """`column` of the table at `place` is to be what `words` say, in capitals, and nothing else."""

    place: Place
    column: str
    words: tuple[str, ...]


class Loss(NamedTuple):
    """What a column has and would have no more. `clause` is how SQL says it."""

    table: str
    column: str
    attribute: str
    clause: str

    @property
    def allowance(self) -> str:
        """What a revision's file says to be allowed it: `loss of comment of events.title`."""
        return f"loss of {self.attribute} of {self.table}.{self.column}"


LOSS = re.compile(
    r"loss of (?:NOT NULL|default|ON UPDATE|AUTO_INCREMENT|comment|collation|INVISIBLE"
    r"|generated value) of \S.*\.\S.*"
)
