"""All that Daybreak knows of Alembic's inside: its configuration and its commands.

The names used here that Alembic does not document are pinned by tests/contract/test_alembic.py.
"""

from __future__ import annotations

import ast
import re
from argparse import Namespace
from collections.abc import Callable
from configparser import InterpolationError
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import alembic
from alembic import context, util
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

from daybreak.core.authoring import Asked, Compared
from daybreak.core.errors import (
    AlembicUntested,
    DaybreakError,
    HistoryInvalid,
    ProjectInvalid,
    ProjectNotFound,
    Unreachable,
)
from daybreak.core.events import Emit, ignore
from daybreak.core.invocation import AlembicOptions as AlembicOptions
from daybreak.core.plan import Plan
from daybreak.core.said import said
from daybreak.core.secret import mask
from daybreak.core.wishes import Wishes
from daybreak.edges.history import (
    place_in_environment,
    read_history,
    script_directory,
    translate,
)
from daybreak.edges.models import cure_of_absent_variable
from daybreak.edges.project import (
    Project,
    check_ini,
    project_above,
    project_at,
    project_with_ini,
)
from daybreak.edges.recorder import Steps

# The versions whose inside was tested. pyproject.toml says the same, and a test compares them.
OLDEST, BEFORE = "1.20.1", "1.21"

_ATTRIBUTE = "daybreak"

# The function that each Alembic command gives to its environment, by the command's name.
_COMMAND_OF = {
    "upgrade": "upgrade",
    "downgrade": "downgrade",
    "do_stamp": "stamp",
    "do_ensure_version": "ensure_version",
}
# What env.py itself is told by -x under plain Alembic.
_OUR_ARGUMENTS = frozenset({"rename", "drop", "proof", "against", "yes", "wait", "done", "redo"})
CHANGES_SCHEMA = frozenset(_COMMAND_OF.values())


@dataclass
class Call:
    """What a `daybreak` command tells the project's env.py, and hears from it.

    `consent` is given when the guards were already asked; `question` is one that they still have,
    to be asked with the others. `yes` was said beforehand to whatever is asked, `confirm` asks a
    person if there is one, and `wishes` are what a run is asked.
    `keep_empty` is False for a `revision` that writes no file when nothing differs, `asked` what it
    was told about what differs. `compared` is what came of it; where Alembic itself had to compare,
    `differences` is, in the form of its `as_diffs`. `autogenerate` is what `config.cmd_opts` tells
    a hook that asks for it, as Alembic's own command line does. `inspect` is what a `check` does
    with the subject that env.py gives it, while env.py runs. `foresee` are the revisions to preview
    instead of running anything, and `plan` what came of it. `held` is what a `revision` keeps to
    itself until its file is written.
    """

    command: str
    emit: Emit = ignore
    consent: bool = False
    question: str | None = None
    yes: bool = False
    confirm: Callable[[str], bool] | None = None
    wishes: Wishes = field(default_factory=Wishes)
    keep_empty: bool = True
    asked: Asked = field(default_factory=Asked)
    autogenerate: bool = False
    compared: Compared | None = None
    differences: list[Any] = field(default_factory=list)
    inspect: Callable[[Any], None] | None = None
    foresee: Steps | None = None
    plan: Plan | None = None
    held: ExitStack = field(default_factory=ExitStack)


def make_config(project: Project, options: AlembicOptions, call: Call | None, **kw: Any) -> Config:
    """Alembic's configuration of `project`, carrying `call` to the project's env.py."""
    # What Alembic would say of the files that it writes, the command says itself.
    writes_files = call is not None and call.command in {"revision", "merge"}
    if project.ini is not None:
        check_ini(project.ini)
    config = Config(
        file_=project.ini or project.root / "alembic.ini",
        toml_file=project.toml,
        ini_section=options.name,
        cmd_opts=Namespace(
            x=list(options.x) or None,
            quiet=options.quiet or writes_files,
            autogenerate=call is not None and call.autogenerate,
        ),
        attributes={_ATTRIBUTE: call} if call is not None else {},
        **kw,
    )
    try:
        location = config.get_alembic_option("script_location")
    except InterpolationError as error:
        raise _percent_sign(config, error) from None
    if location is None:
        if project.ini is None:
            raise ProjectNotFound(str(project.root))
        raise ProjectInvalid(
            f"{project.ini} has no script_location in its section [{options.name}]",
            "write script_location = %(here)s/alembic there",
        )
    return config


def _percent_sign(config: Config, error: InterpolationError) -> ProjectInvalid:
    """The parser's own words are not shown: they quote the value, which may be a URL."""
    file = Path(config.config_file_name or "alembic.ini")
    if "%" in str(file.parent):
        return ProjectInvalid(
            f"a folder of {file.parent} has a % in its name, which breaks %(here)s in {file.name}",
            f"give it another name, or move what {file.name} says to [tool.alembic] of "
            "pyproject.toml, which takes a %",
        )
    return ProjectInvalid(
        f"{error.option} in section [{error.section}] of {file} has a % that stands for nothing",
        "write %% for a %",
    )


