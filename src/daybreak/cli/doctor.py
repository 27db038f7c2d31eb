"""`daybreak doctor`."""

from __future__ import annotations

import click

from daybreak.cli.options import common, session, show, show_json, state, with_json


@click.command("doctor")
@click.option("--settings", is_flag=True, help="Show every value in force and its source.")
@with_json
@common
@click.pass_context
def command(ctx: click.Context, settings: bool) -> None:
    """Show every setting in force and where it came from, secrets masked."""
    if not settings:
        raise click.UsageError("say what to look at: daybreak doctor --settings")
    from daybreak.flows.doctor import show_settings
    from daybreak.report.text import error_lines

    diagnosis = show_settings(session())
    rows = diagnosis.settings
    wide = max(len(row.name) for row in rows)
    value = max(len(row.value) for row in rows if len(row.value) < 50)
    show(
        *(
            f"{click.style(row.name.ljust(wide), bold=True)}  "
            + (
                f"{row.value.ljust(value)}  {click.style(row.source, dim=True)}"
                if row.source
                else row.value
            )
            for row in rows
        )
    )
    show_json(
        {
            "settings": [vars(row) for row in rows],
            "errors": [
                {"kind": error.kind, "problem": error.problem, "next": error.cure}
                for error in diagnosis.errors
            ],
        }
    )
    if not state().json:
        for error in diagnosis.errors:
            for line in error_lines(error):
                click.echo(line, err=True)
    if diagnosis.errors:
        ctx.exit(diagnosis.errors[0].exit_code)
