"""Finding a project on disk and reading its pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daybreak.core.errors import HistoryInvalid, ProjectInvalid, ProjectNotFound


@dataclass(frozen=True)
class Project:
    """A folder with a pyproject.toml or an alembic.ini, and what these say.

    `ini` and `toml` are the files that Alembic reads, None where there is none.
    """

    root: Path
    ini: Path | None
    toml: Path | None
    pyproject: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The project's name, or its folder's."""
        name = self.pyproject.get("project", {}).get("name")
        return name if isinstance(name, str) and name else self.root.name

    @property
    def database_name(self) -> str:
        """The name as it can stand in a database's: lower case, digits and underscores."""
        return database_name(self.name)

    @property
    def daybreak(self) -> Mapping[str, Any]:
        """`[tool.daybreak]`, empty if there is none. Raises ProjectInvalid."""
        return _table(self.pyproject, "daybreak", self.root)


def database_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "app"


def locate_project(config: Sequence[str], cwd: Path) -> Project:
    """The project that a command is about: of -c, of ALEMBIC_CONFIG, or around `cwd`.

    Raises ProjectNotFound, ProjectInvalid, or HistoryInvalid for a file that is not there.
    """
    files = list(config)
    if not files and (named := os.environ.get("ALEMBIC_CONFIG")):
        files = [named]
    if not files:
        return find_project(cwd)
    paths = [(cwd / file).resolve() for file in files]
    for path in paths:
        if not path.is_file():
            raise HistoryInvalid(f"there is no file {path}", "correct the path given with -c")
    toml = next((path for path in paths if path.name == "pyproject.toml"), None)
    ini = next((path for path in paths if path.name != "pyproject.toml"), None)
    if toml is not None:
        return project_at(toml.parent, ini, toml)
    return project_with_ini(paths[0])


def find_project(start: Path) -> Project:
    """The project that `start` lies in. Raises ProjectNotFound or ProjectInvalid."""
    for folder in (start, *start.parents):
        ini = folder / "alembic.ini"
        if ini.is_file():
            return project_with_ini(ini)
        if (folder / "pyproject.toml").is_file():
            project = project_at(folder)
            if {"alembic", "daybreak"} & project.pyproject.get("tool", {}).keys():
                return project
    raise ProjectNotFound(str(start))


def project_with_ini(ini: Path) -> Project:
    """The project of a given alembic.ini, whose settings may stand in a folder above it.

    Raises ProjectInvalid.
    """
    for folder in (ini.parent, *ini.parent.parents):
        if (folder / "pyproject.toml").is_file():
            project = project_at(folder, ini)
            if "daybreak" in project.pyproject.get("tool", {}):
                return project
    return project_at(ini.parent, ini)


def project_above(anchor: Path) -> Project:
    """The project of an application's file: what is deployed may lack its alembic.ini.

    The nearest folder with a pyproject.toml, else the file's own. Raises ProjectInvalid.
    """
    anchor = anchor.resolve()
    folder = anchor if anchor.is_dir() else anchor.parent
    for candidate in (folder, *folder.parents):
        if (candidate / "pyproject.toml").is_file():
            return project_at(candidate)
    return project_at(folder)


def project_at(root: Path, ini: Path | None = None, toml: Path | None = None) -> Project:
    """The project in `root`, with these files for Alembic instead of the usual ones."""
    root = root.resolve()
    ini = ini or root / "alembic.ini"
    toml = toml or root / "pyproject.toml"
    return Project(
        root=root,
        ini=ini if ini.is_file() else None,
        toml=toml if toml.is_file() else None,
        pyproject=_read_toml(toml) if toml.is_file() else {},
    )


def _read_toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectInvalid(
            f"{path} can't be read: {error}", "correct that place; nothing was changed"
        ) from error
    except OSError as error:
        raise ProjectInvalid(
            f"{path} can't be read: {error.strerror}", "make it readable; nothing was changed"
        ) from error


def _table(pyproject: Mapping[str, Any], name: str, root: Path) -> Mapping[str, Any]:
    table = pyproject.get("tool", {}).get(name, {})
    if not isinstance(table, dict):
        raise ProjectInvalid(
            f"[tool.{name}] in {root / 'pyproject.toml'} is not a table",
            f"write [tool.{name}] as a heading of its own",
        )
    return table
