"""Importing a project's models, and noticing model files that nobody imports."""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from daybreak.core.errors import DaybreakError, ModelsFailed, UnregisteredModels
from daybreak.core.secret import mask
from daybreak.core.settings import ProjectSettings

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

DEFAULT_MODELS = ("models",)
DEFAULT_METADATA = "database:Base.metadata"


def load_metadata(settings: ProjectSettings, root: Path) -> MetaData:
    """Import the models, then the metadata that they registered in.

    Raises ModelsFailed with the file and line of the project's own code.
    """
    import_models(settings.models or DEFAULT_MODELS, root)
    return _metadata_at(settings.metadata or DEFAULT_METADATA, "metadata", root)


def load_base(settings: ProjectSettings, root: Path) -> MetaData | None:
    """What was there before the first revision; None if the project names nothing.

    Raises ModelsFailed.
    """
    return None if settings.base is None else _metadata_at(settings.base, "base", root)


def _metadata_at(reference: str, setting: str, root: Path) -> MetaData:
    module_name, _, path = reference.partition(":")
    value: object = _import(module_name, root, setting)
    for attribute in path.split("."):
        try:
            value = getattr(value, attribute)
        except DaybreakError:
            raise
        except AttributeError as error:
            raise ModelsFailed(
                f"{setting} = {reference!r}: {module_name} has no {path}",
                f"correct {setting} in [tool.daybreak] of pyproject.toml",
            ) from error
    from sqlalchemy import MetaData

    if not isinstance(value, MetaData):
        raise ModelsFailed(
            f"{setting} = {reference!r} is a {type(value).__name__}, not a MetaData",
            'name the MetaData, for example "database:Base.metadata"',
        )
    return value


@contextmanager
def unchanged(
    metadatas: Sequence[MetaData],
    touched: list[str] | None = None,
    *,
    may_register: bool = False,
) -> Iterator[None]:
    """What the block adds to the models' tables is taken away again at its end.

    A revision that uses the models' columns in a constraint of its own adds it to their table. So
    would what is compared depend on which revisions were read or run. Models that are registered
    in the block stay only if they `may_register`. `touched` is told what was added to.
    """
    tables = {metadata: dict(metadata.tables) for metadata in metadatas}
    held = [
        (name, table, [(part, frozenset(part)) for part in _parts_of(table)])
        for known in tables.values()
        for name, table in known.items()
    ]
    added = [] if touched is None else touched
    try:
        yield
    finally:
        for metadata, known in tables.items():
            for name in () if may_register else metadata.tables.keys() - known.keys():
                metadata.remove(metadata.tables[name])
                added.append(name)
        for name, table, parts in held:
            if any(not part <= before for part, before in parts):
                _take_away(table, parts)
                added.append(name)


def _parts_of(table: Table) -> list[set[Any]]:
    return [table.constraints, table.indexes, table.foreign_keys]


def _take_away(table: Table, parts: Iterable[tuple[set[Any], frozenset[Any]]]) -> None:
    for part, before in parts:
        part.intersection_update(before)
    for column in table.columns:  # theirs are the table's, too
        column.foreign_keys.intersection_update(table.foreign_keys)


def each_metadata(metadata: MetaData | Sequence[MetaData] | None) -> tuple[MetaData, ...]:
    """One, several or none, as `context.configure` takes them."""
    from sqlalchemy import MetaData

    if metadata is None:
        return ()
    return (metadata,) if isinstance(metadata, MetaData) else tuple(metadata)


def import_models(names: Sequence[str], root: Path) -> None:
    """Import the modules that register the models. Raises ModelsFailed."""
    for name in names:
        _import(name, root, "models")


def _import(name: str, root: Path, setting: str) -> ModuleType:
    # The command may have been started anywhere: the project's own folder must be importable.
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        with redirect_stdout(sys.stderr):  # what it prints is no part of a command's answer
            return importlib.import_module(name)
    except DaybreakError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
            raise ModelsFailed(
                f"there is no module {name!r} in {root}",
                f"correct {setting} in [tool.daybreak] of pyproject.toml, or add the folder that "
                "holds it to prepend_sys_path in alembic.ini",
            ) from error
        raise _failed(name, root, error) from error
    except (Exception, SystemExit) as error:
        raise _failed(name, root, error) from error


