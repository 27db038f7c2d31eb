"""Exit codes 4 to 9: how the database stands, or is left."""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.errors.base import DaybreakError


class LockHeld(DaybreakError):
    """`holder` is who, as far as the server tells."""

    exit_code = 4

    def __init__(self, place: str, holder: str, seconds: float) -> None:
        super().__init__(
            f"another run is at work on {place}: {holder}. Waited {seconds:.0f} s for it. Nothing "
            "was run",
            "let it finish and run the command again, or wait longer: --wait SECONDS",
        )
        self.holder = holder


class LockNotGranted(DaybreakError):
    exit_code = 5


class BudgetSpent(LockNotGranted):
    """`blockers` says whom the run waited for, as far as the server tells."""

    def __init__(self, problem: str, cure: str, blockers: str) -> None:
        super().__init__(problem, cure)
        self.blockers = blockers


class Unreachable(DaybreakError):
    exit_code = 6


class ServerDown(Unreachable):
    pass


class TlsFailed(Unreachable):
    pass


class AuthenticationFailed(Unreachable):
    pass


class LookupUnanswered(Unreachable):
    pass


class ConnectionLost(Unreachable):
    pass


class DatabaseMissing(Unreachable):
    pass


class StoppedHalfWay(DaybreakError):
    exit_code = 7


class Undecided(StoppedHalfWay):
    """`revision` and `number` name the statement; `why` is what is known of it."""

    def __init__(self, revision: str, number: int, why: str, place: str | None = None) -> None:
        where = f" ({place})" if place else ""
        super().__init__(
            f"statement {number} of {revision}{where} can't be decided: {why}. "
            "Nothing more was run",
            f"look at the database. If that statement is done: --done {revision}:{number}; if it "
            f"has to run (again): --redo {revision}:{number}; if the file was changed since the "
            "run that was interrupted, bring the old one back and write a revision for the change",
        )
        self.revision, self.number = revision, number


class HalfDone(StoppedHalfWay):
    def __init__(self, revision: str, number: int, at: str, *, upgrade: bool) -> None:
        what, back = ("applied", "upgrade") if upgrade else ("taken back", "downgrade")
        goal = revision if upgrade else "-1"
        # number 0 stands for the revision: nobody knows how many of its statements ran
        half, last = (
            ("half", f"its statement {number}") if number else ("perhaps half", "its start")
        )
        super().__init__(
            f"{revision} is {half} {what}: {last} was recorded at {at}, and no run "
            "has finished it since. Nothing was run now",
            f"finish it first: daybreak {back} {goal}; or, if it was put right by hand, record "
            "where the database is: daybreak stamp REVISION",
        )
        self.revision = revision


class LockLost(StoppedHalfWay):
    def __init__(self) -> None:
        super().__init__(
            "the session that held this run's lock is gone, so another run may have begun. "
            "Stopped before the next statement; what was committed is recorded",
            "run the command again: it goes on where this one stopped",
        )


class Interrupted(StoppedHalfWay):
    pass


class Drift(DaybreakError):
    exit_code = 8


class SchemaTooOld(DaybreakError):
    exit_code = 9


class SchemaUnknown(DaybreakError):
    """`revisions` are those of the database of which nobody knows what they build on."""

    exit_code = 9

    def __init__(self, place: str, revisions: Sequence[str], lacking: str) -> None:
        super().__init__(
            f"nobody can tell whether {place} has {lacking}: it is at or builds on "
            f"{', '.join(revisions)}, which has no file here, and its journal does not know what "
            "came before",
            "deploy the code that has it; or, if you know that the schema is new enough: "
            "daybreak wait --accept-unknown, require_schema(accept_unknown=True)",
        )
        self.revisions = tuple(revisions)
