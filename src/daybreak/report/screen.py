"""The events of one run, as lines of a screen: what repeats is said once."""

from __future__ import annotations

import textwrap

from click import style

from daybreak.core.events import Applied, Event, Skipped
from daybreak.report.text import Met, counted, event_line, run_words


class Screen:
    """Knows what it has shown already."""

    def __init__(self) -> None:
        self._done_before: dict[str, int] = {}

    def lines(self, event: Event, columns: int) -> list[str]:
        """What an event adds to a screen of `columns`."""
        match event:
            case Skipped(revision):
                self._done_before[revision] = self._done_before.get(revision, 0) + 1
                return _marked(event, columns) if self._done_before[revision] == 1 else []
            case Applied(revision) if revision in self._done_before:
                skipped = counted(self._done_before.pop(revision), "statement")
                return [event_line(event) + style(f", {skipped} done before", dim=True)]
            case _ if isinstance(event, Met):
                return _marked(event, columns)
            case _:
                line = event_line(event)
                return [line] if line else []


def _marked(event: Met, columns: int) -> list[str]:
    word, text = run_words(event)
    first, *more = textwrap.wrap(text, columns - 7, break_on_hyphens=False)
    return [style(word.ljust(7), fg="yellow") + first, *(f"       {line}" for line in more)]
