"""`daybreak heads`."""

from __future__ import annotations

import sys

import click

from daybreak.cli.options import common, session, show, show_json, state, with_json


@click.command("heads")
@click.option("-v", "--verbose", is_flag=True, help="All that the files say.")
@click.option("--resolve-dependencies", is_flag=True, help="Treat depends_on as a revision before.")
@with_json
@common
def command(verbose: bool, resolve_dependencies: bool) -> None:
    """Show the newest revisions of the files."""
    from daybreak.cli.answered import head_lines
    from daybreak.flows import quick

    unusual = verbose or state().asked
    found = None if unusual else quick.heads(session(), resolve_dependencies=resolve_dependencies)
    if found is not None:
        show(*head_lines(found))
        show_json([head.described for head in found])
    elif state().json:
        from daybreak.flows.look import heads

        show_json(heads(session(), resolve_dependencies=resolve_dependencies))
    else:
        from alembic import command as alembic_command

        from daybreak.flows.look import as_alembic

        as_alembic(
            session(),
            alembic_command.heads,
            sys.stdout,
            verbose=verbose,
            resolve_dependencies=resolve_dependencies,
        )
