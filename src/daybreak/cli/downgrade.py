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


@click.command("downgrade", cls=RelativeArguments)
@click.argument("revision")
@offline
@yes_option
@guarded
@with_json_lines
@common
def command(
    revision: str,
    sql: bool,
    tag: str | None,
    yes: bool,
    wait: str | None,
    done: tuple[str, ...],
    redo: tuple[str, ...],
) -> None:
    """Take revisions back to REVISION: -1, base, a revision, or from:to with --sql."""
    from daybreak.core.wishes import wishes
    from daybreak.flows.migrate import downgrade

    report(downgrade(session(yes=yes), revision, sql=sql, tag=tag, asked=wishes(wait, done, redo)))