def _failed(name: str, root: Path, error: BaseException) -> ModelsFailed:
    place = innermost_place(root, error)
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    said = mask(f"{type(error).__name__}: {words}")
    cure = "correct it and run the command again"
    if isinstance(error, ModuleNotFoundError) and error.name is not None:
        package = error.name.partition(".")[0]
        if importlib.util.find_spec(package) is None:
            cure = f"correct the name, or, if that package is not installed: uv add {package}"
    return ModelsFailed(
        f"{place or name} can't be imported: {said}", cure_of_absent_variable(error) or cure
    )


def cure_of_absent_variable(error: BaseException) -> str | None:
    """What helps if `error` is that of `os.environ["NAME"]`; None if it is another one.

    The file .env does not help there, and whoever wrote NAME into it has to be told so.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if not isinstance(error, KeyError) or not frames or frames[-1].name != "__getitem__":
        return None
    if frames[-1].filename not in {os.__file__, "<frozen os>"}:
        return None
    return (
        f"set {error.args[0]} in the process's environment: Daybreak reads .env, os.environ does "
        "not; or let daybreak.Database read the URL (docs/from-alembic.md)"
    )


def innermost_place(root: Path, error: BaseException) -> str | None:
    """`models/event.py:12`, the innermost line of the project's own code that was running."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_short(Path(error.filename), root)}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(root) and "site-packages" not in path.parts:
            return f"{_short(path, root)}:{frame.lineno}"
    return None


def _short(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


@dataclass(frozen=True)
class ModelFile:
    """A file that defines tables: its path within the project, and its module's name."""

    path: str
    module: str


def refuse_unregistered(settings: ProjectSettings, root: Path) -> None:
    """Raise UnregisteredModels if a file beside the models defines tables and was not imported.

    To be called after the models were imported, by Daybreak or by the project's own env.py.
    """
    for name in settings.models or DEFAULT_MODELS:
        package = sys.modules.get(name)
        if package is None:
            continue
        files = [file for file in _model_files(package, root) if file.module not in sys.modules]
        if files:
            raise UnregisteredModels(
                [file.path for file in files],
                _short(Path(package.__file__ or name), root),
                [f"import {file.module}" for file in files],
            )


def _model_files(package: ModuleType, root: Path) -> Iterator[ModelFile]:
    """The files of a package that define tables, found without running them."""
    for folder in getattr(package, "__path__", ()):
        base = Path(folder)
        for path in sorted(base.rglob("*.py")):
            relative = path.relative_to(base)
            if any(not part.isidentifier() for part in relative.with_suffix("").parts):
                continue  # not importable by name, so not a module of the package
            parts = [package.__name__, *relative.with_suffix("").parts]
            if parts[-1] == "__init__":
                parts.pop()
            if defines_tables(path):
                yield ModelFile(_short(path, root), ".".join(parts))


def defines_tables(path: Path) -> bool:
    """Whether a class sets `__tablename__`, or anything in the file makes columns or tables.

    The second finds models whose base class derives `__tablename__` for them. A mixin that no
    model uses is taken for one too: it can't be told from its text.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return True  # it can't be told, and silence would be the costlier mistake
    return any(_is_table(node) for node in ast.walk(tree))


def _is_table(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id="__tablename__" | "__table__"), *_]):
            return True
        case ast.AnnAssign(target=ast.Name(id="__tablename__" | "__table__")):
            return True
        case ast.Subscript(value=ast.Name(id="Mapped") | ast.Attribute(attr="Mapped")):
            return True
        case ast.ClassDef(keywords=keywords):
            return any(keyword.arg == "table" for keyword in keywords)  # SQLModel's
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in {"Table", "Column", "mapped_column"}
    return False
