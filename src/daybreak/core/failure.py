"""What a run that failed left behind, in words."""

from __future__ import annotations

from dataclasses import dataclass

from daybreak.core.errors import (
    ConnectionLost,
    DaybreakError,
    Interrupted,
    MigrationFailed,
    StoppedHalfWay,
)
from daybreak.core.secret import mask


def said(error: BaseException) -> str:
    """The error's words, without SQLAlchemy's link to its manual."""
    words = str(error).split("\n(Background on this error at:")[0]
    return mask(f"{type(error).__name__}: {words}".strip())


def offline_failure(said: str, place: str | None) -> DaybreakError:
    """The error for a revision that can't be printed as SQL: it needs a database to run."""
    return MigrationFailed(
        f"{f'{place} failed: ' if place else ''}{said}\nThe SQL above ends before it; "
        "no database was touched",
        "apply it to a throw-away database instead, or let the revision ask "
        "context.is_offline_mode()",
    )


AGAIN = "run the command again: it goes on where this one stopped"


MAKE_ROOM = f"make room on the server, and {AGAIN}"


@dataclass(frozen=True)
class Reached:
    """How far a run came: whole revisions, and statements of the one that was under way.

    `kept` of these are done for good; `number` is the last one that was sent, of `revision`.
    `unsettled` is the one that failed and may be half done.
    """

    applied: int = 0
    revision: str | None = None
    kept: int = 0
    number: int = 0
    unsettled: int | None = None

    @property
    def changed(self) -> bool:
        return bool(self.applied or self.kept or self.unsettled)

    @property
    def text(self) -> str:
        """What stays, as a sentence. The version table and the journal do in any case."""
        parts = []
        if self.applied:
            parts.append(f"{_count(self.applied, 'revision')} before it stayed applied")
        if self.kept:
            done = _count(self.kept, "statement")
            parts.append(f"{done} of {self.revision} stayed done and recorded, the rest is not")
        if self.unsettled:
            parts.append(
                f"statement {self.unsettled} of {self.revision} may be half done, since it commits "
                "by itself: the next run asks"
            )
        return "; ".join(parts) or "no revision was applied or taken back"


def migration_failure(
    said: str, place: str | None, reached: Reached, *, cure: str | None = None, there: bool = False
) -> DaybreakError:
    """The error for a revision that raised `said` at `place` (`versions/4f2a_add.py:12`).

    `place` None: it did not happen in a revision's own code. `cure` is what helps if it is not the
    file that is wrong. `there`: the statement makes what is there already.
    """
    if place is None:
        return MigrationFailed(said, cure or "--traceback shows where it comes from")
    problem = f"{place} failed: {said}\nWhat was open was rolled back; {reached.text}"
    if cure is None and there:
        statement = f"{reached.revision}:{reached.number}"
        cure = (
            "what that statement makes is there already, as after a run without Daybreak that was "
            "killed, or by hand. Compare the file with the schema: if the statement is done, say "
            f"--done {statement}; else remove what is there, and run the command again"
        )
    if cure is None and reached.kept:
        cure = (
            "correct the file from that statement on, leave what stands above it as it is, and "
            f"{AGAIN}"
        )
    again = cure or "correct the file and run the command again"
    return (StoppedHalfWay if reached.changed else MigrationFailed)(problem, again)


def connection_lost(said: str, reached: Reached, *, committing: bool) -> DaybreakError:
    """The error for a run whose connection went away; `committing`: while it was told to commit."""
    if reached.changed or committing:
        stays = "the last commit may have come through; " if committing else ""
        return StoppedHalfWay(
            f"the connection to the database was lost: {said}\n{stays}{reached.text}", AGAIN
        )
    return ConnectionLost(
        f"the connection to the database was lost: {said}\n{reached.text}",
        "run the command again when the database answers: daybreak doctor tells",
    )


def interrupted(signal: str, reached: Reached) -> Interrupted:
    """The error for a run that was told to stop."""
    return Interrupted(f"stopped by {signal}: {reached.text}", AGAIN)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"
