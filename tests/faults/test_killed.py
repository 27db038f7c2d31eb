"""A run is killed at every point of its way; the next run finishes the work by itself.

The points are the events that an undisturbed run sends: lock, journal, statement, commit, release.
CI takes a quarter of them, by a seed that it prints; DAYBREAK_TEST_FAULTS=all takes every one.
"""

from __future__ import annotations

import random
from pathlib import Path

from killing.runs import ALL, SEED, Asked, Forks, Undisturbed, state, until
from servers.server import Server

SAMPLE = 30


def test_a_run_that_is_killed_anywhere_is_finished_by_the_next_one(
    server: Server, forks: Forks, undisturbed: Undisturbed
) -> None:
    points = range(1, len(undisturbed.events) + 1)
    chosen = points if ALL else sorted(random.Random(SEED).sample(points, SAMPLE))
    print(f"{len(chosen)} of {len(points)} points, seed {SEED}")
    wrong = []
    for point in chosen:
        with server.fresh_database() as database:
            url = server.url(database)
            killed = forks.run(Asked(url, {point: "SIGKILL"}))
            assert killed.signal == 9, f"point {point} was not reached: {killed}"
            assert len(killed.events) == point
            after = forks.run(Asked(url))
            if after.code != 0 or state(url) != undisturbed.state:
                wrong.append(f"{point}, {killed.events[-1]}: {after}")
    assert not wrong, "\n".join(wrong)


def test_a_run_that_waited_takes_over_from_one_that_is_killed(
    server: Server, database: str, forks: Forks, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """It looked at the database before there was a journal, and finds one when its turn comes."""
    url, before, waiting = server.url(database), tmp_path / "before", tmp_path / "waiting"
    locked = undisturbed.number("Passed(point='locked'")
    killed = undisturbed.number("Ran(revision='b2', number=2")
    forks.start([Asked(url, {locked: "pause", killed: "SIGKILL"}, pause=str(before))])
    until(before.exists, "the first run has the lock")
    forks.start([Asked(url, {1: "pause"}, pause=str(waiting))])
    until(waiting.exists, "the second run waits")
    waiting.unlink()
    before.unlink()
    first, second = forks.finish()
    assert (first.signal, second.code) == (9, 0), f"{first}\n{second}"
    assert second.events[0].startswith("Waiting(")
    assert state(url) == undisturbed.state
