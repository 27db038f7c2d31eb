"""The server crashes and comes back, or its standby takes over, in the middle of a run.

PostgreSQL 16, behind one address. CI takes one point of the run for each, by a seed that it prints.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from killing.histories import POSTGRESQL, write_history
from killing.runs import ALL, SEED, Asked, Forks, forks_in, state, until
from projects import make_project
from servers.replicated import Replicated, replicated

POINTS = 6 if ALL else 1


@pytest.fixture
def cluster() -> Iterator[Replicated]:
    with replicated() as found:
        yield found


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    project = make_project(tmp_path_factory.mktemp("failover") / "app")
    write_history(project, POSTGRESQL)
    with forks_in(project.root) as forks:
        yield forks


@pytest.mark.server
@pytest.mark.parametrize("number", range(POINTS))
def test_after_a_restart_and_after_a_failover_the_next_run_finishes(
    cluster: Replicated, forks: Forks, tmp_path: Path, number: int
) -> None:
    server, chance = cluster.server, random.Random(f"{SEED} {number}")
    server.create_database("undisturbed")
    undisturbed = forks.run(Asked(server.url("undisturbed")))
    wanted = state(server.url("undisturbed"))
    points = [chance.randint(2, len(undisturbed.events) - 3) for _ in range(2)]
    print(f"seed {SEED}: {[undisturbed.events[point - 1] for point in points]}")

    def disturb(database: str, point: int, disturbance: Callable[[], None]) -> None:
        server.create_database(database)
        url, pause = server.url(database), tmp_path / database
        forks.start([Asked(url, {point: "pause"}, pause=str(pause))])
        until(pause.exists, "the run is in the middle")
        disturbance()
        pause.unlink()
        [ended] = forks.finish()
        assert ended.code in (6, 7), ended
        after = forks.run(Asked(url))
        assert after.code == 0, after
        assert state(url) == wanted

    disturb("restarted", points[0], cluster.restart)
    cluster.add_standby()
    disturb("failed_over", points[1], cluster.fail_over)
