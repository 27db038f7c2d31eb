"""Where a shadow server may be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daybreak.core.target import Target
from daybreak.dialects.base import Driver


def nothing() -> None:
    """What there is to stop where the server is not ours."""


class Unsuitable(Exception):
    """Why a server that answers can't be the shadow; the next place is tried."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Place:
    """A server at hand. `origin` is how people are told of it: `embedded`, `the dev server`…

    `dedicated`: it is there for nothing else, so that any of its databases may be touched.
    `stop` ends it if it is ours. `target` names a database that exists, to start from, and `home`
    the one that comparisons are for: as MySQL's statements may call their own.
    """

    target: Target
    driver: Driver
    origin: str
    dedicated: bool
    stop: Callable[[], None] = nothing
    home: str | None = None

    @property
    def ours(self) -> bool:
        """Whether it was started for this command, and serves nobody else."""
        return self.stop is not nothing
