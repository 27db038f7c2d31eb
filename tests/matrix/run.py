"""The matrix as a run of its own, for the documentation:

    nox -s matrix

It writes docs/matrix/postgresql.json and mysql.json, from which docs/matrix_page.py makes the
tables. With arguments (`python -m matrix.run alembic mysql 9.7 [WORDS]`) it prints the verdicts of
one tool on one server instead, for the kinds whose names contain WORDS.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from matrix import folds, folds_mysql
from matrix.case import Outcome
from matrix.kind import Kind, families, kinds
from matrix.pool import case_pool, prepare
from servers.mysql import running_mysql
from servers.postgresql import running_postgresql
from servers.server import Server

RESULTS = Path(__file__).parents[2] / "docs" / "matrix"
COLUMNS = {
    "postgresql": (("alembic", "16"), ("daybreak", "16"), ("daybreak", "18")),
    "mysql": (("alembic", "9.7"), ("daybreak", "9.7")),
}
FOLDS = {"postgresql": folds.VERSION, "mysql": folds_mysql.VERSION}


def main() -> None:
    # Alembic drops tables in the order of a set: what is published is the same in each run.
    os.environ["PYTHONHASHSEED"] = "0"
    if len(sys.argv) > 1:
        _, subject, dialect, version, *words = sys.argv
        _print(subject, dialect, version, " ".join(words))
        return
    RESULTS.mkdir(exist_ok=True)
    for dialect in COLUMNS:
        text = json.dumps(measured(dialect, COLUMNS[dialect]), indent=1, ensure_ascii=False)
        (RESULTS / f"{dialect}.json").write_text(f"{text}\n")


def measured(dialect: str, columns: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The verdicts of all kinds by family, each by the column's name."""
    found = {
        (subject, version): dict(run(subject, dialect, version)) for subject, version in columns
    }
    return {
        "alembic": version_of("alembic"),
        "sqlalchemy": version_of("sqlalchemy"),
        "folds": FOLDS[dialect],
        "families": {
            family: {
                kind.name: {
                    f"{subject} {version}": _stored(outcomes[kind.name])
                    for (subject, version), outcomes in found.items()
                    if kind.name in outcomes
                }
                for kind in members
            }
            for family, members in families(dialect).items()
        },
    }


def _stored(outcome: Outcome) -> dict[str, Any]:
    stored = asdict(outcome)
    del stored["detail"]  # a server's words: long, and never twice the same
    return stored


def run(subject: str, dialect: str, version: str, words: str = "") -> Iterator[tuple[str, Outcome]]:
    """Each kind that a server of this version knows, with its outcome, as soon as it is there."""
    major = int(version.partition(".")[0])
    with ExitStack() as stack:
        server = stack.enter_context(_running(dialect, major))
        submit = stack.enter_context(case_pool())
        waiting: dict[str, Future[Outcome]] = {
            kind.name: submit(server, kind, subject)
            for kind in kinds(dialect).values()
            if kind.since <= major and words in kind.name
        }
        for name, future in waiting.items():
            yield name, future.result()


@contextmanager
def _running(dialect: str, major: int) -> Iterator[Server]:
    if dialect == "mysql":
        with running_mysql() as mysql:
            yield mysql
    else:
        with running_postgresql(major) as postgresql:
            prepare(postgresql)
            yield postgresql


def _print(subject: str, dialect: str, version: str, words: str) -> None:
    started = time.monotonic()
    outcomes = []
    for name, outcome in run(subject, dialect, version, words):
        print(_line(kinds(dialect)[name], outcome), flush=True)
        outcomes.append(outcome)
    seconds = time.monotonic() - started
    print(Counter(outcome.verdict for outcome in outcomes), f"{seconds:.0f} s")
    print("downgrade:", Counter(outcome.downgrade for outcome in outcomes))


def _line(kind: Kind, outcome: Outcome) -> str:
    line = f"{outcome.verdict:<9} {outcome.downgrade or '-':<8} {kind.name}"
    return "\n        ".join([line, *outcome.detail.splitlines()])


if __name__ == "__main__":
    main()
