"""Whatever somebody changes by hand in a database at head, `check` names it; its SQL mends it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from matrix import clauses, judge
from matrix.by_hand import ByHand, Noticed, named, project
from matrix.by_hand_postgresql import BASE, BY_HAND, NOT_MENDED, READER, STRUCTURE
from matrix.pool import processes
from servers.postgresql import PostgreSQL

SERVERS = ["postgresql16", pytest.param("postgresql18", marks=pytest.mark.slow)]

Outcomes = dict[str, Future[Noticed]]


@pytest.fixture(scope="module", params=SERVERS)
def subject(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ByHand]:
    server: PostgreSQL = request.getfixturevalue(request.param)
    server.execute(f"CREATE ROLE {READER}")
    try:
        with project(server, BASE, tmp_path_factory.mktemp("by_hand") / "project") as made:
            assert named(made.drift(made.head)[0]) == ()
            yield made
    finally:
        server.execute(f"DROP ROLE {READER}")


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, subject: ByHand) -> Iterator[Outcomes]:
    """What became of each selected change, as soon as it is there: all processors work on them."""
    chosen = [
        str(item.callspec.params["sql"])
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.function is test_a_change_by_hand_is_named_and_mended
    ]
    with processes() as pool:
        yield {sql: pool.submit(subject.noticed, sql) for sql in dict.fromkeys(chosen)}


@pytest.mark.parametrize(("what", "sql"), BY_HAND, ids=[sql for _, sql in BY_HAND])
def test_a_change_by_hand_is_named_and_mended(outcomes: Outcomes, what: str, sql: str) -> None:
    """Of what can't be mended by SQL, or not without losing something, it is known."""
    noticed = outcomes[sql].result()
    assert what in noticed.named
    assert bool(noticed.left) == (sql in NOT_MENDED), noticed.left


def test_every_clause_that_pg_dump_tells_is_touched_by_some_change(
    request: pytest.FixtureRequest, subject: ByHand, outcomes: Outcomes
) -> None:
    if len(outcomes) < len(BY_HAND):
        pytest.skip("only with all the changes")
    base = judge.entries(judge.dump(subject.server, subject.head))
    untouched = clauses.told(base)
    for future in outcomes.values():
        untouched -= clauses.touched(base, judge.entries(future.result().dump))
    assert {clause for clause in untouched if clause[1] not in STRUCTURE} == set()
