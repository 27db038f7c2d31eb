"""`daybreak ensure_version`."""

from __future__ import annotations

import click

from daybreak.cli.migrated import report
from daybreak.cli.options import common, session, with_json_lines
from daybreak.cli.options import wait as wait_option


@click.command("ensure_version")
@click.option("--sql", is_flag=True, help="Print the SQL instead of running it (offline mode).")
@wait_option
@with_json_lines
@common
def command(sql: bool, wait: str | None) -> None:
    """Create the version table if it is not there."""
    from daybreak.core.wishes import wishes
    from daybreak.flows.migrate import ensure_version

    report(ensure_version(session(), sql=sql, asked=wishes(wait)))
