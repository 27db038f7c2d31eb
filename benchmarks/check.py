"""How long `check` takes beside Alembic's `compare_metadata`, and what we promise of it.

`uv run nox -s bench`, or `python -m benchmarks.check [TURNS] [TABLES[xSCHEMAS] …]`. Both run in
process with the models loaded, on a PostgreSQL 16 that starts and ends here, and take turns. What
is measured of `check` is all of it: the key of the models, the catalogs that were remembered, the
database read and compared. `cold` means that neither catalog nor template is remembered; of
`differing`, ten tables were altered by hand.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from daybreak.edges.pgtemporary import temporary_server

TURNS = 5
SIZES = ("100", "1000", "1000x40", "5000")
# Of the time that compare_metadata takes, by size.
WARM = {"1000": 1 / 10, "1000x40": 1 / 25, "5000": 1 / 15}
COLD = {"1000": 1.0}
MEMORY = 1 / 3  # of Alembic's, beyond what the loaded models take
QUERIES = 2.0  # times the catalog's own queries, fetched on one connection
DIFFERING = 1.5  # times the equal case


@dataclass(frozen=True)
class Promise:
    """That `value` is at most `most`; `slack` times that where a machine is not to be trusted."""

    what: str
    value: float
    most: float

    def kept(self, slack: float = 1.0) -> bool:
        return self.value <= self.most * slack


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    sizes = sys.argv[2:] or SIZES
    print(f"{turns} turns, Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    with temporary_server(16) as server:
        measured = {}
        for size in sizes:
            measured[size] = measure(size, turns, server.port)
            print("\n".join(_table(size, measured[size])), flush=True)
    found = [promise for size in sizes for promise in promises(size, measured[size])]
    found += counts(measured)
    print()
    for promise in found:
        said = "kept" if promise.kept() else "BROKEN"
        print(f"{promise.what:<62}{promise.value:>8.3f}  at most {promise.most:<6.3g}{said}")
    sys.exit(0 if all(promise.kept() for promise in found) else 1)


def measure(size: str, turns: int, port: int) -> dict[str, Any]:
    """What benchmarks/checking.py tells of `TABLES` or `TABLESxSCHEMAS`."""
    tables, _, schemas = size.partition("x")
    command = [sys.executable, "-m", "benchmarks.checking", tables, schemas or "1", str(turns)]
    done = subprocess.run([*command, str(port)], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def promises(size: str, measured: dict[str, Any]) -> Iterator[Promise]:
    """Those that one size is enough for."""
    yield Promise(f"{size}: differing / check", ratio(measured, "differing", "check"), DIFFERING)
    if size in COLD:
        cold = ratio(measured, "cold", "compare_metadata")
        yield Promise(f"{size}: cold / compare_metadata", cold, COLD[size])
    if size not in WARM:
        return  # in a small schema the fixed costs decide, which nobody minds
    share = measured["memory"]["check"] / measured["memory"]["compare_metadata"]
    yield Promise(f"{size}: check / compare_metadata", ratio(measured, *WARM_PAIR), WARM[size])
    yield Promise(f"{size}: memory of check / of compare_metadata", share, MEMORY)
    yield Promise(f"{size}: check / its queries", ratio(measured, "check", "queries"), QUERIES)


def ratio(measured: dict[str, Any], ours: str, theirs: str) -> float:
    """The median of the one over the other, turn by turn."""
    pairs = zip(measured["seconds"][ours], measured["seconds"][theirs], strict=True)
    return float(statistics.median(our / their for our, their in pairs))


WARM_PAIR = ("check", "compare_metadata")


def counts(measured: dict[str, dict[str, Any]]) -> list[Promise]:
    """The number of statements is the same at every size."""
    sent = {size: found["statements"] for size, found in measured.items()}
    least = min(sent.values())
    return [Promise(f"{size}: statements of check", count, least) for size, count in sent.items()]


def _table(size: str, measured: dict[str, Any]) -> Iterator[str]:
    yield f"\n{size + ' tables':<20}{'median':>10}{'fastest':>10}{'slowest':>10}{'memory':>10}"
    for name, values in measured["seconds"].items():
        memory = measured["memory"].get(name)
        figures = [statistics.median(values), min(values), max(values)]
        told = "".join(f"{figure:>8.2f} s" for figure in figures)
        yield f"{name:<20}{told}" + ("" if memory is None else f"{memory / 1024:>7.0f} MB")


if __name__ == "__main__":
    main()
