"""`daybreak stamp`."""

from __future__ import annotations

import click

from daybreak.cli.migrated import report
from daybreak.cli.options import RelativeArguments, common, offline, session, with_json
from daybreak.cli.options import yes as yes_option


@click.command("stamp", cls=RelativeArguments)
@click.argument("revisions", nargs=-1, required=True)
@offline
@click.option("--purge", is_flag=True, help="Empty the version table first.")
@yes_option
@with_json
@common
def command(revisions: tuple[str, ...], sql: bool, tag: str | None, purge: bool, yes: bool) -> None:
    """Record REVISIONS (or 'heads') as applied, without running them."""
    from daybreak.flows.migrate import stamp

    report(stamp(session(yes=yes), list(revisions), sql=sql, tag=tag, purge=purge))
