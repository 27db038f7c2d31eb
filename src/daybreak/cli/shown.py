"""The events of a run, on the terminal or in a log, while it runs."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from daybreak.cli.options import columns, state
from daybreak.core.events import Connected, Event, Finished, Noted, Unfinished
from daybreak.report.text import event_line

if TYPE_CHECKING:
    from daybreak.report.screen import Screen


def events_shown() -> Callable[[Event], None]:
    """What shows the events of one run: as lines for a person, or as JSON lines.

    Notes for a person go to standard error, so that an answer stays clean. What can't be written
    is left out: a migration does not stop half-way because whoever read along has gone (`| head`),
    or because the disk of a log is full.
    """
    now = state()
    # Offline, standard output is the SQL's.
    if now.lines and not click.get_current_context().params.get("sql"):
        return _as_json(quiet=now.quiet)
    shown = _Shown(speaks=not (now.json or now.quiet))
    click.get_current_context().call_on_close(shown.close)
    return shown


def _as_json(*, quiet: bool) -> Callable[[Event], None]:
    from daybreak.report.lines import event_object, json_line  # here: start-up is measured

    def shown(event: Event) -> None:
        found = None if quiet and not _is_note(event) else event_object(event)
        if found:
            with contextlib.suppress(OSError):
                click.echo(json_line(found))

    return shown


class _Shown:
    """Lines, and below them on a terminal the one that is drawn anew."""

    def __init__(self, *, speaks: bool) -> None:
        self._speaks = speaks
        self._screen: Screen | None = None  # until more is to be told than where the database is
        self._foot = ""
        self._mutex = threading.Lock()  # the run tells, and so do those who watch it

    def __call__(self, event: Event) -> None:
        is_note = _is_note(event)
        if not is_note and not self._speaks:
            return
        with self._mutex:
            lines, foot = self._drawn(event)
            with contextlib.suppress(OSError):
                if lines or foot != self._foot:
                    self._wipe()
                for line in lines:
                    click.echo(line, err=is_note)
                if foot != self._foot:
                    self._foot = foot
                    click.echo(foot, nl=False)

    def _drawn(self, event: Event) -> tuple[list[str], str]:
        """What an event adds, and the line below all others."""
        if self._screen is None:
            if isinstance(event, (Connected, Noted, Finished)):
                line = event_line(event)
                return [line] if line else [], ""
            from daybreak.report.screen import Screen  # here: start-up is measured

            self._screen = Screen(live=sys.stdout.isatty())
        return self._screen.lines(event, columns()), self._screen.foot

    def close(self) -> None:
        """Whatever is said next stands on a line of its own."""
        with self._mutex, contextlib.suppress(OSError):
            self._wipe()

    def _wipe(self) -> None:
        """With blanks: every terminal understands them."""
        if self._foot:
            blanks = " " * len(click.unstyle(self._foot))
            self._foot = ""
            click.echo(f"\r{blanks}\r", nl=False)


def _is_note(event: Event) -> bool:
    return isinstance(event, (Noted, Unfinished))
