"""What a catalog was made from, as a key: the models' for *wanted*, the history's for a template.

The same in every process; another one whenever the server could be told something else.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import MetaData
from sqlalchemy import Sequence as NamedSequence
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.schema import AddConstraint, ExecutableDDLElement, ForeignKeyConstraint
from sqlalchemy.sql.ddl import SchemaGenerator
from sqlalchemy.types import SchemaType

from daybreak.edges.shadow.plain import Plain
from daybreak.edges.shadow.reads import digest, digest_of_file, read_by, source_digest

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

CREATE_EVENTS = ("before_create", "after_create")

_PACKAGE = Path(__file__).parents[2]  # Daybreak's own


def wanted_key(
    metadatas: Sequence[MetaData],
    dialect: Dialect,
    *,
    server: str,
    root: Path,
    extensions: Iterable[str] = (),
    translate: Mapping[str | None, str | None] | None = None,
    reading: str = "",
) -> str:
    """The key of what `create_all` makes of these metadatas on this server.

    `root` is the project's folder: its source counts where a listener is a function, whose work
    can't be seen. `extensions` are created first, `translate` is SQLAlchemy's schema translation,
    and `reading` stands for how the catalog is read.
    """
    heard = list(_heard(metadatas))
    functions = [listened.listener for listened in heard if not _is_known(listened.listener)]
    parts = itertools.chain(
        (f"statement {text}" for text in _statements(metadatas, dialect, heard)),
        (f"extension {name}" for name in extensions),
        (f"schema {name} is {other}" for name, other in (translate or {}).items()),
        (f"schema {name} exists" for name in _schemas_of(metadatas, heard)),
        [f"source {source_digest(root)}"] if functions else [],
    )
    # Digests, because the texts of thousands of tables take megabytes.
    made = {digest([part]) for part in parts}
    return digest(["wanted", server, dialect.driver, reading, *_versions(), *sorted(made)])


def has_functions(metadatas: Sequence[MetaData]) -> bool:
    """Whether any listener is a function, which needs a real connection."""
    return any(not _is_known(listened.listener) for listened in _heard(metadatas))


def has_listeners(metadatas: Sequence[MetaData]) -> bool:
    """Whether anything but a named type listens: a function, or the project's own SQL."""
    return any(not _is_type(listened.listener) for listened in _heard(metadatas))


def schemas_of(metadatas: Sequence[MetaData]) -> list[str]:
    """The schemas that the models name, sorted."""
    return _schemas_of(metadatas, _heard(metadatas))


def _schemas_of(metadatas: Sequence[MetaData], heard: Iterable[_Listened]) -> list[str]:
    named = {table.schema for metadata in metadatas for table in metadata.tables.values()}
    named |= {kind.schema for kind in _named_types(heard)}
    named |= {sequence.schema for metadata in metadatas for sequence in _sequences(metadata)}
    return sorted(name for name in named if name)


class _Listened(NamedTuple):
    """What listens to the creation of an item; also what was told of every table."""

    item: Any
    event: str
    listener: Any


def _heard(metadatas: Sequence[MetaData]) -> Iterator[_Listened]:
    for item in _items(metadatas):
        for event in CREATE_EVENTS:
            for listener in getattr(item.dispatch, event):
                yield _Listened(item, event, listener)


def history_keys(
    script: ScriptDirectory, root: Path, *, options: str = ""
) -> tuple[tuple[str, str], ...]:
    """Each revision in the order of an upgrade, with the key of the history up to it.

    `options` stands for what else the environment gives the revisions. A change in one file
    changes the keys from it on. Where a revision imports or reads other files of the project,
    theirs count for all, and so do the installed packages and the variables that it reads.
    """
    files = [
        (revision.revision, Path(revision.path).read_bytes())
        for revision in reversed(list(script.iterate_revisions("heads", "base")))
    ]
    others = [digest_of_file(path) for path in (Path(script.env_py_location),) if path.is_file()]
    others += read_by([content for _, content in files], root)
    key = digest(["history", options, *_versions(), *others])
    keys = []
    for revision, content in files:
        key = digest([key, revision, sha256(content).hexdigest()])
        keys.append((revision, key))
    return tuple(keys)


