"""Finding a project on disk and reading its pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from configparser import MissingSectionHeaderError, ParsingError, RawConfigParser
from pathlib import Path
from typing import Any, NamedTuple

from daybreak.core.errors import ProjectInvalid, ProjectNotFound


class Project(NamedTuple):
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

    Raises ProjectNotFound or ProjectInvalid.
    """
    files = list(config)
    if not files and (named := os.environ.get("ALEMBIC_CONFIG")):
        files = [named]
    if not files:
        return find_project(cwd.absolute())  # by itself "." has no folder above it
    paths = [(cwd / file).resolve() for file in files]
    for path in paths:
        if not path.is_file():
            raise ProjectInvalid(
                f"there is no file {path}", "correct the path in -c or in ALEMBIC_CONFIG"
            )
    tomls = [path for path in paths if path.name == "pyproject.toml"]
    inis = [path for path in paths if path.name != "pyproject.toml"]
    if len(tomls) > 1 or len(inis) > 1:
        raise ProjectInvalid(
            f"-c names {' and '.join(files)}, two files of one kind",
            "give -c one alembic.ini, one pyproject.toml, or one of each",
        )
    if tomls:
        return project_at(tomls[0].parent, next(iter(inis), None), tomls[0])
    return project_with_ini(inis[0])


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
    """The project of a given alembic.ini, which may lie in a folder of it.

    Raises ProjectInvalid.
    """
    return project_at(_root_around(ini.parent), ini)


def project_above(anchor: Path) -> Project:
    """The project of an application's file: what is deployed may lack its alembic.ini.

    Raises ProjectInvalid.
    """
    anchor = anchor.resolve()
    return project_at(_root_around(anchor if anchor.is_dir() else anchor.parent))


def _root_around(folder: Path) -> Path:
    """The nearest folder with a [tool.daybreak]; else a pyproject.toml; else an alembic.ini.

    One rule for migrations and the application, so that both read the same settings. Without
    any of these it is `folder` itself.
    """
    above = [folder, *folder.parents]
    with_pyproject = [each for each in above if (each / "pyproject.toml").is_file()]
    for candidate in with_pyproject:
        if "daybreak" in project_at(candidate).pyproject.get("tool", {}):
            return candidate
    with_ini = [each for each in above if (each / "alembic.ini").is_file()]
    return next(iter([*with_pyproject, *with_ini]), folder)


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


def check_ini(path: Path) -> None:
    """Raise ProjectInvalid if `path` is no .ini file. The parser's words may quote a URL's line."""
    try:
        RawConfigParser(strict=False).read(path, encoding="utf-8")
    except MissingSectionHeaderError as error:
        lines = [error.lineno]
    except ParsingError as error:
        lines = [line for line, _ in error.errors]
    except UnicodeDecodeError:
        raise ProjectInvalid(f"{path} is not UTF-8", "save it as UTF-8") from None
    else:
        return
    places = ", ".join(str(line) for line in lines)
    raise ProjectInvalid(f"{path} can't be read at line {places}", "correct that place") from None


def _read_toml(path: Path) -> Mapping[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectInvalid(
            f"{path} can't be read: {error}", "correct that place; nothing was changed"
        ) from error
    except OSError as error:
        raise ProjectInvalid(
            f"{path} can't be read: {error.strerror}", "make it readable; nothing was changed"
        ) from error
    for name in ("project", "tool"):
        if not isinstance(content.get(name, {}), dict):
            raise ProjectInvalid(
                f"{name} in {path} is not a table", f"write [{name}] as a heading of its own"
            )
    return content


def _table(pyproject: Mapping[str, Any], name: str, root: Path) -> Mapping[str, Any]:
    table = pyproject.get("tool", {}).get(name, {})
    if not isinstance(table, dict):
        raise ProjectInvalid(
            f"[tool.{name}] in {root / 'pyproject.toml'} is not a table",
            f"write [tool.{name}] as a heading of its own",
        )
    return table
