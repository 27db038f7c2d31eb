"""How long others wait for an ADD COLUMN behind a reader that holds its table for eight seconds.

`uv run nox -s bench`, or `python -m benchmarks.gentle`. Two readers and two writers, who have
nothing to do with each other, use the table all the time while `upgrade head` runs: ours, and
plain Alembic beside it, each on a database of its own. The promise: no single wait is longer than
the budget and 150 ms, the bystanders are blocked for at most 35 % of the time that the upgrade
takes, and it comes through.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from sqlalchemy import text

from killing.sessions import connect
from servers.mysql import running_mysql
from servers.postgresql import running_postgresql
from servers.server import Server

BUDGET_S, LATE_S = 0.5, 0.15
SHARE = 0.35
HOLDS_S = 8.0
# A statement that takes longer was blocked.
BLOCKED_S = 0.1
ROWS = 200

BIN = Path(sys.executable).parent
OURS = "import daybreak.env\n\ndaybreak.env.run()\n"
PROJECT = '[project]\nname = "measured"\nversion = "0"\n\n[tool.daybreak]\n'
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.add_column("events", sa.Column("price", sa.Integer))


def downgrade():
    op.drop_column("events", "price")
"""
BYSTANDERS = (
    "SELECT count(*) FROM events WHERE id < 50",
    "SELECT title FROM events WHERE id = 7",
    "UPDATE events SET title = 'y' WHERE id = 8",
    "UPDATE events SET title = 'y' WHERE id = 9",
)


@dataclass
class Bystander:
    """Sends its statement again and again; `waits` are the seconds that it took each time."""

    sql: str
    waits: list[float] = field(default_factory=list)

    def run(self, url: str, over: threading.Event) -> None:
        with connect(url) as connection:
            while not over.wait(0.01):
                began = time.perf_counter()
                connection.execute(text(self.sql))
                self.waits.append(time.perf_counter() - began)

    @property
    def blocked(self) -> float:
        return sum(wait for wait in self.waits if wait > BLOCKED_S)


@dataclass(frozen=True)
class Fight:
    """How an upgrade ended, in how many seconds, and what the bystanders saw of it."""

    code: int
    seconds: float
    bystanders: Sequence[Bystander]

    @property
    def longest(self) -> float:
        return max(max(one.waits) for one in self.bystanders)

    @property
    def share(self) -> float:
        """Of the time of all bystanders, how much they were blocked."""
        return sum(one.blocked for one in self.bystanders) / (self.seconds * len(self.bystanders))


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
    print(f"{'held for 8 s':<28}{'longest wait':>14}{'blocked':>10}{'upgrade':>10}{'exit':>6}")
    kept = True
    for name, server in servers():
        for whose in ("alembic", "daybreak"):
            fight = measure(server, whose)
            print(
                f"{f'{name}, {whose}':<28}{fight.longest * 1000:>11.0f} ms{fight.share:>10.1%}"
                f"{fight.seconds:>8.1f} s{fight.code:>6}"
            )
        kept = (
            kept and fight.code == 0 and fight.longest <= BUDGET_S + LATE_S and fight.share <= SHARE
        )
    verdict = "kept" if kept else "BROKEN"
    print(f"\nat most {(BUDGET_S + LATE_S) * 1000:.0f} ms, {SHARE:.0%} blocked, exit 0: {verdict}")
    sys.exit(0 if kept else 1)


def servers() -> Iterator[tuple[str, Server]]:
    for major in (16, 18):
        with running_postgresql(major) as postgresql:
            yield f"PostgreSQL {major}", postgresql
    with running_mysql() as mysql:
        yield "MySQL", mysql


def measure(server: Server, whose: str) -> Fight:
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(server.fresh_database())
        url = server.url(database)
        write_project(root, server, database, {"a1": REVISION}, ours=whose == "daybreak")
        holder = stack.enter_context(connect(url))
        holder.execute(text("CREATE TABLE events (id int PRIMARY KEY, title varchar(10))"))
        rows = ", ".join(f"({number}, 'x')" for number in range(ROWS))
        holder.execute(text(f"INSERT INTO events VALUES {rows}"))
        holder.execute(text("BEGIN"))
        holder.execute(text("SELECT count(*) FROM events"))

        def let_go() -> None:
            time.sleep(HOLDS_S)
            holder.execute(text("COMMIT"))

        over = threading.Event()
        bystanders = [Bystander(sql) for sql in BYSTANDERS]
        threads = [threading.Thread(target=let_go)]
        threads += [threading.Thread(target=one.run, args=(url, over)) for one in bystanders]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        code = subprocess.run(
            [BIN / whose, "upgrade", "head"],
            cwd=root,
            env={**os.environ, "ENV": "staging", "STAGING_DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        seconds = time.perf_counter() - began
        over.set()
        for thread in threads:
            thread.join()
        return Fight(code, seconds, bystanders)


def write_project(
    root: Path, server: Server, database: str, revisions: Mapping[str, str], *, ours: bool
) -> None:
    """A project of these revisions, with our env.py or the one that `alembic init` writes."""
    (root / "alembic/versions").mkdir(parents=True)
    theirs = (files("alembic") / "templates" / "generic" / "env.py").read_text()
    # without the set-up of logging, for which the short alembic.ini has no words
    theirs = theirs.replace("fileConfig(config", "str(config")
    (root / "alembic/env.py").write_text(OURS if ours else theirs)
    for name, revision in revisions.items():
        (root / f"alembic/versions/{name}_.py").write_text(revision)
    (root / "pyproject.toml").write_text(PROJECT)
    ini = "[alembic]\nscript_location = %(here)s/alembic\npath_separator = os\n"
    if not ours:
        driver = {"postgresql": "psycopg2", "mysql": "pymysql"}[server.dialect]
        ini += f"sqlalchemy.url = {server.url(database, driver).replace('%', '%%')}\n"
    (root / "alembic.ini").write_text(ini)


if __name__ == "__main__":
    main()
