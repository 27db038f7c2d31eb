"""`daybreak check`."""

from __future__ import annotations

import click

from daybreak.cli.options import columns, common, session, show, show_json, state, with_json


@click.command("check")
@click.option("--no-database", is_flag=True, help="Compare the models with the history alone.")
@click.option("--fix-sql", is_flag=True, help="Print SQL that brings the database into line.")
@with_json
@common
@click.pass_context
def command(ctx: click.Context, no_database: bool, fix_sql: bool) -> None:
    """Compare the models with the history, and the history with the database.

    Exit 8 if they differ. Nothing is changed, and no lock is waited for longer than a second.
    """
    from daybreak.core.errors import Drift
    from daybreak.flows.check import check
    from daybreak.report.checked import checked_json, checked_lines, fix_lines, verdict

    checked = check(session(), database=not no_database)
    if fix_sql and not state().json:
        for line in fix_lines(checked):
            click.echo(line)
    else:
        show(*checked_lines(checked, columns=columns()))
    show_json(checked_json(checked))
    if checked.equal:
        return
    if state().json or fix_sql:
        ctx.exit(Drift.exit_code)
    raise Drift(*verdict(checked))
