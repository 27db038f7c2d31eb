"""What the server still works at for a run whose process is gone: to wait for it, or to end it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from daybreak.core.statement import Reading


class Session(Protocol):
    """A session as the server tells of it: see `LockSession`."""

    @property
    def session(self) -> str: ...
    @property
    def waiting(self) -> bool: ...
    @property
    def awaited(self) -> bool: ...
    @property
    def ours(self) -> bool: ...
    @property
    def statement(self) -> str: ...


def is_ours(session: Session, runs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether it worked for one of `runs`: its own name is in the journal, its user is ours.

    Anybody can take a lock by the same key, and give a session the same name.
    """
    return bool(session.ours) and any(run["worker"] == session.session for run in runs)


def to_be_ended(session: Session, reading: Reading) -> bool:
    """Whether to end it, rather than to let it finish.

    What is rolled back with its transaction is lost in any case, since nobody will commit it. An
    index build is not, unless it waits for a lock itself or keeps others waiting.
    """
    works = bool(session.statement) and reading.alone
    return not works or bool(session.waiting) or bool(session.awaited)
