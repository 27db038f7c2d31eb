"""Whatever somebody changes by hand in a database at head, `check` names it; its SQL mends it.

So that a run stays short, this is PostgreSQL 16; with DAYBREAK_TEST_MATRIX=all, as in
`nox -s full`, it is 18 as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from typing import cast

import pytest

from matrix import clauses, judge
from matrix.by_hand import AtHeadOfPostgreSQL, Noticed, named, postgresql_project
from matrix.by_hand_postgresql import BASE, BY_HAND, READER, ByHand, can_change
from matrix.pool import processes
from servers.postgresql import PostgreSQL

ALL = os.environ.get("DAYBREAK_TEST_MATRIX") == "all"
SERVERS = ["postgresql16", "postgresql18"] if ALL else ["postgresql16"]

Outcomes = dict[str, Future[Noticed]]


@pytest.fixture(scope="module", params=SERVERS)
def subject(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AtHeadOfPostgreSQL]:
    server: PostgreSQL = request.getfixturevalue(request.param)
    server.execute(f"CREATE ROLE {READER}")  # it stays: the shadow's template names it
    with postgresql_project(server, BASE, tmp_path_factory.mktemp("by_hand") / "project") as made:
        assert named(made.checked(made.head)) == ()
        yield made


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, subject: AtHeadOfPostgreSQL) -> Iterator[Outcomes]:
    """What became of each selected change, as soon as it is there: all processors work on them."""
    chosen = [
        cast(ByHand, item.callspec.params["change"]).sql
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.function is test_a_change_by_hand_is_named_and_mended
    ]
    with processes() as pool:
        yield {sql: pool.submit(subject.noticed, sql) for sql in dict.fromkeys(chosen)}


@pytest.mark.parametrize("change", BY_HAND, ids=[change.sql for change in BY_HAND])
def test_a_change_by_hand_is_named_and_mended(outcomes: Outcomes, change: ByHand) -> None:
    """The server refuses no SQL of its; what that does not mend is said to need a person."""
    noticed = outcomes[change.sql].result()
    assert change.what in noticed.named
    assert noticed.refused == ""
    assert (noticed.left != (), noticed.by_hand != ()) == (change.stays != "",) * 2, noticed


def test_every_clause_that_pg_dump_tells_is_touched_by_some_change(
    request: pytest.FixtureRequest, subject: AtHeadOfPostgreSQL, outcomes: Outcomes
) -> None:
    if len(outcomes) < len(BY_HAND):
        pytest.skip("only with all the changes")
    base = judge.entries(judge.dump(subject.server, subject.head))
    untouched = clauses.told(base)
    for future in outcomes.values():
        untouched -= clauses.touched(base, judge.entries(future.result().dump))
    assert set(filter(can_change, untouched)) == set()
