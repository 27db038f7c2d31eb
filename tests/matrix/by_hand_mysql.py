"""Every property that MySQL tells of every kind of object, each changed by hand by one statement.

`BASE` is a schema that has them all. What the properties are is MySQL's own word: a test takes the
words of SHOW CREATE's output for `BASE` and demands that some change here moves each of them.
"""

from __future__ import annotations

from collections.abc import Mapping

BASE = (
    """CREATE TABLE owner (
    id int NOT NULL AUTO_INCREMENT,
    code varchar(10) DEFAULT NULL,
    boss int DEFAULT NULL,
    code_number int DEFAULT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY code (code),
    UNIQUE KEY code_number (code_number),
    KEY boss (boss)
)""",
    """CREATE TABLE item (
    id int NOT NULL AUTO_INCREMENT,
    owner_id int DEFAULT NULL,
    name varchar(20) DEFAULT 'x' COMMENT 'what it is called',
    latin varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,
    price decimal(10,2) unsigned DEFAULT NULL,
    number int(5) unsigned zerofill DEFAULT NULL,
    state enum('new','old') NOT NULL DEFAULT 'new',
    tags set('x','y') DEFAULT NULL,
    doc json DEFAULT (json_array()),
    at datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    n int DEFAULT NULL,
    flag tinyint(1) DEFAULT NULL,
    bits bit(4) DEFAULT b'101',
    hidden int DEFAULT NULL INVISIBLE,
    place point NOT NULL SRID 4326,
    doubled int GENERATED ALWAYS AS (n * 2) VIRTUAL,
    tripled int GENERATED ALWAYS AS (n * 3) STORED,
    body text,
    PRIMARY KEY (id),
    UNIQUE KEY only_name (name),
    KEY by_n (n, price DESC) COMMENT 'for lists',
    KEY by_body (body(10)),
    KEY by_sum ((n + 1)),
    KEY by_flag (flag) INVISIBLE,
    FULLTEXT KEY words (body) WITH PARSER ngram,
    SPATIAL KEY where_it_is (place),
    CONSTRAINT owned FOREIGN KEY (owner_id) REFERENCES owner (id)
        ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT n_low CHECK (n < 100),
    CONSTRAINT n_high CHECK (n > 0) NOT ENFORCED
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4
    STATS_PERSISTENT=1 STATS_AUTO_RECALC=0 STATS_SAMPLE_PAGES=30 MIN_ROWS=1 MAX_ROWS=1000
    AVG_ROW_LENGTH=50 CHECKSUM=1 DELAY_KEY_WRITE=1 COMMENT='things'""",
    "CREATE TABLE packed (id int) COMPRESSION='zlib'",
    "CREATE TABLE cached (id int, KEY i (id) USING BTREE) ENGINE=MEMORY",
    "CREATE TABLE filed (id int, KEY i (id) KEY_BLOCK_SIZE=2048) ENGINE=MyISAM PACK_KEYS=1",
    "CREATE TABLE grown (id int) AUTOEXTEND_SIZE=4194304",
    """CREATE TABLE log (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at))
    PARTITION BY RANGE COLUMNS (at) (
    PARTITION p0 VALUES LESS THAN ('2026-01-01') COMMENT = 'old',
    PARTITION p1 VALUES LESS THAN (MAXVALUE))""",
    """CREATE TABLE spread (id int NOT NULL, part int NOT NULL, PRIMARY KEY (id, part))
    PARTITION BY LIST (part) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (
    PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (3))""",
    "CREATE TABLE hashed (id int NOT NULL PRIMARY KEY) PARTITION BY KEY (id) PARTITIONS 2",
    """CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW cheap (id, price) AS
    SELECT id, price FROM item WHERE price < 10 WITH CASCADED CHECK OPTION""",
    "CREATE TRIGGER first BEFORE INSERT ON item FOR EACH ROW SET NEW.n = 1",
    "CREATE TRIGGER second BEFORE INSERT ON item FOR EACH ROW SET NEW.n = 2",
    """CREATE FUNCTION twice(x int) RETURNS bigint DETERMINISTIC NO SQL SQL SECURITY INVOKER
    COMMENT 'doubles' RETURN x * 2""",
    """CREATE PROCEDURE forget(IN x int, OUT y int) MODIFIES SQL DATA
    DELETE FROM item WHERE id = x""",
    """CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01 00:00:00'
    ENDS '2036-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'tidies'
    DO DELETE FROM item WHERE n = 1""",
    "CREATE EVENT once ON SCHEDULE AT '2035-01-01 00:00:00' DO DELETE FROM item WHERE n = 2",
)

