"""`daybreak upgrade`."""

from __future__ import annotations

import click

from daybreak.cli.migrated import report
from daybreak.cli.options import (
    RelativeArguments,
    common,
    guarded,
    offline,
    session,
    show,
    with_json,
)


@click.command("upgrade", cls=RelativeArguments)
@click.argument("revision")
@offline
@click.option("--unguarded", is_flag=True, help="Run a foreign env.py, without the guards.")
@click.option("--create-database", is_flag=True, help="In dev, create the database if missing.")
@guarded
@with_json
@common
def command(
    revision: str,
    sql: bool,
    tag: str | None,
    unguarded: bool,
    create_database: bool,
    wait: str | None,
    done: tuple[str, ...],
    redo: tuple[str, ...],
) -> None:
    """Apply revisions up to REVISION: head, +1, a revision, or from:to with --sql."""
    from daybreak.core.wishes import wishes
    from daybreak.flows import quick
    from daybreak.report.text import next_step

    asked = wishes(wait, done, redo)
    outcome = None if sql or tag or done or redo else quick.upgrade(session(), revision)
    if outcome is None:
        from daybreak.flows.migrate import upgrade

        outcome = upgrade(
            session(),
            revision,
            sql=sql,
            tag=tag,
            unguarded=unguarded,
            create_missing=create_database,
            asked=asked,
        )
    report(outcome)
    if outcome.after == ():
        show(next_step('there is no revision yet; write one: daybreak revision -m "…"'))
