"""`daybreak ensure_version`."""

from __future__ import annotations

import click

from daybreak.cli.migrated import report
from daybreak.cli.options import common, session, with_json


@click.command("ensure_version")
@click.option("--sql", is_flag=True, help="Print the SQL instead of running it (offline mode).")
@with_json
@common
def command(sql: bool) -> None:
    """Create the version table if it is not there."""
    from daybreak.flows.migrate import ensure_version

    report(ensure_version(session(), sql=sql))
