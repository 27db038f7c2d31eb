"""The server ends a session of the run at any point, or a signal stops it; the next run finishes.

CI takes a sample of the points, by a seed that it prints; DAYBREAK_TEST_FAULTS=all takes every one.
"""

from __future__ import annotations

import random
import re

import pytest

from killing.histories import HISTORIES
from killing.runs import ALL, SEED, Asked, Ended, Forks, Undisturbed, state
from servers.server import Server

SAMPLE = 6

# What a run may end with whose fault is this: 0 if it had nothing more to ask of that session. 6
# says that no revision was applied, 7 that one was, or that nobody can know.
ENDS = {
    "worker": {(0, ""), (6, "ConnectionLost"), (7, "StoppedHalfWay")},
    "lock": {(0, ""), (7, "LockLost")},
    "SIGTERM": {(0, ""), (7, "Interrupted")},
}
STAYED = re.compile(r"(\d+) revisions? before it stayed applied")


@pytest.mark.parametrize("fault", list(ENDS))
def test_a_run_that_is_stopped_anywhere_says_what_stays_and_is_finished_by_the_next_one(
    server: Server, forks: Forks, undisturbed: Undisturbed, fault: str
) -> None:
    # The last one tells that the lock is released: behind it nothing is left to be stopped.
    points = range(1, len(undisturbed.events))
    chosen = points if ALL else sorted(random.Random(SEED).sample(points, SAMPLE))
    print(f"{fault}: {len(chosen)} of {len(points)} points, seed {SEED}")
    wrong = []
    for point in chosen:
        with server.fresh_database() as database:
            url = server.url(database)
            stopped = forks.run(Asked(url, {point: fault}))
            expected = (stopped.code, stopped.kind) in ENDS[fault]
            stayed = _revisions(server, url)
            after = forks.run(Asked(url))
            if (
                not expected
                or stayed not in _said(server, stopped)
                or after.code != 0
                or state(url) != undisturbed.state
            ):
                wrong.append(
                    f"{point}, {undisturbed.events[point - 1]}: {stopped}\n"
                    f"{stayed} stayed, then {after}"
                )
    assert not wrong, "\n".join(wrong)


def test_a_revision_whose_commit_was_refused_is_rolled_back(
    server: Server, database: str, forks: Forks, undisturbed: Undisturbed
) -> None:
    url = server.url(database)
    before_the_commit = undisturbed.number("Applied(revision='a1'")
    stopped = forks.run(Asked(url, {before_the_commit: "SIGTERM"}))
    assert (stopped.code, stopped.kind) == (7, "Interrupted"), stopped
    assert _revisions(server, url) == 0
    assert _said(server, stopped) == {0}
    assert forks.run(Asked(url)).code == 0
    assert state(url) == undisturbed.state


def _revisions(server: Server, url: str) -> int:
    """How many are applied."""
    recorded = "".join(state(url)[1].get("alembic_version", ()))
    names = [revision.id for revision in HISTORIES[server.dialect]]
    return next((n for n, name in enumerate(names, 1) if name in recorded), 0)


def _said(server: Server, stopped: Ended) -> set[int]:
    """How many may be applied, as the run says."""
    if stopped.code == 0:
        return {len(HISTORIES[server.dialect])}
    if stopped.kind == "LockLost":
        return set(range(len(HISTORIES[server.dialect]) + 1))
    stayed = STAYED.search(stopped.said)
    number = int(stayed[1]) if stayed else 0
    return {number, number + 1} if "may have come through" in stopped.said else {number}
