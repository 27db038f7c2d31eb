"""The revision files: finding them, reading them, and what can be wrong with them."""

from __future__ import annotations

import functools
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from types import FrameType

from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import MultipleHeads, ResolutionError
from alembic.util import CommandError

from daybreak.core.errors import (
    ALLOWS,
    DaybreakError,
    HistoryInvalid,
    RevisionNotInFiles,
    SchemaTooOld,
)
from daybreak.core.secret import mask
from daybreak.core.weight import unknown_allowances
from daybreak.edges.models import innermost_place


def script_directory(config: Config) -> ScriptDirectory:
    """The history of `config`, not read yet. Raises HistoryInvalid."""
    try:
        return ScriptDirectory.from_config(config)
    except CommandError as error:
        raise translate(error) from error


def read_history(config: Config) -> ScriptDirectory:
    """The history of `config`, every file of it read. Raises HistoryInvalid."""
    script = script_directory(config)
    load_history(script)
    return script


def load_history(script: ScriptDirectory) -> None:
    """Read every revision file before anything is connected to. Raises HistoryInvalid."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            with redirect_stdout(sys.stderr):  # of what the files print when they are imported
                script.get_heads()
        except CommandError as error:
            raise translate(error) from error
        except Exception as error:
            raise _unreadable(script, error) from error
    for warning in warned:
        if "is present more than once" in str(warning.message):
            revision = str(warning.message).split()[1]
            raise HistoryInvalid(
                f"two files say that they are revision {revision}",
                f"give one of them another: grep -rl {revision!r} {script.versions}",
            )
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def recorded_heads(script: ScriptDirectory) -> tuple[str, ...]:
    """What a database records that is at the head of the files.

    A head on which a revision of another branch depends is not among them.
    """
    return tuple(revision.revision for revision in script.get_revisions("heads") if revision)


def revision_files(script: ScriptDirectory) -> frozenset[str]:
    """The names of the files in the version locations, as they are now."""
    folders = [Path(folder) for folder in script._version_locations]
    return frozenset(path.name for folder in folders for path in folder.rglob("*.py"))


def allowances_of(script: Script) -> tuple[str, ...]:
    """The long work that others may wait for, as its file says. Raises HistoryInvalid."""
    said = getattr(script.module, ALLOWS, ())
    for unknown in unknown_allowances(said):
        raise HistoryInvalid(
            f"{ALLOWS} in {Path(script.path).name} has {unknown}, which is nothing that can be "
            "allowed",
            f'write a tuple of what an error or a plan names: {ALLOWS} = ("rewrite of events",)',
        )
    return tuple(said)


def require_known(script: ScriptDirectory, heads: Sequence[str], place: str) -> None:
    """Raise RevisionNotInFiles if the database at `place` is at a revision without a file."""
    unknown = [head for head in heads if not _has_file(script, head)]
    if unknown:
        raise RevisionNotInFiles(
            f"{place} is at revision {', '.join(unknown)}, which has no file in {script.dir}. "
            "Nothing was changed",
            "get the code that has it (git pull, or the branch that was deployed); if its file "
            "is gone for good, record where the schema really is: daybreak stamp --purge REVISION",
        )


def _has_file(script: ScriptDirectory, revision: str) -> bool:
    try:
        return script.get_revision(revision) is not None
    except CommandError:
        return False


def _unreadable(script: ScriptDirectory, error: Exception) -> DaybreakError:
    """Why Alembic could not read the history: a file that can't be imported, or one that lacks."""
    if place := place_in_history(script, error):
        words = error.msg if isinstance(error, SyntaxError) else str(error)
        said = mask(f"{type(error).__name__}: {words}")
        return HistoryInvalid(f"{place} can't be read: {said}", "correct the file")
    if isinstance(error, KeyError):  # what Alembic raises when a down_revision is missing
        return HistoryInvalid(
            f"a revision builds on {error.args[0]!r}, which has no file in {script.versions}",
            "get the code that has it (git pull, or the other branch), or correct down_revision",
        )
    return HistoryInvalid(
        mask(f"the history can't be read: {type(error).__name__}: {error}"),
        "--traceback shows where it comes from",
    )


def place_in_history(script: ScriptDirectory, error: Exception) -> str | None:
    """`versions/4f2a_add.py:12`, the innermost line of a revision that was running."""
    folders = version_folders(script)
    if isinstance(error, SyntaxError) and (name := revision_file(error.filename or "", folders)):
        return f"{name}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if name := revision_file(frame.filename, folders):
            return f"{name}:{frame.lineno}"
    return None


def line_in_history(script: ScriptDirectory) -> str | None:
    """The innermost line of a revision that is running now, from whatever it called."""
    folders = version_folders(script)
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if name := revision_file(frame.f_code.co_filename, folders):
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return None


def version_folders(script: ScriptDirectory) -> tuple[Path, ...]:
    return tuple(Path(folder).resolve() for folder in script._version_locations)


@functools.cache
def revision_file(filename: str, folders: tuple[Path, ...]) -> str | None:
    """`versions/4f2a_add.py` if `filename` is below one of `folders`, else None."""
    path = Path(filename).resolve()
    if any(path.is_relative_to(folder) for folder in folders):
        return f"{path.parent.name}/{path.name}"
    return None


def place_in_environment(script: ScriptDirectory, error: Exception) -> str | None:
    """`alembic/env.py:12`, or the project's own line that it called; None if neither raised.

    For an env.py that is not ours, where no other part of Daybreak knows what it does.
    """
    env = Path(script.env_py_location).resolve()
    frames = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    if env not in [path.resolve() for path in frames] or place_in_history(script, error):
        return None
    return innermost_place(env.parents[1], error)


def translate(error: CommandError) -> DaybreakError:
    """An Alembic error as one of ours, by its cause where Alembic keeps it."""
    said = str(error).strip()
    cause = error.__cause__
    if isinstance(cause, MultipleHeads):
        return HistoryInvalid(
            f"the history has {len(cause.heads)} heads: {', '.join(sorted(cause.heads))}",
            "join them with daybreak merge heads -m '…', or mean them all with "
            "daybreak upgrade heads",
        )
    if isinstance(cause, ResolutionError):
        return HistoryInvalid(
            f"there is no revision {cause.argument!r} in the files",
            "daybreak history lists them",
        )
    if "not up to date" in said:
        return SchemaTooOld(
            "the database is behind the files, and a comparison needs it at their head",
            "daybreak upgrade head",
        )
    if "didn't produce" in said or "Walked too far" in said:
        return HistoryInvalid(
            "the history does not reach that far from where the database is",
            "daybreak history -i shows both",
        )
    if said.startswith("Path doesn't exist: "):
        path = said.removeprefix("Path doesn't exist: ").partition(".  ")[0]
        return HistoryInvalid(
            f"script_location names {path}, and there is no such folder",
            "write script_location = %(here)s/alembic, which holds from every folder; or bring the "
            "folder back (git checkout)",
        )
    if said.endswith("requires <fromrev>:<torev>"):
        return HistoryInvalid(
            "SQL for a way back needs both ends, since no database is asked where it is",
            "daybreak downgrade FROM:TO --sql",
        )
    return HistoryInvalid(said)  # in Alembic's words, which name the option to use
