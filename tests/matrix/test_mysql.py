"""Every kind of model change on MySQL, judged by SHOW CREATE and information_schema.

A case takes more than a second of a processor, half of it the server's. So that a run stays short,
it takes all kinds where nothing changed and two fifths of the others, at least 170 and some of
every family, always the same ones (by a checksum of their names). With DAYBREAK_TEST_MATRIX=all,
as in `nox -s full`, it takes all.
"""

from __future__ import annotations

import os
import zlib
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


def is_in_each_run(kind: Kind) -> bool:
    return kind.before == kind.after or zlib.crc32(kind.name.encode()) % 100 < 42


EVERY = os.environ.get("DAYBREAK_TEST_MATRIX") == "all"
CASES = [
    pytest.param(kind, id=name) for name, kind in KINDS.items() if EVERY or is_in_each_run(kind)
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


def test_each_run_has_at_least_170_changes_of_every_family_and_all_that_is_unchanged() -> None:
    taken = {
        family: [kind for kind in members if is_in_each_run(kind)]
        for family, members in families("mysql").items()
    }
    assert all(taken.values())
    assert taken["same"] == list(families("mysql")["same"])
    assert sum(kind.before != kind.after for kinds in taken.values() for kind in kinds) >= 170


def test_no_two_kinds_share_a_schema() -> None:
    schemas = [schema for kind in KINDS.values() for schema in kind.schemas]
    assert len(schemas) == len(set(schemas))
