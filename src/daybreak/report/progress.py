"""How far a statement is, in words and as a bar."""

from __future__ import annotations

import click

from daybreak.core.events import Progressed
from daybreak.core.progress import SESSIONS
from daybreak.core.waiting import lasting
from daybreak.report.style import style
from daybreak.report.text import one_line

_NARROWEST, _WIDEST = 6, 12
# One of these is not like the other.
_UNEVEN = frozenset({SESSIONS, "indexes"})


def progress_words(event: Progressed) -> str:
    """`20 s: building index: scanning table, 42 %, about 27 s left in this phase`."""
    said = [event.phase or "at work", _measure(event), _left(event)]
    return f"{clock(event.seconds)}: " + ", ".join(word for word in said if word)


def progress_line(event: Progressed, columns: int) -> str:
    """`20 s  building index: scanning table  ━━━━━───────  42 %, ~27 s left`, in `columns`.

    With a bar where there is room for it.
    """
    before, share = clock(event.seconds), _share(event)
    left = "" if event.left is None else f"~{lasting(event.left)} left"
    behind = ", ".join(word for word in (_measure(event), left) if word)
    phase = one_line(event.phase or "at work", max(columns - len(before) - len(behind) - 4, 8))
    room = columns - len(before) - len(phase) - len(behind) - 6
    bar = _bar(share, min(room, _WIDEST)) if share is not None and room >= _NARROWEST else ""
    told = style("  ".join(word for word in (bar, behind) if word), fg="cyan")
    return "  ".join(word for word in (before, phase, told) if click.unstyle(word))


def clock(seconds: float) -> str:
    """`12 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _share(event: Progressed) -> float | None:
    if event.total <= 0 or event.unit in _UNEVEN:
        return None
    return min(event.done / event.total, 1.0)


def _measure(event: Progressed) -> str:
    share = _share(event)
    if share is not None:
        return f"{int(share * 100)} %"
    if event.total > 0:
        return f"{event.done} of {event.total} {event.unit}"
    return f"{event.done:,} {event.unit}" if event.done else ""


def _left(event: Progressed) -> str:
    if event.left is None:
        return ""
    return f"about {lasting(event.left)} left" + ("" if event.whole else " in this phase")


def _bar(share: float, columns: int) -> str:
    full = int(share * columns)
    return "━" * full + "─" * (columns - full)
