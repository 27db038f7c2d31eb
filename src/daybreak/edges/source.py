"""What a folder of Python holds already: its models, their base, its driver. Nothing is run."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daybreak.edges.models import defines_tables

_NOT_SOURCE = frozenset(
    {"node_modules", "site-packages", "venv", "build", "dist", "tests", "test", "versions"}
)
_LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Found:
    """A project's own parts, None or empty where there are none.

    `metadata` is `module:attribute`, `models` the modules that define tables, `source` the
    folder that modules are imported from, `src` or empty for the project's own.
    """

    metadata: str | None
    models: tuple[str, ...]
    source: str
    dialect: str | None


def look_around(root: Path, pyproject: Mapping[str, Any]) -> Found:
    """What the project in `root` holds."""
    source = "src" if (root / "src").is_dir() else ""
    base = root / source
    metadata = None
    models = []
    for path in python_files(base):
        module = _module_of(path.relative_to(base))
        if module is None:
            continue
        declared = _metadata_in(path)
        if declared is not None:
            metadata = metadata or f"{module}:{declared}"
        elif defines_tables(path):
            models.append(module)
    return Found(metadata, _packages(models), source, _dialect_in(pyproject))


def python_files(base: Path) -> Iterator[Path]:
    """The project's own Python files, in order; no virtual environment, no tests, no history."""
    for folder, names, files in os.walk(base):
        names[:] = sorted(
            name
            for name in names
            if not name.startswith(".")
            and name not in _NOT_SOURCE
            and not (Path(folder, name) / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            path = Path(folder, name)
            if name.endswith(".py") and path.stat().st_size < _LARGEST_FILE:
                yield path


def _module_of(path: Path) -> str | None:
    parts = list(path.with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else None


def _metadata_in(path: Path) -> str | None:
    """`Base.metadata` for the class or call in `path` that makes a declarative base."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name, bases=bases) if any(
                ast.unparse(base).split(".")[-1] in {"DeclarativeBase", "DeclarativeBaseNoMeta"}
                for base in bases
            ):
                return f"{name}.metadata"
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)) if (
                ast.unparse(function).split(".")[-1] == "declarative_base"
            ):
                return f"{name}.metadata"
    return None


def _packages(modules: list[str]) -> tuple[str, ...]:
    """A package `models` stands for all its modules; a module on its own for itself."""
    tops = []
    for module in modules:
        parts = module.split(".")
        at = parts.index("models") + 1 if "models" in parts else len(parts)
        tops.append(".".join(parts[:at]))
    return tuple(dict.fromkeys(tops))


def _dialect_in(pyproject: Mapping[str, Any]) -> str | None:
    """The engine whose driver the project depends on."""
    listed = " ".join(str(item) for item in pyproject.get("project", {}).get("dependencies", []))
    if re.search(r"\b(pymysql|aiomysql|asyncmy|mysqlclient|mysql-connector)", listed, re.I):
        return "mysql"
    return "postgresql" if re.search(r"\b(psycopg|asyncpg|pg8000)", listed, re.I) else None
