"""The events of one run, as lines of a screen: what repeats is said once."""

from __future__ import annotations

import textwrap

from click import style

from daybreak.core.events import Applied, Blocked, Event, RevisionBegun, Skipped, SteppedBack
from daybreak.report.text import Met, counted, event_line, place_of, run_words


class Screen:
    """Knows what it has shown already."""

    def __init__(self) -> None:
        self._done_before: dict[str, int] = {}
        self._revision: RevisionBegun | None = None
        self._is_headed = False

    def lines(self, event: Event, columns: int) -> list[str]:
        """What an event adds to a screen of `columns`."""
        match event:
            case RevisionBegun():
                self._is_headed = self._is_headed and event == self._revision
                self._revision = event
                return []
            case Skipped(revision):
                self._done_before[revision] = self._done_before.get(revision, 0) + 1
                return _marked(event, columns) if self._done_before[revision] == 1 else []
            case Applied(revision):
                line = event_line(event, self._revision)
                if skipped := self._done_before.pop(revision, 0):
                    line += style(f", {counted(skipped, 'statement')} done before", dim=True)
                return [line]
            case Blocked() | SteppedBack():
                return [*self._heading(), *_marked(event, columns)]
            case _ if isinstance(event, Met):
                return _marked(event, columns)
            case _:
                line = event_line(event)
                return [line] if line else []

    def _heading(self) -> list[str]:
        """The revision under way, before the first that is said of it."""
        revision = self._revision
        if revision is None or self._is_headed:
            return []
        self._is_headed = True
        place = style(place_of(revision).ljust(6), bold=True)
        return [f"{place} {revision.revision}  {revision.doc}"]


def _marked(event: Met, columns: int) -> list[str]:
    word, text = run_words(event)
    first, *more = textwrap.wrap(text, columns - 7, break_on_hyphens=False)
    return [style(word.ljust(7), fg="yellow") + first, *(f"       {line}" for line in more)]