def _statements(
    metadatas: Sequence[MetaData], dialect: Dialect, heard: Iterable[_Listened]
) -> Iterator[str]:
    """What creates each part, without the order between them, which differs by process."""
    made: list[str] = []
    # One for all: to make one for each takes a fifth of the time.
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]

    def collect(element: Any, *_: Any, **__: Any) -> None:
        made.append(compiler.process(element))

    connection = MockConnection(dialect, collect)

    def compiled(item: Any) -> list[str]:
        connection._run_ddl_visitor(_Silent, item)
        found = made.copy()
        made.clear()
        return found

    plain = Plain(dialect, compiler, compiled)
    for metadata in metadatas:
        for table in metadata.tables.values():
            told = plain.told(table)
            yield from compiled(table) if told is None else [told]
        for sequence in _sequences(metadata):
            yield from compiled(sequence)
        for table in metadata.tables.values():
            for constraint in table.constraints:
                if isinstance(constraint, ForeignKeyConstraint) and constraint.use_alter:
                    collect(AddConstraint(constraint, isolate_from_table=True))
    for kind in _named_types(heard):
        kind.create(connection, checkfirst=False)
    yield from made
    for (_, event), group in itertools.groupby(heard, lambda each: (id(each.item), each.event)):
        listened = [each for each in group if not _is_type(each.listener)]
        if listened:  # which of them comes first matters, too
            texts = [_told(each.listener, dialect) for each in listened]
            yield "\0".join([f"{event} {listened[0].item!s}", *texts])


def _told(listener: Any, dialect: Dialect) -> str:
    """What a listener does, as far as it can be seen."""
    if not isinstance(listener, ExecutableDDLElement):
        return f"function {_described(listener)}"
    condition = listener._ddl_if.dialect if listener._ddl_if else None
    function = "" if _is_known(listener) else f" and {_described(listener)}"
    return f"if {condition}{function}: {_text_of(listener, dialect)}"


class _Silent(SchemaGenerator):
    """Gives the statements of one item and tells no listener."""

    @contextmanager
    def with_ddl_events(self, target: Any, **kw: Any) -> Iterator[None]:
        yield


def _text_of(listener: ExecutableDDLElement, dialect: Dialect) -> str:
    statement = getattr(listener, "statement", None)
    if isinstance(statement, str):  # a DDL is filled with its target's names; they are known
        return f"{statement} {getattr(listener, 'context', None)!r}"
    return str(listener.compile(dialect=dialect))


def _items(metadatas: Sequence[MetaData]) -> Iterator[Any]:
    for metadata in metadatas:
        yield metadata
        yield from _sequences(metadata)
        for table in metadata.tables.values():
            yield table
            yield from table.indexes
            yield from table.constraints


def _sequences(metadata: MetaData) -> Iterator[NamedSequence]:
    yield from metadata._sequences.values()


def _named_types(heard: Iterable[_Listened]) -> list[Any]:
    """Enums, domains and the like: each listens to the creation of what uses it."""
    owners = (getattr(_unwrapped(listened.listener), "__self__", None) for listened in heard)
    return list({id(owner): owner for owner in owners if isinstance(owner, SchemaType)}.values())


def _is_known(listener: Any) -> bool:
    """Whether all that it does can be seen: DDL without a condition in Python, a named type."""
    if isinstance(listener, ExecutableDDLElement):
        return listener._ddl_if is None or listener._ddl_if.callable_ is None
    return _is_type(listener)


def _is_type(listener: Any) -> bool:
    return isinstance(getattr(_unwrapped(listener), "__self__", None), SchemaType)


def _unwrapped(listener: Any) -> Any:
    while isinstance(listener, functools.partial):
        listener = listener.func
    return listener


def _described(listener: Any) -> str:
    """A function's name and file; never its address, which differs by process."""
    function: Callable[..., Any] = _unwrapped(listener)
    if isinstance(listener, ExecutableDDLElement) and listener._ddl_if is not None:
        function = _unwrapped(listener._ddl_if.callable_)
    name = getattr(function, "__qualname__", type(function).__qualname__)
    module = getattr(function, "__module__", "")
    try:
        file = inspect.getsourcefile(inspect.unwrap(function))
    except TypeError:
        file = None
    return f"{module}.{name} {digest_of_file(Path(file)) if file else ''}"


@functools.cache
def reading() -> str:
    """How this copy of Daybreak reads a catalog: its own source, which is more than its version."""
    package = _PACKAGE
    files = [package / "core" / name for name in ("catalog.py", "catalogtext.py")]
    files.append(package / "edges" / "catalog.py")
    files += sorted((package / "dialects").rglob("*.py"))
    return digest(digest_of_file(file) for file in files)


@functools.cache
def judging() -> str:
    """How this copy of Daybreak compares what it has read: all of its source."""
    return digest(map(digest_of_file, sorted(_PACKAGE.rglob("*.py"))))


@functools.cache
def _versions() -> tuple[str, ...]:
    names = ("daybreak", "sqlalchemy", "alembic")
    return (platform.python_version(), *(f"{name} {version(name)}" for name in names))
