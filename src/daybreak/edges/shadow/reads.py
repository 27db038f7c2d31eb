"""What else decides what code of the project does: the files, packages and variables it reads."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

# What a revision may do beside calling Alembic: then the project's own files decide, too.
_READS_FILES = re.compile(rb"\bopen\(|\bread_|__file__|\bimportlib\b|__import__")
_WORDS_READ = (b"open(", b"read_", b"__file__", b"importlib", b"__import__")
# The names of an import: one after `from`, several after `import`, which may go on below.
_IMPORT = re.compile(rb"from[ \t]+([\w.]+)|import[ \t]+((?:[\w., \t]|\\\r?\n)+)")
_VARIABLE = re.compile(
    rb"""(?:environ(?:\.get\(|\[)|getenv\()\s*(["'])(\w+)\1|^\s*from\s+os\s+import\b[^(\n]*$""",
    re.MULTILINE,
)
# What a project's code, SQL and data usually stand in.
_READ = frozenset(
    {".py", ".sql", ".psql", ".ddl", ".csv", ".tsv", ".json", ".yaml", ".yml", ".txt", ".j2"}
)
_NOT_READ = frozenset({"node_modules", "site-packages", "__pycache__", "tests", "test"})
_KNOWN_PACKAGES = frozenset({*sys.stdlib_module_names, "alembic", "sqlalchemy"})


def read_by(revisions: Sequence[bytes], root: Path) -> list[str]:
    """What revisions of these texts may read beside the database: nothing, for most histories."""
    imported = set[str]().union(*map(_imported, revisions)) - _KNOWN_PACKAGES
    found = list(_variables(revisions))
    if imported or any(map(_reads_files, revisions)):
        found.append(source_digest(root))
    if imported:
        found += _installed(imported, root)
    return found


def source_digest(root: Path) -> str:
    """All Python files of the project, and all others that its code may read, in every folder.

    Revisions aside: a new one changes nothing of what was there before.
    """
    files = sorted(_source_files(root))
    return digest([f"{path.relative_to(root)} {digest_of_file(path)}" for path in files])


def _reads_files(revision: bytes) -> bool:
    # A revision may be megabytes of SQL, for which the expression alone takes its time.
    return any(word in revision for word in _WORDS_READ) and bool(_READS_FILES.search(revision))


def _imported(revision: bytes) -> set[str]:
    """The packages that it names; a word in a text that looks like it does no harm."""
    found = set()
    for one, several in _imports(revision):
        for name in (one or several.replace(b"\\", b" ")).split(b","):
            if words := name.split():
                found.add(words[0].split(b".")[0].decode())
    return found


def _imports(revision: bytes) -> Iterator[tuple[bytes | None, bytes]]:
    """What is named after each `from` and `import` that begins a statement."""
    # Of megabytes of SQL an expression looks at each character, which takes its time.
    for word in (b"from", b"import"):
        at = revision.find(word)
        while at >= 0:
            start = at
            while revision[start - 1 : start] in (b" ", b"\t"):
                start -= 1
            if revision[start - 1 : start] in (b"", b"\n", b";") and (
                statement := _IMPORT.match(revision, at)
            ):
                yield statement[1], statement[2]
            at = revision.find(word, at + 1)


def _installed(imported: Iterable[str], root: Path) -> Iterator[str]:
    """The versions of all packages, since one imports another; the source of what has none."""
    folders = [folder for folder in map(Path, sys.path) if folder.is_dir()]
    packages = {path.name for folder in folders for path in folder.glob("*.*-info")}
    yield from sorted(packages)
    for name in sorted(imported):
        for place in _places(name):
            if "site-packages" not in place.parts and not place.is_relative_to(root):
                yield source_digest(place) if place.is_dir() else digest_of_file(place)


def _places(package: str) -> list[Path]:
    """Where it would be imported from; nowhere for a word that only looked like an import."""
    with contextlib.suppress(ImportError, ValueError):
        if spec := importlib.util.find_spec(package):
            origin = [spec.origin] if spec.has_location and spec.origin else []
            return [Path(place) for place in spec.submodule_search_locations or origin]
    return []


def _variables(revisions: Iterable[bytes]) -> Iterator[str]:
    """The variables that revisions read, with their values: all where one does not name its own."""
    read: set[str] = set()
    for revision in revisions:
        if b"environ" in revision or b"getenv" in revision:
            read |= {name.decode() for _, name in _VARIABLE.findall(revision) if name}
            rest = _VARIABLE.sub(b"", revision)
            if b"environ" in rest or b"getenv" in rest:
                read |= set(os.environ)
    yield from (f"{name}={os.environ.get(name)}" for name in sorted(read))


def _source_files(root: Path) -> Iterator[Path]:
    """Also beside the revisions, and in folders without any Python."""
    for folder, names, files in os.walk(root):
        names[:] = [
            name
            for name in names
            if not name.startswith(".")
            and name not in _NOT_READ
            and not Path(folder, name, "pyvenv.cfg").exists()
        ]
        for path in (Path(folder, name) for name in files):
            if path.suffix in _READ and not _is_revision(path):
                yield path


def _is_revision(path: Path) -> bool:
    try:
        return path.suffix == ".py" and b"down_revision" in path.read_bytes()
    except OSError:
        return False


def digest_of_file(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def digest(parts: Iterable[str]) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
