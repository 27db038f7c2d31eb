"""How long the transactions of a run held locks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Held:
    """Of each transaction, from its first statement to its end; the `longest`, and `whose` it was.

    All times are in seconds of any clock.
    """

    longest: float = 0.0
    whose: str = ""
    _since: float | None = None
    _is_first: bool = False

    def sends(self, now: float) -> None:
        """A statement is sent that takes locks which may be in somebody's way."""
        self._is_first = self._since is None
        if self._since is None:
            self._since = now

    def waits(self, now: float) -> None:
        """The statement waits for a lock: with the first of them, nothing is held until now."""
        if self._is_first:
            self._since = now

    def has_run(self) -> None:
        """The statement is over, and its locks stay."""
        self._is_first = False

    def gives_back(self, now: float, whose: str) -> None:
        """The transaction is over."""
        if self._since is not None and now - self._since > self.longest:
            self.longest, self.whose = now - self._since, whose
        self._since, self._is_first = None, False
