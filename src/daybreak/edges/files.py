"""The template of a project, and writing it without overwriting anything."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from daybreak.core.errors import UsageError


def template(dialect: str, values: Mapping[str, str]) -> dict[str, str]:
    """Every file of a new project: its path, and its text with `@@name@@` replaced.

    `NAME.postgresql` and `NAME.mysql` stand for NAME in that dialect's projects. `NAME.template`
    stands for NAME, where a file of that name would have a meaning in this source tree already.
    """
    rendered = {}
    for path, item in _walk(files("daybreak") / "templates" / "project", ""):
        stem, _, ending = path.rpartition(".")
        if ending in {"postgresql", "mysql"} and ending != dialect:
            continue
        name = stem if ending in {"postgresql", "mysql", "template"} else path
        text = item.read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace(f"@@{key}@@", value)
        rendered[name] = text
    return dict(sorted(rendered.items()))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        path = f"{prefix}{item.name}"
        if not item.is_dir():
            yield path, item
        elif item.name != "__pycache__":
            yield from _walk(item, f"{path}/")


def refuse_blocked(root: Path, path: str) -> None:
    """Raise UsageError if `path` can't be made: a file is in its way, or the folder is closed."""
    folder = (root / path).parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is a file, where a folder for {path} belongs. Nothing was written",
            "move it away and run the same command again",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"{folder} can't be written to. Nothing was written",
            "run this as the user whom it belongs to",
        )


def write_new(root: Path, path: str, text: str) -> None:
    """Write a file that is not there yet. Raises FileExistsError, so nothing is overwritten."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def read_text(path: Path) -> str | None:
    """The text of a file, or None if there is none that can be read as text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
