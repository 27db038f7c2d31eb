"""Writes commands.md: what `--help` says of every command, in the order of `daybreak --help`.

    uv run python docs/commands_page.py

A test compares the file with what this module makes of the commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from daybreak.cli.command_line import COMMANDS, cli

PAGE = Path(__file__).parent / "commands.md"

_INTRODUCTION = """\
# The commands

Written by `docs/commands_page.py` from the commands themselves; a test keeps it equal. Change
the commands, not this page.

Alembic's names keep Alembic's meaning and options, with one exception: `daybreak revision`
compares by itself, and writes no file when nothing differs. `--env` and `--traceback` stand
anywhere; `-c`, `-n`, `-x`, `-q` and `--raiseerr` stand before the command, as in Alembic.
"""


def page() -> str:
    """The whole text of commands.md."""
    root = click.Context(cli, info_name="daybreak", **cli.context_settings)
    parts = [_INTRODUCTION, _section("daybreak", cli, root)]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        if command is None:
            raise LookupError(name)
        for title, found, context in _walk(f"daybreak {name}", command, root):
            parts.append(_section(title, found, context))
    return "\n".join(parts)


def _walk(
    title: str, command: click.Command, parent: click.Context
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """The command and those below it."""
    context = click.Context(command, info_name=title.split()[-1], parent=parent)
    yield title, command, context
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _walk(f"{title} {name}", below, context)


def _section(title: str, command: click.Command, context: click.Context) -> str:
    context.max_content_width = context.terminal_width = 88
    return f"## {title}\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
