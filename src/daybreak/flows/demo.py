"""demo: the daily loop on a real, throw-away PostgreSQL, with the real commands."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from daybreak.core.environment import STANDARD, variable_of
from daybreak.core.errors import DaybreakError, ExtraMissing
from daybreak.core.scene import Code, Command, Scene
from daybreak.core.secret import Secret
from daybreak.core.url import Url
from daybreak.edges.pgtemporary import temporary_server
from daybreak.edges.psql import provision

Show = Callable[[Scene | Command | Code], None]

_FIELD = "    ticket_price: Mapped[int | None]\n"


def demo(show: Show) -> None:
    """Play the loop in a temporary folder; server and folder are gone at the end, whatever happens.

    The commands write to this process's own output. Raises ExtraMissing, or DaybreakError for a
    command that failed.
    """
    for module, extra in (("psycopg2", "postgresql"), ("asyncpg", "asyncpg")):
        if importlib.util.find_spec(module) is None:
            raise ExtraMissing("the demo", f"dev,postgresql,{extra}")
    with tempfile.TemporaryDirectory(prefix="daybreak-demo-") as folder:
        show(Scene("A database", "PostgreSQL 16 from a wheel: no account, no Docker, no root."))
        with temporary_server() as server:
            admin = server.admin
            provision(admin, role=admin.user, password=admin.password, database="myapp_dev")
            url = Url(
                "postgresql",
                username=admin.user,
                password=Secret(admin.password),
                host=admin.host,
                port=admin.port,
                database="myapp_dev",
            )
            _play(_Stage(Path(folder) / "myapp", url, show))


@dataclass(frozen=True)
class _Stage:
    """Where the commands run, and as which environment."""

    project: Path
    url: Url
    show: Show

    def daybreak(self, *arguments: str, folder: Path | None = None) -> None:
        self.show(Command("daybreak " + " ".join(_shown(word) for word in arguments)))
        self._run([sys.executable, "-m", "daybreak", *arguments], folder or self.project)

    def python(self, name: str) -> None:
        text = (files("daybreak") / "templates" / "demo" / name).read_text(encoding="utf-8")
        self.show(Code(name, text, "python"))
        (self.project / name).write_text(text, encoding="utf-8")
        self.show(Command(f"python {name}"))
        self._run([sys.executable, name], self.project)

    def _run(self, command: list[str], folder: Path) -> None:
        sys.stdout.flush()
        done = subprocess.run(command, cwd=folder, env=self._environment(), check=False)
        if done.returncode != 0:
            raise DaybreakError(
                f"the demo's command ended with exit code {done.returncode}",
                "its message stands above; daybreak demo again begins anew",
            )

    def _environment(self) -> dict[str, str]:
        """The caller's variables, without those that would choose another database."""
        ours = {"ENV", "DAYBREAK_ENV", "DATABASE_URL", "ALEMBIC_CONFIG"}
        ours |= {variable_of(name) for name in STANDARD}
        ours |= {variable_of(name, "MIGRATION_DATABASE_URL") for name in STANDARD}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return {**kept, "DEV_DATABASE_URL": str(self.url.render())}


def _play(stage: _Stage) -> None:
    show = stage.show
    versions = stage.project / "alembic" / "versions"
    show(Scene("A project", "One command writes it: models, history, database.py, pipelines."))
    stage.daybreak("init", "myapp", folder=stage.project.parent)
    show(
        Scene(
            "The first revision", "The file has been run, forth and back, before there is a file."
        )
    )
    stage.daybreak("revision", "-m", "create venues and events")
    stage.daybreak("upgrade", "head")
    show(Scene("Once more", "A second run finds nothing to do, and that is a success."))
    stage.daybreak("upgrade", "head")

    show(Scene("A change", "Somebody wants to know what an event costs."))
    model = stage.project / "models" / "event.py"
    before = model.read_text(encoding="utf-8")
    anchor = "    created_at:"
    model.write_text(before.replace(anchor, _FIELD + anchor), encoding="utf-8")
    show(Code("models/event.py", "+" + _FIELD, "diff"))
    stage.daybreak("revision", "-m", "add ticket_price to events")
    (first,) = versions.glob("*_create_venues_and_events.py")
    (written,) = versions.glob("*_add_ticket_price_to_events.py")
    text = written.read_text(encoding="utf-8")
    show(Code(f"alembic/versions/{written.name}", text[text.index("def upgrade") :], "python"))
    show(Scene("Review, then apply", "The SQL can be read before any of it runs."))
    stage.daybreak("upgrade", first.name.partition("_")[0] + ":head", "--sql")
    stage.daybreak("upgrade", "head")
    stage.daybreak("check")

    show(Scene("The query layer stays free", "The same target serves any driver."))
    stage.python("write.py")
    stage.python("read.py")
    show(Scene("And back", "Every revision has its way back."))
    stage.daybreak("downgrade", "-1", "--yes")
    stage.daybreak("history", "-i")


def _shown(word: str) -> str:
    return f'"{word}"' if " " in word else word
