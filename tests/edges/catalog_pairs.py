"""Pairs of ways to a PostgreSQL schema: which are the same, and how the others differ.

The traps of comparing catalogs, each with what a comparison has to say about it.
"""

from __future__ import annotations

from dataclasses import dataclass

SAME: tuple[str, ...] = ()
PARTITION_WITH_TRIGGER = (
    "CREATE TABLE p (a integer) PARTITION BY LIST (a);"
    "CREATE TABLE c PARTITION OF p FOR VALUES IN (1);"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();"
)


@dataclass(frozen=True)
class Pair:
    """`differs` are the changes that make `two` of `one`; `fold` is the fold that decides."""

    name: str
    one: str
    two: str
    differs: tuple[str, ...] = SAME
    fold: str | None = None
    since: int = 14


PAIRS = [
    Pair(
        "a literal with an offset that was created in another time zone",
        "SET LOCAL timezone = 'UTC'; CREATE TABLE t (at timestamptz DEFAULT '2020-01-01 00:00')",
        "SET LOCAL timezone = 'Asia/Tokyo';"
        "CREATE TABLE t (at timestamptz DEFAULT '2020-01-01 00:00')",
        ("alter column public.t.at: default",),
    ),
    Pair(
        "what a dropped column left behind",
        "CREATE TABLE t (a integer, gone integer, b integer CHECK (b > 0), UNIQUE (b));"
        "CREATE INDEX i ON t (b); ALTER TABLE t DROP COLUMN gone",
        "CREATE TABLE t (a integer, b integer CHECK (b > 0), UNIQUE (b)); CREATE INDEX i ON t (b)",
    ),
    Pair(
        "a partition with other column numbers than its parent",
        "CREATE TABLE p (a integer, b integer, PRIMARY KEY (b)) PARTITION BY LIST (b);"
        "CREATE TABLE c (gone integer, a integer, b integer NOT NULL,"
        "    CONSTRAINT c_pkey PRIMARY KEY (b));"
        "ALTER TABLE c DROP COLUMN gone; ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
        "CREATE TABLE p (a integer, b integer, PRIMARY KEY (b)) PARTITION BY LIST (b);"
        "CREATE TABLE c (a integer, b integer NOT NULL, CONSTRAINT c_pkey PRIMARY KEY (b));"
        "ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
    ),
    Pair(
        "a composite type that lost an attribute",
        "CREATE TYPE c AS (gone integer, a integer); ALTER TYPE c DROP ATTRIBUTE gone",
        "CREATE TYPE c AS (a integer)",
    ),
    Pair(
        "a column that was added last",
        "CREATE TABLE t (a integer, c integer); ALTER TABLE t ADD b integer, ADD CHECK (b < c)",
        "CREATE TABLE t (a integer, b integer, c integer, CHECK (b < c))",
        fold="column order",
    ),
    Pair(
        "extended statistics over columns in another order",
        "CREATE TABLE t (b integer, a integer); CREATE STATISTICS s ON a, b, (a * b) FROM t",
        "CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON a, b, (a * b) FROM t",
        fold="statistics columns",
    ),
    Pair(
        "an enum's value that came later and stands before",
        "CREATE TYPE e AS ENUM ('a', 'c'); ALTER TYPE e ADD VALUE 'b' BEFORE 'c'",
        "CREATE TYPE e AS ENUM ('a', 'b', 'c')",
    ),
    Pair(
        "an enum's value that came later and stands behind",
        "CREATE TYPE e AS ENUM ('a', 'c'); ALTER TYPE e ADD VALUE 'b'",
        "CREATE TYPE e AS ENUM ('a', 'b', 'c')",
        ("alter enum public.e: labels",),
    ),
    Pair(
        "a grant that was revoked",
        "CREATE TABLE t (a integer); GRANT SELECT ON t TO PUBLIC; REVOKE SELECT ON t FROM PUBLIC;"
        "CREATE FUNCTION f() RETURNS integer RETURN 1; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;"
        "GRANT EXECUTE ON FUNCTION f() TO PUBLIC",
        "CREATE TABLE t (a integer); CREATE FUNCTION f() RETURNS integer RETURN 1",
    ),
    Pair(
        "a right of everybody that was revoked",
        "CREATE FUNCTION f() RETURNS integer RETURN 1",
        "CREATE FUNCTION f() RETURNS integer RETURN 1; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC",
        ("alter routine public.f(): grants",),
    ),
    Pair(
        "a right of the owner that was revoked",
        "CREATE TABLE t (a integer)",
        "CREATE TABLE t (a integer); REVOKE DELETE ON t FROM CURRENT_USER",
        ("alter table public.t: grants",),
    ),
    Pair(
        "grants in another order",
        "CREATE ROLE r1; CREATE ROLE r2; CREATE TABLE t (a integer);"
        "GRANT SELECT ON t TO r1; GRANT INSERT ON t TO r2; GRANT INSERT ON t TO r1",
        "CREATE ROLE r1; CREATE ROLE r2; CREATE TABLE t (a integer);"
        "GRANT INSERT ON t TO r2, r1; GRANT SELECT ON t TO r1",
    ),
    Pair(
        "storage parameters in another order and spelling",
        "CREATE TABLE t (a integer) WITH (autovacuum_enabled = off, fillfactor = 70,"
        "    autovacuum_vacuum_scale_factor = 0.10)",
        "CREATE TABLE t (a integer) WITH (autovacuum_vacuum_scale_factor = 0.1,"
        "    fillfactor = 70, autovacuum_enabled = false)",
    ),
    Pair(
        "a storage parameter that says what the default is",
        "CREATE TABLE t (a integer)",
        "CREATE TABLE t (a integer) WITH (fillfactor = 100)",
        ("alter table public.t: options",),
    ),
    Pair(
        "a policy's roles in another order",
        "CREATE ROLE r1; CREATE ROLE r2; CREATE TABLE t (a integer);CREATE POLICY p ON t TO r1, r2",
        "CREATE ROLE r1; CREATE ROLE r2; CREATE TABLE t (a integer);CREATE POLICY p ON t TO r2, r1",
    ),
    Pair(
        "a domain's default that was created with another search_path",
        "CREATE FUNCTION f() RETURNS integer RETURN 1; CREATE DOMAIN d AS integer DEFAULT f()",
        "CREATE FUNCTION f() RETURNS integer RETURN 1; SET LOCAL search_path = '';"
        "CREATE DOMAIN public.d AS integer DEFAULT public.f()",
    ),
    Pair(
        "DEFAULT NULL",
        "CREATE TABLE t (a varchar(5) DEFAULT NULL, b numeric(5, 2) DEFAULT NULL,"
        "    c timestamptz DEFAULT NULL, d integer[] DEFAULT NULL, e integer DEFAULT NULL)",
        "CREATE TABLE t (a varchar(5), b numeric(5, 2), c timestamptz, d integer[], e integer)",
    ),
    Pair(
        "a default that is the word NULL",
        "CREATE TABLE t (a varchar(5) DEFAULT 'NULL')",
        "CREATE TABLE t (a varchar(5))",
        ("alter column public.t.a: default",),
    ),
    Pair(
        "defaults from before a change of type",
        "CREATE TABLE t (a varchar(9) DEFAULT 'x', b text DEFAULT 'x', c date DEFAULT '2020-01-02',"
        "    d json DEFAULT '{}', e varchar(3)[] DEFAULT '{}', f char(3) DEFAULT 'x');"
        "ALTER TABLE t ALTER a TYPE text, ALTER b TYPE varchar(5), ALTER c TYPE timestamp,"
        "    ALTER d TYPE jsonb, ALTER e TYPE text[], ALTER f TYPE varchar(3)",
        "CREATE TABLE t (a text DEFAULT 'x', b varchar(5) DEFAULT 'x',"
        "    c timestamp DEFAULT '2020-01-02', d jsonb DEFAULT '{}', e text[] DEFAULT '{}',"
        "    f varchar(3) DEFAULT 'x')",
        fold="old default casts",
    ),
    Pair(
        "a date as the default of a timestamptz, which depends on the session",
        "CREATE TABLE t (a date DEFAULT '2020-01-02'); ALTER TABLE t ALTER a TYPE timestamptz",
        "CREATE TABLE t (a timestamptz DEFAULT '2020-01-02 00:00+00')",
        ("alter column public.t.a: default",),
    ),
    Pair(
        "IN on varchar, read back once, in a check, a view, a policy and an index",
        "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK (a IN ('x', 'y')"
        "    OR a NOT IN ('v', 'w')));"
        "CREATE VIEW v AS SELECT 1 AS one FROM t WHERE a IN ('x', 'y');"
        "CREATE POLICY p ON t USING (a IN ('x', 'y'));"
        "CREATE INDEX i ON t (a) WHERE a IN ('x', 'y')",
        "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK ("
        "    (a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[])"
        "    OR (a)::text <> ALL"
        "    ((ARRAY['v'::character varying, 'w'::character varying])::text[])));"
        "CREATE VIEW v AS SELECT 1 AS one FROM t WHERE"
        "    ((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]));"
        "CREATE POLICY p ON t USING"
        "    ((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]));"
        "CREATE INDEX i ON t (a) WHERE"
        "    (a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[])",
        fold="varchar lists",
    ),
    Pair(
        "IN on a column that was text and is varchar, and the other way round",
        "CREATE TABLE t (a text, b varchar(9), CONSTRAINT a CHECK (a IN ('x', 'y')),"
        "    CONSTRAINT b CHECK (b NOT IN ('x', 'y')));"
        "ALTER TABLE t ALTER a TYPE varchar(9), ALTER b TYPE text",
        "CREATE TABLE t (a varchar(9), b text, CONSTRAINT a CHECK (a IN ('x', 'y')),"
        "    CONSTRAINT b CHECK (b NOT IN ('x', 'y')))",
        fold="literal casts",
    ),
    Pair(
        "IN with other values",
        "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK (a IN ('x', 'y')))",
        "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK (a IN ('x', 'z')))",
        (
            "drop constraint public.t.c",
            "create constraint public.t.c",
        ),
    ),
    Pair(
        "IN on a column that was integer",
        "CREATE TABLE t (a integer, b integer, CONSTRAINT a CHECK (a IN (1, -2)),"
        "    CONSTRAINT b CHECK (b NOT IN (1, 2)));"
        "ALTER TABLE t ALTER a TYPE bigint, ALTER b TYPE numeric",
        "CREATE TABLE t (a bigint, b numeric, CONSTRAINT a CHECK (a IN (1, -2)),"
        "    CONSTRAINT b CHECK (b NOT IN (1, 2)))",
        fold="number lists",
    ),
    Pair(
        "a serial column that became bigint",
        "CREATE TABLE t (a serial); ALTER TABLE t ALTER a TYPE bigint",
        "CREATE TABLE t (a bigserial)",
        ("alter sequence public.t_a_seq: type, maximum",),
    ),
    Pair(
        "a table that was renamed keeps the names that were made of its own",
        "CREATE TABLE u (a integer PRIMARY KEY, b integer UNIQUE CHECK (b > 0));"
        "CREATE INDEX ON u (a, b); ALTER TABLE u RENAME TO t",
        "CREATE TABLE t (a integer PRIMARY KEY, b integer UNIQUE CHECK (b > 0));"
        "CREATE INDEX ON t (a, b)",
        (
            "rename constraint public.t.u_b_check to t_b_check",
            "rename constraint public.t.u_b_key to t_b_key",
            "rename constraint public.t.u_pkey to t_pkey",
            "rename index public.t.u_a_b_idx to t_a_b_idx",
        ),
    ),
    Pair(
        "checks without a name in another order",
        "CREATE TABLE t (a integer, CHECK (a > 0), CHECK (a < 9))",
        "CREATE TABLE t (a integer, CHECK (a < 9), CHECK (a > 0))",
    ),
    Pair(
        "NOT NULL in a table that was renamed",
        "CREATE TABLE u (a integer NOT NULL); ALTER TABLE u RENAME TO t",
        "CREATE TABLE t (a integer NOT NULL)",
        fold="NOT NULL names",
    ),
    Pair(
        "a NOT NULL with a name of its own",
        "CREATE TABLE t (a integer NOT NULL)",
        "CREATE TABLE t (a integer CONSTRAINT filled NOT NULL)",
        ("rename constraint public.t.t_a_not_null to filled",),
        since=18,
    ),
    Pair(
        "a NOT NULL that holds for new rows alone",
        "CREATE TABLE t (a integer NOT NULL)",
        "CREATE TABLE t (a integer);ALTER TABLE t ADD CONSTRAINT t_a_not_null NOT NULL a NOT VALID",
        ("alter constraint public.t.t_a_not_null: validated",),
        since=18,
    ),
    Pair(
        "a NOT NULL that children don't inherit",
        "CREATE TABLE t (a integer NOT NULL)",
        "CREATE TABLE t (a integer NOT NULL NO INHERIT)",
        ("alter constraint public.t.t_a_not_null: no_inherit",),
        since=18,
    ),
    Pair(
        "a table that became a partition, with its own NOT NULL",
        "CREATE TABLE p (a integer NOT NULL) PARTITION BY LIST (a);"
        "CREATE TABLE c (a integer CONSTRAINT c_not_null NOT NULL);"
        "ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
        "CREATE TABLE p (a integer NOT NULL) PARTITION BY LIST (a);"
        "CREATE TABLE c (a integer NOT NULL);"
        "ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
        fold="NOT NULL names",
    ),
    Pair(
        "a table that became a partition, with its own index",
        "CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE INDEX i ON p (a);"
        "CREATE TABLE c (a integer); CREATE INDEX own ON c (a);"
        "ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
        "CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE INDEX i ON p (a);"
        "CREATE TABLE c (a integer); ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
    ),
    Pair(
        "a trigger that is switched off on one partition",
        f"{PARTITION_WITH_TRIGGER} ALTER TABLE c DISABLE TRIGGER g; ALTER TABLE c ENABLE TRIGGER g",
        f"{PARTITION_WITH_TRIGGER} ALTER TABLE c DISABLE TRIGGER g",
        ("create trigger public.c.g",),
    ),
    Pair(
        "a parent that came later",
        "CREATE TABLE p (a integer); CREATE TABLE c (a integer); ALTER TABLE c INHERIT p",
        "CREATE TABLE p (a integer); CREATE TABLE c () INHERITS (p)",
        ("alter column public.c.a: local",),
    ),
    Pair(
        "a foreign key to a partitioned table with partitions before and after it",
        "CREATE TABLE p (a integer PRIMARY KEY) PARTITION BY LIST (a);"
        "CREATE TABLE c PARTITION OF p FOR VALUES IN (1); CREATE TABLE t (a integer REFERENCES p)",
        "CREATE TABLE p (a integer PRIMARY KEY) PARTITION BY LIST (a);"
        "CREATE TABLE t (a integer REFERENCES p); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)",
    ),
    Pair(
        "a foreign key that chose another unique index",
        "CREATE TABLE p (a integer PRIMARY KEY); CREATE TABLE t (a integer REFERENCES p);"
        "CREATE UNIQUE INDEX i ON p (a)",
        "CREATE TABLE p (a integer); CREATE UNIQUE INDEX i ON p (a); ALTER TABLE p ADD PRIMARY KEY"
        "    (a); CREATE TABLE t (a integer REFERENCES p (a))",
    ),
    Pair(
        "a default that rows were given, statistics that were reset",
        "CREATE TABLE t (a integer); INSERT INTO t VALUES (1);"
        "ALTER TABLE t ADD b integer DEFAULT 5, ALTER a SET STATISTICS 5;"
        " ALTER TABLE t ALTER a SET STATISTICS -1",
        "CREATE TABLE t (a integer, b integer DEFAULT 5)",
    ),
    Pair(
        "a materialised view that was never filled",
        "CREATE MATERIALIZED VIEW v AS SELECT 1 AS one",
        "CREATE MATERIALIZED VIEW v AS SELECT 1 AS one WITH NO DATA",
    ),
    Pair(
        "the text 'now()' as a default is the moment of its creation",
        "CREATE TABLE t (a timestamptz DEFAULT 'now()')",
        "SELECT pg_sleep(0.01); COMMIT; BEGIN; CREATE TABLE t (a timestamptz DEFAULT 'now()')",
        ("alter column public.t.a: default",),
    ),
    Pair(
        "now() and CURRENT_TIMESTAMP",
        "CREATE TABLE t (a timestamptz DEFAULT now())",
        "CREATE TABLE t (a timestamptz DEFAULT CURRENT_TIMESTAMP)",
        ("alter column public.t.a: default",),
    ),
    Pair(
        "white space in the body of a function",
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT  1'",
        ("alter routine public.f(): definition",),
    ),
    Pair(
        "a column that was renamed under a function whose body is a string",
        "CREATE TABLE t (b integer);"
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT sum(b) FROM public.t';"
        "ALTER TABLE t RENAME b TO a",
        "CREATE TABLE t (a integer); SET LOCAL check_function_bodies = off;"
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT sum(b) FROM public.t'",
    ),
    Pair(
        "a change of type without COLLATE",
        'CREATE TABLE t (a varchar(5) COLLATE "C"); ALTER TABLE t ALTER a TYPE varchar(9)',
        'CREATE TABLE t (a varchar(9) COLLATE "C")',
        ("alter column public.t.a: collation",),
    ),
    Pair(
        "an operator class that is the default of another type",
        "CREATE TABLE t (a varchar(5)); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a varchar(5)); CREATE INDEX i ON t (a bpchar_ops)",
        ("drop index public.t.i", "create index public.t.i"),
    ),
    Pair(
        "a key without overlaps",
        "CREATE TABLE t (a int4range, b tsrange, CONSTRAINT k PRIMARY KEY (a, b WITHOUT OVERLAPS))",
        "CREATE TABLE t (a int4range, b tsrange, CONSTRAINT k PRIMARY KEY (a, b))",
        ("drop constraint public.t.k", "create constraint public.t.k"),
        since=18,
    ),
]
