"""Statements that reach beyond a scratch database are told from their text."""

from __future__ import annotations

import pytest

from daybreak.edges.shadow.reach import mysql_reach, postgresql_reach

POSTGRESQL = {
    "CREATE ROLE reader": "changes the whole server (CREATE ROLE)",
    "create  user reader": "changes the whole server (create user)",
    "/* first */ -- and\n DROP DATABASE shop": "changes the whole server (DROP DATABASE)",
    "ALTER SYSTEM SET work_mem = '1GB'": "changes the whole server (ALTER SYSTEM)",
    "GRANT reader TO writer": "changes the whole server (GRANT)",
    "SELECT 1; CREATE TABLESPACE fast": "changes the whole server (CREATE TABLESPACE)",
    "DO $$ BEGIN CREATE ROLE reader; END $$": "changes the whole server (CREATE ROLE)",
    "DO $$ BEGIN IF true THEN EXECUTE 'CREATE ROLE x'; END IF; END $$": (
        "changes the whole server (CREATE ROLE)"
    ),
    "DO $$ BEGIN EXECUTE format('CREATE ROLE %I', 'x'); END $$": (
        "changes the whole server (CREATE ROLE)"
    ),
    "DO $$ DECLARE s text := 'DROP ' || 'DATABASE shop'; BEGIN EXECUTE s; END $$": (
        "changes the whole server (DROP DATABASE)"
    ),
    "DO $$ BEGIN EXECUTE format('GRANT %I TO x', 'reader'); END $$": (
        "changes the whole server (GRANT)"
    ),
    "DO $do$ BEGIN EXECUTE $x$ CREATE ROLE x $x$; END $do$": (
        "changes the whole server (CREATE ROLE)"
    ),
    "-- roles\nDO $$ BEGIN -- one\n CREATE ROLE reader; END $$": (
        "changes the whole server (CREATE ROLE)"
    ),
    "DO 'BEGIN EXECUTE ''CREATE ROLE x''; END'": "changes the whole server (CREATE ROLE)",
    "INSERT INTO notes VALUES ('\\'); DROP DATABASE shop; --'": (
        "changes the whole server (DROP DATABASE)"
    ),
    "GRANT CONNECT ON DATABASE shop TO reader": "changes the whole server (GRANT)",
    "REVOKE CREATE ON TABLESPACE fast FROM reader": "changes the whole server (REVOKE)",
    "COMMENT ON DATABASE shop IS 'x'": "changes the whole server (COMMENT ON DATABASE)",
    "REASSIGN OWNED BY reader TO writer": "changes the whole server (REASSIGN OWNED)",
    "DROP OWNED BY reader": "changes the whole server (DROP OWNED)",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC": None,
    "COMMENT ON TABLE events IS 'x'": None,
    "GRANT SELECT ON events TO reader": None,
    "CREATE USER MAPPING FOR reader SERVER far": None,
    "INSERT INTO notes VALUES ('; CREATE ROLE reader')": None,
    'CREATE TABLE "; DROP ROLE x" (id int)': None,
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ CREATE ROLE x $$": None,
    "-- DROP DATABASE shop\nSELECT 1": None,
    "INSERT INTO notes VALUES (E'\\'; DROP DATABASE shop; --')": None,
    "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD b int', 'events'); END $$": None,
    "DO $$ BEGIN /* CREATE ROLE x */ PERFORM 1; -- ; DROP ROLE x\n END $$": None,
}

MYSQL = {
    "USE shop": "names the database shop",
    "use `shop`": "names the database shop",
    "CREATE DATABASE IF NOT EXISTS audit": "names the database audit",
    "SELECT 1; DROP SCHEMA shop": "names the database shop",
    "INSERT INTO shop.events VALUES (1)": "names the database shop",
    "INSERT INTO `Shop` . `events` VALUES (1)": "names the database Shop",
    "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES shop.events (id)": "names the database shop",
    "/*!50001 DROP TABLE shop.events */": "names the database shop",
    """INSERT INTO notes VALUES ("it's"), (1); DELETE FROM shop.events WHERE a = 'x'""": (
        "names the database shop"
    ),
    "GRANT SELECT ON events TO reader": "changes the whole server (GRANT)",
    "CREATE USER reader": "changes the whole server (CREATE USER)",
    "SET GLOBAL max_connections = 5": "changes the whole server (SET GLOBAL)",
    "# it's\nDROP DATABASE shop; SELECT 'x'": "names the database shop",
    "SELECT 5--3; DROP DATABASE shop": "names the database shop",
    "# USE shop\nSELECT 1": None,
    "USE scratch": None,
    "CREATE TABLE scratch.events (id int)": None,
    "SELECT e.id FROM events e": None,
    "SELECT count(*) FROM information_schema.tables": None,
    "INSERT INTO notes VALUES ('shop.events'), (\"USE shop\")": None,
    "SET SESSION sql_mode = ''": None,
    "/* USE shop */ SELECT 1": None,
}


@pytest.mark.parametrize(("statement", "reach"), POSTGRESQL.items())
def test_what_changes_a_postgresql_server_is_told(statement: str, reach: str | None) -> None:
    assert postgresql_reach(statement) == reach


@pytest.mark.parametrize(("statement", "reach"), MYSQL.items())
def test_what_names_another_database_of_mysql_is_told(statement: str, reach: str | None) -> None:
    assert mysql_reach(statement, {"scratch"}, {"shop", "mysql"}) == reach
