"""What Python code calls instead of a command line."""

from __future__ import annotations

from pathlib import Path

from daybreak.core.events import Emit, ignore
from daybreak.flows import migrate
from daybreak.flows.answers import Outcome
from daybreak.flows.session import Session


def upgrade(folder: str | Path, revision: str = "head", *, on_event: Emit = ignore) -> Outcome:
    """Apply what is pending, as `daybreak upgrade` does in `folder` of a project.

    The process's variables choose the environment. `on_event` hears of each event as it happens, a
    value of `daybreak.core.events`; what it raises ends the run, which the next one finishes.
    Raises DaybreakError.
    """
    return migrate.upgrade(Session(cwd=Path(folder), emit=on_event), revision)
