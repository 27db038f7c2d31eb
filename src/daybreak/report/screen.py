"""The events of one run, as lines of a screen: what repeats is said once."""

from __future__ import annotations

import textwrap

from daybreak.core.events import (
    SLOW_STATEMENT_OVER,
    Applied,
    Blocked,
    Event,
    Noted,
    Passed,
    Progressed,
    Ran,
    RevisionBegun,
    Skipped,
    StatementBegun,
    SteppedBack,
    Unmeasured,
    Unwatched,
    Waits,
    Watched,
)
from daybreak.report.progress import progress_line, progress_words
from daybreak.report.style import style
from daybreak.report.text import Met, counted, duration, event_line, place_of, run_words

# How often a line tells how far a statement is, where no line can be drawn anew.
_TOLD_EVERY_S = 10.0
_INDENT = " " * 7


class Screen:
    """Knows what it has shown already.

    `foot` is what stands below all lines until the next event, if the screen is `live`: one line
    about the statement under way. Otherwise the lines tell of it now and then.
    """

    def __init__(self, *, live: bool = False) -> None:
        self._live = live
        self.foot = ""
        self._done_before: dict[str, int] = {}
        self._revision: RevisionBegun | None = None
        self._statement: StatementBegun | None = None
        self._is_headed = False
        self._named: set[int] = set()  # the statements of the revision; 0 is what has no number
        self._seconds = self._told_s = 0.0  # when it was told last, and when in a line
        self._attempt = 1

    def lines(self, event: Event, columns: int) -> list[str]:
        """What an event adds to a screen of `columns`."""
        if _is_end(event):
            self.foot = ""
        match event:
            case RevisionBegun():
                if event != self._revision:
                    self._is_headed, self._attempt = False, 1
                    self._named.clear()
                self._revision, self._statement = event, None
                return []
            case StatementBegun():
                self._statement = event
                return []
            case Progressed():
                return self._progress(event, columns)
            case Ran(_, number):
                self._statement = None
                # One that was sent again to wait on has taken longer than it did at last.
                is_all = number in self._named and event.seconds >= self._seconds
                return [_INDENT + f"took {duration(event.seconds)}"] if is_all else []
            case Skipped(revision):
                self._done_before[revision] = self._done_before.get(revision, 0) + 1
                return _marked(event, columns) if self._done_before[revision] == 1 else []
            case Applied(revision):
                line = event_line(event, self._revision)
                if skipped := self._done_before.pop(revision, 0):
                    line += style(f", {counted(skipped, 'statement')} done before", dim=True)
                return [line]
            case Blocked() | SteppedBack():
                if isinstance(event, SteppedBack):
                    self._statement, self._attempt = None, event.attempt + 1
                return [*self._heading(), *_marked(event, columns)]
            case Waits() if not event.is_worth_a_line:
                return []
            case _ if isinstance(event, Met):
                return _marked(event, columns)
            case _:
                line = event_line(event)
                return [line] if line else []

    def _progress(self, event: Progressed, columns: int) -> list[str]:
        """Which statement it is, once; and where it can't stand in the foot, how far."""
        if event.seconds < self._seconds:  # of another one
            self._told_s = 0.0
        self._seconds = event.seconds
        lines: list[str] = []
        if self._live:
            attempt = f"attempt {self._attempt}: " if self._attempt > 1 else ""
            room = columns - len(_INDENT) - len(attempt) - 1
            self.foot = f"{_INDENT}{attempt}{progress_line(event, room)}"
        elif event.seconds - self._told_s >= _TOLD_EVERY_S:
            self._told_s = event.seconds - event.seconds % _TOLD_EVERY_S
            lines = [_INDENT + progress_words(event)]
        else:
            return []
        return [*self._heading(), *self._name(columns), *lines]

    def _heading(self) -> list[str]:
        """The revision under way, before the first that is said of it."""
        revision = self._revision
        if revision is None or self._is_headed:
            return []
        self._is_headed = True
        place = style(place_of(revision).ljust(6), bold=True)
        return [f"{place} {revision.revision}  {revision.doc}"]

    def _name(self, columns: int) -> list[str]:
        """The statement under way, before the first that is said of it."""
        number = self._statement.number if self._statement else 0
        if number in self._named:
            return []
        self._named.add(number)
        text = self._statement.statement if self._statement else "a query"
        return _wrapped("run", text, columns, most=3)


def _is_end(event: Event) -> bool:
    """Whether it tells that the statement under way is over, or taken back, or cleared away."""
    keeps = (
        Progressed | Blocked | Noted | Unmeasured | Unwatched | Watched | RevisionBegun
        | StatementBegun
    )  # fmt: skip
    return not isinstance(event, keeps | Ran | Passed) or event == SLOW_STATEMENT_OVER


def _marked(event: Met, columns: int) -> list[str]:
    return _wrapped(*run_words(event), columns)


def _wrapped(word: str, text: str, columns: int, most: int | None = None) -> list[str]:
    first, *more = textwrap.wrap(
        text, columns - len(_INDENT), break_on_hyphens=False, max_lines=most, placeholder=" …"
    )
    return [style(word.ljust(7), fg="yellow") + first, *(_INDENT + line for line in more)]
