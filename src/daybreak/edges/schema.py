"""Waiting until the schema of a database is at least as new as the files."""

from __future__ import annotations

import time
from dataclasses import dataclass

from daybreak.core.errors import (
    AuthenticationFailed,
    DaybreakError,
    SchemaTooOld,
    SchemaUnknown,
    TlsFailed,
    Unreachable,
)
from daybreak.core.events import Emit, NotYet, ignore
from daybreak.core.invocation import AlembicOptions
from daybreak.core.standing import Standing, find_standing, named
from daybreak.core.target import Target
from daybreak.edges.lookup import located
from daybreak.edges.recorded import ask_recorded
from daybreak.edges.required import read_required
from daybreak.edges.settings import Settings, resolve_target

# Many instances of an application may start at once.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 2.0


@dataclass(frozen=True)
class Found:
    """The database, how it stands to the files, and how long that was waited for."""

    target: Target
    standing: Standing
    seconds: float


class SchemaWait:
    """Looks at a database, again and again, until its schema is as new as the files of its project.

    The database is the application's. Making one reads the files and opens no connection; it raises
    HistoryMissing, HistoryInvalid, ProjectInvalid, MissingVariable and their kin.
    """

    def __init__(
        self,
        settings: Settings,
        options: AlembicOptions,
        *,
        timeout: float,
        accept_unknown: bool = False,
        emit: Emit = ignore,
    ) -> None:
        self._required = read_required(settings.project, options)
        self._target = resolve_target(settings)
        self._driver = settings.project_driver
        self._accept_unknown, self._emit, self._timeout = accept_unknown, emit, timeout
        self._began = time.monotonic()
        self._pause = _FIRST_PAUSE_S
        self._told = ""

    def wait(self) -> Found:
        """Look until the schema is new enough. Raises what `look` does."""
        while not isinstance(answer := self.look(), Found):
            time.sleep(answer)
        return answer

    def look(self) -> Found | float:
        """Look once: what was found, or how many seconds to pause before the next look.

        Raises SchemaTooOld, or Unreachable and its kin, when the time is up; SchemaUnknown,
        AuthenticationFailed, TlsFailed and what is wrong with the settings at once.
        """
        try:
            self._target = located(self._target)
            heads, half_gone, journal = ask_recorded(
                self._target, self._driver, self._required.table, self._required.parents
            )
        except (AuthenticationFailed, TlsFailed):  # no time cures it
            raise
        except Unreachable as down:
            return self._next(down)
        standing = find_standing(self._required.parents, heads or (), journal, half_gone)
        if standing.reached or (standing.unknown and self._accept_unknown):
            return Found(self._target, standing, self._seconds)
        if standing.unknown:
            lacks = named(standing.missing)
            raise SchemaUnknown(self._target.place, standing.unplaced, lacks)
        return self._next(self._too_old(standing, has_table=heads is not None))

    def _too_old(self, standing: Standing, *, has_table: bool) -> SchemaTooOld:
        at = ", ".join(standing.recorded) or "no revision"
        why = "" if has_table else f" (there is no table {self._required.table.name})"
        command = f"daybreak upgrade head{'s' * (len(standing.required) > 1)}"
        if standing.half_gone:
            return SchemaTooOld(
                f"{self._target.place} ({self._target.environment}, from {self._target.source}) is "
                f"at {at} and lacks {named(standing.missing)}: a downgrade of "
                f"{named(standing.half_gone)} is under way, or was interrupted",
                f"let it end; if no run is at work, {command} says what finishes it",
            )
        return SchemaTooOld(
            f"{self._target.place} ({self._target.environment}, from {self._target.source}) is at "
            f"{at}{why} and lacks {named(standing.missing)}",
            f"migrate before the code that needs it is deployed: {command}",
        )

    def _next(self, problem: DaybreakError) -> float:
        """The pause before the next look. Raises `problem` if there is no time for one."""
        left = self._timeout - self._seconds
        if left <= 0:
            raise problem
        if problem.problem != self._told:
            self._told = problem.problem
            self._emit(NotYet(problem.problem))
        pause = min(self._pause, left)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_S)
        return pause

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began
