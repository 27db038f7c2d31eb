"""Any number of pipelines upgrade the same database at the same moment.

CI starts twenty; with DAYBREAK_TEST_FAULTS=all it is fifty, ten rounds, and from each revision.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from socket import gethostname

import pytest

from killing.runs import ALL, Asked, Forks, Undisturbed, is_alive, state, until
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


def test_a_run_that_waits_in_vain_names_the_other_and_one_on_another_database_does_not_wait(
    server: Server, database: str, forks: Forks, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    pause, over = tmp_path / "pause", tmp_path / "over"
    locked, last = undisturbed.number("Passed(point='run recorded'"), len(undisturbed.events)
    with server.fresh_database() as other:
        forks.start([Asked(server.url(other), {locked: "pause"}, pause=str(pause))])
        until(pause.exists, "the first run has the lock")
        elsewhere = Asked(server.url(database), {last: "pause"}, wait="0", pause=str(over))
        forks.start([elsewhere, Asked(server.url(other), wait="0")])
        until(over.exists, "the run on the other database is over")
        over.unlink()
        [first, *_] = forks.pids
        until(lambda: not is_alive(forks.pids[2]), "the run that may not wait has ended")
        pause.unlink()
        ended = forks.finish()
    assert [one.code for one in ended] == [0, 0, 4]
    assert ended[2].kind == "LockHeld"
    place = f"{other}@{server.host}:{server.port}"
    assert re.fullmatch(
        rf"another run is at work on {re.escape(place)}: {re.escape(gethostname())}, process "
        rf"{first} \(session \d+\)(, for \d+ s)?\. Waited 0 s for it\. Nothing was run\n"
        r"Next: let it finish and run the command again, or wait longer: --wait SECONDS",
        ended[2].said,
    )


def _statement(ran: str) -> str:
    """The event without its time."""
    return ran.partition(", seconds=")[0]
