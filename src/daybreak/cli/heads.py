"""`daybreak heads`."""

from __future__ import annotations

import sys

import click

from daybreak.cli.options import common, session, show_json, state, with_json


@click.command("heads")
@click.option("-v", "--verbose", is_flag=True, help="All that the files say.")
@click.option("--resolve-dependencies", is_flag=True, help="Treat depends_on as a revision before.")
@with_json
@common
def command(verbose: bool, resolve_dependencies: bool) -> None:
    """Show the newest revisions of the files."""
    from daybreak.flows.look import as_alembic, heads

    if state().json:
        show_json(heads(session(), resolve_dependencies=resolve_dependencies))
        return
    from alembic import command as alembic_command

    as_alembic(
        session(),
        alembic_command.heads,
        sys.stdout,
        verbose=verbose,
        resolve_dependencies=resolve_dependencies,
    )
