"""What a failed revision left behind, in words: a decision over four facts."""

from __future__ import annotations

from daybreak.core.errors import DaybreakError, MigrationFailed, StoppedHalfWay
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


def migration_failure(
    said: str,
    place: str | None,
    *,
    applied: int,
    transactional: bool,
    cure: str | None = None,
) -> DaybreakError:
    """The error for a revision that raised `said` at `place` (`versions/4f2a_add.py:12`).

    `applied` revisions of the same run were finished before it. `transactional` is whether the
    server rolls schema changes back. `place` None: it did not happen in a revision's own code.
    `cure` is what helps if it is not the file that is wrong.
    """
    again = cure or "correct the file and run the command again"
    if place is None:
        return MigrationFailed(said, cure or "--traceback shows where it comes from")
    before = f"; {applied} revision{'s' if applied != 1 else ''} before it stayed applied"
    if not transactional:
        return StoppedHalfWay(
            f"{place} failed: {said}\nThis server can't roll schema changes back: what stood "
            f"before that line may have been done and is not recorded{before if applied else ''}",
            "compare the file with the schema, undo by hand what it did, and run the command again",
        )
    if applied:
        return StoppedHalfWay(f"{place} failed: {said}\nIt was rolled back{before}", again)
    return MigrationFailed(
        f"{place} failed: {said}\nIt was rolled back; nothing was changed", again
    )
