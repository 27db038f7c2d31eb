"""The commands as a pipeline calls them, in their plainest words, answered without click.

Where there is nothing to do, importing click takes as long as asking the database. Whatever can't
be answered here is a command's, which says the same where both can.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from daybreak.flows.session import Session

_COLOUR = re.compile(r"\x1b\[\d+m")


def answer(words: tuple[str, ...]) -> int | None:
    """Answer `words` and return the exit code; None, with nothing said, where a command has to."""
    way = PLAIN.get(words)
    if way is None:
        return None
    from daybreak.core.errors import DaybreakError
    from daybreak.core.events import Connected, Event, Noted
    from daybreak.flows.session import Session
    from daybreak.report.text import error_lines, event_line

    events: list[Event] = []
    wrong: list[str] = []
    code = 0
    try:
        lines = way(Session(emit=events.append))
        if lines is None:
            return None
    except DaybreakError as error:
        lines, wrong, code = [], error_lines(error), error.exit_code
    notes = [event_line(event) for event in events if isinstance(event, Noted)]
    told = [event_line(event) for event in events if isinstance(event, Connected)]
    write(sys.stderr, [*notes, *wrong])
    write(sys.stdout, [*told, *lines])
    return code


def write(stream: TextIO, lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    stream.write(text if stream.isatty() else _COLOUR.sub("", text))
    stream.flush()


def _upgrade_to(revision: str) -> Callable[[Session], list[str] | None]:
    def upgrade(session: Session) -> list[str] | None:
        from daybreak.cli.answered import upgraded_lines
        from daybreak.flows import quick

        outcome = quick.upgrade(session, revision)
        return None if outcome is None else upgraded_lines(outcome)

    return upgrade


def _current(session: Session) -> list[str] | None:
    from daybreak.cli.answered import current_lines
    from daybreak.flows import quick

    found = quick.current(session, check_heads=False)
    return None if found is None else current_lines(found)


def _heads(session: Session) -> list[str] | None:
    from daybreak.cli.answered import head_lines
    from daybreak.flows import quick

    found = quick.heads(session, resolve_dependencies=False)
    return None if found is None else head_lines(found)


PLAIN: dict[tuple[str, ...], Callable[[Session], list[str] | None]] = {
    ("upgrade", "head"): _upgrade_to("head"),
    ("upgrade", "heads"): _upgrade_to("heads"),
    ("current",): _current,
    ("heads",): _heads,
}
