"""What a person asks of a comparison of the models with the history, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # an upgrade compares nothing, and is not to load what a catalog is
    from daybreak.core.change import Change
    from daybreak.core.hazards import Hazard

# Asks a person to take one of several answers; gives its number.
Choose = Callable[[str, tuple[str, ...]], int]


@dataclass(frozen=True)
class Asked:
    """What `revision` was told.

    `renames` are `old=new`, `drops` are `kind:name`. Without `choose` nobody can be asked.
    `against_database`: the environment's database stands for the history.
    """

    renames: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    proof: bool = True
    choose: Choose | None = None
    against_database: bool = False


@dataclass(frozen=True)
class Proof:
    """What became of the rendered revision on the shadow. `skipped` says why it was not run."""

    seconds: float = 0.0
    downgrade: bool = True
    skipped: str = ""


@dataclass(frozen=True)
class Compared:
    """How the models differ from the history.

    `history` are the revisions that it ended with, `shadow` the server that both ran on, and
    `passed_over` why earlier choices of one were not taken. `unexpressed` are changes that no
    operation can express; `hidden` counts those that the project's own filters hide. `hazards` are
    the upgrade's, and `downgrade_hazards` those that meet who goes back. `drift` says
    that the dev database is not what its history makes, where that could be seen.
    """

    shadow: str
    history: tuple[str, ...]
    default_schema: str
    changes: tuple[Change, ...] = ()
    unexpressed: tuple[Change, ...] = ()
    hidden: int = 0
    statements: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    downgrade_hazards: tuple[Hazard, ...] = ()
    proof: Proof | None = None
    passed_over: tuple[str, ...] = ()
    drift: str = ""
