"""`daybreak downgrade`."""

from __future__ import annotations

import click

from daybreak.cli.migrated import report
from daybreak.cli.options import RelativeArguments, common, offline, session, with_json
from daybreak.cli.options import yes as yes_option


@click.command("downgrade", cls=RelativeArguments)
@click.argument("revision")
@offline
@yes_option
@with_json
@common
def command(revision: str, sql: bool, tag: str | None, yes: bool) -> None:
    """Take revisions back to REVISION: -1, base, a revision, or from:to with --sql."""
    from daybreak.flows.migrate import downgrade

    report(downgrade(session(yes=yes), revision, sql=sql, tag=tag))
