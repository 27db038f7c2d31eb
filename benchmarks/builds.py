"""What a stream of short transactions notices of an index that is built on its five million rows.

`uv run nox -s bench`, or `PYTHONPATH=tests:. python -m benchmarks.builds [ROWS] [SAMPLES]`. CREATE
INDEX CONCURRENTLY through Daybreak, and beside it the same sent by psql; the two take turns until
there are samples enough. On a server that flushes nothing, p99 is promised to be at most twice that
of the time before. On one that flushes, what the build writes holds up everybody, whoever sent it:
there p99 is promised to be at most 1.2 of that with psql.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import text

from benchmarks.gentle import write_project
from benchmarks.streams import HEADING, p99, row, streaming, upgrade
from benchmarks.upgrade import DURABLE
from daybreak.edges.pgwheel import binaries
from killing.sessions import connect
from servers.postgresql import PostgreSQL, running_postgresql

PROMISES = {"before": 2.0, "psql": 1.2}
# What the server is called, its settings, and what the build through Daybreak is compared with.
SERVERS: tuple[tuple[str, Mapping[str, str], str], ...] = (
    ("fsync off", {}, "before"),
    ("fsync on", DURABLE, "psql"),
)
ROWS, SAMPLES, TURNS = 5_000_000, 3000, 2
BEFORE_S = 5.0

REVISION = """\
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_number", "events", ["number"], postgresql_concurrently=True)


def downgrade():
    op.drop_index("ix_number", "events")
"""
BUILD = "CREATE INDEX CONCURRENTLY ix_number ON events (number)"
# Vacuumed beforehand, and not while it is measured. There is room for what the stream writes.
TABLE = (
    "CREATE TABLE events (id int PRIMARY KEY, title varchar(10), number int)"
    " WITH (autovacuum_enabled = off, fillfactor = 90)",
    "INSERT INTO events SELECT n, 'x', hashint4(n) FROM generate_series(0, {rows} - 1) AS n",
    "VACUUM (ANALYZE) events",
)
AS_BEFORE = (
    "DROP INDEX ix_number",
    "DROP TABLE IF EXISTS alembic_version, daybreak_journal",
    "CHECKPOINT",
)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    least = int(sys.argv[2]) if len(sys.argv) > 2 else SAMPLES
    print(f"{rows} rows, Python {sys.version.split()[0]}, {os.cpu_count()} processors\n\n{HEADING}")
    said, kept = [], True
    for name, settings, beside in SERVERS:
        with running_postgresql(16, settings) as server:
            samples = measure(server, rows, least)
        for whose, seconds in samples.items():
            print(row(f"{name}, {whose}", seconds), flush=True)
        ratio = p99(samples["daybreak"]) / p99(samples[beside])
        kept = kept and ratio <= PROMISES[beside]
        verdict = "kept" if ratio <= PROMISES[beside] else "BROKEN"
        said.append(f"{name}: {ratio:.2f} of {beside}, at most {PROMISES[beside]}: {verdict}")
    print("\n" + "\n".join(said))
    sys.exit(0 if kept else 1)


def measure(server: PostgreSQL, rows: int, least: int) -> dict[str, list[float]]:
    """Seconds of at least so many transactions before the index is built, and by who builds it."""
    samples: dict[str, list[float]] = {"before": [], "daybreak": [], "psql": []}
    with tempfile.TemporaryDirectory() as folder, server.fresh_database() as database:
        url, root = server.url(database), Path(folder)
        write_project(root, server, database, {"a1": REVISION}, ours=True)
        builds = {"daybreak": partial(upgrade, root, url), "psql": partial(bare, url)}
        send(url, TABLE, rows=rows)
        turn = 0
        while turn < TURNS or min(len(seconds) for seconds in samples.values()) < least:
            for whose in list(builds)[:: -1 if turn % 2 else 1]:
                with streaming(url, rows) as stream:
                    quiet = time.monotonic()
                    time.sleep(BEFORE_S)
                    over = time.monotonic()
                    busy = builds[whose]()
                samples["before"] += stream.between(quiet, over)
                samples[whose] += stream.between(*busy)
                send(url, AS_BEFORE)
            turn += 1
    return samples


def bare(url: str) -> tuple[float, float]:
    """From when to when psql was at work at the index."""
    psql = binaries(16, None) / "psql"
    began = time.monotonic()
    subprocess.run([psql, "--quiet", "--no-psqlrc", "--command", BUILD, url], check=True)
    return began, time.monotonic()


def send(url: str, statements: Sequence[str], **values: int) -> None:
    with connect(url) as connection:
        for sql in statements:
            connection.execute(text(sql.format(**values)))


if __name__ == "__main__":
    main()
