"""`daybreak check`."""

from __future__ import annotations

import click

from daybreak.cli.options import columns, common, session, show, show_json, state, with_json


@click.command("check")
@with_json
@common
@click.pass_context
def command(ctx: click.Context) -> None:
    """Compare the models with the database, as Alembic does. Exit 8 if they differ."""
    from daybreak.core.errors import Drift
    from daybreak.flows.author import check
    from daybreak.report.text import difference_line, done, not_compared_lines

    checked = check(session())
    show(*(difference_line(difference) for difference in checked.differences))
    if checked.not_compared:
        show(*not_compared_lines(checked.not_compared, columns=columns()))
    show_json(
        {
            "equal": not checked.differences,
            "differences": list(checked.differences),
            "not_compared": list(checked.not_compared),
        }
    )
    if not checked.differences:
        show(done("the models and the database are equal, as far as Alembic compares"))
    elif state().json:
        ctx.exit(Drift.exit_code)
    else:
        count = len(checked.differences)
        raise Drift(
            f"the models and the database differ in {count} place{'s' if count != 1 else ''}",
            "daybreak revision -m '…'",
        )
