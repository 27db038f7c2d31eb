"""What is said of a statement's weight is what PostgreSQL does: it rewrites, scans, or does not."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest

from daybreak.core.weight import Heavy, Kind
from daybreak.dialects import postgresql
from daybreak.dialects.postgresql import weighing
from servers.postgresql import PostgreSQL

TABLES = """
CREATE DOMAIN plain AS text;
CREATE DOMAIN short AS varchar(5);
CREATE DOMAIN checked AS text CHECK (VALUE <> 'no');
CREATE DOMAIN given AS text DEFAULT 'x';
CREATE TYPE mood AS ENUM ('a');
CREATE TABLE r (i int PRIMARY KEY);
INSERT INTO r SELECT generate_series(1, 2000);
CREATE TABLE t (
    id int NOT NULL, i int, p int, x text, v varchar(10),
    v_checked varchar(10) CHECK (v_checked <> ''), v_indexed varchar(10),
    v_partial varchar(10), x_indexed text, c char(10), n numeric(10, 2), q int,
    s timestamp, s_indexed timestamp, s3 timestamp(3), z timestamptz, h time(3), w interval(3),
    w_years interval year to month, b bit(4), vb bit varying(4), va varchar(10)[], d plain,
    d_checked checked, xm xml, j json, net cidr, m mood,
    g int GENERATED ALWAYS AS (id + 1) STORED,
    CONSTRAINT there CHECK (p IS NOT NULL AND p > 0),
    CONSTRAINT perhaps CHECK (i IS NOT NULL OR i < 0)
);
INSERT INTO t (id, i, p, x) SELECT n, n, n, 'a' FROM generate_series(1, 1000) AS n;
CREATE INDEX ON t (v_indexed);
CREATE INDEX ON t (v_partial) WHERE v_partial <> '';
CREATE INDEX ON t (x_indexed);
CREATE INDEX ON t (s_indexed);
CREATE INDEX ON t (q);
CREATE UNIQUE INDEX u_id ON t (id);
CREATE UNIQUE INDEX u_i ON t (i);
ALTER TABLE t ADD CONSTRAINT later CHECK (i > -1) NOT VALID;
CREATE TABLE parts (k int) PARTITION BY RANGE (k);
CREATE TABLE t2 (k int);
CREATE TABLE t3 (k int NOT NULL CHECK (k >= 5000 AND k < 10000));
INSERT INTO t2 SELECT generate_series(1, 1000);
INSERT INTO t3 SELECT generate_series(5001, 6000);
CREATE MATERIALIZED VIEW seen AS SELECT id FROM t;
"""
OF_18 = "ALTER TABLE t ADD CONSTRAINT unheeded FOREIGN KEY (p) REFERENCES r NOT ENFORCED"

REWRITE, SCAN, INDEX, REFRESH = Kind.REWRITE, Kind.SCAN, Kind.INDEX, Kind.REFRESH
SHORT = None

# Each statement, with what it does to all rows of a table while others wait.
CASES: dict[str, Kind | None] = {
    # types
    "ALTER TABLE t ALTER v TYPE varchar(20)": SHORT,
    "ALTER TABLE t ALTER v TYPE varchar(10)": SHORT,
    "ALTER TABLE t ALTER v TYPE varchar(5)": REWRITE,
    "ALTER TABLE t ALTER v TYPE varchar": SHORT,
    "ALTER TABLE t ALTER v TYPE text": SHORT,
    "ALTER TABLE t ALTER v_checked TYPE varchar(20)": SCAN,
    "ALTER TABLE t ALTER v_indexed TYPE varchar(20)": SHORT,
    "ALTER TABLE t ALTER v_indexed TYPE text": SHORT,
    "ALTER TABLE t ALTER v_partial TYPE text": INDEX,
    "ALTER TABLE t ALTER x TYPE varchar(20)": REWRITE,
    "ALTER TABLE t ALTER x TYPE varchar(20) USING x": REWRITE,
    "ALTER TABLE t ALTER x TYPE varchar": SHORT,
    'ALTER TABLE t ALTER x TYPE text COLLATE "C"': SHORT,
    'ALTER TABLE t ALTER x_indexed TYPE text COLLATE "C"': INDEX,
    "ALTER TABLE t ALTER c TYPE char(20)": REWRITE,
    "ALTER TABLE t ALTER c TYPE char(10)": SHORT,
    "ALTER TABLE t ALTER c TYPE text": REWRITE,
    "ALTER TABLE t ALTER n TYPE numeric(12, 2)": SHORT,
    "ALTER TABLE t ALTER n TYPE numeric(12, 3)": REWRITE,
    "ALTER TABLE t ALTER n TYPE numeric(8, 2)": REWRITE,
    "ALTER TABLE t ALTER n TYPE numeric": SHORT,
    "ALTER TABLE t ALTER i TYPE bigint": REWRITE,
    "ALTER TABLE t ALTER COLUMN q SET DATA TYPE int": SHORT,
    "ALTER TABLE t ALTER q TYPE int USING q + 1": REWRITE,
    "ALTER TABLE t ALTER q TYPE int USING q::int": SHORT,
    "ALTER TABLE t ALTER q TYPE int USING CAST(q AS int)": SHORT,
    "ALTER TABLE t ALTER q TYPE oid": INDEX,
    "ALTER TABLE t ALTER s TYPE timestamptz": SHORT,
    "ALTER TABLE t ALTER s_indexed TYPE timestamptz": INDEX,
    "ALTER TABLE t ALTER s TYPE timestamp(3)": REWRITE,
    "ALTER TABLE t ALTER s TYPE timestamp(6)": SHORT,
    "ALTER TABLE t ALTER s3 TYPE timestamp(6)": SHORT,
    "ALTER TABLE t ALTER s3 TYPE timestamp": SHORT,
    "ALTER TABLE t ALTER s3 TYPE timestamptz": SHORT,
    "ALTER TABLE t ALTER s3 TYPE timestamptz(3)": REWRITE,
    "ALTER TABLE t ALTER z TYPE timestamp without time zone": SHORT,
    "ALTER TABLE t ALTER h TYPE time(6)": SHORT,
    "ALTER TABLE t ALTER w TYPE interval": SHORT,
    "ALTER TABLE t ALTER w TYPE interval(6)": SHORT,
    "ALTER TABLE t ALTER w TYPE interval day": REWRITE,
    "ALTER TABLE t ALTER w_years TYPE interval": SHORT,
    "ALTER TABLE t ALTER b TYPE bit(8)": REWRITE,
    "ALTER TABLE t ALTER vb TYPE bit varying(8)": SHORT,
    "ALTER TABLE t ALTER va TYPE varchar(20)[]": REWRITE,
    "ALTER TABLE t ALTER va TYPE text[]": REWRITE,
    "ALTER TABLE t ALTER d TYPE text": SHORT,
    "ALTER TABLE t ALTER d_checked TYPE text": SHORT,
    "ALTER TABLE t ALTER x TYPE plain": SHORT,
    "ALTER TABLE t ALTER x TYPE checked": REWRITE,
    "ALTER TABLE t ALTER x TYPE short": REWRITE,
    "ALTER TABLE t ALTER xm TYPE text": SHORT,
    "ALTER TABLE t ALTER j TYPE jsonb": REWRITE,
    "ALTER TABLE t ALTER net TYPE inet": SHORT,
    "ALTER TABLE t ALTER m TYPE text": REWRITE,
    "ALTER TABLE t ALTER x TYPE mood USING x::mood": REWRITE,
    # new columns
    "ALTER TABLE t ADD a int": SHORT,
    "ALTER TABLE t ADD a int DEFAULT 5 NOT NULL": SHORT,
    "ALTER TABLE t ADD COLUMN a INTEGER": SHORT,
    "ALTER TABLE public.t ADD COLUMN a VARCHAR(20) DEFAULT 'x' NOT NULL": SHORT,
    "ALTER TABLE t ADD COLUMN a TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL": SHORT,
    "ALTER TABLE t ADD COLUMN a UUID DEFAULT gen_random_uuid()": REWRITE,
    "ALTER TABLE t ADD COLUMN a INTEGER CHECK (a > 0)": SCAN,
    "ALTER TABLE t ADD a timestamptz DEFAULT now()": SHORT,
    "ALTER TABLE t ADD a timestamptz NOT NULL DEFAULT clock_timestamp()": REWRITE,
    "ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()": REWRITE,
    "ALTER TABLE t ADD a text DEFAULT lower('X')": SHORT,
    "ALTER TABLE t ADD a serial": REWRITE,
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS IDENTITY": REWRITE,
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (i + 1) STORED": REWRITE,
    "ALTER TABLE t ADD a int CHECK (a > 0)": SCAN,
    "ALTER TABLE t ADD a int UNIQUE": INDEX,
    "ALTER TABLE t ADD a int REFERENCES r": SHORT,
    "ALTER TABLE t ADD a int DEFAULT NULL REFERENCES r": SCAN,
    "ALTER TABLE t ADD a int DEFAULT 1 REFERENCES r": SCAN,
    "ALTER TABLE t ADD a plain": SHORT,
    "ALTER TABLE t ADD a given": SHORT,
    "ALTER TABLE t ADD a checked": REWRITE,
    "ALTER TABLE t ADD a mood": SHORT,
    "ALTER TABLE t ADD COLUMN IF NOT EXISTS i serial": SHORT,
    # constraints
    "ALTER TABLE t ALTER i SET NOT NULL": SCAN,
    "ALTER TABLE t ALTER p SET NOT NULL": SHORT,
    "ALTER TABLE t ALTER id SET NOT NULL": SHORT,
    "ALTER TABLE t ADD CONSTRAINT k CHECK (i > 0)": SCAN,
    "ALTER TABLE t ADD CONSTRAINT k CHECK (i > 0) NOT VALID": SHORT,
    "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (i) REFERENCES r": SCAN,
    "ALTER TABLE t ADD FOREIGN KEY (i) REFERENCES r NOT VALID": SHORT,
    "ALTER TABLE t ADD PRIMARY KEY (id)": INDEX,
    "ALTER TABLE t ADD CONSTRAINT k UNIQUE (id)": INDEX,
    "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX u_id": SHORT,
    "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX u_i": SCAN,
    "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX u_i": SHORT,
    "ALTER TABLE t ADD CONSTRAINT k EXCLUDE (id WITH =)": INDEX,
    "ALTER TABLE t ADD a int, ADD CONSTRAINT k CHECK (i > 0)": SCAN,
    "ALTER TABLE t VALIDATE CONSTRAINT later, ADD a int": SCAN,
    "ALTER DOMAIN plain ADD CONSTRAINT k CHECK (VALUE <> 'no')": SCAN,
    "ALTER DOMAIN plain ADD CONSTRAINT k CHECK (VALUE <> 'no') NOT VALID": SHORT,
    "ALTER TABLE parts ATTACH PARTITION t2 FOR VALUES FROM (0) TO (5000)": SCAN,
    "ALTER TABLE parts ATTACH PARTITION t3 FOR VALUES FROM (5000) TO (10000)": SHORT,
    # the whole table
    "ALTER TABLE t SET UNLOGGED": REWRITE,
    "ALTER TABLE t SET LOGGED": SHORT,
    "ALTER TABLE t SET ACCESS METHOD heap": SHORT,
    "ALTER TABLE t SET TABLESPACE pg_default": SHORT,
    "CLUSTER t USING u_i": REWRITE,
    "CREATE INDEX ON t (i)": INDEX,
    "CREATE UNIQUE INDEX IF NOT EXISTS u_j ON t (i)": INDEX,
    "CREATE UNIQUE INDEX IF NOT EXISTS u_i ON t (i)": SHORT,
    "REINDEX TABLE t": INDEX,
    "REINDEX (VERBOSE) INDEX u_i": INDEX,
    "REFRESH MATERIALIZED VIEW seen": REFRESH,
    # what is always short
    "ALTER TABLE t DROP i": SHORT,
    "ALTER TABLE t SET (fillfactor = 70)": SHORT,
    "ALTER TABLE t ALTER i SET DEFAULT 6": SHORT,
    "ALTER TABLE t ALTER g DROP EXPRESSION": SHORT,
    "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY": SHORT,
    "ALTER TABLE t RENAME i TO ii": SHORT,
}
SINCE_18: dict[str, Kind | None] = {
    "ALTER TABLE t ALTER g SET EXPRESSION AS (id + 3)": REWRITE,
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (i + 1) VIRTUAL": SHORT,
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (i + 1) VIRTUAL NOT NULL": SCAN,
    "ALTER TABLE t ADD CONSTRAINT k NOT NULL i": SCAN,
    "ALTER TABLE t ADD CONSTRAINT k NOT NULL i NOT VALID": SHORT,
    "ALTER TABLE t ALTER CONSTRAINT unheeded ENFORCED": SCAN,
}
BOTH = [("postgresql16", sql) for sql in CASES]
BOTH += [("postgresql18", sql) for sql in (*CASES, *SINCE_18)]

# How the rows of the tables are stored, and how many were read in this transaction so far.
STATE = """
SELECT (SELECT array_agg(relfilenode ORDER BY oid) FROM pg_class WHERE relname IN ('t', 'seen')),
       (SELECT coalesce(sum(seq_tup_read), 0)
        FROM pg_stat_xact_user_tables WHERE relname IN ('t', 't2', 't3'))
