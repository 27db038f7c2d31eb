"""`daybreak dev`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from daybreak.cli.options import common, show, show_json, state, with_json

if TYPE_CHECKING:
    from daybreak.edges.project import Project
    from daybreak.flows.dev import Status


@click.group("dev")
@common
def command() -> None:
    """An embedded PostgreSQL on this machine, for the dev environment. Nothing else starts it."""


@command.command("start")
@click.option(
    "--major",
    type=click.Choice(["16", "18"]),
    help="The version of a new server: 16, the default, or 18.",
)
@with_json
@common
def start_command(major: str | None) -> None:
    """Start it, and make the user and the database of dev's URL."""
    from daybreak.flows.dev import start
    from daybreak.report.text import done, next_step

    started = start(_project(), major=int(major) if major else None)
    server, place = started.server, started.database.target.place
    verb = "serves" if started.changed else "already serves"
    show(done(f"PostgreSQL {server.major} (process {server.pid}) {verb} {place}"))
    show(next_step("daybreak upgrade head; or, without a history yet: daybreak revision -m '…'"))
    show_json(
        {
            "changed": started.changed,
            "major": server.major,
            "pid": server.pid,
            "port": server.port,
            "database": started.database.name,
            "data": str(server.data),
        }
    )


@command.command("stop")
@with_json
@common
def stop_command() -> None:
    """Stop it. Its data stay."""
    from daybreak.flows.dev import stop
    from daybreak.report.text import done

    stopped = stop(_project())
    show(done("stopped; the data stay" if stopped else "no server of this project runs"))
    show_json({"changed": stopped})


@command.command("status")
@with_json
@common
def status_command() -> None:
    """Say who is at the address of dev's URL."""
    from daybreak.flows.dev import status

    found = status(_project())
    show(*_status_lines(found))
    finding = found.finding
    show_json(
        {
            "standing": finding.standing.name.lower(),
            "port": found.database.access.port,
            "pid": finding.pid_file.pid if finding.pid_file and finding.pid_file.alive else None,
            "data": str(found.data),
            "other_project": found.other_project,
        }
    )


@command.command("url")
@with_json
@common
def url_command() -> None:
    """Print dev's URL. A password of your own is shown as ***."""
    from daybreak.flows.dev import url

    found = url(_project())
    if not state().json:
        click.echo(found)
    show_json({"url": found})


@command.command("psql", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PSQL'S OWN]…")
@common
def psql_command(arguments: tuple[str, ...]) -> int:
    """Open psql on dev's database."""
    from daybreak.flows.dev import psql

    return psql(_project(), list(arguments))


def _project() -> Project:
    from daybreak.edges.project import locate_project

    return locate_project(state().config, Path.cwd())


def _status_lines(found: Status) -> list[str]:
    from daybreak.core.devserver import Standing
    from daybreak.report.text import next_step

    finding, port = found.finding, found.database.access.port
    standing = click.style(finding.standing.value, bold=True)
    lines = [f"dev    {found.database.target.place}: {standing}"]
    if finding.pid_file and finding.pid_file.alive:
        lines.append(f"       process {finding.pid_file.pid}, port {finding.pid_file.port}")
    match finding.standing:
        case Standing.RUNNING | Standing.STALE | Standing.ELSEWHERE:
            lines.append(f"       data in {found.data}")
        case Standing.OTHER_PROJECT:
            lines.append(f"       of {found.other_project}")
        case Standing.FOREIGN if finding.listener:
            lines.append(f"       at {finding.listener.host}, port {port}")
    if finding.standing in (Standing.NOTHING, Standing.STALE):
        lines.append(next_step("daybreak dev start"))
    if finding.standing is Standing.ELSEWHERE:
        lines.append(next_step("daybreak dev stop, then daybreak dev start"))
    return lines
