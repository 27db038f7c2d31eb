"""Two ways to one schema give no change on a real PostgreSQL; two schemas give theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, NullPool, create_engine

from daybreak.core.catalog import Catalog
from daybreak.core.change import Alter, Change, Create, Rename
from daybreak.core.diff import diff
from daybreak.dialects import postgresql
from daybreak.dialects.postgresql.folds import FOLDS
from daybreak.edges.catalog import read_catalog
from edges.catalog_pairs import PAIRS, Pair
from servers.postgresql import PostgreSQL

# Those that two databases of one server can't show: tests/dialects/test_folds_postgresql.py.
OF_TEXTS = {"told twice", "all privileges"}


@pytest.fixture(scope="module", params=["postgresql16", "postgresql18"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    server: PostgreSQL = request.getfixturevalue(request.param)
    with server.fresh_database() as name:
        engine = create_engine(server.url(name, "psycopg2"), poolclass=NullPool)
        yield engine
        engine.dispose()


def catalog_after(engine: Engine, sql: str) -> Catalog:
    """The catalog of an empty database after `sql`, of which nothing stays."""
    with engine.connect() as connection:
        connection.exec_driver_sql(sql)
        return read_catalog(connection)


def version_of(engine: Engine) -> int:
    with engine.connect() as connection:
        (major, *_) = connection.dialect.server_version_info or (0,)
    return int(major)


def said(change: Change) -> str:
    what = f"{change.address.kind} {change.address}"
    match change:
        case Alter(fields=fields):
            return f"alter {what}: {', '.join(fields)}"
        case Rename(to=to):
            return f"rename {what} to {to.name}"
    return f"{'create' if isinstance(change, Create) else 'drop'} {what}"


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_pair_differs_in_what_it_is_said_to_and_in_nothing_else(
    engine: Engine, pair: Pair
) -> None:
    if version_of(engine) < pair.since:
        pytest.skip(f"PostgreSQL {pair.since} and later")
    one, two = catalog_after(engine, pair.one), catalog_after(engine, pair.two)
    found = diff(one, two, fold=postgresql.fold)
    assert tuple(map(said, found)) == pair.differs
    back = diff(two, one, fold=postgresql.fold)
    assert bool(back) == bool(pair.differs)


def test_each_fold_has_a_pair_that_it_decides() -> None:
    assert {pair.fold for pair in PAIRS if pair.fold} | OF_TEXTS == {*FOLDS}
