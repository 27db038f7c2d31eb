"""Answers in lines for a person, however they were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daybreak.core.events import Applied
from daybreak.report.text import connected_line, head_line, migrated_line, next_step

if TYPE_CHECKING:
    from daybreak.flows.answers import Current, Head, Outcome


def outcome_line(outcome: Outcome) -> str:
    applied = sum(isinstance(event, Applied) for event in outcome.events)
    return migrated_line(outcome.before, outcome.after, outcome.seconds, applied, outcome.waited)


def upgraded_lines(outcome: Outcome) -> list[str]:
    """What an upgrade says below its events."""
    if outcome.after == ():
        first = 'there is no revision yet; write one: daybreak revision -m "…"'
        return [outcome_line(outcome), next_step(first)]
    return [outcome_line(outcome)]


def current_lines(found: Current) -> list[str]:
    if found.connected is None:
        return list(found.revisions)
    mark = " (head)" if found.at_head and found.revisions else ""
    return [connected_line(found.connected) + mark]


def head_lines(heads: Sequence[Head]) -> list[str]:
    return [
        head_line(
            head.described["revision"],
            head.described["branch_labels"],
            is_recorded=head.is_recorded,
        )
        for head in heads
    ]
