"""init: a new project, or what an existing one lacks."""

from __future__ import annotations

import difflib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from daybreak.core.errors import UsageError
from daybreak.core.recipe import Hole, find_holes, line_of_written_url, mask_urls
from daybreak.dialects import driver_named, split_dialect
from daybreak.dialects.base import Dialect
from daybreak.edges.files import read_text, refuse_blocked, template, write_new
from daybreak.edges.models import DEFAULT_METADATA, DEFAULT_MODELS
from daybreak.edges.origin import uv_source
from daybreak.edges.project import Project, database_name, project_at
from daybreak.edges.source import Found, look_around, python_files

# A folder that holds any of these is a project already, and is adopted.
_SIGNS = (
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "alembic.ini",
    "alembic",
    "models",
    "database.py",
    "src",
)

# Only in a new project: an existing one has models, a README and a .gitignore of its own.
_EXAMPLE = ("models/", "README.md")

# Where an existing file differs from ours in a way that matters.
_COMPARED = ("alembic/env.py", "database.py")


@dataclass(frozen=True)
class Kept:
    """A file that was there and stays; `diff` is from it to ours, its passwords masked."""

    path: str
    diff: tuple[str, ...] = ()


@dataclass(frozen=True)
class Initialised:
    """What was written, what was kept, and what is left for a person."""

    root: Path
    name: str
    adopted: bool
    dialect: Dialect
    written: tuple[str, ...]
    kept: tuple[Kept, ...]
    holes: tuple[Hole, ...]
    to_do: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.written)


def init(folder: Path, *, dialect: str | None, asynchronous: bool, package: bool) -> Initialised:
    """Make a project in `folder`, or add to the one there what it lacks.

    Nothing is overwritten. `dialect` is `postgresql` unless given or found in the project's
    dependencies; it may name a driver (`mysql+aiomysql`). `asynchronous` takes the dialect's
    asynchronous driver for the application. `package` adds empty `__init__.py` files below
    alembic/. Raises UsageError's kin before anything is written.
    """
    root = folder.resolve()
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file", "name a folder, new or existing")
    adopted = root.is_dir() and any((root / sign).exists() for sign in _SIGNS)
    project = project_at(root)
    found = look_around(root, project.pyproject) if adopted else Found(None, (), "", None)
    chosen, driver = split_dialect(dialect or found.dialect or "postgresql", "--dialect")
    if asynchronous and driver is None:
        driver = next(d for d in chosen.DRIVERS if d.serves_async and not d.serves_sync)
    full_dialect = f"{chosen.NAME}+{driver.name}" if driver else chosen.NAME
    wanted = template(chosen.NAME, _values(project, chosen, full_dialect, found))
    if package:
        wanted |= {"alembic/__init__.py": "", "alembic/versions/__init__.py": ""}
    if adopted:
        wanted = {
            path: text
            for path, text in wanted.items()
            if _belongs(path, project, found) or (path in _COMPARED and (root / path).is_file())
        }
        ours = wanted.get("database.py")
        if ours and _has_history(project) and ours != read_text(root / "database.py"):
            wanted["database.py"] = _without_convention(ours)

    missing = {path: text for path, text in wanted.items() if not (root / path).exists()}
    for path in missing:
        refuse_blocked(root, path)
    for path, text in missing.items():
        write_new(root, path, text)
    kept = [_kept(root, path, text) for path, text in wanted.items() if path not in missing]
    files = _own_files(root) if adopted else {}
    return Initialised(
        root=root,
        name=_slug(project.name),
        adopted=adopted,
        dialect=chosen,
        written=tuple(missing),
        kept=tuple(kept),
        holes=tuple(find_holes({k: v for k, v in files.items() if k not in missing})),
        to_do=tuple(_to_do(project, found, full_dialect, chosen, missing, files))
        if adopted
        else (),
    )


def _belongs(path: str, project: Project, found: Found) -> bool:
    """Whether an existing project lacks `path` in the first place."""
    if path.startswith(_EXAMPLE):
        return False
    if path == "database.py":
        return found.metadata is None
    # A history stays where it is, wherever that is.
    return not (_has_history(project) and path.startswith("alembic") and path != "alembic.ini")


def _has_history(project: Project) -> bool:
    return project.ini is not None or "alembic" in project.pyproject.get("tool", {})


def _without_convention(database: str) -> str:
    """database.py for a history that exists, all of whose constraints a convention would rename."""
    database = database.replace(" Named constraints can be changed by a later migration.", "")
    database = database.replace("from sqlalchemy import MetaData\n", "")
    return re.sub(r"\n    metadata = MetaData\(\n.*?\n    \)\n", "", database, flags=re.DOTALL)


