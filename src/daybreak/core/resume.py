"""What remains of a revision that was interrupted: a decision for each of its statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from daybreak.core.journal import Entry, State
from daybreak.core.statement import Aim, Effect, Reading


class Next(Enum):
    """What to do with a statement."""

    RUN = "run it"
    SKIP = "it is done"
    SETTLE = "it was begun: the catalog tells"
    ASK = "nobody can tell: a person says"


@dataclass(frozen=True)
class Decision:
    """`why` is for a person, where one has to decide."""

    next: Next
    why: str = ""


RUN, SKIP, SETTLE = Decision(Next.RUN), Decision(Next.SKIP), Decision(Next.SETTLE)

# What a person may say of a statement, by revision and number: "done" or "redo".
Said = Mapping[tuple[str, int], str]


def resume(
    entry: Entry | None,
    reading: Reading,
    skeleton: str,
    values: str | None,
    *,
    over: bool = False,
) -> Decision:
    """What to do with a statement that the journal knows as `entry`, or does not know.

    `skeleton` and `values` are the digests of the statement that the revision sends now. `over`:
    the part of the program that sends it was over when the revision was interrupted.
    """
    if over and (entry is None or not entry.returned):
        return SKIP
    if entry is None or entry.state is State.FAILED:
        return RUN
    if entry.skeleton != skeleton:
        return Decision(
            Next.ASK,
            f"the file was changed after {_done(entry)}: {entry.statement}",
        )
    if entry.state is State.STARTED:
        return SETTLE
    if entry.values != values and reading.effect is Effect.SCHEMA:
        return Decision(
            Next.ASK, f"{_done(entry)} with other values than now: was the file changed since?"
        )
    if entry.values != values and entry.read:
        return Decision(
            Next.ASK,
            f"{_done(entry)} with other values than now. The revision reads rows before it, so "
            "this may be another row's turn",
        )
    if entry.returned:
        return Decision(
            Next.ASK,
            f"{_done(entry)}, and the revision goes on with rows that it gave back then",
        )
    return SKIP


# A revision, and whether it is applied or taken back.
Way = tuple[str, bool]


def half_done(known: Mapping[Way, Mapping[int, Entry]], way: Way | None) -> Entry | None:
    """The last entry of a revision that is half done, if another `way` is to be gone.

    None as the way: nothing is to be done.
    """
    for begun, entries in known.items():
        done = [entry for entry in entries.values() if entry.state is not State.FAILED]
        if done and begun != way:
            return done[-1]
    return None


def left_over(entries: Mapping[int, Entry], reached: int) -> Entry | None:
    """The first statement that was done and that the revision, now over, no longer has."""
    beyond = [n for n in entries if n > reached and entries[n].state is not State.FAILED]
    return entries[min(beyond)] if beyond else None


def settle(
    reading: Reading, *, before: str | None, now: str | None, parts: frozenset[str] | None
) -> Decision:
    """Whether a statement that was begun was carried out, from the state of what it changes.

    `before` and `now` are digests of that state, None where the object is not there. `parts` are
    the names of the object's columns now, None if they can't be told.
    """
    changed = before != now
    match reading.aim:
        case Aim.REPEATABLE:
            return RUN
        case Aim.MADE if now is None:
            return RUN
        case Aim.MADE if changed and _has_parts(reading, parts):
            return SKIP
        case Aim.GONE if now is None:
            return SKIP
        case Aim.GONE if not changed:
            return RUN
        case Aim.ALTERED if not changed:
            return RUN
        case Aim.ALTERED if now is not None and _has_parts(reading, parts):
            return SKIP
    if reading.place is None:
        return Decision(Next.ASK, "no catalog tells whether it was carried out")
    place = reading.place
    return Decision(
        Next.ASK, f"{place.kind} {place.name} is neither as it was before nor as it should be after"
    )


def settle_unrecorded(reading: Reading, found: Decision, *, same_file: bool) -> Decision:
    """Whether a statement was carried out that only adds, and of which nothing is recorded.

    Only such statements were sent before it by a revision that was begun. `found` is what the
    catalog tells of it. `same_file`: nobody has changed the revision since.
    """
    if found.next is Next.SKIP and not same_file:
        return Decision(
            Next.ASK,
            "the file was changed after a run was interrupted in it, and what this statement makes "
            f"is there: {reading.skeleton}",
        )
    return found


def _has_parts(reading: Reading, parts: frozenset[str] | None) -> bool:
    return not reading.parts or (
        parts is not None and {name.lower() for name in reading.parts} <= parts
    )


def _done(entry: Entry) -> str:
    begun = "was begun" if entry.state is State.STARTED else "was done"
    return f"statement {entry.number} {begun} at {entry.at}"
