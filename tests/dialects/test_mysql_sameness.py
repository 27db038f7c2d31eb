"""Tables that mean the same on MySQL give the same catalog, however they came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from daybreak.core.catalog import Catalog, Table
from daybreak.core.change import Create
from daybreak.dialects import mysql as dialect
from dialects.test_mysql_ddl import columns_by_name, read, run
from servers.mysql import MySQL

# What it is, how it is made at once, and how else: `{t}` is the table's name.
PAIRS: dict[str, tuple[list[str], list[str]]] = {
    "a default added": (
        ["CREATE TABLE {t} (c JSON DEFAULT (JSON_ARRAY('a', 1)))"],
        ["CREATE TABLE {t} (c JSON)", "ALTER TABLE {t} MODIFY c JSON DEFAULT (json_array('a',1))"],
    ),
    "true": (
        ["CREATE TABLE {t} (c BOOL DEFAULT true, d BOOL DEFAULT (true))"],
        ["CREATE TABLE {t} (c TINYINT(1) DEFAULT 1, d BOOLEAN DEFAULT (TRUE))"],
    ),
    "lengths of texts": (
        ["CREATE TABLE {t} (c TEXT(60), d TEXT(70000), e BLOB(20))"],
        ["CREATE TABLE {t} (c TINYTEXT, d MEDIUMTEXT, e TINYBLOB)"],
    ),
    "national characters": (
        ["CREATE TABLE {t} (c NVARCHAR(5), d NCHAR(5))"],
        ["CREATE TABLE {t} (c VARCHAR(5) CHARACTER SET utf8mb3, d CHAR(5) CHARACTER SET utf8mb3)"],
    ),
    "quotes": (
        ["CREATE TABLE {t} (c VARCHAR(9) DEFAULT 'it''s \"x\"')"],
        ["CREATE TABLE {t} (c VARCHAR(9))", 'ALTER TABLE {t} ALTER c SET DEFAULT "it\'s ""x"""'],
    ),
    "backslashes": (
        [r"CREATE TABLE {t} (c VARCHAR(9) DEFAULT 'a\\b\n\'', d TEXT DEFAULT ('a\\b\''))"],
        [
            "CREATE TABLE {t} (c VARCHAR(9) DEFAULT 'x', d TEXT DEFAULT ('x'))",
            r"ALTER TABLE {t} ALTER c SET DEFAULT 'a\\b\n\''",
            r"ALTER TABLE {t} MODIFY d TEXT DEFAULT (_utf8mb4'a\\b''')",
        ],
    ),
    "backslashes that escape nothing": (
        [r"CREATE TABLE {t} (c VARCHAR(9) DEFAULT 'a\\b', CHECK (c <> '\\'))"],
        [
            "SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')",
            r"CREATE TABLE {t} (c VARCHAR(9) DEFAULT 'a\b', CHECK (c <> '\'))",
            "SET sql_mode = DEFAULT",
        ],
    ),
    "numbers as defaults": (
        ["CREATE TABLE {t} (c INT DEFAULT 5, d DECIMAL(5,2) DEFAULT 1, e DOUBLE DEFAULT 1e3)"],
        ["CREATE TABLE {t} (c INT DEFAULT '5', d DECIMAL(5,2) DEFAULT 1.0, e DOUBLE DEFAULT 1e3)"],
    ),
    "the present": (
        ["CREATE TABLE {t} (c DATETIME DEFAULT NOW() ON UPDATE NOW(), d DATE DEFAULT (CURDATE()))"],
        [
            "CREATE TABLE {t} (c DATETIME DEFAULT LOCALTIMESTAMP ON UPDATE CURRENT_TIMESTAMP(0), "
            "d DATE DEFAULT (CURRENT_DATE))"
        ],
    ),
    "NULL as default": (
        ["CREATE TABLE {t} (c INT, d TIMESTAMP NULL)"],
        ["CREATE TABLE {t} (c INT DEFAULT NULL, d TIMESTAMP NULL DEFAULT NULL)"],
    ),
    "a default dropped": (
        ["CREATE TABLE {t} (c INT NOT NULL)"],
        ["CREATE TABLE {t} (c INT NOT NULL DEFAULT 5)", "ALTER TABLE {t} ALTER c DROP DEFAULT"],
    ),
    "synonyms of types": (
        ["CREATE TABLE {t} (a INT, b DECIMAL(10,0), c DOUBLE, d CHAR, e DECIMAL(5,2), f BIT)"],
        ["CREATE TABLE {t} (a INTEGER(11), b DEC, c REAL, d CHAR(1), e NUMERIC(5,2), f BIT(1))"],
    ),
    "the table's charset said again": (
        ["CREATE TABLE {t} (c VARCHAR(9))"],
        ["CREATE TABLE {t} (c VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci)"],
    ),
    "utf8": (
        ["CREATE TABLE {t} (c TEXT) CHARSET utf8mb3"],
        ["CREATE TABLE {t} (c TEXT) CHARSET utf8"],
    ),
    "a charset converted": (
        ["CREATE TABLE {t} (c VARCHAR(9), d ENUM('x'))"],
        [
            "CREATE TABLE {t} (c VARCHAR(9), d ENUM('x')) CHARSET latin1",
            "ALTER TABLE {t} CONVERT TO CHARACTER SET utf8mb4",
        ],
    ),
    "the order of columns": (
        ["CREATE TABLE {t} (a INT, b INT, c INT)"],
        ["CREATE TABLE {t} (a INT, c INT)", "ALTER TABLE {t} ADD b INT"],
    ),
    "a column renamed": (
        ["CREATE TABLE {t} (a INT, KEY k (a))"],
        ["CREATE TABLE {t} (z INT, KEY k (z))", "ALTER TABLE {t} RENAME COLUMN z TO a"],
    ),
    "a table renamed": (
        ["CREATE TABLE {t} (a INT, CHECK (a > 0))"],
        ["CREATE TABLE {t}_old (a INT, CHECK (a > 0))", "RENAME TABLE {t}_old TO {t}"],
    ),
    "indexes": (
        ["CREATE TABLE {t} (a INT, b INT, UNIQUE KEY u (a), KEY k (b DESC), UNIQUE c (b))"],
        [
            "CREATE TABLE {t} (a INT, b INT)",
            "CREATE INDEX k USING BTREE ON {t} (b DESC)",
            "CREATE UNIQUE INDEX c ON {t} (b ASC)",
            "ALTER TABLE {t} ADD CONSTRAINT u UNIQUE (a)",
        ],
    ),
    "an index hidden for a while": (
        ["CREATE TABLE {t} (a INT, KEY k (a))"],
        ["CREATE TABLE {t} (a INT, KEY k (a) INVISIBLE)", "ALTER TABLE {t} ALTER INDEX k VISIBLE"],
    ),
    "a foreign key": (
        [
            "CREATE TABLE {t} (id INT PRIMARY KEY, a INT, "
            "CONSTRAINT {t}_fk FOREIGN KEY (a) REFERENCES {t} (id))"
        ],
        [
            "CREATE TABLE {t} (id INT PRIMARY KEY, a INT)",
            "ALTER TABLE {t} ADD CONSTRAINT {t}_fk FOREIGN KEY (a) REFERENCES {t} (id) "
            "ON DELETE NO ACTION",
        ],
    ),
    "checks": (
        ["CREATE TABLE {t} (a INT, CONSTRAINT {t}_k CHECK (a != 1 AND a IN (1,2) OR NOT (a = 3)))"],
        [
            "CREATE TABLE {t} (a INT)",
            "ALTER TABLE {t} ADD CONSTRAINT {t}_k CHECK (a<>1 and (a in (1, 2)) or a <> 3)",
        ],
    ),
    "a check not enforced for a while": (
        ["CREATE TABLE {t} (a INT, CONSTRAINT {t}_k CHECK (a > 0))"],
        [
            "CREATE TABLE {t} (a INT, CONSTRAINT {t}_k CHECK (a > 0) NOT ENFORCED)",
            "ALTER TABLE {t} ALTER CHECK {t}_k ENFORCED",
        ],
    ),
    "a generated column": (
        ["CREATE TABLE {t} (a INT, g INT GENERATED ALWAYS AS (a + 1) VIRTUAL)"],
        ["CREATE TABLE {t} (a INT)", "ALTER TABLE {t} ADD g INT AS ( `a`+1 )"],
    ),
    "a counter that has counted": (
        ["CREATE TABLE {t} (id INT AUTO_INCREMENT PRIMARY KEY)"],
        [
            "CREATE TABLE {t} (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT 77",
            "INSERT INTO {t} VALUES ()",
        ],
    ),
    "a comment taken back": (
        ["CREATE TABLE {t} (a INT)"],
        [
            "CREATE TABLE {t} (a INT COMMENT 'x') COMMENT 'y'",
            "ALTER TABLE {t} COMMENT '', MODIFY a INT",
        ],
    ),
    "options taken back": (
        ["CREATE TABLE {t} (a INT)"],
        [
            "CREATE TABLE {t} (a INT) ROW_FORMAT COMPRESSED KEY_BLOCK_SIZE 8 STATS_PERSISTENT 1",
            "ALTER TABLE {t} ROW_FORMAT DEFAULT, KEY_BLOCK_SIZE 0, STATS_PERSISTENT DEFAULT",
        ],
    ),
    "another engine for a while": (
        ["CREATE TABLE {t} (a INT)"],
        ["CREATE TABLE {t} (a INT) ENGINE MyISAM", "ALTER TABLE {t} ENGINE InnoDB"],
    ),
    "partitions": (
        ["CREATE TABLE {t} (a INT) PARTITION BY HASH (a) PARTITIONS 3"],
        [
            "CREATE TABLE {t} (a INT) PARTITION BY HASH (a)",
            "ALTER TABLE {t} ADD PARTITION PARTITIONS 2",
        ],
    ),
    "partitions of ranges": (
        [
            "CREATE TABLE {t} (a INT) PARTITION BY RANGE (a) "
            "(PARTITION x VALUES LESS THAN (9), PARTITION y VALUES LESS THAN MAXVALUE)"
        ],
        [
            "CREATE TABLE {t} (a INT)",
            "ALTER TABLE {t} PARTITION BY RANGE (a) (PARTITION `x` VALUES LESS THAN (5 + 4))",
            "ALTER TABLE {t} ADD PARTITION (PARTITION y VALUES LESS THAN (MAXVALUE))",
        ],
    ),
    "octets": (
        ["CREATE TABLE {t} (a BINARY(3) DEFAULT 'ab', b VARBINARY(3) DEFAULT x'00ff', c BIT(3))"],
        ["CREATE TABLE {t} (a BINARY(3) DEFAULT 0x6162, b VARBINARY(3) DEFAULT 0x00ff, c BIT(3))"],
    ),
    "an event's start": (
        ["CREATE EVENT {t} ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1"],
        [
            "SET timestamp = 2000000000",
            "CREATE EVENT {t} ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
            "SET timestamp = DEFAULT",
        ],
    ),
    "a view": (
        ["CREATE TABLE {t} (a INT)", "CREATE VIEW v{t} AS SELECT a FROM {t} WHERE a > 0"],
        [
            "CREATE TABLE {t} (a INT)",
            "CREATE ALGORITHM = MERGE VIEW v{t} AS SELECT 1",
            "CREATE OR REPLACE VIEW v{t} AS SELECT {t}.a FROM {t} WHERE ({t}.a>0)",
        ],
    ),
}
NAMES = {name: f"t{number}" for number, name in enumerate(PAIRS)}


