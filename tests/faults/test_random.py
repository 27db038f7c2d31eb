"""Random faults, one behind the other and at once: nothing is lost, nothing comes twice.

A sequence is up to three rounds of up to three runs at once, each of which may meet two faults.
CI tries twenty sequences on each server; with DAYBREAK_TEST_FAULTS=all it is five hundred.
DAYBREAK_TEST_SEED and DAYBREAK_TEST_SEQUENCE repeat one.
"""

from __future__ import annotations

import os
import random

from killing.runs import ALL, SEED, Asked, Ended, Forks, Undisturbed, state
from servers.server import Server

FAULTS = ("SIGKILL", "SIGKILL", "SIGTERM", "SIGINT", "worker", "lock")
REPEATED = os.environ.get("DAYBREAK_TEST_SEQUENCE")
SEQUENCES = [int(REPEATED)] if REPEATED else list(range(500 if ALL else 20))

# Killed; at head; no revision was applied; stopped half-way, of which there are three kinds.
ENDS = {
    (9, None, ""),
    (0, 0, ""),
    (0, 6, "ConnectionLost"),
    (0, 6, "ServerDown"),  # its session was ended while it was being opened
    (0, 7, "StoppedHalfWay"),
    (0, 7, "Interrupted"),
    (0, 7, "LockLost"),
    (0, 130, ""),
}


def test_whatever_happens_to_runs_the_next_one_ends_at_head(
    server: Server, forks: Forks, undisturbed: Undisturbed
) -> None:
    print(f"{len(SEQUENCES)} sequences, seed {SEED}")
    wrong = []
    for sequence in SEQUENCES:
        chance = random.Random(f"{SEED} {sequence}")
        with server.fresh_database() as database:
            url, met = server.url(database), []
            for _ in range(chance.randint(1, 3)):
                met += forks.run_at_once(_round(chance, url, len(undisturbed.events)))
            last = forks.run(Asked(url))
            strange = [one for one in met if not _is_expected(one)]
            if strange or last.code != 0 or state(url) != undisturbed.state:
                story = "\n  ".join(map(str, [*met, last]))
                wrong.append(f"sequence {sequence}:\n  {story}")
    assert not wrong, "\n".join(wrong)


def _round(chance: random.Random, url: str, points: int) -> list[Asked]:
    """Of several runs at once, those that wait have few events, so early faults are likelier."""
    return [
        Asked(
            url,
            {
                int(points * chance.random() ** 2) + 1: chance.choice(FAULTS)
                for _ in range(chance.randint(1, 2))
            },
        )
        for _ in range(chance.choice((1, 1, 2, 3)))
    ]


def _is_expected(ended: Ended) -> bool:
    # Signals that come when all is done and the lock released, or before anybody listens.
    late_or_early = ended.signal in (2, 15)
    return late_or_early or (ended.signal, ended.code, ended.kind) in ENDS
