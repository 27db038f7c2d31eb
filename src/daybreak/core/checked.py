"""The answer of `check`."""

from __future__ import annotations

from dataclasses import dataclass

from daybreak.core.authoring import Compared
from daybreak.core.catalog import Address
from daybreak.core.drift import Drift


@dataclass(frozen=True)
class ByHand:
    """What no SQL brings into line, and why."""

    address: Address
    why: str


@dataclass
class Checked:
    """`compared` is models against history, `drift` history against the database at `place`.

    `behind` are the heads of the files where the database is elsewhere, at `heads`. `hidden` counts
    what the project's filters hide of the drift; `fix` is SQL that would bring the database into
    line, `by_hand` what there is no SQL for. Where Alembic's own comparison had to do, `compared`
    is None and `differences` are in its words.
    """

    compared: Compared | None = None
    place: str = ""
    heads: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    drift: Drift | None = None
    hidden: int = 0
    fix: tuple[str, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    differences: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        drifted = self.drift is not None and bool(self.drift.changes)
        return not (drifted or self.differences or (self.compared and self.compared.changes))
