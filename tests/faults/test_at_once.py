"""Any number of pipelines upgrade the same database at the same moment.

CI starts twenty; with DAYBREAK_TEST_FAULTS=all it is fifty, ten rounds, and from each revision.
"""

from __future__ import annotations

import subprocess

import pytest

from killing.runs import ALL, Asked, Forks, Undisturbed, state
from projects import BIN, CLEAN, Project
from servers.server import Server

PROCESSES, ROUNDS = (50, 10) if ALL else (20, 1)

# Where the database is. Ahead of it are: everything; a data migration behind a CREATE INDEX
# CONCURRENTLY with an insert in its autocommit block; one more of these, and a loop of batches.
STARTS = ("base", "a1", "c3") if ALL else ("base",)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_many_runs_at_once_each_succeeds_and_each_statement_runs_once(
    server: Server, database: str, forks: Forks, undisturbed: Undisturbed, start: str, _round: int
) -> None:
    url = server.url(database)
    before = () if start == "base" else forks.run(Asked(url, goal=start)).events
    ended = forks.run_at_once([Asked(url)] * PROCESSES)
    assert [str(one) for one in ended if one.code != 0] == []
    ran = [event for one in ended for event in (*one.events,) if event.startswith("Ran(")]
    ran += [event for event in before if event.startswith("Ran(")]
    alone = [event for event in undisturbed.events if event.startswith("Ran(")]
    assert sorted(map(_statement, ran)) == sorted(map(_statement, alone))
    assert state(url) == undisturbed.state


def test_of_six_commands_at_once_each_succeeds(
    server: Server, database: str, project: Project, undisturbed: Undisturbed
) -> None:
    """Three of them are plain Alembic's."""
    url = server.url(database)
    commands = [
        subprocess.Popen(
            [BIN / name, "upgrade", "head"],
            cwd=project.root,
            env={**CLEAN, "ENV": "staging", "STAGING_DATABASE_URL": url},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ["daybreak", "alembic"] * 3
    ]
    said = [command.communicate(timeout=120)[0] for command in commands]
    assert [command.returncode for command in commands] == [0] * 6, "\n".join(said)
    assert state(url) == undisturbed.state


def _statement(ran: str) -> str:
    """The event without its time."""
    return ran.partition(", seconds=")[0]
