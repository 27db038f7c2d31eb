"""What a dialect has to tell a run: its session, its lock, what a statement left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from daybreak.core.modified import Loss, Modified
    from daybreak.core.statement import Place
    from daybreak.core.weight import Suspect


class LockSession(NamedTuple):
    """A session that holds a run's lock. What the server does not tell us is empty.

    `session` is its own name, also after its number came again. `seconds` since it began.
    `statement` is what it runs now; `waiting` whether for a lock, `awaited` whether others wait
    behind it. `ours`: it is of the user that we are.
    """

    pid: int
    session: str
    user: str
    application: str
    host: str
    seconds: float
    statement: str
    waiting: bool
    awaited: bool
    ours: bool


class Running(Protocol):
    """What a run asks the server about itself and others.

    A parameter is `:key`, of a lock, or `:session`, its name.
    """

    @property
    def SESSION(self) -> Mapping[str, str]: ...  # noqa: N802 - settings of the worker's session
    @property
    def UNHURRIED(self) -> Mapping[str, str]: ...  # noqa: N802 - while a statement has to end
    @property
    def LOCK_SESSION(self) -> Mapping[str, str]: ...  # noqa: N802 - of the lock's
    @property
    def SESSION_ID(self) -> str: ...  # noqa: N802 - this session, as `LockSession.session`
    @property
    def JOURNAL(self) -> str: ...  # noqa: N802 - makes `{journal}` once, whoever else does so now
    @property
    def FINISHED(self) -> str | None: ...  # noqa: N802 - makes planned rows of `{journal}` tell so
    @property
    def TRY_LOCK(self) -> str: ...  # noqa: N802
    @property
    def RELEASE_LOCK(self) -> str: ...  # noqa: N802
    @property
    def LOCK_IS_OURS(self) -> str: ...  # noqa: N802
    @property
    def LOCK_IS_HELD(self) -> str: ...  # noqa: N802 - by others
    @property
    def LOCK_SESSIONS(self) -> str: ...  # noqa: N802 - others that hold it, as LockSession
    @property
    def END_SESSION(self) -> str: ...  # noqa: N802
    @property
    def UNTRANSACTIONAL_TABLES(self) -> str | None: ...  # noqa: N802 - schema and name, if any are
    @property
    def CANCEL(self) -> str: ...  # noqa: N802 - the statement that a session runs

    def set_up(self, settings: Mapping[str, str]) -> str:
        """One statement that makes those which the server knows.

        `:name` in it is a name for the session, if it has none.
        """
        ...

    def lock_key(self, name: str) -> int | str:
        """What the server calls the lock `name`."""
        ...

    def state_of(self, place: Place) -> str | None:
        """SQL whose rows are the state of `place`, none if it is not there.

        An error that `is_absent` says so, too. None if no catalog can tell.
        """
        ...

    def state_text(self, rows: Sequence[Sequence[Any]]) -> str:
        """The state as a text: the same as long as nothing that it tells of changes."""
        ...

    def parts_of(self, place: Place, kind: str) -> str | None:
        """SQL that gives the names of its columns or indexes in lower case; None if none can."""
        ...

    def mending(self, place: Place) -> str | None:
        """SQL whose rows are the statements that mend what an interrupted one left there."""
        ...

    def is_absent(self, error: BaseException) -> bool:
        """Whether the driver's `error` to `state_of` says that the object is not there."""
        ...

    def is_being_made(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that another session is making the table just now."""
        ...

    def together(self, change: str, statement: str) -> str | None:
        """One statement that does both; None if none can.

        `change` is FINISHED, or adds a row where there is none of that. The driver tells of the
        rows that it changes and of those of `statement`.
        """
        ...

    def must_be_alone(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that the statement can't run in a transaction."""
        ...

    def is_full(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that the server has no room left."""
        ...

    def gentle(self, sql: str) -> tuple[str, ...]:
        """The ways to say `sql` by which nobody waits long; none if it is to be sent as it is.

        The server refuses one that is not possible before it does anything: `is_not_gentle`.
        """
        ...

    def locking(self, sql: str) -> tuple[str, ...]:
        """The ways that are left, by which others wait."""
        ...

    def is_not_gentle(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that this way is not possible."""
        ...

    def locked(self, sql: str, error: BaseException) -> tuple[Suspect, ...]:
        """What `sql` does to a table by the ways that are left after that `error`."""
        ...

    @property
    def ROW_VERSIONS(self) -> str: ...  # noqa: N802 - database, if not ours, table, its count

    def row_version_limit(self, version: Sequence[object]) -> int:
        """How many of them a table may have; 0 where they are not counted."""
        ...

    def takes_row_version(self, sql: str) -> Place | None:
        """The table whose count goes up if `sql` is done in an instant; None if none does."""
        ...

    def modified(self, sql: str) -> tuple[Modified, ...]:
        """The columns of a table that `sql` says anew, so that what it leaves out is gone."""
        ...

    def columns_query(self, place: Place) -> str:
        """SQL whose one value is what `losses` needs to know of the table."""
        ...

    def losses(
        self, columns: tuple[Modified, ...], answer: Any, decided: frozenset[str] | None
    ) -> tuple[Loss, ...]:
        """What of `columns` nobody has `decided`, and would be gone; None: all that is left out."""
        ...

    def is_made_already(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that what a statement makes is there."""
        ...
