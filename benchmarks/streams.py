"""A stream of short transactions, as an application sends them, and how long each of them took.

Each client is a process of its own, so that none waits for another one's Python, nor for us.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.gentle import BIN
from killing.sessions import connect

# They share the machine with the server: with more of them each waits for a processor, whatever
# else the server does, and an index that psql builds breaks the bound as well.
CLIENTS = max(1, (os.cpu_count() or 2) // 2)
PAUSE_S = 0.005
# Until all clients are connected, and what they send first is over.
SETTLES_S = 1.0
# The row is locked from the first: who has read a table on MySQL, and then writes to it while an
# ALTER waits for him, is ended by the server as in a deadlock, whoever sends the ALTER.
TRANSACTION = (
    "BEGIN",
    "SELECT title FROM events WHERE id = {row} FOR UPDATE",
    "UPDATE events SET title = 'y' WHERE id = {row}",
    "COMMIT",
)
HEADING = f"{'':<34}{'samples':>9}{'median':>11}{'p99':>11}{'longest':>11}"


@dataclass
class Stream:
    """When each transaction began, and how many seconds it took: known when the stream is over."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    def between(self, began: float, ended: float) -> list[float]:
        """The seconds of the transactions that were under way in that time."""
        return [
            seconds for start, seconds in self.samples if start + seconds >= began and start < ended
        ]


@contextmanager
def streaming(url: str, rows: int) -> Iterator[Stream]:
    """Clients read and write rows of the table `events`, whose numbers are below `rows`."""
    spawn, stream = multiprocessing.get_context("spawn"), Stream()
    over, clients = spawn.Event(), []
    try:
        for _ in range(CLIENTS):
            ours, theirs = spawn.Pipe()
            client = spawn.Process(target=send, args=(url, rows, over, theirs), daemon=True)
            client.start()
            theirs.close()  # else its end would not be seen
            clients.append((client, ours))
        for _, ours in clients:
            ours.recv()
        time.sleep(SETTLES_S)
        yield stream
    finally:
        over.set()
        for client, ours in clients:
            stream.samples += ours.recv()
            client.join()


def send(url: str, rows: int, over: Any, told: Any) -> None:
    samples = []
    with connect(url) as connection:
        told.send("connected")
        while not over.wait(PAUSE_S):
            row = random.randrange(rows)
            began = time.monotonic()
            for sql in TRANSACTION:
                connection.execute(text(sql.format(row=row)))
            samples.append((began, time.monotonic() - began))
    told.send(samples)


def upgrade(root: Path, url: str) -> tuple[float, float]:
    """From when to when `upgrade head` was at its revisions, which is required to succeed."""
    with subprocess.Popen(
        [BIN / "daybreak", "upgrade", "head", "--json"],
        cwd=root,
        env={**os.environ, "ENV": "staging", "STAGING_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        times: dict[str, float] = {}
        assert process.stdout is not None
        for line in process.stdout:
            times.setdefault(json.loads(line)["event"], time.monotonic())
    if process.returncode != 0:
        raise AssertionError(f"the upgrade ended with {process.returncode}")
    return times["revision_begun"], times["finished"]


def p99(samples: Sequence[float]) -> float:
    return statistics.quantiles(samples, n=100)[98]


def row(name: str, samples: Sequence[float]) -> str:
    figures = (statistics.median(samples), p99(samples), max(samples))
    return f"{name:<34}{len(samples):>9}" + "".join(f"{one * 1000:>8.1f} ms" for one in figures)
