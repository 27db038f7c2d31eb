"""Measures `check` on one schema, in a process that has loaded its models; prints JSON.

`python -m benchmarks.checking TABLES SCHEMAS TURNS PORT`, started by benchmarks/check.py, which
tells what is promised. The server is forgetful and there for this alone; it is the shadow, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from benchmarks.schemas import write_project
from daybreak.core.checked import Checked
from daybreak.core.journal import JOURNAL
from daybreak.dialects import postgresql
from daybreak.edges.models import import_models
from daybreak.edges.shadow import cache
from daybreak.flows.check import check
from daybreak.flows.migrate import upgrade
from daybreak.flows.session import Session

EQUAL, CHANGED = "equal", "changed"
TABLES_CHANGED = 10
SERVER = "postgresql+psycopg2://postgres:postgres@127.0.0.1:{port}/{database}"


class Bench:
    """A project whose database is at the head of its history, and a copy where tables differ."""

    def __init__(self, root: Path, port: int, *, schemas: int) -> None:
        self.root, self.port = root, port
        os.environ.update(ENV="staging", SHADOW_DATABASE_URL=self.url("postgres"))
        self.session = Session(cwd=root)
        self.options = {"include_schemas": schemas > 1}
        cache.cache_place = lambda account: root / "cache"  # type: ignore[attr-defined]
        self.use(EQUAL)

    def url(self, database: str) -> str:
        return SERVER.format(port=self.port, database=database)

    def use(self, database: str) -> None:
        os.environ["STAGING_DATABASE_URL"] = self.url(database)

    def load_models(self) -> None:
        import_models(["models"], self.root)
        from models import metadata  # type: ignore[import-not-found]

        self.metadata = metadata

    def make_databases(self) -> None:
        self.admin(f"DROP DATABASE IF EXISTS {EQUAL}", f"DROP DATABASE IF EXISTS {CHANGED}")
        self.admin(f"CREATE DATABASE {EQUAL}")
        self.upgrade()
        self.admin("VACUUM ANALYZE", database=EQUAL)  # as a database that has lived for a while
        self.admin(f"CREATE DATABASE {CHANGED} TEMPLATE {EQUAL}")
        tables = list(self.metadata.tables.values())
        for table in tables[:: len(tables) // TABLES_CHANGED][:TABLES_CHANGED]:
            self.admin(f"ALTER TABLE {table.fullname} ADD by_hand integer", database=CHANGED)

    def upgrade(self) -> None:
        upgrade(self.session, "head")

    def admin(self, *statements: str, database: str = "postgres") -> None:
        engine = create_engine(self.url(database), poolclass=NullPool)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def forget(self) -> None:
        """As on the first day: neither catalogs nor templates are there."""
        shutil.rmtree(self.root / "cache", ignore_errors=True)
        (self.root / "cache").mkdir()
        engine = create_engine(self.url("postgres"), poolclass=NullPool)
        with engine.connect() as connection:
            names = "SELECT datname FROM pg_database WHERE datname ~ '^daybreak_template_'"
            found = connection.scalars(text(names)).all()
        for name in found:
            self.admin(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true", f"DROP DATABASE {name}")

    def check(self, differing: int = 0) -> Checked:
        """Ours. What was found is required to be right, or the figures would tell nothing."""
        checked = check(self.session)
        drift = checked.drift
        if checked.compared is None or checked.compared.changes or drift is None:
            raise AssertionError(f"the models equal the history: {checked}")
        if len(drift.changes) != differing or drift.undecided:
            raise AssertionError(f"{differing} tables differ: {drift}")
        return checked

    def compare_metadata(self) -> None:
        """Theirs. The table that is only ours is no work for it."""
        options = {**self.options, "include_name": lambda name, *_: name != JOURNAL}
        with self.connected() as connection:
            migration = MigrationContext.configure(connection, opts=options)
            found = compare_metadata(migration, self.metadata)
        if found:
            raise AssertionError(f"the models equal the database: {found}")

    def fetch(self) -> None:
        """The rows of the catalog's queries, on one connection, one after the other."""
        with self.connected() as connection:
            version = int((connection.dialect.server_version_info or (0,))[0])
            for sql in postgresql.catalog_session(version, fresh=True):
                connection.exec_driver_sql(sql)
            for sql in postgresql.catalog_queries(version).values():
                connection.execute(text(sql), {"schemas": None}).fetchall()

    @contextlib.contextmanager
    def connected(self) -> Iterator[Connection]:
        engine = create_engine(self.url(EQUAL), poolclass=NullPool)
        with engine.connect() as connection:
            yield connection


def measure(bench: Bench, turns: int) -> dict[str, Any]:
    """Seconds by subject and turn; the subjects take turns, their order alternates."""
    seconds: dict[str, list[float]] = {"cold": []}
    for _ in range(turns):
        bench.forget()
        seconds["cold"].append(_seconds(bench.check))

    def differing() -> None:
        bench.use(CHANGED)
        bench.check(TABLES_CHANGED)
        bench.use(EQUAL)

    subjects: dict[str, Callable[[], Any]] = {
        "check": bench.check,
        "compare_metadata": bench.compare_metadata,
        "queries": bench.fetch,
        "differing": differing,
    }
    seconds |= {name: [] for name in subjects}
    for turn in range(turns):
        for name in list(subjects)[:: 1 if turn % 2 else -1]:
            seconds[name].append(_seconds(subjects[name]))
    return {"seconds": seconds, "statements": _statements(bench.check)}


def _seconds(subject: Callable[[], Any]) -> float:
    start = time.perf_counter()
    subject()
    return time.perf_counter() - start


def _statements(subject: Callable[[], Any]) -> int:
    """How many statements it sends, those of SQLAlchemy and Alembic among them."""
    sent: list[str] = []

    def before(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", before)
    try:
        subject()
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    return len(sent)


def _kilobytes(subject: Callable[[], Any]) -> int:
    """The most memory that this process had beyond what it had before, as Linux counts it."""
    before = _resident("VmRSS")
    subject()
    return _resident("VmHWM") - before


def _resident(name: str) -> int:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if name in line]
    return int(line.split()[1])


def _memory(root: Path, port: int, schemas: int, subject: str) -> int:
    """`_kilobytes` of a subject in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.checking", "memory", str(root), str(port)]
    done = subprocess.run(
        [*command, str(schemas), subject], stdout=subprocess.PIPE, text=True, check=True
    )
    return int(done.stdout)


def main(tables: int, schemas: int, turns: int, port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "cache").mkdir()
        write_project(root, tables, schemas)
        bench = Bench(root, port, schemas=schemas)
        bench.load_models()
        bench.make_databases()
        measured = measure(bench, turns)
        measured["memory"] = {
            name: _memory(root, port, schemas, name) for name in ("check", "compare_metadata")
        }
        bench.forget()
    print(json.dumps(measured))


if __name__ == "__main__":
    if sys.argv[1] == "memory":
        bench = Bench(Path(sys.argv[2]), int(sys.argv[3]), schemas=int(sys.argv[4]))
        bench.load_models()
        print(_kilobytes(getattr(bench, sys.argv[5])))
    else:
        main(*map(int, sys.argv[1:]))
