"""The options that every command has, and how a command reaches its session and its output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from daybreak.core.events import Event
    from daybreak.flows.session import Session

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class State:
    """What the options that are not a command's own say."""

    config: tuple[str, ...] = ()
    name: str = "alembic"
    x: tuple[str, ...] = ()
    quiet: bool = False
    traceback: bool = False
    json: bool = False
    lines: bool = False  # with json: an object for each event, on a line of its own
    asked: bool = False  # the quick way was asked before, and could not answer


def state() -> State:
    """The state of the command that is running."""
    return click.get_current_context().find_root().ensure_object(State)


def session(*, yes: bool = False, emit: Callable[[Event], None] | None = None) -> Session:
    """The session that a flow works in: it asks only a person on a terminal."""
    from daybreak.cli.shown import events_shown
    from daybreak.core.invocation import AlembicOptions
    from daybreak.flows.session import Session

    now = state()
    return Session(
        options=AlembicOptions(now.config, now.name, now.x, now.quiet),
        emit=emit or events_shown(),
        confirm=(lambda question: click.confirm(question, err=True)) if _interactive() else None,
        yes=yes,
    )


def chooser() -> Callable[[str, tuple[str, ...]], int] | None:
    """Asks the person on the terminal to take one of several answers; None without a terminal."""
    return _choose if _interactive() else None


def _choose(question: str, answers: tuple[str, ...]) -> int:
    click.echo(question, err=True)
    for number, answer in enumerate(answers, 1):
        click.echo(f"  {number}  {answer}", err=True)
    allowed = click.IntRange(1, len(answers))
    chosen: int = click.prompt("which", type=allowed, err=True)
    return chosen - 1


def _interactive() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty() and not state().json


def show(*lines: str) -> None:
    """Lines for a person: nothing with --quiet or --json."""
    now = state()
    if not now.quiet and not now.json:
        for line in lines:
            click.echo(line)


def columns() -> int:
    """How wide lines may be that we wrap: the terminal's width, and at most 95."""
    if not sys.stdout.isatty():
        return 95
    import shutil  # here, because start-up is measured

    return max(40, min(shutil.get_terminal_size().columns, 95))


def show_json(value: Any) -> None:
    """The answer for a machine, when --json asks for it."""
    if state().json:
        click.echo(json.dumps(value, indent=2))


def show_outcome(value: dict[str, Any]) -> None:
    """The last of the JSON lines, when --json asks for them."""
    from daybreak.report.lines import json_line

    if state().lines:
        click.echo(json_line({"event": "outcome", **value}))


def common(command: Command) -> Command:
    """--env and --traceback, which stand anywhere."""

    def set_traceback(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            state().traceback = True

    command = click.option(
        "--traceback",
        is_flag=True,
        expose_value=False,
        callback=set_traceback,
        help="Show the Python traceback of an error.",
    )(command)
    return click.option(
        "--env",
        "environment",
        metavar="NAME",
        expose_value=False,
        callback=_set_environment,
        is_eager=True,
        help="The environment, as ENV=NAME would choose it.",
    )(command)


def _set_environment(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> None:
    # Into the process's variables, so that the project's own modules see the same environment.
    if value is not None:
        os.environ["DAYBREAK_ENV"] = os.environ["ENV"] = value


def with_json(command: Command) -> Command:
    """--json, for commands that have an answer for machines."""

    def set_json(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            state().json = True

    return click.option(
        "--json", is_flag=True, expose_value=False, callback=set_json, help="Answer in JSON."
    )(command)


def with_json_lines(command: Command) -> Command:
    """--json, for commands that tell what happens while it happens."""

    def set_json(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            state().json = state().lines = True

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=set_json,
        help="Answer in JSON: a line for each event, and one for the outcome.",
    )(command)


def offline(command: Command) -> Command:
    """--sql and --tag, which Alembic's changing commands share."""
    command = click.option("--tag", help="A tag for custom env.py scripts.")(command)
    return click.option(
        "--sql", is_flag=True, help="Print the SQL instead of running it (offline mode)."
    )(command)


def guarded(command: Command) -> Command:
    """--wait, --done and --redo, for the commands that change a database alone."""
    for option, metavar, text in (
        ("--redo", "REVISION:N", "Statement N of REVISION is to be run again."),
        ("--done", "REVISION:N", "Statement N of REVISION is done, as the last error asked."),
    ):
        command = click.option(option, metavar=metavar, multiple=True, help=text)(command)
    return wait(command)


def wait(command: Command) -> Command:
    """--wait, for another run."""
    return click.option(
        "--wait",
        metavar="SECONDS",
        help="Wait so long for another run, or for a lock (default: 600).",
    )(command)


def yes(command: Command) -> Command:
    return click.option("--yes", is_flag=True, help="Agree to what would be asked.")(command)


class RelativeArguments(click.Command):
    """Takes `-1` for a revision, as Alembic does, and not for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        wants_value = {
            spelling
            for option in self.params
            if isinstance(option, click.Option) and not option.is_flag
            for spelling in option.opts
        }
        options: list[str] = []
        arguments: list[str] = []
        for before, word in zip(["", *args], args, strict=False):
            is_argument = _is_relative(word) and before not in wants_value
            (arguments if is_argument else options).append(word)
        if arguments and "--" not in args:
            args = [*options, "--", *arguments]
        return super().parse_args(ctx, args)


def _is_relative(word: str) -> bool:
    return word[:1] == "-" and word[1:].isdigit()
