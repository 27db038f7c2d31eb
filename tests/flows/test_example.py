"""examples/myapp is what `init` writes plus the history of the daily loop; this keeps it so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from servers.postgresql import PostgreSQL

EXAMPLE = Path(__file__).parents[2] / "examples" / "myapp"
# What running and checking the example leaves behind; git ignores all of it.
NOT_WRITTEN = {"__pycache__", ".venv", "uv.lock", ".ruff_cache", ".mypy_cache"}
FIELD = "    ticket_price: Mapped[int | None]\n"
HISTORY = (
    ("4f2a7c1d9b30", "create venues and events"),
    ("9c1e5b8a2d47", "add ticket_price to events"),
)


def daybreak(folder: Path, *arguments: str, url: str = "") -> None:
    environment = {**os.environ, "ENV": "dev", "DEV_DATABASE_URL": url}
    command = [str(Path(sys.executable).with_name("daybreak")), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def texts(folder: Path) -> dict[str, str]:
    """Every file's text. The date of a revision and the way to this checkout are its own."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not NOT_WRITTEN & set(path.parts):
            text = path.read_text(encoding="utf-8")
            text = re.sub(r"Create Date: .*", "Create Date: …", text)
            text = re.sub(r"daybreak = \{ (path|git|url) = .*\}", "daybreak = …", text)
            found[path.relative_to(folder).as_posix()] = text
    return found


@pytest.fixture
def made(postgresql16: PostgreSQL, tmp_path: Path) -> Path:
    """A project that goes through the daily loop with the commands, here and now."""
    project = tmp_path / "myapp"
    daybreak(tmp_path, "init", "myapp")
    with postgresql16.fresh_database() as database:
        url = postgresql16.url(database)
        for number, (revision, message) in enumerate(HISTORY):
            if number == 1:
                event = project / "models" / "event.py"
                text = event.read_text(encoding="utf-8")
                event.write_text(text.replace("    created_at:", FIELD + "    created_at:"))
            daybreak(project, "revision", "-m", message, "--rev-id", revision, url=url)
            daybreak(project, "upgrade", "head", url=url)
    return project


def test_the_example_is_what_the_commands_write(made: Path) -> None:
    assert texts(made) == texts(EXAMPLE)


def test_the_example_upgrades_an_empty_database_to_its_models(postgresql16: PostgreSQL) -> None:
    with postgresql16.fresh_database() as database:
        url = postgresql16.url(database)
        daybreak(EXAMPLE, "upgrade", "head", url=url)
        daybreak(EXAMPLE, "check", url=url)
