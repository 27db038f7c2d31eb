"""`daybreak current`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from daybreak.cli.options import common, session, show, show_json, state, with_json

if TYPE_CHECKING:
    from daybreak.flows.answers import Current


@click.command("current")
@click.option("-c", "--check-heads", is_flag=True, help="Exit 9 unless all heads are applied.")
@click.option("-v", "--verbose", is_flag=True, help="Alembic's longer form.")
@with_json
@common
def command(check_heads: bool, verbose: bool) -> None:
    """Show which revision the database is at."""
    if verbose and not state().json:
        from alembic import command as alembic_command

        from daybreak.flows.look import as_alembic, current

        if check_heads:
            current(session(), check_heads=True)
        as_alembic(session(), alembic_command.current, sys.stdout, verbose=True)
        return
    from daybreak.cli.answered import current_lines

    found = _found(check_heads)
    show(*current_lines(found))
    show_json(
        {
            "environment": found.connected.environment if found.connected else None,
            "revisions": list(found.revisions),
            "heads": list(found.heads),
            "at_head": found.at_head,
            "half_done": found.unfinished.revision if found.unfinished else None,
        }
    )


def _found(check_heads: bool) -> Current:
    """What Alembic would tell, without it where that can be."""
    from daybreak.flows import quick

    found = None if state().asked else quick.current(session(), check_heads=check_heads)
    if found is None:
        from daybreak.flows.look import current

        found = current(session(), check_heads=check_heads)
    return found
