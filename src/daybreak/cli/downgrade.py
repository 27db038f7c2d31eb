"""`daybreak downgrade`."""

from __future__ import annotations

import click

from daybreak.cli.migrated import report
from daybreak.cli.options import (
    RelativeArguments,
    common,
    guarded,
    offline,
    session,
    with_json_lines,
)
from daybreak.cli.options import yes as yes_option
from daybreak.cli.planned import plan_option, show_plan


@click.command("downgrade", cls=RelativeArguments)
@click.argument("revision")
@offline
@plan_option
@yes_option
@guarded
@with_json_lines
@common
def command(
    revision: str,
    sql: bool,
    tag: str | None,
    plan_only: bool,
    yes: bool,
    wait: str | None,
    done: tuple[str, ...],
    redo: tuple[str, ...],
) -> None:
    """Take revisions back to REVISION: -1, base, a revision, or from:to with --sql or --plan."""
    if plan_only:
        show_plan("downgrade", revision, sql=sql, tag=tag)
        return
    from daybreak.core.wishes import wishes
    from daybreak.flows.migrate import downgrade

    report(downgrade(session(yes=yes), revision, sql=sql, tag=tag, asked=wishes(wait, done, redo)))
