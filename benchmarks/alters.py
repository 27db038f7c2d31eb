"""What a stream of short transactions notices of 30 ALTERs of the table that it reads and writes.

`uv run nox -s bench`, or `PYTHONPATH=tests:. python -m benchmarks.alters [SAMPLES]`. Each ALTER is
a revision of its own, and one `upgrade head` applies them all, as often as it takes until there are
samples enough. What counts is the time from the first revision to the end of the last one, in which
there is an ALTER every 150 ms: of 2000 samples more than a hundredth meet one. The promise: p99 of
that time is at most twice that of the time before.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from benchmarks.gentle import write_project
from benchmarks.streams import HEADING, p99, row, streaming, upgrade
from killing.sessions import connect
from servers.mysql import running_mysql
from servers.postgresql import running_postgresql
from servers.server import Server

PROMISE = 2.0
SAMPLES = 2000
ALTERS = 30
ROWS = 1000
BEFORE_S = 5.0

REVISION = """\
import time

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}


def upgrade():
    time.sleep(0.15)
    op.add_column("events", sa.Column("column_{number}", sa.Integer))


def downgrade():
    op.drop_column("events", "column_{number}")
"""


def main() -> None:
    least = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors\n\n{HEADING}")
    ratios = {}
    for name, server in servers():
        before, meanwhile = measure(server, least)
        print(row(f"{name}, before", before))
        print(row(f"{name}, {ALTERS} ALTERs", meanwhile), flush=True)
        ratios[name] = p99(meanwhile) / p99(before)
    print()
    for name, ratio in ratios.items():
        verdict = "kept" if ratio <= PROMISE else "BROKEN"
        print(f"{name}: p99 is {ratio:.2f} of that before, at most {PROMISE}: {verdict}")
    sys.exit(0 if max(ratios.values()) <= PROMISE else 1)


def servers() -> Iterator[tuple[str, Server]]:
    with running_postgresql(16) as postgresql:
        yield "PostgreSQL 16", postgresql
    with running_mysql() as mysql:
        yield "MySQL", mysql


def measure(server: Server, least: int) -> tuple[list[float], list[float]]:
    """Seconds of at least so many transactions before the ALTERs, and while they run."""
    before: list[float] = []
    meanwhile: list[float] = []
    while min(len(before), len(meanwhile)) < least:
        with tempfile.TemporaryDirectory() as folder, server.fresh_database() as database:
            url, root = server.url(database), Path(folder)
            write_project(root, server, database, revisions(), ours=True)
            make_table(url)
            with streaming(url, ROWS) as stream:
                quiet = time.monotonic()
                time.sleep(BEFORE_S)
                over = time.monotonic()
                busy = upgrade(root, url)
            before += stream.between(quiet, over)
            meanwhile += stream.between(*busy)
    return before, meanwhile


def revisions() -> dict[str, str]:
    names = [f"a{number:02}" for number in range(ALTERS)]
    downs = [None, *names]
    return {
        name: REVISION.format(revision=name, down=down, number=number)
        for number, (name, down) in enumerate(zip(names, downs, strict=False))
    }


def make_table(url: str) -> None:
    with connect(url) as connection:
        connection.execute(text("CREATE TABLE events (id int PRIMARY KEY, title varchar(10))"))
        rows = ", ".join(f"({number}, 'x')" for number in range(ROWS))
        connection.execute(text(f"INSERT INTO events VALUES {rows}"))


if __name__ == "__main__":
    main()
