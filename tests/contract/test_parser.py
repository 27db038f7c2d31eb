"""`daybreak` takes every argument that Alembic's own parser takes, and understands it the same.

Both parsers read the same words, nothing is executed, and their readings are compared.
"""

from __future__ import annotations

import argparse
from typing import Any

import click
import pytest
from alembic.config import CommandLine

from daybreak.cli.command_line import COMMANDS, cli
from daybreak.cli.options import State

PARSER = CommandLine("alembic").parser
[SUBPARSERS] = [
    action for action in PARSER._actions if isinstance(action, argparse._SubParsersAction)
]
SUBCOMMANDS: dict[str, argparse.ArgumentParser] = dict(SUBPARSERS.choices)
# `daybreak init` makes a project, so its template is one of two; all other values are free.
VALUES = {"template": "async"}


def read_by_alembic(words: list[str]) -> dict[str, Any]:
    options = vars(PARSER.parse_args(words))
    del options["cmd"]
    return {name: _plain(value) for name, value in options.items()}


def read_by_daybreak(words: list[str]) -> dict[str, Any]:
    """The parameters that click hands to the group and to the command, in Alembic's names."""
    read: dict[str, Any] = {}

    def keep(_command: click.Command, context: click.Context) -> None:
        read.update(context.params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(click.Command, "invoke", keep)
        cli.main(words, "daybreak", standalone_mode=False, obj=State())
    return {name: _plain(value) for name, value in read.items()}


def _plain(value: Any) -> Any:
    """Repeated options are a list or None there, a tuple here; paths and absent heads differ."""
    match value:
        case list() | tuple():
            return [str(item) for item in value]
        case None | bool():
            return value
        case _:
            return str(value)


def assert_read_alike(words: list[str]) -> None:
    theirs, ours = read_by_alembic(words), read_by_daybreak(words)
    missing = theirs.keys() - ours.keys()
    assert not missing, f"daybreak {' '.join(words)} has no {missing}"
    defaults = {"head": "head"}
    for name, value in theirs.items():
        expected = defaults.get(name, ours[name]) if value is None else value
        if value is None and ours[name] == []:
            expected = []
        assert ours[name] == expected, f"{name} of: {' '.join(words)}"


def words_of(action: argparse.Action) -> list[str]:
    """What a user would type for one option or positional."""
    value = VALUES.get(action.dest, "x1")
    flag = list(action.option_strings[-1:])
    match action.nargs:
        case 0:
            return flag
        case "+":
            return [*flag, value, "x2"]
        case None:
            return [*flag, value]
        case other:
            pytest.fail(f"Alembic has a new kind of argument: {action.dest}, nargs={other}")


def options_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.option_strings and action.dest != "help"]


def positionals_of(parser: argparse.ArgumentParser) -> list[str]:
    actions = [
        action
        for action in parser._actions
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
    ]
    return [word for action in actions for word in words_of(action)]


def test_every_command_of_alembic_is_one_of_daybreak() -> None:
    assert len(SUBCOMMANDS) >= 15
    assert SUBCOMMANDS.keys() <= COMMANDS.keys()


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_a_command_takes_the_positionals_of_alembic(command: str) -> None:
    assert_read_alike([command, *positionals_of(SUBCOMMANDS[command])])


OPTIONS = {
    f"{command} {spelling}": (command, action, spelling)
    for command, parser in SUBCOMMANDS.items()
    for action in options_of(parser)
    for spelling in action.option_strings
}


@pytest.mark.parametrize(("command", "action", "spelling"), OPTIONS.values(), ids=OPTIONS)
def test_a_command_takes_each_option_of_alembic(
    command: str, action: argparse.Action, spelling: str
) -> None:
    words = [spelling, *words_of(action)[1:]]
    positionals = positionals_of(SUBCOMMANDS[command])
    assert_read_alike([command, *words, *positionals])
    assert_read_alike([command, *positionals, *words])
    if action.nargs is None and spelling.startswith("--"):
        assert_read_alike([command, "=".join(words), *positionals])


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_a_command_takes_all_options_of_alembic_at_once(command: str) -> None:
    parser = SUBCOMMANDS[command]
    options = [word for action in options_of(parser) for word in words_of(action)]
    assert_read_alike([command, *options, *positionals_of(parser)])


GLOBAL = {
    spelling: [spelling, *words_of(action)[1:]]
    for action in options_of(PARSER)
    if action.dest != "version"
    for spelling in action.option_strings
}


@pytest.mark.parametrize("words", GLOBAL.values(), ids=GLOBAL)
def test_the_options_before_the_command_are_those_of_alembic(words: list[str]) -> None:
    assert_read_alike([*words, "heads"])
    assert_read_alike([*words, *words, "heads"])


WORDS = [
    "upgrade head",
    "upgrade +2",
    "upgrade ae10+1",
    "upgrade a:b --sql",
    "upgrade --sql --tag t a:b",
    "upgrade billing@head",
    "downgrade -1",
    "downgrade -12",
    "downgrade -1 --tag t",
    "downgrade --tag t -1",
    "downgrade --tag -1 base",
    "downgrade billing@-1",
    "downgrade b:a --sql",
    "downgrade -- -1",
    "show -1",
    "edit -2",
    "stamp heads",
    "stamp a b c --purge",
    "stamp --sql a:b",
    "stamp -1 -2",
    "merge heads",
    "merge a b -m joined",
    "merge -m joined a b",
    "history -r a:b",
    "history -r-3:current",
    "history --rev-range=-3:current -v -i",
    "history -vi",
    "current -v -c",
    "current -vc",
    "revision -m x",
    "revision -mx",
    "revision -m -1",
    "revision -m x --head -1",
    "revision -m=x",
    "history -r=a:b",
    "revision --head base --splice --depends-on a --depends-on b",
    "revision --autogenerate -m x --rev-id 4f2a --version-path p --branch-label l",
    "-x a=b upgrade head",
    "-x a=b -x c=d upgrade head",
    "-xa=b upgrade head",
    "-x=a=b -n=staging -c=a.ini upgrade head",
    "-x -1 upgrade head",
    "-c a.ini upgrade head",
    "-c a.ini -c pyproject.toml upgrade head",
    "--config=a.ini current --check-heads",
    "-c a.ini current -c",
    "-n staging upgrade head",
    "-q -n staging -x a=b -c a.ini downgrade -1 --sql",
    "--raiseerr upgrade head",
]


@pytest.mark.parametrize("words", WORDS)
def test_what_people_type_is_read_alike(words: str) -> None:
    assert_read_alike(words.split())


WRONG = ["upgrade", "upgrade a b", "downgrade -1 -2", "stamp", "merge", "show", "revision x"]
WRONG += ["heads x", "upgrade head --purge", "nonsense", "-x", "upgrade --tag"]


@pytest.mark.parametrize("words", WRONG)
def test_what_alembic_refuses_is_refused(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_by_alembic(words.split())
    with pytest.raises(click.UsageError):
        read_by_daybreak(words.split())
    assert "usage: alembic" in capsys.readouterr().err
