"""The commands by name; an error becomes one clear message and an exit code.

Only click loads here. `daybreak --help` reads the table below and imports no command.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import click

from daybreak.cli.options import State, common
from daybreak.cli.pipe import nobody_reads

# name: (module, what --help says), in the order in which a project meets them
COMMANDS = {
    "init": ("init", "Make a new project, or adopt the one that is here."),
    "demo": ("demo", "Watch the daily loop on a real, throw-away PostgreSQL."),
    "dev": ("dev", "Start, stop and look at the embedded PostgreSQL."),
    "doctor": ("doctor", "Show every setting in force and where it came from."),
    "revision": ("revision", "Write a revision with what the models changed."),
    "upgrade": ("upgrade", "Apply revisions to the database."),
    "downgrade": ("downgrade", "Take revisions back."),
    "check": ("check", "Compare the models with the database."),
    "current": ("current", "Show which revision the database is at."),
    "wait": ("wait", "Wait until the schema is at least as new as the files."),
    "history": ("history", "List the revisions, newest first."),
    "heads": ("heads", "Show the newest revisions of the files."),
    "show": ("show", "Show a revision."),
    "branches": ("branches", "Show where the history forks."),
    "merge": ("merge", "Join several heads."),
    "stamp": ("stamp", "Record a revision as applied without running it."),
    "edit": ("edit", "Open a revision in $EDITOR."),
    "ensure_version": ("ensure_version", "Create the version table if it is not there."),
    "list_templates": ("list_templates", "List Alembic's own project templates."),
}


class Commands(click.Group):
    """Knows the commands by name, and imports the one that is called."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        # `-m=text` is `-m text` to Alembic; click would take the = for a part of the text.
        words = [re.sub(r"^(-[A-Za-z])=", r"\1", word) for word in args[:end]]
        with _until_nobody_reads():
            return super().parse_args(ctx, words + args[end:])

    def invoke(self, ctx: click.Context) -> Any:
        with _until_nobody_reads():
            return super().invoke(ctx)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"daybreak.cli.{COMMANDS[name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"daybreak {version('daybreak')}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-c", "--config", multiple=True, help="alembic.ini or pyproject.toml to use.")
@click.option("-n", "--name", default="alembic", help="Section of the .ini file.")
@click.option("-x", multiple=True, help="An argument for a custom env.py, such as key=value.")
@click.option("--raiseerr", is_flag=True, help="The same as --traceback.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something is wrong.")
@common
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version.",
)
@click.pass_context
def cli(
    ctx: click.Context,
    config: tuple[str, ...],
    name: str,
    x: tuple[str, ...],
    raiseerr: bool,
    quiet: bool,
) -> None:
    """Gets a SQLAlchemy schema into Aurora, PostgreSQL or MySQL, and keeps it in step.

    Alembic's commands keep Alembic's meaning and options. Exit codes: docs/exit-codes.md.
    """
    state = ctx.ensure_object(State)
    state.config, state.name, state.x, state.quiet = config, name, x, quiet
    state.traceback = state.traceback or raiseerr


def run(words: Sequence[str], *, asked: bool) -> int:
    """Run the command line and return the documented code.

    `asked`: whether what `daybreak.flows.quick` answers was asked there, in vain.
    """
    state = State(asked=asked)
    try:
        code = cli.main(args=list(words), prog_name="daybreak", obj=state, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        return _report(_in_our_words(error), state)
    except click.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:  # noqa: BLE001 - the last place that can say it in words
        return _report(error, state)
    return code if isinstance(code, int) else 0


@contextlib.contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """End with 141 when the pipe that we write to was closed; click itself would end with 1."""
    try:
        yield
    except BrokenPipeError:
        raise click.exceptions.Exit(nobody_reads()) from None


def _in_our_words(error: click.ClickException) -> Exception:
    """A mistake in the command line, said as every other error is."""
    from daybreak.core.errors import UsageError

    said = error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "daybreak"
    return UsageError(said[:1].lower() + said[1:], f"{path} --help")


def _report(error: Exception, state: State) -> int:
    """Say what went wrong; returns the exit code."""
    from daybreak.core.errors import DaybreakError
    from daybreak.core.secret import mask
    from daybreak.report.text import error_lines

    if state.traceback:
        import traceback

        click.echo(mask("".join(traceback.format_exception(error))), err=True)
    if not isinstance(error, DaybreakError):
        error = DaybreakError(
            f"unexpected {type(error).__name__}: {mask(str(error))}",
            "the same command with --traceback shows where it happened",
        )
    if state.lines:
        from daybreak.report.lines import json_line

        told = {"event": "error", "error": _plain(error), "exit_code": error.exit_code}
        click.echo(json_line(told))
    elif state.json:
        click.echo(json.dumps({"error": _plain(error), "exit_code": error.exit_code}, indent=2))
    else:
        for line in error_lines(error):
            click.echo(line, err=True)
    return error.exit_code


def _plain(error: Any) -> dict[str, str]:
    return {"kind": error.kind, "problem": error.problem, "next": error.cure}
