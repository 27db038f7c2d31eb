"""The history of a project from its files' text: what Alembic would find, or that nobody can tell.

Nothing is imported, neither Alembic nor a revision. Whatever is out of the ordinary gives None, and
Alembic reads the history itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import Any, NamedTuple

from daybreak.core.heads import Declared, Ends, find_ends
from daybreak.core.url import PLACEHOLDER
from daybreak.edges.project import Project
from daybreak.edges.quickread import declared_at_a_glance, declared_in_full

# Files that have to be parsed whole take as long as importing them.
_MOST_UNUSUAL = 100
_USUAL_SIZE = 2**13
_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


class Layout(NamedTuple):
    """Where Alembic's configuration says that env.py and the revisions are."""

    env: Path
    locations: tuple[Path, ...]
    recursive: bool


class Scanned(NamedTuple):
    """The ends of a history, and the file of each revision."""

    ends: Ends
    files: Mapping[str, str]


def find_layout(project: Project, section: str) -> Layout | None:
    """The places in `section` of alembic.ini, or in [tool.alembic].

    None for a package's folder, for bytecode without source, and for a URL that nothing reads,
    which is told elsewhere. Raises what the parser does, with a text that may hold a secret.
    """
    written = _Written(project, section)
    if written.ini.get("sqlalchemy.url", PLACEHOLDER) not in {"", PLACEHOLDER}:
        return None
    location, places = written.text("script_location"), written.locations()
    if location is None or places is None or written.says("sourceless"):
        return None
    if any(_in_package(place) for place in (location, *places)):
        return None
    script = Path(location)
    found = tuple(Path(place).absolute() for place in places)
    return Layout(
        script / "env.py",
        found or (Path(script, "versions").absolute(),),
        written.says("recursive_version_locations"),
    )


def _in_package(place: str) -> bool:
    return ":" in place and not os.path.isabs(place)  # noqa: PTH117 - Alembic's own question


class _Written:
    """What alembic.ini and [tool.alembic] say; the first wins. `%(here)s` is each one's folder."""

    def __init__(self, project: Project, section: str) -> None:
        # As Alembic builds its own, so that both read the same.
        ini = project.ini or project.root / "alembic.ini"
        parser = ConfigParser({"here": ini.absolute().parent.as_posix()})
        parser.read([ini], encoding="locale")
        self.ini = dict(parser.items(section)) if parser.has_section(section) else {}
        toml = project.pyproject.get("tool", {}).get("alembic", {})
        self._toml: Mapping[str, Any] = toml if project.toml is not None else {}
        self._here = {"here": project.toml.absolute().parent.as_posix()} if project.toml else {}

    def text(self, name: str) -> str | None:
        if name in self.ini:
            return self.ini[name]
        value = self._toml.get(name)
        return value % self._here if isinstance(value, str) else None

    def says(self, name: str) -> bool:
        """Raises ValueError for what Alembic refuses in a pyproject.toml."""
        if name in self.ini:
            return self.ini[name] == "true"
        value = self._toml.get(name, False)
        if not isinstance(value, bool):
            raise ValueError(name)
        return value

    def locations(self) -> Sequence[str] | None:
        """`version_locations`, empty if it is not set, None if it can't be understood."""
        if written := self.ini.get("version_locations"):
            name = self.ini.get("path_separator", self.ini.get("version_path_separator"))
            if name is None:
                return re.split(", *|(?: +)", written)
            separator = _SEPARATORS.get(name)
            return separator and [part.strip() for part in written.split(separator) if part]
        listed = self._toml.get("version_locations") or []
        texts = [item % self._here for item in listed if isinstance(item, str)]
        return texts if isinstance(listed, list) and len(texts) == len(listed) else None


def scan_history(layout: Layout) -> Scanned | None:
    """What the revision files of `layout` declare, in the order in which Alembic reads them."""
    paths: list[str] = []
    for location in layout.locations:
        found = _revision_files(os.path.realpath(location), recursive=layout.recursive)
        if found is None:
            return None
        paths += found
    declared = _declared(paths)
    ends = None if declared is None else find_ends(declared)
    return ends and Scanned(ends, dict(zip(ends.known, paths, strict=True)))


def _declared(paths: Sequence[str]) -> list[Declared] | None:
    """What each file declares; None where one can't be told, or too many are unusual."""
    declared, unusual = [], 0
    for path in paths:
        # The buffers of `open` take as long as the reading, and there may be thousands of files.
        descriptor = os.open(path, os.O_RDONLY)
        text = os.read(descriptor, _USUAL_SIZE)
        os.close(descriptor)
        if len(text) == _USUAL_SIZE:
            text = Path(path).read_bytes()
        each = declared_at_a_glance(text)
        if each is None:
            unusual += 1
            each = declared_in_full(text) if unusual <= _MOST_UNUSUAL else None
        if each is None:
            return None
        declared.append(each)
    return declared


def _revision_files(folder: str, *, recursive: bool) -> list[str] | None:
    """The files of a folder that Alembic takes for revisions; None where a link leads elsewhere."""
    names, below = [], []
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:  # to Alembic too, a location that is not there is empty
        return []
    for entry in entries:
        if entry.name.endswith(".py") and not entry.name.startswith((".#", "__init__")):
            if not entry.is_file(follow_symlinks=False):
                return None
            names.append(entry.name)
        elif recursive and not entry.name.endswith("__pycache__"):
            if entry.is_symlink():
                return None
            if entry.is_dir():
                below.append(entry.name)
    paths = [f"{folder}/{name}" for name in sorted(names)]
    for name in sorted(below):
        found = _revision_files(f"{folder}/{name}", recursive=True)
        if found is None:
            return None
        paths += found
    return paths
