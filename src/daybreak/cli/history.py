"""`daybreak history`."""

from __future__ import annotations

import sys

import click

from daybreak.cli.options import common, session, show_json, state, with_json


@click.command("history")
@click.option("-r", "--rev-range", help="[start]:[end]; 'current' stands for the database's.")
@click.option("-v", "--verbose", is_flag=True, help="All that the files say.")
@click.option("-i", "--indicate-current", is_flag=True, help="Mark the database's revision.")
@with_json
@common
def command(rev_range: str | None, verbose: bool, indicate_current: bool) -> None:
    """List the revisions, newest first."""
    from daybreak.flows.look import as_alembic, revisions

    if state().json:
        show_json(revisions(session(), rev_range, indicate_current=indicate_current))
        return
    from alembic import command as alembic_command

    as_alembic(
        session(),
        alembic_command.history,
        sys.stdout,
        rev_range=rev_range,
        verbose=verbose,
        indicate_current=indicate_current,
    )
