"""Wanted catalogs that were read before, by their key. Losing them costs time and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from daybreak.core.catalog import Catalog, from_text, to_text
from daybreak.edges.account import server_account
from daybreak.edges.places import cache_place, made

FILES_KEPT = 64
BYTES_KEPT = 256_000_000


@dataclass(frozen=True)
class Wanted:
    """What the models come to, and the statements that made it, in their order."""

    catalog: Catalog
    statements: tuple[str, ...]


def load_wanted(key: str) -> Wanted | None:
    """What was stored under `key`; None if there is nothing, or nothing whole."""
    file = _folder() / key
    try:
        digest, _, content = file.read_text(encoding="utf-8").partition("\n")
        if digest != _digest(content):
            return None
        statements, catalog = content.split("\n", 1)
        os.utime(file)  # used: the last to go
        return Wanted(from_text(catalog), tuple(json.loads(statements)))
    except (OSError, ValueError, TypeError):
        return None


def store_wanted(key: str, wanted: Wanted) -> None:
    """Keep `wanted` for the next time. Where nothing can be written, nothing is kept."""
    content = f"{json.dumps(wanted.statements)}\n{to_text(wanted.catalog)}"
    with contextlib.suppress(OSError):
        folder = _folder()
        handle, name = tempfile.mkstemp(dir=folder, prefix="new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{_digest(content)}\n{content}")
            Path(name).replace(folder / key)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _bound(folder)


def last_shadow(root: Path, environment: str) -> str | None:
    """The shadow that the project at `root` was last compared on; None if that is not known."""
    try:
        return (_folder() / _project(root, environment)).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def remember_shadow(root: Path, environment: str, label: str) -> None:
    """Keep which shadow that was: by it the next comparison finds both sides, and starts none."""
    with contextlib.suppress(OSError):
        (_folder() / _project(root, environment)).write_text(label, encoding="utf-8")


def _project(root: Path, environment: str) -> str:
    return f"shadow-{_digest(f'{root.resolve()} {environment}')}"


def _bound(folder: Path) -> None:
    """Remove what was used longest ago, beyond what is kept."""
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    total = 0
    for count, file in enumerate(files, 1):
        total += file.stat().st_size
        if count > FILES_KEPT or total > BYTES_KEPT:
            file.unlink(missing_ok=True)


def _folder() -> Path:
    folder = made(cache_place(server_account()) / "catalogs")
    folder.chmod(0o700)  # a schema is nobody else's business
    return folder


def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()
