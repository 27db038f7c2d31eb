"""Every kind of model change on PostgreSQL 16 and 18, judged by pg_dump.

A case takes about half a second of two processors. So that a run stays short, 18 gets what 16 does
not know and a third of the others; with DAYBREAK_TEST_MATRIX=all, as in `nox -s full`, it gets all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from matrix.case import Outcome
from matrix.kind import Expected, kinds
from matrix.pool import case_pool, prepare

KINDS = kinds("postgresql")
SHARE = 1 if os.environ.get("DAYBREAK_TEST_MATRIX") == "all" else 3
CASES = [
    pytest.param(f"postgresql{major}", kind.name, id=f"{major}-{kind.name}")
    for major in (16, 18)
    for number, kind in enumerate(KINDS.values())
    if kind.since <= major and (major == 16 or kind.since > 16 or number % SHARE == 0)
]
VERDICT: dict[Expected, str] = {"right": "right", "reported": "reported", "needs cure": "right"}

Outcomes = dict[tuple[str, str], Future[Outcome]]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[Outcomes]:
    """The outcome of each selected case, as soon as it is there: all processors work on them."""
    chosen = [
        (str(item.callspec.params["server_name"]), str(item.callspec.params["name"]))
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test_kind
    ]
    servers = {server_name: request.getfixturevalue(server_name) for server_name in dict(chosen)}
    for server in servers.values():
        prepare(server)
    with case_pool() as submit:
        yield {case: submit(servers[case[0]], KINDS[case[1]], "daybreak") for case in chosen}


@pytest.mark.parametrize(("server_name", "name"), CASES)
def test_kind(outcomes: Outcomes, server_name: str, name: str) -> None:
    """The revision makes what the models make, keeps the rows and can be taken back; or what it
    does not do is said. Afterwards `check` finds nothing that was not said.
    """
    outcome = outcomes[server_name, name].result()
    assert outcome.verdict == VERDICT[KINDS[name].expected], outcome.detail
    assert outcome.downgrade in {"right", ""}, outcome.detail
    assert outcome.clean is (outcome.verdict == "right")


def test_there_are_at_least_as_many_kinds_as_were_measured() -> None:
    assert len(KINDS) >= 113
    assert sum(kind.alembic is not None for kind in KINDS.values()) >= 105


def test_at_least_ten_kinds_are_several_in_one_revision() -> None:
    assert sum(name.startswith("combined: ") for name in KINDS) >= 10
