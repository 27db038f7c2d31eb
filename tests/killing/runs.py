"""Runs that meet faults, asked for by a test, and what is left in the database behind them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from daybreak.edges.catalog import read_catalog
from killing.sessions import connect
from projects import CLEAN

# What a run leaves on purpose.
OURS = frozenset({(None, "alembic_version"), (None, "daybreak_journal")})
# A uuid, and what a sequence gives: it does not go back when a transaction does.
VARYING = ("token", "id")

# CI meets a sample of the faults, `nox -s full` all of them.
ALL = os.environ.get("DAYBREAK_TEST_FAULTS") == "all"
SEED = int(os.environ.get("DAYBREAK_TEST_SEED", "0")) or time.time_ns() % 1_000_000


@dataclass(frozen=True)
class Asked:
    """A run of `command` to `goal` that meets `faults`, by the numbers of its events.

    A fault is a signal's name, "worker" or "lock" (that session is ended), or "pause": it makes the
    file `pause` and goes on when that is removed.
    """

    url: str
    faults: Mapping[int, str] = field(default_factory=dict)
    command: str = "upgrade"
    goal: str = "head"
    wait: str = "60"
    done: tuple[str, ...] = ()
    redo: tuple[str, ...] = ()
    pause: str = ""


@dataclass(frozen=True)
class Ended:
    """`code` is the exit code, None of a run that died of `signal`; `said` is its error."""

    signal: int
    code: int | None
    events: tuple[str, ...]
    kind: str
    said: str

    def __str__(self) -> str:
        last = self.events[-1] if self.events else "no event"
        return f"code {self.code}, signal {self.signal}, after {last}: {self.said}"


@dataclass(frozen=True)
class Undisturbed:
    """What a run that meets nothing does, and the `state` that it leaves."""

    events: tuple[str, ...]
    state: tuple[Any, dict[str, list[str]]]

    def number(self, begins: str) -> int:
        """The number of the first event whose text begins so."""
        return next(n for n, event in enumerate(self.events, 1) if event.startswith(begins))


@dataclass
class Forks:
    """`killing.forks` at work in a project."""

    process: subprocess.Popen[str]
    pids: list[int] = field(default_factory=list)

    def run(self, asked: Asked) -> Ended:
        [ended] = self.run_at_once([asked])
        return ended

    def run_at_once(self, asked: Sequence[Asked]) -> list[Ended]:
        self.start(asked)
        return self.finish()

    def start(self, asked: Sequence[Asked]) -> None:
        """Start the runs, beside those that are at work; `pids` are the processes of all."""
        self.pids = self._ask([vars(one) for one in asked])

    def finish(self) -> list[Ended]:
        """Wait until all that were started have ended."""
        return [_ended(**found) for found in self._ask([])]

    def _ask(self, runs: list[dict[str, Any]]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(runs) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextlib.contextmanager
def forks_in(root: Path) -> Iterator[Forks]:
    tests = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-m", "killing.forks", str(root)],
        cwd=tests,
        env={**CLEAN, "ENV": "staging", "PYTHONPATH": str(tests)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Forks(process)


def _ended(signal: int, told: list[dict[str, Any]]) -> Ended:
    events = tuple(line["text"] for line in told if "event" in line)
    error: dict[str, Any] = next((line for line in told if "error" in line), {})
    code = next((line["code"] for line in told if "code" in line), None)
    return Ended(signal, code, events, error.get("error", ""), error.get("text", ""))


def state(url: str) -> tuple[Any, dict[str, list[str]]]:
    """The catalog, and the rows of every table, as far as they are the same in each run."""
    with connect(url) as connection:
        catalog = read_catalog(connection, leave_out=OURS)
        rows = {}
        for table in inspect(connection).get_table_names():
            if table == "daybreak_journal":
                continue
            found = connection.execute(text(f"SELECT * FROM {table}")).mappings().all()
            rows[table] = sorted(
                repr({name: value for name, value in row.items() if name not in VARYING})
                for row in found
            )
        return catalog, rows


def is_alive(pid: int) -> bool:
    """Whether the process runs, also if nobody has asked yet how it ended."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def until(happened: Callable[[], object], what: str) -> None:
    """Wait for it, for as long as a busy machine may take."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)
