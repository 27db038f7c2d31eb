"""What a statement drops is told from its text, whoever wrote it."""

from __future__ import annotations

import pytest

from daybreak.core.plan import Dropped
from daybreak.dialects import mysql, postgresql
from daybreak.dialects.base import Dialect

T, C = Dropped("t"), Dropped("t", "c")

BOTH: dict[str, tuple[Dropped, ...]] = {
    "DROP TABLE t": (T,),
    "drop table if exists t cascade": (T,),
    "DROP TABLE a, s.b;\nDROP TABLE t": (Dropped("a"), Dropped("s.b"), T),
    "ALTER TABLE t DROP COLUMN c": (C,),
    "ALTER TABLE t DROP COLUMN a CASCADE, ADD COLUMN b numeric(9, 2), DROP c": (
        Dropped("t", "a"),
        C,
    ),
    "ALTER TABLE s.t DROP c": (Dropped("s.t", "c"),),
    "-- DROP TABLE a\n/* and b */ DROP TABLE t": (T,),
    "SELECT 'DROP TABLE t'; UPDATE t SET c = '; DROP TABLE t'": (),
    "CREATE TABLE t (c integer)": (),
    "DROP INDEX t": (),
    "DROP VIEW t": (),
    "TRUNCATE TABLE t": (),
    "ALTER TABLE t DROP CONSTRAINT c": (),
    "ALTER TABLE t ALTER COLUMN c DROP DEFAULT": (),
    "ALTER TABLE t RENAME TO u": (),
    "": (),
}
POSTGRESQL = {
    'DROP TABLE "The ""T""", t': (Dropped('"The ""T"""'), T),
    "ALTER TABLE IF EXISTS ONLY t DROP COLUMN IF EXISTS c": (C,),
    "ALTER TABLE t * DROP c RESTRICT": (C,),
    "ALTER TABLE t DROP key": (Dropped("t", "key"),),
    "ALTER TABLE t DROP index CASCADE": (Dropped("t", "index"),),
    "ALTER TABLE t ALTER c DROP NOT NULL, ALTER c DROP IDENTITY": (),
    "DO $$ BEGIN DROP TABLE t; END $$": (),
    "DROP FOREIGN TABLE t": (),
}
MYSQL = {
    "DROP TABLE `a b`, t": (Dropped("`a b`"), T),
    "DROP TABLES a, t": (Dropped("a"), T),
    "ALTER TABLE t DROP `c`": (Dropped("t", "`c`"),),
    "ALTER TABLE t DROP PRIMARY KEY, DROP INDEX i, DROP KEY k": (),
    "ALTER TABLE t DROP FOREIGN KEY f, DROP CHECK k": (),
    "ALTER TABLE t DROP PARTITION p": (),
    "DROP TEMPORARY TABLE t": (),
    "DROP TABLE t # and a": (T,),
}
CASES = [
    *[
        (dialect, sql, expected)
        for dialect in (postgresql, mysql)
        for sql, expected in BOTH.items()
    ],
    *[(postgresql, sql, expected) for sql, expected in POSTGRESQL.items()],
    *[(mysql, sql, expected) for sql, expected in MYSQL.items()],
]


@pytest.mark.parametrize(("dialect", "sql", "expected"), CASES)
def test_a_statement_tells_what_it_drops(
    dialect: Dialect, sql: str, expected: tuple[Dropped, ...]
) -> None:
    assert tuple(dialect.dropped(sql)) == expected
