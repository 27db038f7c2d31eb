"""Kinds of change on MySQL: what a database was made from and shall be, which rows it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Case(NamedTuple):
    """`rows` is a query on the changed database and what it answers."""

    before: Sequence[str]
    after: Sequence[str]
    rows: tuple[str, Sequence[tuple[object, ...]]] | None = None


def _column(before: str, after: str, value: str = "DEFAULT", kept: object = None) -> Case:
    """A column `c` of a table with one row."""
    return Case(
        [
            f"CREATE TABLE t (id INT PRIMARY KEY, {before}, z INT)",
            f"INSERT INTO t (id, c, z) VALUES (1, {value}, 9)",
        ],
        [f"CREATE TABLE t (id INT PRIMARY KEY, {after}, z INT)"],
        ("SELECT id, c, z FROM t", [(1, kept, 9)]) if value != "DEFAULT" else None,
    )


def _table(before: str, after: str) -> Case:
    return Case(
        [
            f"CREATE TABLE t (id INT NOT NULL, a INT, b VARCHAR(20), {before}",
            "INSERT INTO t (id, a) VALUES (1, 2)",
        ],
        [f"CREATE TABLE t (id INT NOT NULL, a INT, b VARCHAR(20), {after}"],
        ("SELECT id, a FROM t", [(1, 2)]),
    )


_KEY = "PRIMARY KEY (id)"
_PARENT = "CREATE TABLE p (id INT PRIMARY KEY, n INT, UNIQUE un (n))"
_FILLED = "INSERT INTO p VALUES (1, 7)"
_CHILD = "INSERT INTO c (id, p) VALUES (5, 1)"


def _child(constraint: str, indexes: str = "") -> str:
    return f"CREATE TABLE c (id INT PRIMARY KEY, p INT{indexes}{constraint})"


_FK = ", CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id)"
_SIMPLE = "CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20))"
_STAY = ("SELECT id, p FROM c", [(5, 1)])

CASES = {
    # columns
    "type widened": _column("c INT", "c BIGINT", "5", 5),
    "unsigned": _column("c INT", "c INT UNSIGNED", "5", 5),
    "text length": _column("c TEXT", "c MEDIUMTEXT", "'x'", "x"),
    "fractional seconds": _column("c TIME", "c TIME(3)"),
    "enum reordered": _column("c ENUM('a','b')", "c ENUM('b','a')", "'a'", "a"),
    "set member": _column("c SET('a')", "c SET('a','it''s','ü\\\\')", "'a'", "a"),
    "not null": _column("c INT", "c INT NOT NULL", "5", 5),
    "nullable": _column("c INT NOT NULL", "c INT", "5", 5),
    "default": _column(
        "c VARCHAR(9) DEFAULT 'a'", r"""c VARCHAR(9) DEFAULT 'i''t\\"q"'""", "'v'", "v"
    ),
    "default of the same text": _column(
        "c VARCHAR(9) DEFAULT 'now()'", "c VARCHAR(9) DEFAULT (now())"
    ),
    "default expression": _column(
        "c JSON", "c JSON DEFAULT (JSON_ARRAY('a', 'b\\'c'))", "'{}'", "{}"
    ),
    "column with a default for each row": Case(
        ["CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)"],
        ["CREATE TABLE t (id INT PRIMARY KEY, c VARCHAR(36) NOT NULL DEFAULT (uuid()))"],
        ("SELECT COUNT(DISTINCT c), MIN(LENGTH(c)) FROM t", [(2, 36)]),
    ),
    "default dropped": _column("c INT DEFAULT 5", "c INT", "DEFAULT"),
    "default of octets": _column("c VARBINARY(4) DEFAULT 0xff", "c VARBINARY(4) DEFAULT 0x00ff00"),
    "bit default": _column("c BIT(3)", "c BIT(3) DEFAULT b'101'"),
    "on update": _column("c TIMESTAMP NULL", "c TIMESTAMP(6) NULL DEFAULT NOW(6) ON UPDATE NOW(6)"),
    "on update dropped": _column(
        "c DATETIME DEFAULT NOW() ON UPDATE NOW()", "c DATETIME DEFAULT NOW()"
    ),
    "column comment": _column(
        "c INT INVISIBLE DEFAULT 3", "c INT INVISIBLE DEFAULT 3 COMMENT 'it''s \\\\'", "5", 5
    ),
    "invisible column": _column("c INT DEFAULT 3", "c INT DEFAULT 3 INVISIBLE", "5", 5),
    "column charset": _column("c VARCHAR(9)", "c VARCHAR(9) CHARACTER SET latin1", "'ü'", "ü"),
    "column collation": _column("c VARCHAR(9)", "c VARCHAR(9) COLLATE utf8mb4_bin", "'ü'", "ü"),
    "column charset of the table": _column(
        "c VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_bin", "c VARCHAR(9)", "'ü'", "ü"
    ),
    "srid": _column(
        "c POINT NOT NULL",
        "c POINT NOT NULL SRID 0",
        "POINT(1, 2)",
        b"\0\0\0\0\1\1\0\0\0\0\0\0\0\0\0\xf0?\0\0\0\0\0\0\0@",
    ),
    "zerofill": _column("c INT", "c INT(5) ZEROFILL", "5", 5),
    "generated expression, virtual": _column("c INT AS (id + 1)", "c INT AS (id + 2)", "DEFAULT"),
    "generated expression, stored": _column("c INT AS (id + 1) STORED", "c INT AS (id + 2) STORED"),
    "virtual to stored, indexed": Case(
        [
            "CREATE TABLE t (id INT PRIMARY KEY, c INT AS (id + 1), KEY k (c, id))",
            "INSERT INTO t (id) VALUES (1)",
        ],
        ["CREATE TABLE t (id INT PRIMARY KEY, c INT AS (id + 1) STORED, KEY k (c, id))"],
        ("SELECT * FROM t", [(1, 2)]),
    ),
    "stored to virtual": _column("c INT AS (id + 1) STORED", "c INT AS (id + 1)"),
    "virtual to plain": Case(
        [
            "CREATE TABLE t (id INT PRIMARY KEY, c INT AS (id + 1), d INT, KEY k (c))",
            "INSERT INTO t (id) VALUES (1)",
        ],
        ["CREATE TABLE t (id INT PRIMARY KEY, c INT, d INT, KEY k (c))"],
        ("SELECT * FROM t", [(1, 2, None)]),
    ),
    "stored to plain": Case(
        [
            "CREATE TABLE t (id INT PRIMARY KEY, c INT AS (id + 1) STORED)",
            "INSERT INTO t (id) VALUES (1)",
        ],
        ["CREATE TABLE t (id INT PRIMARY KEY, c INT)"],
        ("SELECT * FROM t", [(1, 2)]),
    ),
    "plain to stored": _column("c INT", "c INT AS (id + 1) STORED", "5", 2),
    "plain to virtual": _column("c INT", "c INT AS (id + 1)", "5", 2),
    "column added": Case(
        ["CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1)"],
        ["CREATE TABLE t (id INT, `odd ``name` INT NOT NULL DEFAULT '4')"],
        ("SELECT * FROM t", [(1, 4)]),
    ),
    "column dropped": _table(f"c INT, CHECK (c > 0), KEY (c, a), {_KEY})", f"KEY c (a), {_KEY})"),
    # keys
    "primary key columns": _table(_KEY + ")", "PRIMARY KEY (id, a))"),
    "primary key added": _table("KEY (a))", f"KEY (a), {_KEY})"),
    "primary key dropped": _table(_KEY + ")", "KEY (id))"),
    "primary key order and prefix": _table(_KEY + ")", "PRIMARY KEY (id DESC))"),
    "auto_increment": Case(
        [_SIMPLE, "INSERT INTO t VALUES (1, 1, 'a')"],
        [_SIMPLE.replace("INT PRIMARY", "INT AUTO_INCREMENT PRIMARY")],
        ("SELECT id FROM t", [(1,)]),
    ),
    "auto_increment dropped": Case(
        [_SIMPLE.replace("INT PRIMARY", "INT AUTO_INCREMENT PRIMARY")], [_SIMPLE]
    ),
    "auto_increment and its key": Case(
        ["CREATE TABLE t (id INT NOT NULL, a INT)", "INSERT INTO t VALUES (1, 2)"],
        ["CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)"],
        ("SELECT * FROM t", [(1, 2)]),
    ),
    "auto_increment goes with its key": Case(
        ["CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)"],
        ["CREATE TABLE t (id INT NOT NULL, a INT)"],
    ),
    "a counting column added": Case(
        ["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (3), (4)"],
        ["CREATE TABLE t (a INT, id INT AUTO_INCREMENT PRIMARY KEY)"],
        ("SELECT * FROM t", [(3, 1), (4, 2)]),
    ),
    "a counting column in place of the key": Case(
        ["CREATE TABLE t (a INT PRIMARY KEY)", "INSERT INTO t VALUES (3), (4)"],
        ["CREATE TABLE t (a INT NOT NULL, id INT AUTO_INCREMENT PRIMARY KEY)"],
        ("SELECT * FROM t", [(3, 1), (4, 2)]),
    ),
    "a counting column dropped": Case(
        [
            "CREATE TABLE t (a INT NOT NULL, id INT AUTO_INCREMENT PRIMARY KEY)",
            "INSERT INTO t (a) VALUES (3)",
        ],
        ["CREATE TABLE t (a INT PRIMARY KEY)"],
        ("SELECT * FROM t", [(3,)]),
    ),
    "a counting column gets another key": Case(
        [
            "CREATE TABLE t (a INT NOT NULL, id INT AUTO_INCREMENT PRIMARY KEY)",
            "INSERT INTO t (a) VALUES (3)",
        ],
        ["CREATE TABLE t (a INT PRIMARY KEY, id INT NOT NULL AUTO_INCREMENT, KEY k (id))"],
        ("SELECT * FROM t", [(3, 1)]),
    ),
    "a counting column's key gets longer": Case(
        [
            "CREATE TABLE t (a INT NOT NULL, id INT AUTO_INCREMENT PRIMARY KEY)",
            "INSERT INTO t (a) VALUES (3)",
        ],
        ["CREATE TABLE t (a INT NOT NULL, id INT AUTO_INCREMENT, PRIMARY KEY (id, a))"],
        ("SELECT * FROM t", [(3, 1)]),
    ),
    # indexes
    "index added": _table(_KEY + ")", f"{_KEY}, KEY k (a, b(3) DESC) COMMENT 'it''s')"),
    "unique added": _table(_KEY + ")", f"{_KEY}, UNIQUE KEY k (a))"),
    "index to unique": _table(f"{_KEY}, KEY k (a))", f"{_KEY}, UNIQUE KEY k (a))"),
    "index dropped": _table(f"{_KEY}, KEY k (a))", _KEY + ")"),
    "index order": _table(f"{_KEY}, KEY k (a))", f"{_KEY}, KEY k (a DESC))"),
    "index prefix": _table(f"{_KEY}, KEY k (b))", f"{_KEY}, KEY k (b(5)))"),
    "index invisible": _table(f"{_KEY}, KEY k (a))", f"{_KEY}, KEY k (a) INVISIBLE)"),
    "index visible": _table(f"{_KEY}, KEY k (a) INVISIBLE)", f"{_KEY}, KEY k (a))"),
    "index comment": _table(f"{_KEY}, KEY k (a))", f"{_KEY}, KEY k (a) COMMENT 'c')"),
    "index renamed": _table(f"{_KEY}, KEY k (a))", f"{_KEY}, KEY `o``k` (a))"),
    "functional index": _table(
        f"{_KEY}, KEY k ((a + 1)))", f"{_KEY}, KEY k ((a + 2), (CONCAT(b, 'ü\\''))))"
    ),
    "fulltext": _table(_KEY + ")", f"{_KEY}, FULLTEXT KEY k (b))"),
    "fulltext parser": _table(
        f"{_KEY}, FULLTEXT KEY k (b))", f"{_KEY}, FULLTEXT KEY k (b) WITH PARSER ngram)"
    ),
    "spatial": Case(
        ["CREATE TABLE t (p POINT NOT NULL SRID 4326)"],
        ["CREATE TABLE t (p POINT NOT NULL SRID 4326, SPATIAL KEY s (p))"],
    ),
    # checks and foreign keys
    "check added": _table(_KEY + ")", f"{_KEY}, CONSTRAINT k CHECK (b <> 'it''s \\\\ ü'))"),
    "check changed": _table(
        f"{_KEY}, CONSTRAINT k CHECK (a > 0))", f"{_KEY}, CONSTRAINT k CHECK (a > 1))"
    ),
    "check dropped": _table(f"{_KEY}, CONSTRAINT k CHECK (a > 0))", _KEY + ")"),
    "check not enforced": _table(
        f"{_KEY}, CONSTRAINT k CHECK (a > 0))", f"{_KEY}, CONSTRAINT k CHECK (a > 0) NOT ENFORCED)"
    ),
    "check enforced": _table(
        f"{_KEY}, CONSTRAINT k CHECK (a > 0) NOT ENFORCED)", f"{_KEY}, CONSTRAINT k CHECK (a > 0))"
    ),
    "check renamed": _table(
        f"{_KEY}, CONSTRAINT k CHECK (a > 0))", f"{_KEY}, CONSTRAINT kk CHECK (a > 0))"
    ),
    "foreign key added": Case(
        [_PARENT, _FILLED, _child(""), _CHILD], [_PARENT, _child(_FK)], _STAY
    ),
    "foreign key dropped": Case(
        [_PARENT, _FILLED, _child(_FK), _CHILD], [_PARENT, _child("")], _STAY
    ),
    "foreign key actions": Case(
        [_PARENT, _FILLED, _child(_FK), _CHILD],
        [_PARENT, _child(_FK + " ON DELETE SET NULL ON UPDATE CASCADE")],
        _STAY,
    ),
    "foreign key actions, unnamed": Case(
        [_PARENT, _FILLED, _child(", FOREIGN KEY (p) REFERENCES p (id)"), _CHILD],
        [_PARENT, _child(", FOREIGN KEY (p) REFERENCES p (id) ON DELETE RESTRICT")],
        _STAY,
    ),
    "foreign key renamed": Case(
        [_PARENT, _FILLED, _child(_FK), _CHILD], [_PARENT, _child(_FK.replace("fk", "kf"))], _STAY
    ),
    "foreign key of an index": Case(
        [_PARENT, _FILLED, _child(_FK), _CHILD], [_PARENT, _child(_FK, ", KEY ix (p)")], _STAY
    ),
    "foreign key of another index": Case(
        [_PARENT, _FILLED, _child(_FK, ", KEY a (p)"), _CHILD],
        [_PARENT, _child(_FK, ", KEY b (p, id)")],
        _STAY,
    ),
    "types of a key and its foreign key": Case(
        [_PARENT, _FILLED, _child(_FK), _CHILD],
        [_PARENT.replace("id INT", "id BIGINT"), _child(_FK).replace("p INT", "p BIGINT")],
        _STAY,
    ),
    "charset of a key and its foreign key": Case(
        [
            "CREATE TABLE p (id VARCHAR(5) PRIMARY KEY) CHARSET latin1",
            "CREATE TABLE c (p VARCHAR(5), CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id)) "
            "CHARSET latin1",
            "INSERT INTO p VALUES ('ü')",
            "INSERT INTO c VALUES ('ü')",
        ],
        [
            "CREATE TABLE p (id VARCHAR(5) PRIMARY KEY)",
            "CREATE TABLE c (p VARCHAR(5), CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id))",
        ],
        ("SELECT p FROM c", [("ü",)]),
    ),
    "tables in a circle": Case(
        [],
        [
            "CREATE TABLE a (id INT PRIMARY KEY, b INT)",
            "CREATE TABLE b (id INT PRIMARY KEY, a INT, CONSTRAINT ba FOREIGN KEY (a) "
            "REFERENCES a (id))",
            "ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id)",
        ],
    ),
    "tables in a circle dropped": Case(
        [
            "CREATE TABLE a (id INT PRIMARY KEY, b INT)",
            "CREATE TABLE b (id INT PRIMARY KEY, a INT, CONSTRAINT ba FOREIGN KEY (a) "
            "REFERENCES a (id))",
            "ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id)",
        ],
        [],
    ),
    # tables
    "table comment": _table(_KEY + ")", _KEY + ") COMMENT 'it''s \\\\'"),
    "table comment dropped": _table(_KEY + ") COMMENT 'x'", _KEY + ")"),
    "engine": _table(_KEY + ")", _KEY + ") ENGINE MyISAM"),
    "partitions and the key that suits them": _table(
        "a2 INT NOT NULL DEFAULT 1, PRIMARY KEY (id, a2)) PARTITION BY HASH (a2) PARTITIONS 2",
        _KEY + ")",
    ),
    "row format": _table(_KEY + ")", _KEY + ") ROW_FORMAT COMPRESSED KEY_BLOCK_SIZE 8"),
    "row format dropped": _table(_KEY + ") ROW_FORMAT COMPRESSED KEY_BLOCK_SIZE 8", _KEY + ")"),
    "statistics options": _table(
        _KEY + ") STATS_PERSISTENT 0", _KEY + ") STATS_SAMPLE_PAGES 9 STATS_AUTO_RECALC 1"
    ),
    "compression": _table(_KEY + ")", _KEY + ") COMPRESSION 'zlib'"),
    "compression dropped": _table(_KEY + ") COMPRESSION 'zlib' MAX_ROWS 9", _KEY + ")"),
    "table charset": _table(_KEY + ") CHARSET latin1", _KEY + ")"),
    "table charset, texts keep their size": Case(
        [
            "CREATE TABLE t (a TEXT, b VARCHAR(9), c VARCHAR(9) CHARACTER SET utf8mb4) CHARSET "
            "latin1",
            "INSERT INTO t VALUES ('ü', 'ö', 'ß')",
        ],
        ["CREATE TABLE t (a TEXT, b VARCHAR(9), c VARCHAR(9))"],
        ("SELECT * FROM t", [("ü", "ö", "ß")]),
    ),
    "table charset, a column keeps its own": Case(
        [
            "CREATE TABLE t (a VARCHAR(9), b VARCHAR(9)) CHARSET latin1",
            "INSERT INTO t VALUES ('ü', 'ö')",
        ],
        ["CREATE TABLE t (a VARCHAR(9) CHARACTER SET latin1, b VARCHAR(9))"],
        ("SELECT * FROM t", [("ü", "ö")]),
    ),
    "table collation": _table(_KEY + ")", _KEY + ") COLLATE utf8mb4_bin"),
    "partitioned": _table(_KEY + ")", _KEY + ") PARTITION BY HASH (id) PARTITIONS 3"),
    "partitions": _table(
        _KEY + ") PARTITION BY HASH (id) PARTITIONS 3",
        _KEY + ") PARTITION BY RANGE (id) (PARTITION `a b` VALUES LESS THAN (9) COMMENT 'x', "
        "PARTITION z VALUES LESS THAN MAXVALUE)",
    ),
    "partitioned no more": _table(_KEY + ") PARTITION BY KEY (id) PARTITIONS 2", _KEY + ")"),
    "partitions of lists": _table(
        "KEY (a))",
        "KEY (a)) PARTITION BY LIST COLUMNS (a, b) (PARTITION x VALUES IN ((2, NULL), (3, "
        "'it''s')))",
    ),
    "partitions of partitions": _table(
        "KEY (a))",
        "KEY (a)) PARTITION BY RANGE (id DIV 2) SUBPARTITION BY LINEAR KEY (id) SUBPARTITIONS 2 "
        "(PARTITION x VALUES LESS THAN (9) (SUBPARTITION u, SUBPARTITION v))",
    ),
    "a table of everything": Case(
        [],
        [
            "CREATE TABLE `we``ird` (id INT UNSIGNED AUTO_INCREMENT, `c``d` VARCHAR(9) "
            "CHARACTER SET ascii NOT NULL DEFAULT 'x' COMMENT 'c', "
            "g INT AS (LENGTH(`c``d`) + 1) STORED NOT NULL INVISIBLE, PRIMARY KEY (id) COMMENT "
            "'pk', KEY u (`c``d`(3) DESC), CONSTRAINT `q``q` CHECK (`c``d` <> 'a%')) "
            "COMMENT 'it''s' ROW_FORMAT COMPACT CHARSET utf8mb3 PARTITION BY HASH (id) PARTITIONS 2"
        ],
    ),
    "table dropped": Case([_PARENT, _child(_FK)], []),
    # views, triggers, routines, events
    "view added": Case(
        [_SIMPLE],
        [
            _SIMPLE,
            "CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW v AS SELECT id AS `a``b`, "
            "'x\\\\%' AS s FROM t WHERE b LIKE 'it''s%' WITH LOCAL CHECK OPTION",
        ],
    ),
    "view changed": Case(
        [_SIMPLE, "CREATE VIEW v AS SELECT id FROM t"],
        [_SIMPLE, "CREATE ALGORITHM = TEMPTABLE VIEW v AS SELECT id, a FROM t"],
    ),
    "view dropped": Case([_SIMPLE, "CREATE VIEW v AS SELECT id FROM t"], [_SIMPLE]),
    "views of views": Case(
        [],
        [
            _SIMPLE,
            "CREATE VIEW z AS SELECT id FROM t",
            "CREATE VIEW a AS SELECT id FROM z",
            "CREATE VIEW b AS SELECT a.id FROM a JOIN z",
        ],
    ),
    "trigger added": Case(
        [_SIMPLE],
        [
            _SIMPLE,
            "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = "
            "'it''s'; END",
        ],
    ),
    "trigger changed": Case(
        [_SIMPLE, "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"],
        [_SIMPLE, "CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW SET @a = 1"],
    ),
    "triggers in order": Case(
        [_SIMPLE],
        [
            _SIMPLE,
            "CREATE TRIGGER z BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
            "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW FOLLOWS z SET NEW.a = 2",
        ],
    ),
    "trigger dropped": Case(
        [_SIMPLE, "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"], [_SIMPLE]
    ),
    "function added": Case(
        [],
        [
            "CREATE FUNCTION `f``g`(a INT, b ENUM('x','y') CHARSET latin1) RETURNS VARCHAR(9) "
            "DETERMINISTIC NO SQL SQL SECURITY INVOKER COMMENT 'it''s' RETURN CONCAT(a, '\\'', b)"
        ],
    ),
    "function changed": Case(
        ["CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1"],
        ["CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 2"],
    ),
    "function comment": Case(
        ["CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1"],
        ["CREATE FUNCTION f() RETURNS INT DETERMINISTIC COMMENT 'c' RETURN 1"],
    ),
    "procedure added": Case(
        [],
        [
            "CREATE PROCEDURE p(IN a INT, OUT b DECIMAL(5,2), INOUT c JSON) MODIFIES SQL DATA "
            "BEGIN SET b = a; SELECT 1; END"
        ],
    ),
    "procedure's parameters": Case(
        ["CREATE PROCEDURE p(a INT) SELECT 1"], ["CREATE PROCEDURE p(INOUT a INT, b INT) SELECT 1"]
    ),
    "procedure dropped": Case(["CREATE PROCEDURE p() SELECT 1"], []),
    "event added": Case(
        [],
        [
            "CREATE EVENT e ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2030-01-01' ENDS "
            "'2031-01-01' ON COMPLETION PRESERVE DISABLE COMMENT 'c' DO SELECT 'DO it'"
        ],
    ),
    "event of one time": Case(
        [], ["CREATE EVENT e ON SCHEDULE AT '2035-01-01' DO BEGIN SELECT 1; END"]
    ),
    "event changed": Case(
        ["CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1"],
        ["CREATE EVENT e ON SCHEDULE EVERY 2 DAY DO SELECT 1"],
    ),
    "event dropped": Case(["CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1"], []),
    # several at once
    "column of a new foreign key": Case(
        [_PARENT, "CREATE TABLE c (id INT PRIMARY KEY)", "INSERT INTO c VALUES (5)"],
        [_PARENT, _child(_FK)],
        ("SELECT * FROM c", [(5, None)]),
    ),
    "column, its check and index": _table(
        _KEY + ")", f"n INT NOT NULL DEFAULT 3, {_KEY}, KEY k (n), CONSTRAINT q CHECK (n > 0))"
    ),
}