def _values(project: Project, dialect: Dialect, full: str, found: Found) -> dict[str, str]:
    name = _slug(project.name)
    fallback = dialect.dev_fallback(database_name(name))
    sync = next(driver for driver in dialect.DRIVERS if driver.serves_sync)
    named = full.partition("+")[2]
    extras = [dialect.NAME] if not named else [dialect.NAME, *_extra(dialect, named)]
    source = uv_source(project.root)
    return {
        "project": name,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "dialect": full,
        "models": _models(found),
        "metadata": found.metadata or DEFAULT_METADATA,
        "scheme": dialect.NAME,
        "port": str(fallback.port),
        "dev_database": fallback.database or "",
        "dev_fallback": fallback.masked(),
        "driver": sync.package.strip("'"),
        "extras": f"[{','.join(extras)}]",
        "dev_group": '\n[dependency-groups]\ndev = ["daybreak[dev]"]\n' if dialect.EMBEDDED else "",
        "sources": f"\n[tool.uv.sources]\ndaybreak = {source}\n" if source else "",
        "source_folder": f"/{found.source}" if found.source else "",
        "start_server": (
            "uv run daybreak dev start        # or have a server on localhost already"
            if dialect.EMBEDDED
            else f"# with {dialect.LABEL} on localhost:{fallback.port}, or DEV_DATABASE_URL:\n"
            "uv run daybreak upgrade head --create-database"
        ),
    }


def _extra(dialect: Dialect, driver: str) -> list[str]:
    """The extra of an asynchronous driver; the others come with the dialect's own."""
    found = driver_named(dialect, driver, "--dialect")
    return [driver] if found.serves_async and not found.serves_sync else []


def _models(found: Found) -> str:
    """The setting `models` as TOML: one module, or a list."""
    names = [f'"{name}"' for name in found.models or DEFAULT_MODELS]
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _slug(name: str) -> str:
    """A name that uv, an ECS task family and a workflow take alike."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_") or "app"


def _kept(root: Path, path: str, ours: str) -> Kept:
    theirs = read_text(root / path)
    if theirs is None or theirs == ours or path not in _COMPARED:
        return Kept(path)
    diff = difflib.unified_diff(
        mask_urls(theirs).splitlines(),
        ours.splitlines(),
        f"{path} (yours)",
        f"{path} (ours)",
        lineterm="",
        n=1,
    )
    return Kept(path, tuple(diff))


def _own_files(root: Path) -> dict[str, str]:
    paths = [*python_files(root), *sorted(root.glob("*.ini")), root / "pyproject.toml"]
    texts = {os.path.relpath(path, root): read_text(path) for path in paths}
    return {path: text for path, text in texts.items() if text is not None}


def _source_step(project: Project, absent: list[str]) -> str:
    """What has to stand in pyproject.toml before uv can find a Daybreak that is not published."""
    source = uv_source(project.root)
    named = project.pyproject.get("tool", {}).get("uv", {}).get("sources", {})
    if source is None or "daybreak" in named or not absent[0].startswith("daybreak"):
        return ""
    return f"\nbut first, in [tool.uv.sources] of pyproject.toml:\ndaybreak = {source}"


def _to_do(
    project: Project,
    found: Found,
    dialect: str,
    chosen: Dialect,
    missing: dict[str, str],
    files: dict[str, str],
) -> list[str]:
    """What a person must do, since nothing of theirs is touched."""
    steps = []
    if "daybreak" not in project.pyproject.get("tool", {}) and "pyproject.toml" not in missing:
        metadata = found.metadata or DEFAULT_METADATA
        steps.append(
            "add to pyproject.toml:\n"
            f'[tool.daybreak]\ndialect = "{dialect}"\nmodels = {_models(found)}\n'
            f'metadata = "{metadata}"'
        )
    sync = next(driver for driver in chosen.DRIVERS if driver.serves_sync)
    listed = " ".join(str(d) for d in project.pyproject.get("project", {}).get("dependencies", []))
    absent = [
        name
        for name in (f"daybreak[{chosen.NAME}]", "sqlalchemy", "alembic", sync.package.strip("'"))
        if re.split(r"\W", name)[0] not in listed.lower()
    ]
    if absent and "pyproject.toml" not in missing:
        add = "uv add " + " ".join(f"'{name}'" if "[" in name else name for name in absent)
        steps.append(add + _source_step(project, absent))
    for path, text in files.items():
        if path.endswith("env.py") and "run_migrations" in text and "daybreak" not in text:
            steps.append(
                f"replace what {path} holds by `import daybreak.env` and `daybreak.env.run()`; "
                "until then upgrade needs --unguarded"
            )
        if path.endswith(".ini") and (line := line_of_written_url(text)):
            steps.append(
                f"move the URL of {path}:{line} into the environment's variable: with a password "
                "in it, nothing of Daybreak's runs"
            )
    ignored = read_text(project.root / ".gitignore") or ""
    if ".env" not in ignored.split():
        steps.append("add .env to .gitignore")
    if found.metadata is None and "database.py" in missing:
        steps.append(
            "let your models inherit Base from database.py, and import each of their files in "
            "the module that `models` names"
        )
    tool = project.pyproject.get("tool", {})
    packaged = tool.get("uv", {}).get("package") is not False
    if "build-system" in project.pyproject and packaged and "database.py" in missing:
        steps.append(
            "pyproject.toml builds a package, which database.py beside it is no part of: add "
            "[tool.uv] package = false, or move database.py into the package and correct metadata"
        )
    return steps
