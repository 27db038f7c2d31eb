"""`daybreak merge`."""

from __future__ import annotations

import click

from daybreak.cli.options import RelativeArguments, common, session, show_json, with_json
from daybreak.cli.revision import show_written


@click.command("merge", cls=RelativeArguments)
@click.argument("revisions", nargs=-1, required=True)
@click.option("-m", "--message", help="What the revision does; names the file.")
@click.option("--branch-label", help="A label for the branch that begins here.")
@click.option("--rev-id", help="The revision's identifier, instead of a random one.")
@click.option("--splice", is_flag=True, help="Allow revisions that are not heads.")
@with_json
@common
def command(
    revisions: tuple[str, ...],
    message: str | None,
    branch_label: str | None,
    rev_id: str | None,
    splice: bool,
) -> None:
    """Join REVISIONS (or 'heads') with a new revision."""
    from daybreak.flows.author import merge

    written = merge(
        session(),
        list(revisions),
        message=message,
        branch_label=branch_label,
        rev_id=rev_id,
        splice=splice,
    )
    show_written(written.files, nothing="nothing to join")
    show_json({"changed": written.changed, "files": [str(file) for file in written.files]})
