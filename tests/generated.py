"""A project that the installed `daybreak init` made, and its commands run from another folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from servers.server import Server

BIN = Path(sysconfig.get_path("scripts"))
DRIVER = {"postgresql": "psycopg2", "mysql": "pymysql"}
FIRST = "create venues and events"
PRICE = "    ticket_price: Mapped[int | None]\n"

# The tables after `downgrade base`, and after `upgrade head` with the reference models.
TAKEN_BACK = ["alembic_version", "daybreak_journal"]
MIGRATED = [*TAKEN_BACK, "events", "venues"]

Done = subprocess.CompletedProcess[str]


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """All that a command here sees: no mark of a deployment, no variable of this run."""
    return {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", **variables}


def uv_environment(folder: Path) -> dict[str, str]:
    """With this machine's cache, certificates and proxies, so that uv can reach its registry."""
    passed = re.compile(r"HOME|XDG_CACHE_HOME|UV_\w+|SSL_CERT_\w+|(HTTPS?|ALL|NO)_PROXY", re.I)
    ours = {name: value for name, value in os.environ.items() if passed.fullmatch(name)}
    ours.pop("UV_PROJECT_ENVIRONMENT", None)
    return {**environment(folder), "PATH": "/usr/bin:/bin", **ours, "UV_PYTHON": sys.executable}


@dataclass(frozen=True)
class Generated:
    """A project in `root`, and the variables that its commands get unless told otherwise.

    Commands run from another folder; `inside`, from its own, which some adopted ones need.
    """

    root: Path
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    inside: bool = False

    def run(
        self,
        *arguments: str,
        tool: str = "daybreak",
        env: Mapping[str, str] | None = None,
        code: int | None = 0,
    ) -> Done:
        """`daybreak -c …/alembic.ini …` from another folder, which must end with `code`.

        `env` stands in place of the project's own variables; None as `code` takes any.
        """
        return self.execute(
            [str(BIN / tool), "-c", str(self.root / "alembic.ini"), *arguments], env, code
        )

    def python(
        self, source: str, *, env: Mapping[str, str] | None = None, code: int | None = 0
    ) -> Done:
        """A script of the application, which finds the project's modules on its path."""
        variables = self.variables if env is None else env
        return self.execute(
            [sys.executable, "-c", source], {**variables, "PYTHONPATH": str(self.root)}, code
        )

    def execute(
        self, command: list[str], env: Mapping[str, str] | None, code: int | None = 0
    ) -> Done:
        folder = self.root if self.inside else self.root.parent / "elsewhere"
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(self.root.parent, **(self.variables if env is None else env)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done

    def json(self, *arguments: str, env: Mapping[str, str] | None = None, code: int = 0) -> Any:
        """What a command answers to a machine."""
        return json.loads(self.run(*arguments, "--json", env=env, code=code).stdout)

    def lines(self, *arguments: str, code: int = 0) -> list[Any]:
        """What a command that changes a database tells a machine, line by line."""
        return [
            json.loads(line)
            for line in self.run(*arguments, "--json", code=code).stdout.splitlines()
        ]

    def on(self, server: Server, database: str) -> Generated:
        """The same project with `dev` at this database."""
        return replace(self, variables={"DEV_DATABASE_URL": server.url(database)})

    def first_revision(self) -> str:
        """The identifier of the only revision, from the name of its file."""
        (file,) = self.version_files()
        return file.name.partition("_")[0]

    def version_files(self) -> list[Path]:
        return sorted((self.root / "alembic" / "versions").glob("*.py"))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, in a file of the project."""
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def add_ticket_price(self) -> None:
        """The change of the daily loop."""
        self.edit("models/event.py", "    created_at:", PRICE + "    created_at:")


def generate(folder: Path, *options: str) -> Generated:
    """Run `daybreak init` for a project `myapp` below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    project = Generated(folder / "myapp")
    project.execute([str(BIN / "daybreak"), "init", str(project.root), *options], {})
    return project


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes, but for what Python and uv keep for themselves."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {"__pycache__", ".venv", ".git"} & set(path.parts)
    }


@contextmanager
def on_fresh_database(project: Generated, server: Server) -> Iterator[tuple[Generated, str]]:
    """The project with `dev` at a new database of `server`, and that database's name."""
    with server.fresh_database() as database:
        yield project.on(server, database), database


def schema(server: Server, database: str) -> list[tuple[Any, ...]]:
    """All of the application's tables as the server itself describes them, in a fixed order."""
    return _SCHEMA[server.dialect](server, database)


def tables(server: Server, database: str) -> list[str]:
    """The names of all tables, the version table and the journal among them."""
    where = "table_schema = 'public'" if server.dialect == "postgresql" else "table_schema = %s"
    rows = server.execute(
        f"SELECT table_name FROM information_schema.tables WHERE {where} ORDER BY 1",
        [database],
        database=database,
    )
    return [str(name) for (name,) in rows]


def _postgresql_schema(server: Server, database: str) -> list[tuple[Any, ...]]:
    return server.execute(
        """
        SELECT 'column', table_name, column_name, data_type, is_nullable, column_default,
               character_maximum_length
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT IN ('alembic_version', 'daybreak_journal')
        UNION ALL
        SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid),
               NULL, NULL, NULL
        FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
          AND conrelid::regclass::text NOT IN ('alembic_version', 'daybreak_journal')
        UNION ALL
        SELECT 'index', tablename, indexname, indexdef, NULL, NULL, NULL
        FROM pg_indexes
        WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'daybreak_journal')
        ORDER BY 1, 2, 3
        """,
        database=database,
    )


def _mysql_schema(server: Server, database: str) -> list[tuple[Any, ...]]:
    names = [name for name in tables(server, database) if name not in TAKEN_BACK]
    return [
        row
        for name in names
        for row in server.execute(f"SHOW CREATE TABLE `{name}`", database=database)
    ]


_SCHEMA = {"postgresql": _postgresql_schema, "mysql": _mysql_schema}
