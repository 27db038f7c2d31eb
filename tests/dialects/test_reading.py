"""What a statement does is read from its text."""

from __future__ import annotations

import pytest

from daybreak.core.statement import Aim
from daybreak.dialects import dialect_named, mysql

# The statement; whether the catalog tells of it without its state before; the part that it adds.
ADDS = [
    ("CREATE TABLE t (id INT)", True, None),
    ("CREATE TABLE IF NOT EXISTS t (id INT)", True, None),
    ("CREATE VIEW v AS SELECT 1", True, None),
    ("CREATE INDEX `ix_A` ON t (a)", True, ("index", "ix_a")),
    ("CREATE UNIQUE INDEX ux USING BTREE ON s.t (a)", True, ("index", "ux")),
    ("ALTER TABLE t ADD COLUMN A INT NOT NULL", True, ("column", "a")),
    ("ALTER TABLE t ADD a INT", True, ("column", "a")),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", False, None),
    ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)", False, None),
    ("ALTER TABLE t ADD INDEX ix (a)", False, None),
    ("ALTER TABLE t MODIFY a BIGINT", False, None),
    ("ALTER TABLE t CHANGE a b BIGINT", False, None),
    ("ALTER TABLE t DROP COLUMN a", False, None),
    ("ALTER TABLE t RENAME TO u", False, None),
    ("DROP INDEX ix ON t", False, None),
    ("DROP TABLE t", False, None),
    ("INSERT INTO t VALUES (1)", False, None),
    ("CALL p()", False, None),
]


@pytest.mark.parametrize(("sql", "only_adds", "adds"), ADDS)
def test_mysql_tells_what_only_adds_something(
    sql: str, only_adds: bool, adds: tuple[str, str] | None
) -> None:
    reading = mysql.read_statement(sql)
    assert (reading.only_adds, reading.adds) == (only_adds, adds)
    assert (reading.aim is Aim.MADE) == (only_adds and adds is None)


# As a server tells of them: cut within a value.
CUT = [
    ("postgresql", "SELECT 'a', 'secret", "SELECT ? , ?"),
    ("postgresql", "SELECT 'it''s secret", "SELECT ?"),
    ("postgresql", "SELECT E'it\\'s secret", "SELECT ?"),
    ("postgresql", "SELECT E'secret\\", "SELECT ?"),
    ("postgresql", "DO $$ secret", "DO ?"),
    ("postgresql", "DO $x$ secret $$ secret", "DO ?"),
    ("postgresql", "SELECT 1 /* secret", "SELECT ?"),
    ("mysql", "SELECT 'a', 'secret", "SELECT ? , ?"),
    ("mysql", 'SELECT "secret', "SELECT ?"),
    ("mysql", "SELECT 'it\\'s secret", "SELECT ?"),
    ("mysql", "SELECT 'secret\\", "SELECT ?"),
    ("mysql", "SELECT 1 /* secret", "SELECT ?"),
]


@pytest.mark.parametrize(("dialect", "sql", "skeleton"), CUT)
def test_of_a_statement_that_is_cut_no_value_is_shown(
    dialect: str, sql: str, skeleton: str
) -> None:
    assert dialect_named(dialect, "the test").read_statement(sql).skeleton == skeleton


# The statement, and whether somebody may have to wait for what it locks.
LOCKS = [
    ("ALTER TABLE t ADD a INT", True),
    ("UPDATE t SET a = 1", True),
    ("LOCK TABLE t IN SHARE MODE", True),
    ("SELECT a FROM t WHERE a = 1 FOR UPDATE", True),
    ("SELECT a FROM t WHERE a = 'FOR UPDATE'", False),
    ("SET lock_timeout = 1", False),
    ("VALUES (1)", False),
]


@pytest.mark.parametrize(("sql", "takes_locks"), LOCKS)
@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_neither_a_setting_nor_a_mere_query_is_in_anybodys_way(
    dialect: str, sql: str, takes_locks: bool
) -> None:
    assert dialect_named(dialect, "the test").read_statement(sql).takes_locks is takes_locks
