"""What the lock and the journal add to an upgrade of 100 revisions: at most a tenth.

`uv run nox -s bench`, or `python -m benchmarks.upgrade [TURNS]`. Alembic's own `upgrade` with our
env.py, the same without the lock and the journal, and the same with the env.py that `alembic init`
writes and a transaction for each revision: all in one process that has loaded everything, each on
an empty database of the same server, which flushes what is committed; they take turns. A revision
makes a table with an index and a row, or adds a column and fills it.

The promise is about the difference of the first two, in parts of the third. What else Daybreak does
of each statement (reading it, weighing it, watching who waits for it) is in the ratio of the whole.

Once with the server on this machine, where a question takes 0.05 ms, and once as if it were a
millisecond away, as one in another availability zone is.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from benchmarks.unguarded import without_lock_and_journal
from servers.forwarder import Forwarder
from servers.mysql import running_mysql
from servers.postgresql import running_postgresql
from servers.server import Server

PROMISE = 0.1  # of Alembic's seconds
RUNS = ("daybreak", "unguarded", "alembic")
TURNS = 11  # a flush of the disk takes ten times as long now and then
REVISIONS = 100
DISTANCE_S = 0.001  # there and back

OURS = "import daybreak.env\n\ndaybreak.env.run()\n"
PROJECT = '[project]\nname = "measured"\nversion = "0"\n\n[tool.daybreak]\n'

# As a server that must not forget: those of the tests keep nothing.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
MYSQL_DURABLE = "SET GLOBAL innodb_flush_log_at_trx_commit = 1"

TABLE = """\
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}


def upgrade():
    table = op.create_table(
        "t{number}",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("made_at", sa.DateTime, server_default=sa.func.now()),
    )
    op.create_index("ix_t{number}", "t{number}", ["name"])
    op.bulk_insert(table, [{{"name": "first"}}])


def downgrade():
    op.drop_table("t{number}")
"""

COLUMN = """\
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}


def upgrade():
    op.add_column("t{before}", sa.Column("size", sa.Integer))
    op.execute("UPDATE t{before} SET size = 1")


def downgrade():
    op.drop_column("t{before}", "size")
"""


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    print(f"{turns} turns, Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
    print(f"{f'upgrade of {REVISIONS}':<36}{'median':>9}{'fastest':>10}{'slowest':>10}")
    measured = {}
    for name, server, port in servers():
        measured[name] = seconds = measure(server, port, turns)
        for whose, values in seconds.items():
            figures = (statistics.median(values), min(values), max(values))
            cells = "".join(f"{figure:>8.2f} s" for figure in figures)
            print(f"{f'{name}, {whose}':<36}{cells}")
    print()
    kept = True
    for name, seconds in measured.items():
        ours, without, theirs = (statistics.quantiles(seconds[whose], n=4) for whose in RUNS)
        added, whole = (ours[1] - without[1]) / theirs[1], ours[1] / theirs[1]
        kept = kept and added <= PROMISE
        verdict = "kept" if added <= PROMISE else "BROKEN"
        spread = f"middle half {ours[0] / theirs[2]:.3f} to {ours[2] / theirs[0]:.3f}"
        print(f"{name}: lock and journal add {added:.3f}, at most {PROMISE}: {verdict}")
        print(f"{' ' * len(name)}  the whole is {whole:.3f} of Alembic's ({spread})")
    sys.exit(0 if kept else 1)


def servers() -> Iterator[tuple[str, Server, int]]:
    """Each server, and the port by which it is to be reached."""
    with running_postgresql(16, DURABLE) as postgresql:
        yield from near_and_far("PostgreSQL 16", postgresql)
    with running_mysql() as mysql:
        mysql.execute(MYSQL_DURABLE)
        yield from near_and_far("MySQL", mysql)


def near_and_far(name: str, server: Server) -> Iterator[tuple[str, Server, int]]:
    yield name, server, server.port
    with distant(server.port) as port:
        yield f"{name}, {DISTANCE_S * 1000:.0f} ms away", server, port


@contextlib.contextmanager
def distant(target: int) -> Iterator[int]:
    """A port that leads to `target`, `DISTANCE_S` away; in a process, not to take our time."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=pass_on, args=(target, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def pass_on(target: int, told: Any) -> None:
    between = Forwarder(target, DISTANCE_S / 2)
    told.send(between.port)
    between.serve()


def measure(server: Server, port: int, turns: int) -> dict[str, list[float]]:
    """Seconds by command and turn."""
    seconds: dict[str, list[float]] = {name: [] for name in RUNS}
    with tempfile.TemporaryDirectory() as folder:
        roots = {name: Path(folder, name) for name in seconds}
        for name, root in roots.items():
            write_project(root, ours=name != "alembic")
        for turn in range(-1, turns):  # the first one compiles what it imports
            for name in RUNS[:: 1 if turn % 2 else -1]:
                with server.fresh_database() as database:
                    taken = run(name, roots[name], server, database, port)
                if turn >= 0:
                    seconds[name].append(taken)
    return seconds


def write_project(root: Path, *, ours: bool) -> None:
    (root / "alembic/versions").mkdir(parents=True)
    template = files("alembic") / "templates" / "generic"
    # without the set-up of logging, for which the short alembic.ini has no words, and with our
    # default of a transaction for each revision
    theirs = (template / "env.py").read_text().replace("fileConfig(config", "str(config")
    theirs = theirs.replace(
        "connection=connection,", "connection=connection, transaction_per_migration=True,"
    )
    (root / "alembic/env.py").write_text(OURS if ours else theirs)
    (root / "pyproject.toml").write_text(PROJECT)
    down = None
    for number in range(REVISIONS):
        revision = f"{number:012x}"
        text = (COLUMN if number % 2 else TABLE).format(
            revision=revision, down=down, number=number, before=number - 1
        )
        (root / "alembic/versions" / f"{revision}_.py").write_text(text)
        down = revision


def run(name: str, root: Path, server: Server, database: str, port: int) -> float:
    """Seconds of one upgrade, which is required to have come to the head."""
    driver = {"postgresql": "psycopg2", "mysql": "pymysql"}[server.dialect]
    url = server.url(database, driver).replace(f":{server.port}/", f":{port}/")
    ini = "[alembic]\nscript_location = %(here)s/alembic\npath_separator = os\n"
    if name == "alembic":
        ini += f"sqlalchemy.url = {url.replace('%', '%%')}\n"
    (root / "alembic.ini").write_text(ini)
    os.environ.update(ENV="staging", STAGING_DATABASE_URL=url)
    guarded = without_lock_and_journal() if name == "unguarded" else contextlib.nullcontext()
    with guarded:
        start = time.perf_counter()
        command.upgrade(Config(root / "alembic.ini"), "head")
        seconds = time.perf_counter() - start
    found = server.execute("SELECT version_num FROM alembic_version", database=database)
    if [tuple(row) for row in found] != [(f"{REVISIONS - 1:012x}",)]:
        raise AssertionError(f"not at the head: {found}")
    return seconds


if __name__ == "__main__":
    main()
