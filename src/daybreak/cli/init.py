"""`daybreak init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daybreak.cli.options import common, show, show_json, with_json

if TYPE_CHECKING:
    from daybreak.flows.init import Initialised

# Enough to see in what an adopted file differs; more of it would bury what is to be done.
_DIFF_LINES = 24


@click.command("init")
@click.argument("directory", default=".", type=click.Path(path_type=Path))
@click.option("--dialect", metavar="NAME", help="postgresql (the default) or mysql; +driver.")
@click.option(
    "-t",
    "--template",
    type=click.Choice(["generic", "async"]),
    default="generic",
    help="async: the application's engine is asynchronous.",
)
@click.option("--package", is_flag=True, help="Write __init__.py files below alembic/.")
@with_json
@common
def command(directory: Path, dialect: str | None, template: str, package: bool) -> None:
    """Make a project in DIRECTORY, or add to the one there what it lacks.

    Nothing that exists is overwritten. Alembic's own templates: alembic init.
    """
    from daybreak.flows.init import init

    made = init(directory, dialect=dialect, asynchronous=template == "async", package=package)
    _show(made)
    show_json(
        {
            "changed": made.changed,
            "adopted": made.adopted,
            "written": list(made.written),
            "kept": [kept.path for kept in made.kept],
            "holes": [vars(hole) for hole in made.holes],
            "to_do": list(made.to_do),
        }
    )


def _show(made: Initialised) -> None:
    from daybreak.report.text import done, next_step

    for path in made.written:
        show(f"wrote  {path}")
    for kept in made.kept:
        show(f"kept   {kept.path}", *(f"         {line}" for line in kept.diff[:_DIFF_LINES]))
        if len(kept.diff) > _DIFF_LINES:
            show(f"         … {len(kept.diff) - _DIFF_LINES} lines more")
    for hole in made.holes:
        show(f"hole   {hole.place}: {hole.problem}", f"         {hole.cure}")
    if made.to_do:
        show("to do")
    for number, step in enumerate(made.to_do, 1):
        first, *rest = step.splitlines()
        show(f"  {number}.  {first}", *(f"        {line}" for line in rest))
    if not made.changed:
        show(done(f"nothing to write: {made.name} has all that init makes"))
    elif made.adopted:
        show(done(f"{made.name} adopted; nothing of yours was touched"))
    else:
        show(done(f"{made.name} for {made.dialect.LABEL}"))
        where = os.path.relpath(made.root)
        steps = [] if where == "." else [f"cd {where}"]
        steps.append(
            "uv run daybreak dev start"
            if made.dialect.EMBEDDED
            else "uv run daybreak upgrade head --create-database"
        )
        steps.append('uv run daybreak revision -m "create venues and events"')
        steps.append("uv run daybreak upgrade head")
        show(next_step(steps[0]), *(f"       {step}" for step in steps[1:]))