def require_tested() -> None:
    """Refuse an Alembic whose inside may be another. Raises AlembicUntested."""
    if not _numbers(OLDEST) <= _numbers(alembic.__version__) < _numbers(BEFORE):
        raise AlembicUntested(alembic.__version__, OLDEST, BEFORE)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def call_in_force() -> Call | None:
    """The `daybreak` command that runs this env.py; None under plain Alembic."""
    call: Call | None = context.config.attributes.get(_ATTRIBUTE)
    return call


def project_in_force() -> Project:
    """The project whose env.py is running, from Alembic's configuration. Raises ProjectInvalid."""
    config = context.config
    if config.config_file_name and Path(config.config_file_name).is_file():
        return project_with_ini(Path(config.config_file_name).resolve())
    if config.toml_file_name and Path(config.toml_file_name).is_file():
        return project_at(Path(config.toml_file_name).resolve().parent)
    return project_above(Path(context.script.dir))


def told_to_revisions() -> str:
    """What a revision can ask its environment for: -x arguments, and its section of the file."""
    config = context.config
    ini, section = config.file_config, config.config_ini_section
    written = sorted(ini.items(section, raw=True)) if ini.has_section(section) else []
    given = [argument for argument in context.get_x_argument() if not _is_ours(argument)]
    return repr([written, given])


def _is_ours(argument: str) -> bool:
    return argument.partition("=")[0] in _OUR_ARGUMENTS


@dataclass(frozen=True)
class Running:
    """Which command runs the env.py (None for one that only reads), and whether it compares.

    `checks`: it compares and writes nothing.
    """

    command: str | None
    compares: bool
    checks: bool = False


def command_in_force() -> Running:
    """What Alembic is about to do, whoever called it: a command line, ours, or an API call."""
    options = context._proxy.context_opts  # type: ignore[attr-defined]
    revision_context = options.get("revision_context")
    compares = bool(revision_context and revision_context.command_args["autogenerate"])
    return Running(
        command=_COMMAND_OF.get(options["fn"].__name__),
        compares=compares,
        checks=compares and options["fn"].__qualname__.startswith("check."),
    )


def read_heads(config: Config) -> tuple[str, ...]:
    """The revisions that the database is at, through the project's env.py, whoever wrote it."""
    script = script_directory(config)
    heads: list[str] = []

    def collect(revisions: tuple[str, ...], _context: Any) -> list[Any]:
        heads.extend(revisions)
        return []

    def read(_config: Config) -> None:
        with EnvironmentContext(config, script, fn=collect, dont_mutate=True):
            script.run_env()

    run(read, config)
    return tuple(heads)


def uses_daybreak(config: Config) -> bool:
    """Whether the project's env.py calls `daybreak.env`; told from its text, without running it.

    Raises HistoryInvalid if there is none, or if it is no Python.
    """
    path = Path(script_directory(config).env_py_location)
    try:
        tree = ast.parse(path.read_bytes())
    except OSError as error:
        raise HistoryInvalid(
            f"{path} can't be read: {error.strerror}",
            "bring it back (git checkout), or let daybreak init write it",
        ) from error
    except (SyntaxError, ValueError) as error:
        line, words = "", str(error)
        if isinstance(error, SyntaxError):
            line, words = f":{error.lineno}", error.msg
        raise HistoryInvalid(f"{path}{line} is no Python: {words}", "correct it") from error
    return any(_imports_our_env(node) for node in ast.walk(tree))


def _imports_our_env(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(name.name == "daybreak.env" for name in names)
        case ast.ImportFrom(module="daybreak.env"):
            return True
        case ast.ImportFrom(module="daybreak", names=names):
            return any(name.name == "env" for name in names)
    return False


def run(command: Callable[..., Any], config: Config, *args: Any, **kwargs: Any) -> Any:
    """Run one of Alembic's commands. Its errors become Daybreak's, which name a cure."""
    try:
        return command(config, *args, **kwargs)
    except (util.AutogenerateDiffsDetected, util.DatabaseNotAtHead):
        raise
    except (DaybreakError, BrokenPipeError):  # `--sql | head` is no failure of the history
        raise
    except CommandError as error:
        raise translate(error) from error
    except InterpolationError as error:
        raise _percent_sign(config, error) from None
    except OperationalError as error:
        if error.statement is not None:
            raise
        # While connecting, in an env.py that is not ours: its address is its own secret.
        raise Unreachable(
            f"no connection to the database: {said(error)}",
            "check the URL that the project's own env.py uses",
        ) from error
    except Exception as error:
        script = read_history(config)  # raises the better error if a revision file is what failed
        if place := place_in_environment(script, error):
            if isinstance(error, KeyError) and error.args == ("url",):
                raise HistoryInvalid(
                    f"{place} asks for sqlalchemy.url, which {_ini_of(config)} does not have",
                    "let env.py call daybreak.env.run(), which reads the environment's variable "
                    "(docs/from-alembic.md); until then the line has to stay",
                ) from error
            raise HistoryInvalid(
                f"{place} raised {mask(f'{type(error).__name__}: {error}')}",
                cure_of_absent_variable(error)
                or "correct it and run the command again; --traceback shows the whole way",
            ) from error
        raise


def _ini_of(config: Config) -> str:
    return Path(config.config_file_name or "alembic.ini").name
