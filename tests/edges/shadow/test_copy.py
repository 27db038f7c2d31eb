"""A copied MySQL schema is what SHOW CREATE tells of the original, rows included."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection

from edges.shadow.open_shadow import open_on
from servers import Server

STATEMENTS = [
    "SET foreign_key_checks = 0",
    """CREATE TABLE zoo (
        id int unsigned NOT NULL AUTO_INCREMENT,
        `a``b%c` varchar(20) COLLATE utf8mb4_bin DEFAULT 'it''s 5%' COMMENT 'half: 50%',
        born date DEFAULT '0000-00-00',
        kept int INVISIBLE DEFAULT 7,
        twice int GENERATED ALWAYS AS (id_of * 2) STORED,
        thrice int AS (id_of * 3),
        id_of int CHECK (id_of > 0),
        cousin int,
        PRIMARY KEY (id), UNIQUE KEY (cousin DESC), KEY parts ((lower(`a``b%c`)), `a``b%c`(3)),
        CONSTRAINT c1 CHECK (kept < 100) NOT ENFORCED,
        FOREIGN KEY (cousin) REFERENCES later (id) ON DELETE CASCADE
    ) ENGINE=InnoDB ROW_FORMAT=DYNAMIC COMMENT='animals' DEFAULT CHARSET=latin1""",
    """CREATE TABLE later (id int PRIMARY KEY, zoo int unsigned,
        FOREIGN KEY (zoo) REFERENCES zoo (id))""",
    """CREATE TABLE days (d int NOT NULL) PARTITION BY RANGE (d)
        (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)""",
    "CREATE TABLE log (what varchar(20))",
    "INSERT INTO later VALUES (1, NULL)",
    "INSERT INTO zoo (id, id_of, cousin, kept) VALUES (5, 3, 1, 9)",
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ANSI_QUOTES'",
    "INSERT INTO zoo (id, id_of) VALUES (0, 4)",
    "CREATE TRIGGER noted AFTER INSERT ON zoo FOR EACH ROW INSERT INTO log VALUES ('50%')",
    "CREATE TRIGGER again AFTER INSERT ON zoo FOR EACH ROW FOLLOWS noted SET @a = 1",
    "CREATE FUNCTION half(n int) RETURNS int DETERMINISTIC COMMENT '%' RETURN n / 2",
    "CREATE PROCEDURE clean() MODIFIES SQL DATA BEGIN DELETE FROM log; END",
    "CREATE VIEW b_above AS SELECT * FROM z_below",
    "CREATE OR REPLACE VIEW z_below AS SELECT id, half(id) AS half FROM zoo WHERE id % 2 = 1",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM log",
]


def build(connection: Connection) -> None:
    connection.exec_driver_sql("SET sql_mode = ''")
    for statement in STATEMENTS:
        if "b_above" in statement:
            connection.exec_driver_sql("CREATE VIEW z_below AS SELECT 1 AS id, 1.0 AS half")
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


OBJECTS = """
SELECT IF(table_type = 'VIEW', 'VIEW', 'TABLE'), table_name FROM information_schema.tables
 WHERE table_schema = '{name}' AND table_name <> 'daybreak_template'
UNION ALL SELECT routine_type, routine_name FROM information_schema.routines
 WHERE routine_schema = '{name}'
UNION ALL SELECT 'TRIGGER', trigger_name FROM information_schema.triggers
 WHERE trigger_schema = '{name}'
UNION ALL SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = '{name}'
"""
UNTOLD = """
SELECT trigger_name, action_order FROM information_schema.triggers WHERE trigger_schema = '{name}'
 ORDER BY 1
"""


def told(mysql: Server, name: str) -> dict[str, str]:
    """What the server tells of each object, without the schema's own name and times."""
    shown = {}
    for kind, thing in mysql.execute(OBJECTS.format(name=name)):
        quoted = thing.replace("`", "``")
        [row] = mysql.execute(f"SHOW CREATE {kind} `{quoted}`", database=name)
        kept = [str(part) for part in row if not re.match(r"\d{4}-\d\d-\d\d ", str(part))]
        shown[f"{kind} {thing}"] = "\n".join(kept).replace(name, "SCHEMA")
    for table in ("zoo", "later", "days", "log"):
        rows = mysql.execute(f"SELECT * FROM {table} ORDER BY 1", database=name)
        shown[f"rows of {table}"] = str(rows)
    shown["kept"] = str(mysql.execute("SELECT kept FROM zoo ORDER BY 1", database=name))
    shown["order"] = str(mysql.execute(UNTOLD.format(name=name)))
    return shown


def test_a_copy_of_a_template_tells_the_same(mysql: Server, root: Path) -> None:
    with open_on(mysql, root) as shadow:
        name = shadow.template("zoo", build)
        with shadow.scratch(name) as engine:
            copied = told(mysql, str(engine.url.database))
        original = told(mysql, name)
        shadow.drop_template(name)

    assert copied == original
    assert {key.split()[0] for key in copied} == {
        *("TABLE", "VIEW", "FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "rows", "kept", "order")
    }
    assert copied["kept"] == "[(7,), (9,)]"
