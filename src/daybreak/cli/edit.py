"""`daybreak edit`."""

from __future__ import annotations

import sys

import click

from daybreak.cli.options import RelativeArguments, common, session


@click.command("edit", cls=RelativeArguments)
@click.argument("rev")
@common
def command(rev: str) -> None:
    """Open the file of the revision REV in $EDITOR."""
    from alembic import command as alembic_command

    from daybreak.flows.look import as_alembic

    as_alembic(session(), alembic_command.edit, sys.stdout, rev)
