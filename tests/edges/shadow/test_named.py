"""Where a statement names a database is told from its text; the name can be put another way."""

from __future__ import annotations

import pytest

from daybreak.edges.shadow.named import databases_named, replaced

# Each database as <…>: what stands where a table is expected, or can be nothing else.
NAMED = {
    "CREATE TABLE billing.invoices (id int, FOREIGN KEY (a) REFERENCES `my shop`.`t` (id))": (
        "CREATE TABLE <billing>.invoices (id int, FOREIGN KEY (a) REFERENCES `<my shop>`.`t` (id))"
    ),
    "CREATE TABLE billing.billing (billing int)": "CREATE TABLE <billing>.billing (billing int)",
    "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES a.c (d)": (
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES <a>.c (d)"
    ),
    "CREATE INDEX i ON billing.t (a)": "CREATE INDEX i ON <billing>.t (a)",
    "RENAME TABLE a TO archive.a": "RENAME TABLE a TO <archive>.a",
    "SELECT billing.t.id, b.x FROM billing.t AS b, other.u": (
        "SELECT <billing>.t.id, b.x FROM <billing>.t AS b, <other>.u"
    ),
    "SELECT billing.total(5)": "SELECT <billing>.total(5)",
    "SELECT `a``b` . `t`.id FROM `a``b`.t": "SELECT `<a`b>` . `t`.id FROM `<a`b>`.t",
    "/*!50001 DROP TABLE shop.events */": "/*!50001 DROP TABLE <shop>.events */",
    "SHOW FULL TABLES FROM `billing`": "SHOW FULL TABLES FROM `<billing>`",
    "SHOW COLUMNS FROM t FROM billing": "SHOW COLUMNS FROM t FROM <billing>",
    "SHOW CREATE TABLE `billing`.`t`": "SHOW CREATE TABLE `<billing>`.`t`",
    "USE billing": "USE <billing>",
    "CREATE DATABASE IF NOT EXISTS billing": "CREATE DATABASE IF NOT EXISTS <billing>",
    "CREATE SCHEMA /*!32312 IF NOT EXISTS*/ billing": (
        "CREATE SCHEMA /*!32312 IF NOT EXISTS*/ <billing>"
    ),
    "DROP DATABASE IF EXISTS `billing`; DROP SCHEMA other": (
        "DROP DATABASE IF EXISTS `<billing>`; DROP SCHEMA <other>"
    ),
    "ALTER DATABASE billing COLLATE utf8mb4_bin": "ALTER DATABASE <billing> COLLATE utf8mb4_bin",
}

# What looks like one: a table or an alias before a column, a text, a number, a variable.
NOT_NAMED = [
    "SELECT t.id FROM t",
    "UPDATE t SET a = EXTRACT(DAY FROM t.b)",
    "INSERT INTO t (a) VALUES (%s) AS new ON DUPLICATE KEY UPDATE t.a = new.a",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = OLD.b + 1.5",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SELECT max(a) INTO NEW.a FROM t",
    "INSERT INTO t VALUES ('billing.t', \"DROP DATABASE billing\", 1.5)",
    "SELECT 1 -- FROM billing.t\n",
    "SELECT 1 # FROM billing.t",
    "SELECT /* billing.t */ @@session.sql_mode, @a",
    "SELECT * FROM information_schema.tables",
    "ALTER DATABASE CHARACTER SET latin1",
]


def marked(statement: str, *known: str) -> str:
    named = databases_named(statement, known)
    return replaced(statement, named, lambda name: f"<{name}>")


@pytest.mark.parametrize(("statement", "wanted"), NAMED.items())
def test_a_database_is_told_by_its_place(statement: str, wanted: str) -> None:
    assert marked(statement) == wanted


@pytest.mark.parametrize("statement", NOT_NAMED)
def test_what_is_no_database_stays(statement: str) -> None:
    assert marked(statement) == statement


def test_a_known_database_that_is_a_table_too_is_told_after_from() -> None:
    statement = "DELETE FROM billing.billing WHERE billing.id = 5"

    assert marked(statement) == statement
    assert marked(statement, "billing") == "DELETE FROM <billing>.billing WHERE billing.id = 5"