@pytest.fixture(scope="module")
def both(mysql: MySQL) -> Iterator[tuple[Catalog, Catalog, Catalog]]:
    """All made at once, all made otherwise, and the first made again from its catalog alone."""
    with (
        mysql.fresh_database() as one,
        mysql.fresh_database() as other,
        mysql.fresh_database() as again,
    ):
        for name, (first, second) in PAIRS.items():
            run(mysql, one, [sql.replace("{t}", NAMES[name]) for sql in first])
            run(mysql, other, [sql.replace("{t}", NAMES[name]) for sql in second])
        made = read(mysql, one)
        empty = replace(made, tables=(), views=(), events=())
        run(mysql, again, [sql for c in created(made) for sql in dialect.ddl(c, empty, made)])
        yield tuple(map(columns_by_name, (made, read(mysql, other), read(mysql, again))))  # type: ignore[misc]


def created(catalog: Catalog) -> Iterator[Create]:
    from daybreak.core.diff import diff

    empty = replace(catalog, tables=(), views=(), events=())
    for change in diff(empty, catalog):
        assert isinstance(change, Create)
        yield change


def named(catalog: Catalog, name: str) -> list[object]:
    here = {NAMES[name], f"v{NAMES[name]}"}
    kinds: tuple[tuple[object, ...], ...] = (catalog.tables, catalog.views, catalog.events)
    return [item for kind in kinds for item in kind if getattr(item, "name", "") in here]


@pytest.mark.parametrize("name", PAIRS)
def test_two_ways_to_the_same_give_one_catalog(
    both: tuple[Catalog, Catalog, Catalog], name: str
) -> None:
    one, other, _ = both

    assert named(one, name)
    assert named(dialect.fold(one), name) == named(dialect.fold(other), name)


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_made_from_a_catalog_gives_that_catalog(
    both: tuple[Catalog, Catalog, Catalog], name: str
) -> None:
    one, _, again = both

    assert named(one, name) == named(again, name)


def test_each_name_stands_for_something(both: tuple[Catalog, Catalog, Catalog]) -> None:
    assert all(isinstance(table, Table) for table in both[0].tables)
    assert len(both[0].tables) == len(PAIRS) - 1  # the event
