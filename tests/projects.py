"""A minimal project of the reference kind, and the installed commands run in it.

What `daybreak init` writes is tested elsewhere; here a project is small, so that a test can
show at a glance in what it differs.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from select import select

BIN = Path(sys.executable).parent

# Nothing else of the machine's environment reaches a command: CI=true alone changes what is right.
CLEAN = {
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    "HOME": os.environ.get("HOME", "/"),
    "LANG": "C.UTF-8",
}

FILES = {
    "pyproject.toml": """\
[project]
name = "myapp"
version = "0.1.0"

[tool.daybreak]
dialect = "{dialect}"
""",
    "alembic.ini": """\
[alembic]
script_location = %(here)s/alembic
prepend_sys_path = %(here)s
path_separator = os
""",
    "alembic/env.py": """\
import daybreak.env

daybreak.env.run()
""",
    "database.py": """\
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
""",
    "models/__init__.py": """\
from models.venue import Venue
""",
    "models/venue.py": """\
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from database import Base


class Venue(Base):
    __tablename__ = "venues"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
""",
}

# The revision that the models above ask for.
VENUES = """\
op.create_table(
        "venues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Project:
    """A project in a folder; `variables` are set for every command that runs in it."""

    root: Path
    variables: Mapping[str, str]

    def run(self, *command: str, **variables: str) -> Done:
        """Run an installed command in the project, without a terminal."""
        name, *words = command
        done = subprocess.run(
            [BIN / name, *words],
            cwd=self.root,
            env={**CLEAN, **self.variables, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def answer(
        self,
        answer: str | Callable[[], str],
        *command: str,
        prompt: str = "[y/N]:",
        **variables: str,
    ) -> Done:
        """Run a command on a terminal and type `answer`, or what it gives, when the command asks.

        What is told of it is all that was shown.
        """
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [BIN / command[0], *command[1:]],
            cwd=self.root,
            env={**CLEAN, "NO_COLOR": "1", **self.variables, **variables},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown, answered = "", False
        while select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 4096).decode()
            except OSError:  # how Linux says that nobody holds the other end any more
                break
            if not piece:
                break
            shown += piece
            if not answered and prompt in shown:
                typed = answer if isinstance(answer, str) else answer()
                os.write(ours, f"{typed}\n".encode())
                answered = True
        os.close(ours)
        return Done(process.wait(60), re.sub(r"\x1b\[[0-9;]*m|\r", "", shown), "")

    def write(self, name: str, text: str) -> None:
        """Write a file of the project, folders included."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add_revision(
        self, revision: str, down: str | None, upgrade: str = "pass", downgrade: str = "pass"
    ) -> None:
        """Write a revision file; `upgrade` and `downgrade` are the bodies of its functions."""
        self.write(
            f"alembic/versions/{revision}_.py",
            f'"""revision {revision}"""\n'
            "import sqlalchemy as sa\nfrom alembic import op\n\n"
            f"revision = {revision!r}\ndown_revision = {down!r}\n"
            "branch_labels = None\ndepends_on = None\n\n\n"
            f"def upgrade():\n    {upgrade}\n\n\n"
            f"def downgrade():\n    {downgrade}\n",
        )

    def tree(self) -> dict[str, bytes]:
        """Every file of the project and what it holds, but for compiled modules."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }


def make_project(folder: Path, dialect: str = "postgresql", **variables: str) -> Project:
    """Write a project with one model and no revision into `folder`, which must not exist."""
    project = Project(folder, variables)
    for name, text in FILES.items():
        project.write(name, text.replace("{dialect}", dialect))
    template = files("alembic") / "templates" / "generic" / "script.py.mako"
    project.write("alembic/script.py.mako", template.read_text())
    (folder / "alembic" / "versions").mkdir()
    return project
