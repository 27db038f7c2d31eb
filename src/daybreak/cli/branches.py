"""`daybreak branches`."""

from __future__ import annotations

import sys

import click

from daybreak.cli.options import common, session


@click.command("branches")
@click.option("-v", "--verbose", is_flag=True, help="All that the files say.")
@common
def command(verbose: bool) -> None:
    """Show where the history forks."""
    from alembic import command as alembic_command

    from daybreak.flows.look import as_alembic

    as_alembic(session(), alembic_command.branches, sys.stdout, verbose=verbose)
