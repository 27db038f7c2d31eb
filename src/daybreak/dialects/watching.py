"""What a dialect tells of waiting: who waits for a session, and for whom it waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol


class Look(NamedTuple):
    """One way to see who waits. Parameters are `:session`, the worker's, as in `LockSession`.

    `check` has a row with true where the server can tell; None where it always can. `waiters` has
    a row for the worker itself and one for each session that waits because of it: session (empty
    for the worker), for how many seconds (NULL: it does not wait, or nobody knows), and what tells
    the worker's present statement from others. `blockers` has a row for each `core.waiting.Blocker`
    that the worker waits for, directly or behind another one. `approximate`: it may miss some, or
    take for a wait behind us what is none.
    """

    check: str | None
    waiters: str
    blockers: str
    approximate: bool


class Progress(NamedTuple):
    """How the server tells how far the statement of `:session` is.

    `check` has a row with true where it does; None where it always does. `query` has at most one
    row, a `core.progress.Gauge`. `needs` says in a sentence what it takes that it tells.
    """

    check: str | None
    query: str
    needs: str


class Watching(Protocol):
    """What the watcher of a run asks the server."""

    @property
    def LOOKS(self) -> Sequence[Look]: ...  # noqa: N802 - the best one first
    @property
    def PROGRESS(self) -> Progress: ...  # noqa: N802
    @property
    def CANCEL(self) -> str: ...  # noqa: N802 - of `:session`, the statement `:statement` alone
    @property
    def UNBOUND(self) -> str: ...  # noqa: N802 - takes back what `bound` sets
    @property
    def AS_BEFORE(self) -> str: ...  # noqa: N802 - a row: SQL that sets them as they are, and each
    @property
    def TIMEOUT(self) -> str: ...  # noqa: N802 - the setting that `bound` sets, in lower case
    @property
    def PREPARED(self) -> str: ...  # noqa: N802 - lists what `Look.blockers` can't name; or empty
    @property
    def CHECKS(self) -> str: ...  # noqa: N802 - checks what is put off until the commit; or empty
    @property
    def TELLS_MORE(self) -> str: ...  # noqa: N802 - to whom the server tells of others' sessions

    def prepared_name(self, row: Sequence[Any]) -> str:
        """The name of a prepared transaction, from a row of PREPARED."""
        ...

    def bound(self, budget_s: float, theirs: Sequence[int]) -> str:
        """SQL after which no statement of the session waits for a lock for long.

        At most twice the budget, or a second more where the server counts in seconds; less if one
        of `theirs`, the timeouts that AS_BEFORE gives, is less.
        """
        ...

    def waits_kindly(self, relation: str) -> str | None:
        """SQL that waits in a transaction until no autovacuum works at `relation`, in nobody's way.

        None where none does.
        """
        ...

    def is_in_nobodys_way(self, skeleton: str) -> bool:
        """Whether a statement outside a transaction may wait for as long as it takes.

        It keeps nobody from reading and writing, also while it waits.
        """
        ...

    def is_timed_out(self, error: BaseException, skeleton: str) -> bool:
        """Whether the driver's `error` says that a statement has waited for as long as it may."""
        ...

    def is_ended(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that a statement or its session was ended by others."""
        ...

    def is_refused(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that a lock was not granted, in time or at all."""
        ...
