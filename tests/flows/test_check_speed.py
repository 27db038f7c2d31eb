"""`check` is fast because it reads little; what it then says is what a full reading would say."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.check import WARM_PAIR, measure, promises, ratio
from benchmarks.checking import EQUAL, Bench
from benchmarks.schemas import write_project
from daybreak.core.catalog import Catalog
from daybreak.core.checked import Checked
from daybreak.core.outline import Name, unlike
from daybreak.edges.shadow import cache
from daybreak.flows import drift
from daybreak.flows.check import check
from servers.postgresql import PostgreSQL

# A machine that others use, and fixed costs that count for more in a small schema.
SLACK = 4

BY_HAND = """
ALTER TABLE items_0001 DROP COLUMN size
ALTER TABLE items_0001 ALTER title TYPE text
ALTER TABLE items_0002 RENAME TO goods
DROP TABLE items_0003
CREATE TABLE more (id serial PRIMARY KEY, item integer REFERENCES items_0000)
CREATE VIEW open_items AS SELECT id FROM items_0000 WHERE state = 'open'
DROP INDEX ix_items_0001_open
ALTER TABLE items_0001 DROP CONSTRAINT ck_items_0001_amount
ALTER SEQUENCE items_0001_id_seq INCREMENT 2
ALTER TYPE state ADD VALUE 'late'
ALTER TYPE state RENAME VALUE 'open' TO 'fresh'
COMMENT ON COLUMN items_0001.body IS NULL
GRANT SELECT ON items_0001 TO PUBLIC
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE SCHEMA aside
DELETE FROM alembic_version
"""


@pytest.fixture(scope="module")
def project(postgresql16: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("speed").resolve()
    (root / "cache").mkdir()
    write_project(root, 4)
    environment, place, path = dict(os.environ), vars(cache)["cache_place"], list(sys.path)
    bench = Bench(root, postgresql16.port, schemas=1)
    try:
        bench.load_models()
        bench.admin(f"CREATE DATABASE {EQUAL}")
        bench.upgrade()
        yield bench
    finally:
        bench.admin(f"DROP DATABASE IF EXISTS {EQUAL} WITH (FORCE)")
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:] = path
        del sys.modules["models"]
        cache.cache_place = place  # type: ignore[attr-defined]


@pytest.mark.parametrize("sql", BY_HAND.strip().splitlines())
def test_what_is_remembered_changes_no_verdict(project: Bench, sql: str) -> None:
    check(project.session)
    project.admin("CREATE DATABASE by_hand TEMPLATE " + EQUAL)
    try:
        project.admin(sql, database="by_hand")
        project.use("by_hand")
        from_outline = check(project.session)
        full = _check_in_full(project)
    finally:
        project.use(EQUAL)
        project.admin("DROP DATABASE by_hand WITH (FORCE)")
    assert from_outline == full
    assert full.behind or not full.equal or "SCHEMA" in sql


def test_what_is_gone_when_it_is_read_again_is_no_drift(
    project: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody's migration was under way at the first reading."""
    passing = []

    def meanwhile(history: Catalog, found: Catalog) -> frozenset[Name]:
        passing.append([column.name for column in found.tables[1].columns][-1])
        project.admin("ALTER TABLE items_0001 DROP passing", database="by_hand")
        return unlike(history, found)

    monkeypatch.setattr(drift, "unlike", meanwhile)
    project.admin("CREATE DATABASE by_hand TEMPLATE " + EQUAL)
    try:
        project.admin("ALTER TABLE items_0001 ADD passing integer", database="by_hand")
        project.use("by_hand")
        checked = _check_in_full(project)
    finally:
        project.use(EQUAL)
        project.admin("DROP DATABASE by_hand WITH (FORCE)")
    assert passing == ["passing"]
    assert checked.equal


def test_nothing_differs_at_the_second_time_either(project: Bench) -> None:
    first, second = check(project.session), check(project.session)
    assert first == second == _check_in_full(project)
    assert first.equal


def _check_in_full(project: Bench) -> Checked:
    """With both catalogs at hand, but neither an outline nor a verdict."""
    for file in Path(project.root, "cache", "catalogs").glob("*-*"):
        if not file.name.startswith("shadow-"):
            file.unlink()
    return check(project.session)


@pytest.mark.slow
def test_the_promised_speeds_hold_four_times_over_in_a_small_schema(
    postgresql16: PostgreSQL,
) -> None:
    measured = {size: measure(size, 3, postgresql16.port) for size in ("100", "100x5")}
    assert len({found["statements"] for found in measured.values()}) == 1
    for size, found in measured.items():
        assert [promise for promise in promises(size, found) if not promise.kept(SLACK)] == []
        assert ratio(found, *WARM_PAIR) <= SLACK / 10
