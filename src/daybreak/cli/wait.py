"""`daybreak wait`."""

from __future__ import annotations

import click

from daybreak.cli.options import common, session, show, show_json, with_json


@click.command("wait")
@click.option(
    "--timeout",
    type=click.IntRange(min=0),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Give up after this time, with 9 (or 6 if the database is down). 0 looks once.",
)
@click.option(
    "--accept-unknown",
    is_flag=True,
    help="Go on if the database is at a revision of which nobody knows what it builds on.",
)
@with_json
@common
def command(timeout: int, accept_unknown: bool) -> None:
    """Wait until the schema is at least as new as the files.

    For a container or a job that must not start on an old schema: daybreak wait && exec gunicorn
    myapp. It only reads, as the application's user. A schema that is ahead is new enough.
    """
    from daybreak.flows.wait import wait
    from daybreak.report.text import waited_line

    found = wait(session(), timeout=timeout, accept_unknown=accept_unknown)
    standing = found.standing
    show(waited_line(found.target.place, standing, found.seconds))
    show_json(
        {
            "environment": found.target.environment,
            "revisions": list(standing.recorded),
            "heads": list(standing.required),
            "ahead": standing.ahead,
            "unknown": standing.unknown,
            "seconds": round(found.seconds, 3),
        }
    )