_AT = "ALTER TABLE item MODIFY at datetime({}) DEFAULT CURRENT_TIMESTAMP({})"
_NAME = "ALTER TABLE item MODIFY name varchar({}) {}DEFAULT {} COMMENT '{}'"
_OWNED = (
    "ALTER TABLE item DROP FOREIGN KEY owned, DROP KEY owned; "
    "ALTER TABLE item ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} "
)
_BY_N = "ALTER TABLE item DROP KEY by_n, ADD KEY by_n {}"
# Two statements: in one, MySQL takes a key of another parser or block size for the same.
_WORDS = "ALTER TABLE item DROP KEY words; ALTER TABLE item ADD {}"
_VIEW = (
    "CREATE OR REPLACE ALGORITHM={} SQL SECURITY {} VIEW cheap (id, {}) AS "
    "SELECT id, price FROM item WHERE price < {} {}"
)
_CHEAP = "WITH CASCADED CHECK OPTION"
_TRIGGER = "DROP TRIGGER first; CREATE TRIGGER first {} ON {} FOR EACH ROW {}SET {}"
_TWICE = "DROP FUNCTION twice; CREATE FUNCTION twice({}) RETURNS {} RETURN {}"
_TWICE_IS = "DETERMINISTIC NO SQL SQL SECURITY INVOKER COMMENT 'doubles'"
_NIGHTLY = "ALTER EVENT nightly ON SCHEDULE EVERY {} DAY STARTS '2035-{}-01 00:00:00'"
_FORGET = "DROP PROCEDURE forget; CREATE PROCEDURE forget({}) MODIFIES SQL DATA {}"

