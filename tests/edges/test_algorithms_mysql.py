"""An ALTER says how it is to be done, so that MySQL refuses what others would have to wait for."""

from __future__ import annotations

from collections.abc import Iterator

import pymysql
import pytest

from daybreak.dialects.mysql import running
from servers.mysql import AT_ONCE, MySQL

TABLES = """
CREATE TABLE r (id INT PRIMARY KEY);
INSERT INTO r SELECT ROW_NUMBER() OVER () FROM information_schema.columns LIMIT 100;
CREATE TABLE t (
    id INT PRIMARY KEY, k INT NOT NULL, a INT, v VARCHAR(10), x TEXT, e ENUM('a', 'b'),
    place POINT NOT NULL SRID 0, KEY kk (k)
);
CREATE TABLE `a.b c` (id INT PRIMARY KEY);
CREATE TABLE p (id INT) PARTITION BY RANGE (id) (
    PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20)
);
CREATE TABLE q (id INT);
CREATE TABLE plain (a INT) ENGINE = MyISAM;
INSERT INTO t SELECT n, n, n, 'x', 'y', 'a', POINT(1, 1)
    FROM (SELECT ROW_NUMBER() OVER () AS n FROM information_schema.columns LIMIT 100) AS numbers
"""
INSTANT = "ALGORITHM=INSTANT"
ONLINE = "ALGORITHM=INPLACE, LOCK=NONE"
SHARED = "ALGORITHM=INPLACE, LOCK=SHARED"
COPY = "ALGORITHM=COPY, LOCK=SHARED"
AS_IT_IS = ""

# Each statement, with the way in which it is done.
CASES = {
    "ALTER TABLE t ADD COLUMN z INT": INSTANT,
    "alter table `t` add z int default 5": INSTANT,
    "ALTER TABLE `a.b c` ADD COLUMN z INT;": INSTANT,
    "ALTER TABLE t DROP COLUMN a": INSTANT,
    "ALTER TABLE t CHANGE a b INT": INSTANT,
    "ALTER TABLE t RENAME COLUMN a TO b": INSTANT,
    "ALTER TABLE t RENAME TO u": INSTANT,
    "ALTER TABLE t ALTER a SET DEFAULT 5": INSTANT,
    "ALTER TABLE t ADD g INT GENERATED ALWAYS AS (a + 1) VIRTUAL": INSTANT,
    "ALTER TABLE t MODIFY e ENUM('a', 'b', 'c')": INSTANT,
    "ALTER TABLE t MODIFY v VARCHAR(60)": ONLINE,
    "ALTER TABLE t MODIFY a INT NOT NULL": ONLINE,
    "ALTER TABLE t ADD INDEX ix (a)": ONLINE,
    "ALTER TABLE t DROP INDEX kk": ONLINE,
    "ALTER TABLE t RENAME INDEX kk TO ll": ONLINE,
    "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, k)": ONLINE,
    "ALTER TABLE t DEFAULT CHARACTER SET latin1": ONLINE,
    "ALTER TABLE t COMMENT 'LOCK=SHARED'": ONLINE,
    "ALTER TABLE t ENGINE=InnoDB": ONLINE,
    "ALTER TABLE p ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))": ONLINE,
    "CREATE INDEX ix ON t (a)": ONLINE,
    "CREATE UNIQUE INDEX ix ON t (a);": ONLINE,
    "CREATE INDEX ix ON t (a) -- why": ONLINE,
    "DROP INDEX kk ON t": ONLINE,
    "ALTER TABLE t ADD FULLTEXT INDEX fx (x)": SHARED,
    "ALTER TABLE t ADD z INT AUTO_INCREMENT UNIQUE": SHARED,
    "ALTER TABLE t ADD SPATIAL INDEX sp (place)": SHARED,
    "ALTER TABLE p REBUILD PARTITION p1": SHARED,
    "CREATE FULLTEXT INDEX ix ON t (x)": SHARED,
    "ALTER TABLE t MODIFY a BIGINT": COPY,
    "ALTER TABLE t MODIFY v VARCHAR(300)": COPY,
    "ALTER TABLE t MODIFY e ENUM('b', 'a')": COPY,
    "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES r (id)": COPY,
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)": COPY,
    "ALTER TABLE t DROP PRIMARY KEY": COPY,
    "ALTER TABLE t CONVERT TO CHARACTER SET latin1": COPY,
    "ALTER TABLE t ADD g INT GENERATED ALWAYS AS (a + 1) STORED": COPY,
    "ALTER TABLE t ENGINE=MyISAM": COPY,
    "ALTER TABLE q PARTITION BY HASH (id) PARTITIONS 2": COPY,
    "ALTER TABLE p REMOVE PARTITIONING": COPY,
    "ALTER TABLE plain ADD COLUMN b INT": COPY,
    "CREATE INDEX ix ON plain (a)": COPY,
    "ALTER TABLE t DISCARD TABLESPACE": AS_IT_IS,
    "ALTER TABLE t ADD COLUMN z INT, ALGORITHM=COPY": AS_IT_IS,
    "ALTER TABLE t ADD COLUMN z INT, LOCK = NONE": AS_IT_IS,
    "CREATE INDEX ix ON t (a) LOCK SHARED": AS_IT_IS,
    "ALTER TABLE t ADD COLUMN algorithm INT": INSTANT,
    "CREATE VIEW ix AS SELECT 1": AS_IT_IS,
    "DROP TABLE t": AS_IT_IS,
}


@pytest.fixture
def cursor(mysql: MySQL) -> Iterator[pymysql.cursors.Cursor]:
    with mysql.fresh_database() as database:
        connection = pymysql.connect(
            host=mysql.host,
            port=mysql.port,
            user=mysql.user,
            password=mysql.password,
            database=database,
            **AT_ONCE,
        )
        with connection, connection.cursor() as cursor:
            for sql in TABLES.split(";"):
                cursor.execute(sql)
            yield cursor


@pytest.mark.parametrize("sql", CASES)
def test_the_first_way_that_the_server_does_not_refuse_is_taken(
    cursor: pymysql.cursors.Cursor, sql: str
) -> None:
    ways_said = (*running.gentle(sql), *running.locking(sql))
    taken = next(said for said in ways_said if is_possible(cursor, said))
    ways = {INSTANT, ONLINE, SHARED, COPY} if taken != sql else {AS_IT_IS}
    plain = taken.replace("INPLACE LOCK", "INPLACE, LOCK").replace("COPY LOCK", "COPY, LOCK")
    assert [way for way in ways if way in plain] == [CASES[sql]]


def is_possible(cursor: pymysql.cursors.Cursor, sql: str) -> bool:
    try:
        cursor.execute(sql)
    except pymysql.MySQLError as error:
        if not running.is_not_gentle(error):
            raise
        return False
    return True


def test_what_the_server_can_not_do_otherwise_is_told_in_its_words(
    cursor: pymysql.cursors.Cursor,
) -> None:
    sql = "ALTER TABLE t MODIFY a BIGINT"
    with pytest.raises(pymysql.MySQLError) as refused:
        cursor.execute(running.gentle(sql)[-1])
    [suspect] = running.locked(sql, refused.value)
    assert suspect.place.name == "t"
    assert suspect.lock == "LOCK=SHARED"
    assert suspect.why == "the server says: Cannot change column type INPLACE"
