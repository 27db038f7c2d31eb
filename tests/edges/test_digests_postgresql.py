"""Of two tables that differ in one thing the digests differ, whatever the server did not spell out.

A digest leaves out texts that other columns of pg_catalog tell, too: what follows is all that is in
such a text, one thing at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, NullPool, create_engine

from daybreak.edges.catalog import read_catalog, read_outline
from servers.postgresql import PostgreSQL

T = ("public", "t")
BASE = """
CREATE COLLATION one FROM "C";
CREATE COLLATION two FROM "C";
CREATE OPERATOR CLASS own FOR TYPE integer USING btree
    AS OPERATOR 3 =, FUNCTION 1 btint4cmp(integer, integer);
CREATE TABLE r (a integer UNIQUE, b integer UNIQUE, UNIQUE (a, b), UNIQUE (b, a));
CREATE TABLE t (a integer, b integer, w varchar, x int4range, y daterange);
"""
BASE_18 = """
CREATE TABLE p (a int4range, b daterange, UNIQUE (a, b), UNIQUE (a, b WITHOUT OVERLAPS));
"""
# What is the same in each of a group, and what differs. From 18 on: `p`.
INDEX = "CREATE INDEX i ON t {}"
CONSTRAINT = "ALTER TABLE t ADD CONSTRAINT c {}"
DEFAULT = "ALTER TABLE t ADD d {}"
GROUPS = [
    (
        INDEX,
        ["(a)", "(b)", "(a, b)", "(b, a)", "(a DESC)", "(a NULLS FIRST)", "(a DESC NULLS LAST)"],
    ),
    (INDEX, ["(a)", "(a own)", "USING hash (a)", "(a) INCLUDE (b)", "(a) INCLUDE (w)"]),
    (INDEX, ["(w)", "(w varchar_pattern_ops)", '(w COLLATE "C")', '(w COLLATE "POSIX")']),
    (INDEX, ["(w COLLATE one)", "(w COLLATE two)"]),
    (INDEX, ["((a + 1))", "((a + 2))", "(a) WHERE a > 1", "(a) WHERE a > 2"]),
    (INDEX, ["(a) WITH (fillfactor = 71)", "(a) WITH (fillfactor = 72)"]),
    ("CREATE UNIQUE INDEX i ON t {}", ["(a)", "(a) NULLS NOT DISTINCT"]),
    (CONSTRAINT, ["UNIQUE (a)", "UNIQUE (b)", "UNIQUE (a, b)", "UNIQUE (b, a)", "PRIMARY KEY (a)"]),
    (CONSTRAINT, ["UNIQUE (a)", "UNIQUE NULLS NOT DISTINCT (a)", "UNIQUE (a) DEFERRABLE"]),
    (CONSTRAINT, ["UNIQUE (a)", "UNIQUE (a) INCLUDE (b)", "UNIQUE (a) INCLUDE (w)"]),
    (CONSTRAINT, ["UNIQUE (a) DEFERRABLE", "UNIQUE (a) DEFERRABLE INITIALLY DEFERRED"]),
    (CONSTRAINT, ["CHECK (a > 1)", "CHECK (a > 2)", "CHECK (a > 1) NO INHERIT"]),
    (CONSTRAINT, ["CHECK (a > 1)", "CHECK (a > 1) NOT VALID"]),
    (CONSTRAINT, ["EXCLUDE USING gist (x WITH =)", "EXCLUDE USING gist (x WITH &&)"]),
    (CONSTRAINT, ["EXCLUDE (a WITH =) WHERE (a > 1)", "EXCLUDE (a WITH =) WHERE (a > 2)"]),
    (
        CONSTRAINT,
        [
            *("FOREIGN KEY (a) REFERENCES r (a)", "FOREIGN KEY (b) REFERENCES r (a)"),
            *("FOREIGN KEY (a) REFERENCES r (b)", "FOREIGN KEY (a, b) REFERENCES r (a, b)"),
            *("FOREIGN KEY (b, a) REFERENCES r (a, b)", "FOREIGN KEY (a, b) REFERENCES r (b, a)"),
        ],
    ),
    (
        "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a, b) REFERENCES r (a, b) {}",
        [
            *("", "MATCH FULL", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED", "NOT VALID"),
            *("ON DELETE CASCADE", "ON DELETE SET NULL", "ON DELETE SET NULL (a)"),
            *("ON DELETE SET NULL (b)", "ON UPDATE CASCADE", "ON UPDATE RESTRICT"),
        ],
    ),
    (
        "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES r (a); {}",
        [
            "",
            "ALTER TABLE r RENAME a TO c",
            "ALTER TABLE r RENAME TO q",
            "ALTER TABLE t RENAME a TO c",
        ],
    ),
    (
        "CREATE INDEX i ON t (a); {}",
        ["", "ALTER INDEX i RENAME TO j", "ALTER TABLE t RENAME a TO c"],
    ),
    (DEFAULT, ["integer DEFAULT 1", "integer DEFAULT 2", "integer", "bigint DEFAULT 1"]),
    (
        DEFAULT,
        [f"integer GENERATED ALWAYS AS ({text}) STORED" for text in ("a", "b", "a + b", "a + 1")],
    ),
]
GROUPS_18 = [
    (CONSTRAINT, ["UNIQUE (x, y)", "UNIQUE (x, y WITHOUT OVERLAPS)"]),
    (
        CONSTRAINT,
        [
            "FOREIGN KEY (x, y) REFERENCES p (a, b)",
            "FOREIGN KEY (x, PERIOD y) REFERENCES p (a, PERIOD b)",
        ],
    ),
    (CONSTRAINT, ["CHECK (a > 1)", "CHECK (a > 1) NOT ENFORCED"]),
    (DEFAULT, [f"integer GENERATED ALWAYS AS ({text}) VIRTUAL" for text in ("a", "b", "a + 1")]),
]


@pytest.fixture(scope="module", params=["postgresql16", "postgresql18"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    server: PostgreSQL = request.getfixturevalue(request.param)
    with server.fresh_database() as name:
        server.execute(BASE + (BASE_18 if "18" in request.param else ""), database=name)
        engine = create_engine(server.url(name, "psycopg2"), poolclass=NullPool)
        yield engine
        engine.dispose()


@pytest.mark.parametrize(("sql", "cases"), GROUPS)
def test_no_two_digests_of_a_group_are_equal(engine: Engine, sql: str, cases: list[str]) -> None:
    assert_all_differ(engine, [sql.format(case) for case in cases])


@pytest.mark.parametrize("engine", ["postgresql18"], indirect=True)
@pytest.mark.parametrize(("sql", "cases"), GROUPS_18)
def test_nor_are_those_of_what_came_with_18(engine: Engine, sql: str, cases: list[str]) -> None:
    assert_all_differ(engine, [sql.format(case) for case in cases])


def assert_all_differ(engine: Engine, statements: list[str]) -> None:
    told = [_told(engine, statement) for statement in statements]
    assert len({digest for digest, _ in told}) == len(statements)
    assert len({table for _, table in told}) == len(statements)


def _told(engine: Engine, sql: str) -> tuple[str, str]:
    """The digest and the catalog of `t` after `sql`, of which nothing stays."""
    with engine.connect() as connection:
        connection.exec_driver_sql(sql)
        outline, catalog = read_outline(connection), read_catalog(connection)
    assert outline is not None
    [table] = [table for table in catalog.tables if (table.schema, table.name) == T]
    return outline.digests[T], repr(table)
