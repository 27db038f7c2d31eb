"""`--plan`, which upgrade and downgrade share."""

from __future__ import annotations

from typing import Literal

import click

from daybreak.cli.options import Command, session, show, show_json, state


def plan_option(command: Command) -> Command:
    return click.option(
        "--plan",
        "plan_only",
        is_flag=True,
        help="Show what would be done, statement by statement; from:to asks no database.",
    )(command)


def show_plan(
    command: Literal["upgrade", "downgrade"], revision: str, *, sql: bool, tag: str | None
) -> None:
    """The plan as the answer. Raises UsageError together with --sql."""
    from daybreak.core.errors import UsageError
    from daybreak.flows.plan import plan
    from daybreak.report.plan import plan_json, plan_lines

    if sql:
        raise UsageError(
            "--plan and --sql are two answers: a plan to read, and a script to run",
            "leave one of them out",
        )
    state().lines = False  # one answer: nothing happens meanwhile
    found = plan(session(), command, revision, tag=tag)
    show(*plan_lines(found))
    show_json(plan_json(found))