"""


@pytest.fixture(scope="module")
def databases() -> Iterator[dict[str, psycopg2.extensions.connection]]:
    opened: dict[str, psycopg2.extensions.connection] = {}
    yield opened
    for connection in opened.values():
        connection.close()


@pytest.fixture
def cursor(
    request: pytest.FixtureRequest, databases: dict[str, psycopg2.extensions.connection]
) -> Iterator[psycopg2.extensions.cursor]:
    """In a transaction, on tables with some rows, of which none is small."""
    name: str = request.param
    if name not in databases:
        server: PostgreSQL = request.getfixturevalue(name)
        database = "weights"
        server.create_database(database)
        databases[name] = psycopg2.connect(server.url(database))
        with databases[name].cursor() as made:
            made.execute(TABLES)
            if name == "postgresql18":
                made.execute(OF_18)
        databases[name].commit()
    with databases[name].cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        yield cursor
    databases[name].rollback()


@pytest.fixture(autouse=True)
def _nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "SMALL_BYTES", 0)


def weighed(cursor: psycopg2.extensions.cursor, sql: str) -> tuple[Heavy, ...]:
    suspects = postgresql.suspects(sql)
    if not suspects or not postgresql.tells_of_work(postgresql.read_statement(sql).skeleton):
        return ()
    cursor.execute(postgresql.facts_query(suspects))
    [(answer,)] = cursor.fetchall()
    return postgresql.judge(suspects, answer)


@pytest.mark.parametrize(("cursor", "sql"), BOTH, indirect=["cursor"])
def test_what_is_called_long_is_what_the_server_takes_long_for(
    cursor: psycopg2.extensions.cursor, sql: str
) -> None:
    said = weighed(cursor, sql)
    cursor.execute(STATE)
    [(files, read)] = cursor.fetchall()
    cursor.execute(sql)
    cursor.execute(STATE)
    [(files_now, read_now)] = cursor.fetchall()

    expected = {**CASES, **SINCE_18}[sql]
    assert [heavy.kind for heavy in said] == [expected] * (expected is not None)
    rewritten, scanned = files != files_now, read != read_now
    assert rewritten == (expected in {REWRITE, REFRESH})
    assert (rewritten or scanned) == (expected is not None)


@pytest.mark.parametrize("cursor", ["postgresql16", "postgresql18"], indirect=True)
def test_where_the_session_is_not_in_utc_a_time_zone_rewrites(
    cursor: psycopg2.extensions.cursor,
) -> None:
    cursor.execute("SET LOCAL TimeZone = 'Europe/Vienna'")
    [heavy] = weighed(cursor, "ALTER TABLE t ALTER s TYPE timestamptz")
    assert heavy.allowance == "rewrite of t"


@pytest.mark.parametrize("cursor", ["postgresql16", "postgresql18"], indirect=True)
def test_what_blocks_nobody_is_long_where_a_lock_is_held_from_before(
    cursor: psycopg2.extensions.cursor,
) -> None:
    validate = "ALTER TABLE t VALIDATE CONSTRAINT later"
    assert weighed(cursor, validate) == ()
    cursor.execute("ALTER TABLE t ADD a int")
    [heavy] = weighed(cursor, validate)
    assert (heavy.allowance, heavy.lock, heavy.blocks) == (
        "scan of t",
        "ACCESS EXCLUSIVE",
        "reads and writes",
    )


LOCKS = [
    ("CREATE INDEX ON t (i)", "ShareLock", "SHARE"),
    (
        "ALTER TABLE t ADD FOREIGN KEY (i) REFERENCES r",
        "ShareRowExclusiveLock",
        "SHARE ROW EXCLUSIVE",
    ),
    ("ALTER TABLE t ADD CHECK (i > 0)", "AccessExclusiveLock", "ACCESS EXCLUSIVE"),
    (
        "ALTER TABLE t ADD a int, ADD FOREIGN KEY (i) REFERENCES r",
        "AccessExclusiveLock",
        "ACCESS EXCLUSIVE",
    ),
]
HELD = """
SELECT mode FROM pg_locks
WHERE pid = pg_backend_pid() AND relation = 't'::regclass AND mode NOT LIKE 'AccessShare%'
"""


@pytest.mark.parametrize("cursor", ["postgresql16", "postgresql18"], indirect=True)
@pytest.mark.parametrize(("sql", "mode", "said"), LOCKS)
def test_the_lock_that_is_named_is_the_one_that_is_taken(
    cursor: psycopg2.extensions.cursor, sql: str, mode: str, said: str
) -> None:
    [heavy] = weighed(cursor, sql)
    cursor.execute(sql)
    cursor.execute(HELD)
    assert (mode,) in cursor.fetchall()
    assert heavy.lock == said
    assert heavy.blocks == ("writes" if said.startswith("SHARE") else "reads and writes")


@pytest.mark.parametrize("cursor", ["postgresql16"], indirect=True)
def test_a_partitioned_table_is_as_large_as_its_partitions(
    cursor: psycopg2.extensions.cursor,
) -> None:
    cursor.execute("ALTER TABLE parts ATTACH PARTITION t2 FOR VALUES FROM (0) TO (5000)")
    cursor.execute("ANALYZE t2")
    [heavy] = weighed(cursor, "CREATE INDEX ON parts (k)")
    assert (heavy.table, heavy.rows) == ("parts", 1000)
    assert heavy.bytes > 1000


@pytest.mark.parametrize("cursor", ["postgresql16"], indirect=True)
def test_each_statement_of_a_text_is_looked_at(cursor: psycopg2.extensions.cursor) -> None:
    text = "UPDATE t SET i = 1; ALTER TABLE t ADD a int; ALTER TABLE t ALTER i SET NOT NULL;"
    [heavy] = weighed(cursor, text)
    assert heavy.allowance == "scan of t"


@pytest.mark.parametrize("cursor", ["postgresql16"], indirect=True)
def test_a_table_of_the_session_alone_is_nobody_elses_concern(
    cursor: psycopg2.extensions.cursor,
) -> None:
    cursor.execute("CREATE TEMP TABLE mine AS SELECT * FROM t")
    assert weighed(cursor, "CREATE INDEX ON mine (i)") == ()
