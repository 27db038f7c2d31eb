"""The matrix as a run of its own, for the documentation:

    nox -s matrix

It writes docs/matrix/postgresql.json, from which docs/matrix_page.py makes the table. With
arguments (`python -m matrix.run alembic 16 [WORDS]`) it prints the verdicts of one tool on one
server instead, for the kinds whose names contain WORDS.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matrix import folds
from matrix.case import Outcome
from matrix.kind import Kind, families, kinds
from matrix.pool import case_pool, prepare
from servers.postgresql import running_postgresql

RESULT = Path(__file__).parents[2] / "docs" / "matrix" / "postgresql.json"
COLUMNS = (("alembic", 16), ("daybreak", 16), ("daybreak", 18))


def main() -> None:
    if len(sys.argv) > 1:
        _print(sys.argv[1], int(sys.argv[2]), " ".join(sys.argv[3:]))
        return
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(measured(), indent=1, ensure_ascii=False) + "\n")


def measured(columns: Sequence[tuple[str, int]] = COLUMNS) -> dict[str, Any]:
    """The verdicts of all kinds by family, each by the column's name."""
    found = {column: dict(run(*column)) for column in columns}
    return {
        "alembic": version("alembic"),
        "sqlalchemy": version("sqlalchemy"),
        "folds": folds.VERSION,
        "families": {
            family: {
                kind.name: {
                    f"{subject} {major}": _stored(outcomes[kind.name])
                    for (subject, major), outcomes in found.items()
                    if kind.name in outcomes
                }
                for kind in members
            }
            for family, members in families("postgresql").items()
        },
    }


def _stored(outcome: Outcome) -> dict[str, Any]:
    stored = asdict(outcome)
    del stored["detail"]  # a server's words: long, and never twice the same
    return stored


def run(subject: str, major: int, words: str = "") -> Iterator[tuple[str, Outcome]]:
    """Each kind that a server of this major knows, with its outcome, as soon as it is there."""
    with ExitStack() as stack:
        server = stack.enter_context(running_postgresql(major))
        prepare(server)
        submit = stack.enter_context(case_pool())
        waiting: dict[str, Future[Outcome]] = {
            kind.name: submit(server, kind, subject)
            for kind in kinds("postgresql").values()
            if kind.since <= major and words in kind.name
        }
        for name, future in waiting.items():
            yield name, future.result()


def _print(subject: str, major: int, words: str) -> None:
    started = time.monotonic()
    outcomes = []
    for name, outcome in run(subject, major, words):
        print(_line(kinds("postgresql")[name], outcome), flush=True)
        outcomes.append(outcome)
    seconds = time.monotonic() - started
    print(Counter(outcome.verdict for outcome in outcomes), f"{seconds:.0f} s")
    print("downgrade:", Counter(outcome.downgrade for outcome in outcomes))


def _line(kind: Kind, outcome: Outcome) -> str:
    line = f"{outcome.verdict:<9} {outcome.downgrade or '-':<8} {kind.name}"
    return "\n        ".join([line, *outcome.detail.splitlines()])


if __name__ == "__main__":
    main()
