"""What one statement of a revision does, as far as a run that can be killed has to know."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Effect(Enum):
    """What is left when the statement is over."""

    NOTHING = "it reads"
    SESSION = "it lasts as long as the session: a setting, a temporary table, a lock"
    COMMIT = "it ends the transaction, and what was done before it stays"
    ROLLBACK = "it ends the transaction, or goes back to a savepoint"
    DATA = "it changes rows"
    SCHEMA = "it changes what a catalog tells"
    UNKNOWN = "its text does not tell"


class Place(NamedTuple):
    """An object whose state tells whether a statement was carried out. `schema` may be None."""

    kind: str
    schema: str | None
    name: str


class Aim(Enum):
    """What has become of the object when the statement was carried out."""

    MADE = "it is there"
    GONE = "it is not there"
    ALTERED = "it is not what it was"
    REPEATABLE = "to run the statement again does no harm"


class Reading(NamedTuple):
    """A statement, read. `skeleton` is its text without `values`, the texts and numbers in it.

    `alone`: it can't run in a transaction, or ends the one that is open. `place` is where to look
    whether a statement that was begun was carried out, by its `aim`; None where no place tells.
    `parts`: the columns that a CREATE TABLE or ADD COLUMN makes, for a closer look. `adds`: kind
    and name of a part that an ALTERED place has got if it was carried out, and had not before.
    `new` is the table that it makes, if it fails where that is there.
    """

    effect: Effect
    skeleton: str
    alone: bool = False
    place: Place | None = None
    aim: Aim | None = None
    parts: tuple[str, ...] = ()
    adds: tuple[str, str] | None = None
    values: str = ""
    new: Place | None = None

    @property
    def needs_before(self) -> bool:
        """Whether the state before is needed to tell whether it was carried out.

        What a statement makes was not there before, or it would have failed.
        """
        return self.aim in {Aim.GONE, Aim.ALTERED}

    @property
    def only_adds(self) -> bool:
        """Whether what it makes is there if and only if it was carried out.

        Unless another statement behind it takes that away again.
        """
        return self.aim is Aim.MADE or self.adds is not None

    @property
    def may_stop_half_way(self) -> bool:
        """Whether, outside a transaction, an error may leave a part of it done.

        It runs code, which may commit, or changes rows. A change of the schema is whole or not at
        all, and what is no statement has done nothing.
        """
        return self.effect is Effect.DATA or self.skeleton.upper().startswith(_RUNS_CODE)

    @property
    def is_of_an_account(self) -> bool:
        """Whether it may hold a password, of which not even a digest is kept."""
        return bool(_PASSWORD & {*self.skeleton.upper().split()})

    @property
    def takes_locks(self) -> bool:
        """Whether readers or writers may have to wait for what it locks until the transaction ends.

        They don't for a setting, nor for a query without FOR UPDATE and its like.
        """
        if self.effect not in {Effect.SESSION, Effect.NOTHING}:
            return True
        return bool(_LOCKS & {*self.skeleton.upper().split()})

    @property
    def renames(self) -> bool:
        """Whether a name may be another table's behind it, or nobody's."""
        words = self.skeleton.upper().split(" ", 2)
        if self.effect is Effect.SESSION:
            return True  # names may be looked up elsewhere
        gone = words[:2] in (["DROP", "TABLE"], ["RENAME", "TABLE"])
        return gone or (words[0] == "ALTER" and bool(_RENAMES & {*self.skeleton.upper().split()}))


_RENAMES = frozenset({"RENAME", "SCHEMA"})
_LOCKS = frozenset({"LOCK", "FOR"})
_RUNS_CODE = ("CALL ", "DO ", "EXECUTE ")
_PASSWORD = frozenset({"PASSWORD", "IDENTIFIED"})
