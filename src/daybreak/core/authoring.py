"""What a person asks of a comparison, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from daybreak.core.change import Change


@dataclass(frozen=True)
class Asked:
    """The answers that `revision` was given.

    `renames` are `old=new`, `drops` are `kind:name`. `choose` asks a person on a terminal to
    take one of several answers and gives its number; None where nobody can be asked.
    """

    renames: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    proof: bool = True
    choose: Callable[[str, tuple[str, ...]], int] | None = None


@dataclass(frozen=True)
class Proof:
    """What became of the rendered revision on the shadow. `skipped` says why it was not run."""

    seconds: float = 0.0
    downgrade: bool = True
    skipped: str = ""


@dataclass
class Compared:
    """What a comparison of the models with the history found.

    `history` are the revisions it was made from, `shadow` the server it ran on. `unexpressed` are
    changes that no operation can express, `hidden` counts those that the project's filters hide.
    """

    shadow: str
    history: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    unexpressed: tuple[Change, ...] = ()
    hidden: int = 0
    sql: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    proof: Proof | None = None
    notes: list[str] = field(default_factory=list)
