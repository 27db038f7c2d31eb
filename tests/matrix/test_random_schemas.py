"""Random schemas that change in several places at once, judged as the kinds of change are.

The number of a case is its seed. DAYBREAK_TEST_SCHEMAS says how many there are: 60 by themselves,
1000 in `nox -s full`; DAYBREAK_TEST_SEED where they begin. To see one again:

    DAYBREAK_TEST_SEED=17 DAYBREAK_TEST_SCHEMAS=1 pytest tests/matrix/test_random_schemas.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from matrix.case import Outcome
from matrix.pool import case_pool
from matrix.random_changes import random_kind
from servers.server import Server

FIRST = int(os.environ.get("DAYBREAK_TEST_SEED", "0"))
CASES = int(os.environ.get("DAYBREAK_TEST_SCHEMAS", "60"))
ENGINES = ("postgresql16", "mysql", "postgresql18", "postgresql16", "mysql")
SEEDS = [
    pytest.param(ENGINES[seed % len(ENGINES)], seed, id=f"{ENGINES[seed % len(ENGINES)]}-{seed}")
    for seed in range(FIRST, FIRST + CASES)
]

Outcomes = dict[int, Future[Outcome]]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[Outcomes]:
    """The outcome of each selected case, as soon as it is there: all processors work on them."""
    chosen = [
        (str(item.callspec.params["server_name"]), int(str(item.callspec.params["seed"])))
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test_a_random_schema_evolves
    ]
    servers: dict[str, Server] = {
        name: request.getfixturevalue(name) for name in dict.fromkeys(name for name, _ in chosen)
    }
    with case_pool() as submit:
        yield {
            seed: submit(servers[name], random_kind(servers[name].dialect, seed), "daybreak")
            for name, seed in chosen
        }


@pytest.mark.parametrize(("server_name", "seed"), SEEDS)
def test_a_random_schema_evolves(outcomes: Outcomes, server_name: str, seed: int) -> None:
    """The revision makes what the models make, keeps the rows and can be taken back; then `check`
    finds nothing.
    """
    outcome = outcomes[seed].result()
    assert outcome.verdict == "right", f"seed {seed}: {outcome.detail}"
    assert outcome.downgrade == "right", f"seed {seed}: {outcome.detail}"
    assert outcome.clean, f"seed {seed}"
