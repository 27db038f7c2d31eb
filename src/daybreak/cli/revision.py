"""`daybreak revision`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daybreak.cli.options import (
    RelativeArguments,
    chooser,
    columns,
    common,
    session,
    show,
    show_json,
    with_json,
)

if TYPE_CHECKING:
    from daybreak.core.authoring import Compared


@click.command("revision", cls=RelativeArguments)
@click.option("-m", "--message", help="What the revision does; names the file.")
@click.option("--autogenerate", is_flag=True, hidden=True, help="The default here.")
@click.option("--empty", is_flag=True, help="Write an empty revision, without comparing.")
@click.option("--rename", multiple=True, metavar="OLD=NEW", help="A rename, such as a.b=a.c.")
@click.option("--drop", multiple=True, metavar="KIND:NAME", help="Something to drop on purpose.")
@click.option("--no-proof", is_flag=True, help="Write the file without running it first.")
@click.option(
    "--against",
    type=click.Choice(["history", "database"]),
    default="history",
    help="What stands for the history: its revisions, or the database at their head.",
)
@click.option("--sql", is_flag=True, help="Offline mode, for a custom revision environment.")
@click.option("--head", default="head", help="Revision, or branch@head, to build on.")
@click.option("--splice", is_flag=True, help="Allow a revision that is not a head as --head.")
@click.option("--branch-label", help="A label for the branch that begins here.")
@click.option("--version-path", help="Folder to write to, one of version_locations.")
@click.option("--rev-id", help="The revision's identifier, instead of a random one.")
@click.option("--depends-on", multiple=True, help="A revision that has to be applied before.")
@with_json
@common
def command(
    message: str | None,
    autogenerate: bool,
    empty: bool,
    rename: tuple[str, ...],
    drop: tuple[str, ...],
    no_proof: bool,
    against: str,
    sql: bool,
    head: str,
    splice: bool,
    branch_label: str | None,
    version_path: str | None,
    rev_id: str | None,
    depends_on: tuple[str, ...],
) -> None:
    """Write what the models changed since the last revision into a new one.

    Both are built on a throw-away server and compared there (docs/shadow.md), and the revision is
    run there, forth and back, before there is a file. With no difference no file is written.
    """
    if empty and autogenerate:
        raise click.UsageError("--empty and --autogenerate exclude each other")
    from daybreak.core.authoring import Asked
    from daybreak.flows.author import revision
    from daybreak.report.compared import compared_json, compared_lines
    from daybreak.report.text import difference_line, next_step, not_compared_lines

    written = revision(
        session(),
        empty=empty,
        sql=sql,
        asked=Asked(rename, drop, not no_proof, chooser(), against == "database"),
        message=message,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        rev_id=rev_id,
        depends_on=list(depends_on) or None,
    )
    if written.compared is not None:
        show(*compared_lines(written.compared, columns=columns()))
    show(*(difference_line(difference) for difference in written.differences))
    if written.not_compared:
        show(*not_compared_lines(written.not_compared, columns=columns()))
    show_written(written.files, nothing=_why_nothing(written.compared))
    if written.files:
        heads = "heads" if written.compared and len(written.compared.history) > 1 else "head"
        show(next_step(f"review the file, then: daybreak upgrade {heads}"))
    show_json(
        {
            "changed": written.changed,
            "files": [str(file) for file in written.files],
            **compared_json(written.compared),
            "differences": list(written.differences),
            "not_compared": list(written.not_compared),
        }
    )


def _why_nothing(compared: Compared | None) -> str:
    empty = "an empty one: daybreak revision --empty -m '…'"
    if compared is None or not compared.changes:
        return f"nothing differs, so no file was written; {empty}"
    if len(compared.unexpressed) >= len(compared.changes):
        return f"no file was written: no operation can express what differs; {empty}"
    return "no file was written: env.py's own process_revision_directives left nothing to write"


def show_written(files: tuple[Path, ...], nothing: str) -> None:
    from daybreak.report.text import done

    for file in files:
        show(f"wrote  {os.path.relpath(file)}")
    if not files:
        show(done(nothing))
