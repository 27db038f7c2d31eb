"""What the commands that change a database say at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daybreak.cli.options import show, show_outcome

if TYPE_CHECKING:
    from daybreak.flows.answers import Outcome


def report(outcome: Outcome, *lines: str) -> None:
    """`lines` for a person, the whole outcome for a machine. Offline, the SQL is the answer."""
    from daybreak.cli.answered import outcome_line
    from daybreak.core.events import Applied

    if outcome.offline:
        return
    applied = [event for event in outcome.events if isinstance(event, Applied)]
    show(*(lines or [outcome_line(outcome)]))
    show_outcome(
        {
            "changed": outcome.changed,
            "before": outcome.before,
            "after": outcome.after,
            "seconds": round(outcome.seconds, 3),
            "waited": round(outcome.waited, 3),
            "applied": [
                {
                    "revision": event.revision,
                    "direction": "upgrade" if event.is_upgrade else "downgrade",
                    "doc": event.doc,
                    "seconds": round(event.seconds, 3),
                }
                for event in applied
            ],
        }
    )
