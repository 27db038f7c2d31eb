"""How long `daybreak --help` takes beside `alembic --help`: at most a quarter, we promise.

`uv run nox -s bench`, or `python benchmarks/help.py [TURNS]`. The two take turns, so that whatever
else the machine does meets both; the order within a turn alternates.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

PROMISE = 0.25
TURNS = 21
COMMANDS = ("daybreak", "alembic")


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    seconds = measure(turns)
    print(f"{turns} turns, Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
    print(f"{'':<18}{'median':>9}{'fastest':>10}{'middle half':>17}{'slowest':>10}")
    for command in COMMANDS:
        print(_row(f"{command} --help", [1000 * each for each in seconds[command]], "ms", 0))
    print(_row("ratio", ratios(seconds), "  ", 3))
    kept = statistics.median(ratios(seconds)) <= PROMISE
    print(f"\npromise: at most {PROMISE}, {'kept' if kept else 'BROKEN'}")
    sys.exit(0 if kept else 1)


def measure(turns: int) -> dict[str, list[float]]:
    """Seconds per command and turn, start of the process to its end, files already in memory."""
    for command in COMMANDS:  # the first run compiles what it imports
        _seconds(command)
    seconds: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for turn in range(turns):
        for command in COMMANDS if turn % 2 else reversed(COMMANDS):
            seconds[command].append(_seconds(command))
    return seconds


def ratios(seconds: dict[str, list[float]]) -> list[float]:
    """Ours over theirs, turn by turn."""
    ours, theirs = (seconds[command] for command in COMMANDS)
    return [our / their for our, their in zip(ours, theirs, strict=True)]


def _seconds(command: str) -> float:
    # Where bytecode may not be kept, every start would compile: that is not what users have.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    program = Path(sysconfig.get_path("scripts"), command)
    start = time.perf_counter()
    subprocess.run([program, "--help"], env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def _row(name: str, values: list[float], unit: str, digits: int) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    fastest, slowest = (f"{each:.{digits}f} {unit}" for each in (min(values), max(values)))
    half = f"{low:.{digits}f} to {high:.{digits}f} {unit}"
    return f"{name:<18}{f'{middle:.{digits}f} {unit}':>9}{fastest:>10}{half:>17}{slowest:>10}"


if __name__ == "__main__":
    main()
