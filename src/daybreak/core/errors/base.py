"""The root of the tree, and what is nobody's mistake but ours or a revision's: exit code 1."""

from __future__ import annotations

from typing import ClassVar


class DaybreakError(Exception):
    """What went wrong (`problem`) and what to do next (`cure`), in words for the user.

    Neither may hold a secret: both are printed, logged and sent to machines as they are.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, cure: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.problem}\nNext: {self.cure}" if self.cure else self.problem

    @property
    def kind(self) -> str:
        """The stable name that `--json` shows, such as `MissingVariable`."""
        return type(self).__name__


class MigrationFailed(DaybreakError):
    pass


class DevServerFailed(DaybreakError):
    pass


class ShadowFailed(DaybreakError):
    pass
