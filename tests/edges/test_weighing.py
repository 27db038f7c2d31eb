"""The catalog is asked about what may be long, and about nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url

from daybreak.dialects import postgresql
from daybreak.edges.apply.weighing import Weighing
from servers.postgresql import PostgreSQL

# Statements one after the other; whether the catalog is asked about each.
ASKED = {
    "tables of its own": [
        ("CREATE TABLE new (id int, name text)", False),
        ("CREATE INDEX ON new (name)", False),
        ("ALTER TABLE new ALTER COLUMN id TYPE bigint", False),
        ('ALTER TABLE "new" ADD CHECK (id > 0)', False),
        ("ALTER TABLE old ADD FOREIGN KEY (id) REFERENCES new", True),
    ],
    "a table that may have been there": [
        ("CREATE TABLE IF NOT EXISTS old (id int)", False),
        ("CREATE INDEX ON old (id)", True),
    ],
    "a name that is another table's": [
        ("CREATE TABLE new (id int)", False),
        ("ALTER TABLE new RENAME TO newer", False),
        ("CREATE INDEX ON new (id)", True),
    ],
    "a name in another schema": [
        ("CREATE TABLE new (id int)", False),
        ("SET search_path TO other", False),
        ("CREATE INDEX ON new (id)", True),
    ],
    "what is always short": [
        ("ALTER TABLE old ADD COLUMN b int", False),
        ("ALTER TABLE old ADD COLUMN c timestamptz NOT NULL DEFAULT now()", False),
        ("ALTER TABLE old DROP COLUMN b", False),
        ("ALTER TABLE old ADD CONSTRAINT k CHECK (id > 0) NOT VALID", False),
        ("ALTER TABLE old RENAME COLUMN c TO d", False),
        ("CREATE INDEX CONCURRENTLY ix ON old (id)", False),
        ("DROP INDEX ix", False),
        ("COMMENT ON TABLE old IS 'REINDEX TABLE old'", False),
        ("INSERT INTO old VALUES (1)", False),
    ],
}


@pytest.mark.parametrize("statements", ASKED.values(), ids=ASKED)
def test_the_catalog_is_asked_once_about_what_may_be_long(
    postgresql16: PostgreSQL, statements: list[tuple[str, bool]]
) -> None:
    queries = 0

    @contextlib.contextmanager
    def counting() -> Iterator[None]:
        nonlocal queries
        queries += 1
        yield

    engine = create_engine(
        make_url(postgresql16.url("postgres")).set(drivername="postgresql+psycopg2")
    )
    asked = []
    with engine.connect() as connection:
        weighing = Weighing(connection, postgresql, counting)
        for sql, _ in statements:
            before = queries
            assert weighing.heavy(sql, postgresql.read_statement(sql)) == ()
            asked.append((sql, queries == before + 1))
    engine.dispose()
    assert asked == statements
