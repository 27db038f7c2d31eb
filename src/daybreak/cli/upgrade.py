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
    state,
    with_json_lines,
)
from daybreak.cli.planned import plan_option, show_plan


@click.command("upgrade", cls=RelativeArguments)
@click.argument("revision")
@offline
@plan_option
@click.option("--unguarded", is_flag=True, help="Run a foreign env.py, without the guards.")
@click.option("--create-database", is_flag=True, help="In dev, create the database if missing.")
@guarded
@with_json_lines
@common
def command(
    revision: str,
    sql: bool,
    tag: str | None,
    plan_only: bool,
    unguarded: bool,
    create_database: bool,
    wait: str | None,
    done: tuple[str, ...],
    redo: tuple[str, ...],
) -> None:
    """Apply revisions up to REVISION: head, +1, a revision, or from:to with --sql or --plan."""
    if plan_only:
        show_plan("upgrade", revision, sql=sql, tag=tag)
        return
    from daybreak.cli.answered import upgraded_lines
    from daybreak.core.wishes import wishes
    from daybreak.flows import quick

    asked = wishes(wait, done, redo)
    unusual = sql or tag or asked.said or state().asked
    outcome = None if unusual else quick.upgrade(session(), revision)
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
    report(outcome, *upgraded_lines(outcome))
