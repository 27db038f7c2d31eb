"""`daybreak show`."""

from __future__ import annotations

import sys

import click

from daybreak.cli.options import RelativeArguments, common, session


@click.command("show", cls=RelativeArguments)
@click.argument("rev")
@common
def command(rev: str) -> None:
    """Show the revision REV; 'current' and 'head' are understood."""
    from alembic import command as alembic_command

    from daybreak.flows.look import as_alembic

    as_alembic(session(), alembic_command.show, sys.stdout, rev)
