"""A run is killed at every point of its way; the next run finishes the work by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, inspect, text

from daybreak.edges.catalog import read_catalog
from killing.histories import MYSQL, POSTGRESQL, write_history
from projects import CLEAN, make_project
from servers.server import Server

HISTORIES = {"postgresql": POSTGRESQL, "mysql": MYSQL}
DRIVERS = {"postgresql": "psycopg2", "mysql": "pymysql"}
# A uuid, and what a sequence gives: it does not go back when a transaction does.
VARYING = ("token", "id")
OURS = frozenset({(None, "alembic_version"), (None, "daybreak_journal")})


class Forks:
    """`killing.forks` at work in a project."""

    def __init__(self, root: Path) -> None:
        tests = Path(__file__).parents[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "killing.forks", str(root)],
            cwd=tests,
            env={**CLEAN, "ENV": "staging", "PYTHONPATH": str(tests)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, url: str, last: int = 0) -> dict[str, Any]:
        """One run on the database at `url` that dies at its event number `last`; 0: it does not."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{last} {url}\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


def state(url: str) -> tuple[Any, dict[str, list[Any]]]:
    """The catalog, and the rows of every table, as far as they are the same in each run."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
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


@pytest.fixture
def forks(tmp_path: Path, server: Server) -> Iterator[Forks]:
    project = make_project(tmp_path / "app", server.dialect)
    write_history(project, HISTORIES[server.dialect])
    forks = Forks(project.root)
    yield forks
    forks.close()


def test_a_run_that_is_killed_anywhere_is_finished_by_the_next_one(
    server: Server, forks: Forks
) -> None:
    """At every event that an undisturbed run sends: lock, journal, statement, commit, release."""
    with server.fresh_database() as database:
        undisturbed = forks.run(server.url(database))
        assert [text for kind, text in undisturbed["seen"] if kind == "error"] == []
        wanted = state(server.url(database, DRIVERS[server.dialect]))
    points = len(undisturbed["seen"])
    wrong = []
    for point in range(1, points + 1):
        with server.fresh_database() as database:
            url = server.url(database)
            killed = forks.run(url, point)
            assert killed["signal"] == 9, f"point {point} was not reached"
            assert len(killed["seen"]) == point
            after = forks.run(url)
            errors = [text for kind, text in after["seen"] if kind == "error"]
            found = state(server.url(database, DRIVERS[server.dialect])) if not errors else None
            if found != wanted:
                wrong.append((point, killed["seen"][-1][1], errors, found and found[1]))
    assert not wrong, "\n".join(map(repr, wrong))
    print(f"{points} points")
