"""Every kind of model change on MySQL, judged by SHOW CREATE and information_schema."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import cast

import pytest

from matrix.case import Outcome
from matrix.kind import Expected, Kind, families, kinds
from matrix.pool import case_pool
from servers.mysql import MySQL

KINDS = kinds("mysql")
VERDICT: dict[Expected, str] = {"right": "right", "reported": "reported", "needs cure": "right"}

# A database beside the project's own can't be made or touched where the dev server is the shadow,
# and Alembic has to compare.
BESIDE = pytest.mark.xfail(
    strict=True, reason="models that name another database have no shadow on the dev server"
)
CASES = [
    pytest.param(kind, id=name, marks=BESIDE if kind.schemas else ())
    for name, kind in KINDS.items()
]

Outcomes = dict[str, Future[Outcome]]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, mysql: MySQL) -> Iterator[Outcomes]:
    """The outcome of each selected case, as soon as it is there: all processors work on them."""
    chosen = [
        cast(Kind, item.callspec.params["kind"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test_kind
    ]
    with case_pool() as submit:
        yield {kind.name: submit(mysql, kind, "daybreak") for kind in chosen}


@pytest.mark.parametrize("kind", CASES)
def test_kind(outcomes: Outcomes, mysql: MySQL, kind: Kind) -> None:
    """The revision makes what the models make, keeps the rows and can be taken back; or what it
    does not do is said. Where nothing changed nothing is sent. Afterwards `check` finds nothing
    that was not said.
    """
    outcome = outcomes[kind.name].result()
    assert outcome.verdict == VERDICT[kind.expected], outcome.detail
    assert outcome.downgrade in {"right", ""}, outcome.detail
    assert outcome.clean is (outcome.verdict == "right")


def test_there_are_at_least_as_many_kinds_as_were_measured() -> None:
    assert sum(kind.before != kind.after for kind in KINDS.values()) >= 246


def test_nothing_changed_in_at_least_22_kinds() -> None:
    same = families("mysql")["same"]
    assert all(kind.before == kind.after for kind in same)
    assert len(same) >= 22


def test_at_least_ten_kinds_are_several_in_one_revision() -> None:
    assert len(families("mysql")["combined"]) >= 10


def test_no_two_kinds_share_a_schema() -> None:
    schemas = [schema for kind in KINDS.values() for schema in kind.schemas]
    assert len(schemas) == len(set(schemas))
