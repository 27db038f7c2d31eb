"""`daybreak stamp`."""

from __future__ import annotations

import click

from daybreak.cli.migrated import report
from daybreak.cli.options import RelativeArguments, common, offline, session, with_json_lines
from daybreak.cli.options import wait as wait_option
from daybreak.cli.options import yes as yes_option


@click.command("stamp", cls=RelativeArguments)
@click.argument("revisions", nargs=-1, required=True)
@offline
@click.option("--purge", is_flag=True, help="Empty the version table first.")
@yes_option
@wait_option
@with_json_lines
@common
def command(
    revisions: tuple[str, ...], sql: bool, tag: str | None, purge: bool, yes: bool, wait: str | None
) -> None:
    """Record REVISIONS (or 'heads') as applied, without running them."""
    from daybreak.core.wishes import wishes
    from daybreak.flows.migrate import stamp

    report(
        stamp(session(yes=yes), list(revisions), sql=sql, tag=tag, purge=purge, asked=wishes(wait))
    )
