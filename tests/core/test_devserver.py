"""Who stands at the dev server's address: every case that can be told apart, and its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybreak.core.devserver import CLUSTER_NAME, Facts, Listener, PidFile, Standing, judge

OURS = Path("/data/ours")
THEIRS = Path("/data/theirs")
PORT = 5432

us = Listener("127.0.0.1", CLUSTER_NAME, OURS)
another_project = Listener("127.0.0.1", CLUSTER_NAME, THEIRS)
other_postgresql = Listener("127.0.0.1", "16/main", THEIRS)
silent = Listener("127.0.0.1")
silent_on_ipv6 = Listener("::1")

alive = PidFile(881, PORT, alive=True)
alive_elsewhere = PidFile(881, 5433, alive=True)
dead = PidFile(881, PORT, alive=False)


@pytest.mark.parametrize(
    ("listeners", "pid_file", "standing"),
    [
        pytest.param([], None, Standing.NOTHING, id="an empty port, no server yet"),
        pytest.param([us], alive, Standing.RUNNING, id="our server"),
        pytest.param([silent], alive, Standing.RUNNING, id="ours, its password changed"),
        pytest.param([], alive, Standing.RUNNING, id="ours, still starting"),
        pytest.param([], alive_elsewhere, Standing.ELSEWHERE, id="ours, on another port"),
        pytest.param([], dead, Standing.STALE, id="ours crashed"),
        pytest.param([another_project], None, Standing.OTHER_PROJECT, id="another project's"),
        pytest.param([another_project], dead, Standing.OTHER_PROJECT, id="ours crashed, theirs up"),
        pytest.param(
            [another_project], alive_elsewhere, Standing.OTHER_PROJECT, id="ours moved, theirs here"
        ),
        pytest.param([other_postgresql], None, Standing.FOREIGN, id="another PostgreSQL"),
        pytest.param([silent], None, Standing.FOREIGN, id="something else"),
        pytest.param([silent], dead, Standing.FOREIGN, id="ours crashed, a stranger took the port"),
        pytest.param([us, silent_on_ipv6], alive, Standing.FOREIGN, id="a stranger on localhost"),
    ],
)
def test_each_case_is_told_apart(
    listeners: list[Listener], pid_file: PidFile | None, standing: Standing
) -> None:
    assert judge(Facts(OURS, PORT, pid_file, tuple(listeners))).standing is standing


def test_the_finding_names_the_one_who_is_in_the_way() -> None:
    finding = judge(Facts(OURS, PORT, alive, (us, silent_on_ipv6)))

    assert finding.listener == silent_on_ipv6
    assert finding.pid_file == alive