BY_HAND: Mapping[str, str] = {
    # columns
    "column: added": "ALTER TABLE item ADD more int",
    "column: dropped": "ALTER TABLE item DROP hidden",
    "column: renamed": "ALTER TABLE item RENAME COLUMN hidden TO shown",
    "column: type": "ALTER TABLE item MODIFY hidden bigint INVISIBLE",
    "column: length": _NAME.format(30, "", "'x'", "what it is called"),
    "column: precision": "ALTER TABLE item MODIFY price decimal(12,2) unsigned",
    "column: scale": "ALTER TABLE item MODIFY price decimal(10,3) unsigned",
    "column: unsigned": "ALTER TABLE item MODIFY price decimal(10,2)",
    "column: zerofill": "ALTER TABLE item MODIFY number int unsigned",
    "column: width": "ALTER TABLE item MODIFY flag tinyint",
    "column: bits": "ALTER TABLE item MODIFY bits bit(8) DEFAULT b'101'",
    "column: fractions of a second": f"{_AT.format(6, 6)} ON UPDATE CURRENT_TIMESTAMP(6)",
    "column: ON UPDATE": _AT.format(3, 3),
    "column: value of an enum": (
        "ALTER TABLE item MODIFY state enum('new','old','odd') NOT NULL DEFAULT 'new'"
    ),
    "column: order of an enum": (
        "ALTER TABLE item MODIFY state enum('old','new') NOT NULL DEFAULT 'new'"
    ),
    "column: member of a set": "ALTER TABLE item MODIFY tags set('x','y','z')",
    "column: NOT NULL": "ALTER TABLE item MODIFY hidden int NOT NULL INVISIBLE",
    "column: NULL": "ALTER TABLE item MODIFY state enum('new','old') DEFAULT 'new'",
    "column: default": "ALTER TABLE item ALTER name SET DEFAULT 'y'",
    "column: default in quotes": "ALTER TABLE item ALTER name SET DEFAULT 'it''s'",
    "column: no default": "ALTER TABLE item ALTER name DROP DEFAULT",
    "column: not even NULL as default": "ALTER TABLE item ALTER n DROP DEFAULT",
    "column: default expression": "ALTER TABLE item ALTER doc SET DEFAULT (json_object())",
    "column: literal to expression": "ALTER TABLE item ALTER n SET DEFAULT (1 + 1)",
    "column: current time": "ALTER TABLE item MODIFY at datetime(3) ON UPDATE CURRENT_TIMESTAMP(3)",
    "column: bits by default": "ALTER TABLE item ALTER bits SET DEFAULT b'111'",
    "column: charset": (
        "ALTER TABLE item MODIFY latin varchar(20) CHARACTER SET ascii COLLATE ascii_bin"
    ),
    "column: collation": "ALTER TABLE item MODIFY latin varchar(20) CHARACTER SET latin1",
    "column: comment": _NAME.format(20, "", "'x'", "how it is called"),
    "column: visible": "ALTER TABLE item ALTER COLUMN hidden SET VISIBLE",
    "column: invisible": "ALTER TABLE item ALTER COLUMN n SET INVISIBLE",
    "column: SRID": (
        "ALTER TABLE item DROP KEY where_it_is; ALTER TABLE item MODIFY place point NOT NULL"
    ),
    "column: generated": "ALTER TABLE item MODIFY doubled int GENERATED ALWAYS AS (n * 4) VIRTUAL",
    "column: stored": (
        "ALTER TABLE item DROP tripled, ADD tripled int GENERATED ALWAYS AS (n * 3) VIRTUAL"
    ),
    "column: virtual": (
        "ALTER TABLE item DROP doubled, ADD doubled int GENERATED ALWAYS AS (n * 2) STORED"
    ),
    "column: no longer generated": "ALTER TABLE item MODIFY tripled int",
    "column: AUTO_INCREMENT": "ALTER TABLE item MODIFY id int NOT NULL",
    # keys
    "primary key: dropped": "ALTER TABLE packed ADD PRIMARY KEY (id)",
    "primary key: columns": "ALTER TABLE log DROP PRIMARY KEY, ADD PRIMARY KEY (at, id)",
    "unique: added": "ALTER TABLE item ADD UNIQUE KEY more (n)",
    "unique: dropped": "ALTER TABLE item DROP KEY only_name",
    "unique: plain": "ALTER TABLE item DROP KEY only_name, ADD KEY only_name (name)",
    "index: added": "ALTER TABLE item ADD KEY more (hidden)",
    "index: dropped": "ALTER TABLE item DROP KEY by_n",
    "index: renamed": "ALTER TABLE item RENAME KEY by_n TO with_n",
    "index: columns": _BY_N.format("(n) COMMENT 'for lists'"),
    "index: order": _BY_N.format("(price DESC, n) COMMENT 'for lists'"),
    "index: direction": _BY_N.format("(n, price) COMMENT 'for lists'"),
    "index: comment": _BY_N.format("(n, price DESC) COMMENT 'for others'"),
    "index: prefix": "ALTER TABLE item DROP KEY by_body, ADD KEY by_body (body(20))",
    "index: block size": (
        "ALTER TABLE filed DROP KEY i; ALTER TABLE filed ADD KEY i (id) KEY_BLOCK_SIZE=1024"
    ),
    "index: expression": "ALTER TABLE item DROP KEY by_sum, ADD KEY by_sum ((n + 2))",
    "index: visible": "ALTER TABLE item ALTER INDEX by_flag VISIBLE",
    "index: invisible": "ALTER TABLE item ALTER INDEX by_n INVISIBLE",
    "index: parser": _WORDS.format("FULLTEXT KEY words (body)"),
    "index: not full text": _WORDS.format("KEY words (body(9))"),
    "index: spatial": "ALTER TABLE item DROP KEY where_it_is",
    "index: method": "ALTER TABLE cached DROP KEY i, ADD KEY i (id) USING HASH",
    # constraints
    "foreign key: dropped": "ALTER TABLE item DROP FOREIGN KEY owned",
    "foreign key: added": (
        "ALTER TABLE owner ADD CONSTRAINT bossed FOREIGN KEY (boss) REFERENCES owner (id)"
    ),
    "foreign key: renamed": _OWNED.format("belongs", "owner_id", "owner (id)")
    + "ON DELETE SET NULL ON UPDATE CASCADE",
    "foreign key: column": _OWNED.format("owned", "hidden", "owner (id)")
    + "ON DELETE SET NULL ON UPDATE CASCADE",
    "foreign key: table": _OWNED.format("owned", "owner_id", "item (id)"),
    "foreign key: referred column": _OWNED.format("owned", "owner_id", "owner (code_number)")
    + "ON DELETE SET NULL ON UPDATE CASCADE",
    "foreign key: ON DELETE": _OWNED.format("owned", "owner_id", "owner (id)")
    + "ON DELETE CASCADE ON UPDATE CASCADE",
    "foreign key: ON UPDATE": _OWNED.format("owned", "owner_id", "owner (id)")
    + "ON DELETE SET NULL",
    "check: added": "ALTER TABLE item ADD CONSTRAINT more CHECK (n <> 7)",
    "check: dropped": "ALTER TABLE item DROP CHECK n_low",
    "check: expression": "ALTER TABLE item DROP CHECK n_low, ADD CONSTRAINT n_low CHECK (n < 99)",
    "check: renamed": "ALTER TABLE item DROP CHECK n_low, ADD CONSTRAINT low CHECK (n < 100)",
    "check: not enforced": "ALTER TABLE item ALTER CHECK n_low NOT ENFORCED",
    "check: enforced": "ALTER TABLE item ALTER CHECK n_high ENFORCED",
    # tables
    "table: added": "CREATE TABLE more (id int)",
    "table: dropped": "DROP TABLE packed",
    "table: renamed": "RENAME TABLE packed TO parcel",
    "table: engine": "ALTER TABLE filed ENGINE=InnoDB",
    "table: engine that keeps nothing": "ALTER TABLE cached ENGINE=InnoDB",
    "table: charset": "ALTER TABLE owner CONVERT TO CHARACTER SET latin1",
    "table: default charset": "ALTER TABLE owner DEFAULT CHARSET latin1",
    "table: collation": "ALTER TABLE item COLLATE utf8mb4_general_ci",
    "table: row format": "ALTER TABLE item ROW_FORMAT=DYNAMIC KEY_BLOCK_SIZE=0",
    "table: block size": "ALTER TABLE item KEY_BLOCK_SIZE=8",
    "table: STATS_PERSISTENT": "ALTER TABLE item STATS_PERSISTENT=0",
    "table: STATS_AUTO_RECALC": "ALTER TABLE item STATS_AUTO_RECALC=1",
    "table: STATS_SAMPLE_PAGES": "ALTER TABLE item STATS_SAMPLE_PAGES=40",
    "table: MIN_ROWS": "ALTER TABLE item MIN_ROWS=2",
    "table: MAX_ROWS": "ALTER TABLE item MAX_ROWS=2000",
    "table: AVG_ROW_LENGTH": "ALTER TABLE item AVG_ROW_LENGTH=60",
    "table: CHECKSUM": "ALTER TABLE item CHECKSUM=0",
    "table: DELAY_KEY_WRITE": "ALTER TABLE item DELAY_KEY_WRITE=0",
    "table: PACK_KEYS": "ALTER TABLE filed PACK_KEYS=0",
    "table: compression": "ALTER TABLE packed COMPRESSION='lz4'",
    "table: AUTOEXTEND_SIZE": "ALTER TABLE grown AUTOEXTEND_SIZE=8388608",
    "table: comment": "ALTER TABLE item COMMENT='wares'",
    # partitions
    "partition: none": "ALTER TABLE hashed REMOVE PARTITIONING",
    "partition: number": "ALTER TABLE hashed ADD PARTITION PARTITIONS 2",
    "partition: method": "ALTER TABLE hashed PARTITION BY HASH (id) PARTITIONS 2",
    "partition: linear": "ALTER TABLE hashed PARTITION BY LINEAR KEY (id) PARTITIONS 2",
    "partition: bound": (
        "ALTER TABLE log PARTITION BY RANGE COLUMNS (at) (PARTITION p0 VALUES LESS THAN "
        "('2026-02-01') COMMENT = 'old', PARTITION p1 VALUES LESS THAN (MAXVALUE))"
    ),
    "partition: comment": (
        "ALTER TABLE log REORGANIZE PARTITION p0 INTO (PARTITION p0 VALUES LESS THAN "
        "('2026-01-01') COMMENT = 'older')"
    ),
    "partition: added": (
        "ALTER TABLE log REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN "
        "('2027-01-01'), PARTITION p2 VALUES LESS THAN (MAXVALUE))"
    ),
    "partition: dropped": "ALTER TABLE log DROP PARTITION p1",
    "partition: values": (
        "ALTER TABLE spread REORGANIZE PARTITION b INTO (PARTITION b VALUES IN (3, 4))"
    ),
    "partition: parts of it": (
        "ALTER TABLE spread PARTITION BY LIST (part) (PARTITION a VALUES IN (1, 2), PARTITION"
        " b VALUES IN (3))"
    ),
    # views
    "view: dropped": "DROP VIEW cheap",
    "view: added": "CREATE VIEW more AS SELECT 1 AS one",
    "view: query": _VIEW.format("MERGE", "INVOKER", "price", 20, _CHEAP),
    "view: name of a column": _VIEW.format("MERGE", "INVOKER", "cost", 10, _CHEAP),
    "view: algorithm": _VIEW.format("UNDEFINED", "INVOKER", "price", 10, _CHEAP),
    "view: security": _VIEW.format("MERGE", "DEFINER", "price", 10, _CHEAP),
    "view: check option": _VIEW.format("MERGE", "INVOKER", "price", 10, "WITH LOCAL CHECK OPTION"),
    "view: no check option": _VIEW.format("MERGE", "INVOKER", "price", 10, ""),
    # triggers
    "trigger: dropped": "DROP TRIGGER second",
    "trigger: added": "CREATE TRIGGER more AFTER DELETE ON item FOR EACH ROW SET @a = 1",
    "trigger: time": _TRIGGER.format("AFTER INSERT", "item", "", "@a = 1"),
    "trigger: event": _TRIGGER.format("BEFORE UPDATE", "item", "", "NEW.n = 1"),
    "trigger: table": _TRIGGER.format("BEFORE INSERT", "owner", "", "NEW.boss = 1"),
    "trigger: body": _TRIGGER.format("BEFORE INSERT", "item", "PRECEDES second ", "NEW.n = 3"),
    "trigger: order": _TRIGGER.format("BEFORE INSERT", "item", "FOLLOWS second ", "NEW.n = 1"),
    "trigger: SQL mode": "SET sql_mode = ''; "
    + _TRIGGER.format("BEFORE INSERT", "item", "PRECEDES second ", "NEW.n = 1"),
    # routines
    "function: dropped": "DROP FUNCTION twice",
    "function: body": _TWICE.format("x int", f"bigint {_TWICE_IS}", "x + x"),
    "function: argument": _TWICE.format("x bigint", f"bigint {_TWICE_IS}", "x * 2"),
    "function: result": _TWICE.format("x int", f"int {_TWICE_IS}", "x * 2"),
    "function: determinism": _TWICE.format("x int", f"bigint NOT {_TWICE_IS}", "x * 2"),
    "function: data": "ALTER FUNCTION twice READS SQL DATA",
    "function: security": "ALTER FUNCTION twice SQL SECURITY DEFINER",
    "function: comment": "ALTER FUNCTION twice COMMENT 'makes two'",
    "procedure: added": "CREATE PROCEDURE more() SELECT 1",
    "procedure: dropped": "DROP PROCEDURE forget",
    "procedure: body": _FORGET.format("IN x int, OUT y int", "DELETE FROM item WHERE n = x"),
    "procedure: argument": _FORGET.format("IN x int, IN y int", "DELETE FROM item WHERE id = x"),
    "procedure: direction": _FORGET.format(
        "IN x int, INOUT y int", "DELETE FROM item WHERE id = x"
    ),
    "procedure: data": "ALTER PROCEDURE forget CONTAINS SQL",
    # events
    "event: added": "CREATE EVENT more ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    "event: dropped": "DROP EVENT nightly",
    "event: renamed": "ALTER EVENT nightly RENAME TO daily",
    "event: interval": f"{_NIGHTLY.format(2, '01')} ENDS '2036-01-01 00:00:00'",
    "event: start": f"{_NIGHTLY.format(1, '02')} ENDS '2036-01-01 00:00:00'",
    "event: end": _NIGHTLY.format(1, "01"),
    "event: moment": "ALTER EVENT once ON SCHEDULE AT '2035-02-01 00:00:00'",
    "event: completion": "ALTER EVENT nightly ON COMPLETION NOT PRESERVE",
    "event: enabled": "ALTER EVENT nightly ENABLE",
    "event: comment": "ALTER EVENT nightly COMMENT 'cleans'",
    "event: body": "ALTER EVENT nightly DO DELETE FROM item WHERE n = 3",
    # the schema itself
    "schema: charset": "ALTER DATABASE CHARACTER SET latin1",
    "schema: collation": "ALTER DATABASE COLLATE utf8mb4_bin",
}
