"""What was read and compared before, by its key. Losing it costs time and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from daybreak.core.catalog import Catalog
from daybreak.core.catalogtext import from_text, to_text
from daybreak.core.outline import Outline, outline_from, outline_text
from daybreak.edges.account import server_account
from daybreak.edges.collector import collector_at_rest
from daybreak.edges.places import cache_place, made

FILES_KEPT = 128
BYTES_KEPT = 256_000_000


@dataclass(frozen=True)
class Wanted:
    """What the models come to, and the statements that made it, in their order."""

    catalog: Catalog
    statements: tuple[str, ...]


def load_wanted(key: str) -> Wanted | None:
    """What was stored under `key`; None if there is nothing, or nothing whole."""
    try:
        with collector_at_rest():
            statements, catalog = _load(key).split("\n", 1)
            return Wanted(from_text(catalog), tuple(json.loads(statements)))
    except (OSError, ValueError, TypeError):
        return None


def store_wanted(key: str, wanted: Wanted) -> None:
    """Keep `wanted` for the next time. Where nothing can be written, nothing is kept."""
    with collector_at_rest():
        _store(key, f"{json.dumps(wanted.statements)}\n{to_text(wanted.catalog)}")


def load_outline(key: str) -> Outline | None:
    """The outline of the catalog that is stored under `key`; None as for `load_wanted`."""
    try:
        with collector_at_rest():
            return outline_from(_load(f"{key}-outline"))
    except (OSError, ValueError, TypeError):
        return None


def store_outline(key: str, outline: Outline) -> None:
    """Keep the outline of the catalog that is stored under `key`."""
    _store(f"{key}-outline", outline_text(outline))


def are_equal(key: str) -> bool:
    """Whether the two sides that `key` stands for were found to be equal."""
    try:
        return _load(f"{key}-equal") == ""
    except (OSError, ValueError):
        return False


def remember_equal(key: str) -> None:
    """Keep that both sides were compared as a whole, and nothing differed."""
    _store(f"{key}-equal", "")


def _load(name: str) -> str:
    """What was stored. Raises OSError, and ValueError if it is not whole."""
    file = _folder() / name
    digest, _, content = file.read_text(encoding="utf-8").partition("\n")
    if digest != _digest(content):
        raise ValueError(name)
    os.utime(file)  # used: the last to go
    return content


def _store(name: str, content: str) -> None:
    with contextlib.suppress(OSError):
        folder = _folder()
        handle, new = tempfile.mkstemp(dir=folder, prefix="new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{_digest(content)}\n{content}")
            Path(new).replace(folder / name)
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise
        _bound(folder)


def last_shadow(root: Path, places: str) -> str | None:
    """The shadow that the project at `root` was last compared on; None if that is not known."""
    try:
        return (_folder() / _project(root, places)).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def remember_shadow(root: Path, places: str, server: str) -> None:
    """Keep the key of the shadow: by it the next comparison finds both sides, and starts none.

    `places` tells where it was looked for.
    """
    with contextlib.suppress(OSError):
        (_folder() / _project(root, places)).write_text(server, encoding="utf-8")


def _project(root: Path, places: str) -> str:
    return f"shadow-{_digest(f'{root.resolve()} {places}')}"


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
