"""Tables: new, dropped, renamed, moved; storage, partitions, inheritance, schemas."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

NAME = "Column('name', String(20))"
ROW = "INSERT INTO events (name) VALUES ('a'), ('b')"
ONE = table(NAME)
PARTS = (
    "Table('logs', metadata, Column('at', Date, nullable=False), Column('text', Text),"
    " postgresql_partition_by='RANGE (at)')\n"
)
PLAIN_LOGS = "Table('logs', metadata, Column('at', Date, nullable=False), Column('text', Text))\n"
LOGGED = "INSERT INTO logs VALUES ('2026-01-01', 'a')"
CYCLE = table(
    "Column('best_id', ForeignKey('events.id', use_alter=True, name='fk_best'))", name="venues"
) + table(NAME, "Column('venue_id', ForeignKey('venues.id', name='fk_venue'))")
PARENT = table("Column('kind', String(5))", name="things")


def schema(name: str) -> str:
    return (
        f"event.listen(metadata, 'before_create', DDL('CREATE SCHEMA {name}'))\n"
        f"event.listen(metadata, 'after_drop', DDL('DROP SCHEMA {name}'))\n"
    )


KINDS = (
    Kind(
        name="table: new",
        before=ONE,
        after=ONE
        + table(
            "Column('event_id', ForeignKey('events.id'), index=True)",
            "Column('code', String(8), nullable=False, unique=True)",
            "CheckConstraint('id > 0', name='ck_id')",
            name="tickets",
            comment="'sold'",
        ),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="table: new, partitioned",
        before=ONE,
        after=ONE + PARTS,
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="table: new, partitioned, with partitions",
        before=ONE,
        after=ONE
        + PARTS
        + sql(
            "CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01')"
            " TO ('2027-01-01')",
            "SELECT 1",
        ),
        rows=ROW,
    ),
    Kind(
        name="table: new, storage parameters",
        before=ONE,
        after=ONE + table(name="logs", postgresql_with="{'fillfactor': 70}"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="table: new, UNLOGGED",
        before=ONE,
        after=ONE + table(name="logs", prefixes="['UNLOGGED']"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="table: new, in a new schema",
        before=ONE,
        after=schema("archive") + ONE + table(name="logs", schema="'archive'"),
        rows=ROW,
        alembic="fails",
    ),
    Kind(
        name="table: new, inherits",
        before=ONE,
        after=ONE + "Table('concerts', metadata, Column('band', Text),"
        " postgresql_inherits='events')\n",
        rows=ROW,
    ),
    Kind(
        name="two new tables in a foreign key cycle",
        before=table(name="other"),
        after=table(name="other") + CYCLE,
        rows="INSERT INTO other DEFAULT VALUES",
        alembic="partly",
    ),
    Kind(
        name="table: dropped",
        before=ONE + table(name="tickets"),
        after=ONE,
        rows=ROW,
    ),
    Kind(
        name="table: dropped, with a foreign key to it",
        before=table(name="venues") + table(NAME, "Column('venue_id', ForeignKey('venues.id'))"),
        after=ONE,
        rows=ROW,
    ),
    Kind(
        name="two tables in a foreign key cycle dropped",
        before=table(name="other") + CYCLE,
        after=table(name="other"),
        rows="INSERT INTO other DEFAULT VALUES",
        alembic="fails",
    ),
    Kind(
        name="table: renamed",
        before=ONE,
        after=table(NAME, name="shows"),
        rows=ROW,
        renames=("events=shows",),
        alembic="lost",
    ),
    Kind(
        name="table: renamed, with index, unique, foreign key to it and an identity",
        before="Table('events', metadata, Column('id', Integer, Identity(), primary_key=True),"
        " Column('name', String(20), index=True, unique=True))\n"
        + table("Column('event_id', ForeignKey('events.id'))", name="tickets"),
        after="Table('shows', metadata, Column('id', Integer, Identity(), primary_key=True),"
        " Column('name', String(20), index=True, unique=True))\n"
        + table("Column('event_id', ForeignKey('shows.id'))", name="tickets"),
        rows=ROW + "; INSERT INTO tickets (event_id) VALUES (1)",
        renames=("events=shows",),
    ),
    Kind(
        name="column: renamed",
        before=ONE,
        after=table("Column('title', String(20))"),
        rows=ROW,
        renames=("events.name=title",),
        alembic="lost",
    ),
    Kind(
        name="column: renamed, with index, check, computed and comment",
        before=table(
            "Column('size', Integer, index=True, comment='seats')",
            "CheckConstraint('size > 0', name='ck_size')",
            "Column('twice', Integer, Computed('size * 2', persisted=True))",
        ),
        after=table(
            "Column('seats', Integer, index=True, comment='seats')",
            "CheckConstraint('seats > 0', name='ck_size')",
            "Column('twice', Integer, Computed('seats * 2', persisted=True))",
        ),
        rows="INSERT INTO events (size) VALUES (1), (2)",
        renames=("events.size=seats",),
    ),
    Kind(
        name="two columns that swap their names",
        before=table("Column('a', Integer)", "Column('b', String(5))"),
        after=table("Column('b', Integer)", "Column('a', String(5))"),
        rows="INSERT INTO events (a, b) VALUES (1, 'x')",
        renames=("events.a=b", "events.b=a"),
    ),
    Kind(
        name="table: moved to another schema",
        before=schema("archive") + ONE,
        after=schema("archive") + table(NAME, schema="'archive'"),
        rows=ROW,
        renames=("events=archive.events",),
        alembic="lost",
    ),
    Kind(
        name="schema: renamed",
        before=schema("old") + table(NAME, schema="'old'"),
        after=schema("new") + table(NAME, schema="'new'"),
        rows="INSERT INTO old.events (name) VALUES ('a')",
        renames=("schema:old=new",),
    ),
    Kind(
        name="plain table to a partitioned one",
        before=PLAIN_LOGS,
        after=PARTS,
        rows=LOGGED,
        expected="reported",
        alembic="missed",
    ),
    Kind(
        name="partition: added",
        before=PARTS,
        after=PARTS
        + sql(
            "CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01')"
            " TO ('2027-01-01')",
            "SELECT 1",
        ),
    ),
    Kind(
        name="storage parameters: added",
        before=ONE,
        after=table(NAME, postgresql_with="{'fillfactor': 70, 'autovacuum_enabled': False}"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="storage parameters: dropped",
        before=table(NAME, postgresql_with="{'fillfactor': 70}"),
        after=ONE,
        rows=ROW,
    ),
    Kind(
        name="tablespace",
        before=ONE,
        after=table(NAME, postgresql_tablespace="'matrix_fast'"),
        rows=ROW,
        expected="reported",
        alembic="missed",
    ),
    Kind(
        name="logged to UNLOGGED",
        before=ONE,
        after=table(NAME, prefixes="['UNLOGGED']"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="UNLOGGED to logged",
        before=table(NAME, prefixes="['UNLOGGED']"),
        after=ONE,
        rows=ROW,
    ),
    Kind(
        name="INHERITS added",
        before=PARENT + table("Column('kind', String(5))"),
        after=PARENT + table("Column('kind', String(5))", postgresql_inherits="'things'"),
        rows="INSERT INTO events (kind) VALUES ('a')",
        alembic="missed",
    ),
    Kind(
        name="INHERITS dropped",
        before=PARENT + table("Column('kind', String(5))", postgresql_inherits="'things'"),
        after=PARENT + table("Column('kind', String(5))"),
        rows="INSERT INTO events (kind) VALUES ('a')",
    ),
    Kind(
        name="column added to a parent of INHERITS",
        before=PARENT + "Table('events', metadata, Column('name', Text),"
        " postgresql_inherits='things')\n",
        after=table("Column('kind', String(5))", "Column('size', Integer)", name="things")
        + "Table('events', metadata, Column('name', Text), postgresql_inherits='things')\n",
        rows="INSERT INTO events (name) VALUES ('a')",
    ),
    Kind(
        name="column and index added to a partitioned table",
        before=PARTS
        + sql(
            "CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01')"
            " TO ('2027-01-01')",
            "SELECT 1",
        ),
        after=PARTS.replace(" postgresql", " Column('level', Integer, index=True), postgresql")
        + sql(
            "CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01')"
            " TO ('2027-01-01')",
            "SELECT 1",
        ),
        rows=LOGGED,
    ),
    Kind(
        name="schema: new, empty",
        before=ONE,
        after=schema("archive") + ONE,
        rows=ROW,
    ),
    Kind(
        name="names with capitals, blanks and a reserved word",
        before=table("Column('order', Integer)", name="Big Events"),
        after=table(
            "Column('order', BigInteger, index=True)",
            "Column('Two Words', Text)",
            name="Big Events",
        ),
        rows='INSERT INTO "Big Events" ("order") VALUES (1)',
    ),
)
