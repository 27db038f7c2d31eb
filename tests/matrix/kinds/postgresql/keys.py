"""Primary keys, unique constraints and foreign keys."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

CODE = "Column('code', String(8), nullable=False)"
PLACE = "Column('place', Integer)"
ROW = "INSERT INTO events (code, place) VALUES ('a', 1), ('b', 2)"
VENUES = table("Column('code', Integer, unique=True)", name="venues")
FILLED = "INSERT INTO venues (code) VALUES (1), (2); INSERT INTO events (venue_id) VALUES (1), (2)"


def unique(rest: str = "") -> str:
    return table(CODE, PLACE, f"UniqueConstraint('code', name='uq_code'{rest})")


def foreign(rest: str = "", target: str = "venues.id") -> str:
    """A table with a foreign key to venues."""
    return VENUES + table(
        "Column('venue_id', Integer)",
        f"ForeignKeyConstraint(['venue_id'], ['{target}'], name='fk_venue'{rest})",
    )


def keyed(*columns: str, key: str) -> str:
    return f"Table('events', metadata, {', '.join(columns)}, {key})\n"


A = "Column('a', Integer, autoincrement=False, nullable=False)"
B = "Column('b', Integer, autoincrement=False, nullable=False)"
PAIRS = "INSERT INTO events (a, b) VALUES (1, 1), (2, 2)"

KINDS = (
    Kind(name="unique: added", before=table(CODE, PLACE), after=unique(), rows=ROW),
    Kind(name="unique: dropped", before=unique(), after=table(CODE, PLACE), rows=ROW),
    Kind(
        name="unique: added over duplicates",
        before=table(CODE, PLACE),
        after=unique(),
        rows="INSERT INTO events (code) VALUES ('a'), ('a')",
        expected="needs cure",
        cure="UPDATE events SET code = id::text",
    ),
    Kind(
        name="unique: columns",
        before=unique(),
        after=table(CODE, PLACE, "UniqueConstraint('code', 'place', name='uq_code')"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="unique: deferrable",
        before=unique(),
        after=unique(", deferrable=True, initially='DEFERRED'"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="unique: INCLUDE",
        before=unique(),
        after=unique(", postgresql_include=['place']"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="unique: NULLS NOT DISTINCT",
        before=unique(),
        after=unique(", postgresql_nulls_not_distinct=True"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="unique: renamed",
        before=unique(),
        after=unique().replace("uq_code", "uq_events_code"),
        rows=ROW,
    ),
    Kind(
        name="unique constraint to a unique index",
        before=unique(),
        after=table(CODE, PLACE, "Index('uq_code', 'code', unique=True)"),
        rows=ROW,
    ),
    Kind(
        name="primary key: columns",
        before=keyed(A, B, key="PrimaryKeyConstraint('a')"),
        after=keyed(A, B, key="PrimaryKeyConstraint('a', 'b')"),
        rows=PAIRS,
        alembic="missed",
    ),
    Kind(
        name="primary key: name",
        before=keyed(A, B, key="PrimaryKeyConstraint('a', name='pk_events')"),
        after=keyed(A, B, key="PrimaryKeyConstraint('a', name='events_key')"),
        rows=PAIRS,
        alembic="missed",
    ),
    Kind(
        name="primary key: added",
        before=f"Table('events', metadata, {A}, {B})\n",
        after=keyed(A, B, key="PrimaryKeyConstraint('a')"),
        rows=PAIRS,
    ),
    Kind(
        name="primary key: dropped",
        before=keyed(A, B, key="PrimaryKeyConstraint('a')"),
        after=f"Table('events', metadata, {A}, {B})\n",
        rows=PAIRS,
    ),
    Kind(
        name="primary key: from one column to another, under a foreign key",
        before=keyed(A, B, key="PrimaryKeyConstraint('a'), UniqueConstraint('b', name='uq_b')")
        + table("Column('event_b', ForeignKey('events.b'))", name="tickets"),
        after=keyed(A, B, key="PrimaryKeyConstraint('b')")
        + table("Column('event_b', ForeignKey('events.b'))", name="tickets"),
        rows=PAIRS,
    ),
    Kind(
        name="foreign key: added",
        before=VENUES + table("Column('venue_id', Integer)"),
        after=foreign(),
        rows=FILLED,
    ),
    Kind(
        name="foreign key: dropped",
        before=foreign(),
        after=VENUES + table("Column('venue_id', Integer)"),
        rows=FILLED,
    ),
    Kind(
        name="foreign key: ON DELETE",
        before=foreign(),
        after=foreign(", ondelete='CASCADE'"),
        rows=FILLED,
        alembic="right",
    ),
    Kind(
        name="foreign key: ON DELETE SET NULL to SET DEFAULT",
        before=foreign(", ondelete='SET NULL'"),
        after=foreign(", ondelete='SET DEFAULT'"),
        rows=FILLED,
    ),
    Kind(
        name="foreign key: ON UPDATE",
        before=foreign(),
        after=foreign(", onupdate='CASCADE'"),
        rows=FILLED,
        alembic="right",
    ),
    Kind(
        name="foreign key: deferrable",
        before=foreign(),
        after=foreign(", deferrable=True, initially='DEFERRED'"),
        rows=FILLED,
        alembic="right",
    ),
    Kind(
        name="foreign key: target",
        before=foreign(),
        after=foreign(target="venues.code"),
        rows=FILLED,
        alembic="right",
    ),
    Kind(
        name="foreign key: name",
        before=foreign(),
        after=foreign().replace("fk_venue", "fk_events_venue"),
        rows=FILLED,
        alembic="missed",
    ),
    Kind(
        name="foreign key: MATCH",
        before=foreign(),
        after=foreign(", match='FULL'"),
        rows=FILLED,
        alembic="missed",
    ),
    Kind(
        name="foreign key: NOT VALID",
        before=foreign(),
        after=VENUES
        + table("Column('venue_id', Integer)")
        + sql(
            "ALTER TABLE events ADD CONSTRAINT fk_venue FOREIGN KEY (venue_id)"
            " REFERENCES venues (id) NOT VALID",
            "SELECT 1",
        ),
        rows=FILLED,
    ),
    Kind(
        name="foreign key: NOT ENFORCED",
        before=foreign(),
        after=VENUES
        + table("Column('venue_id', Integer)")
        + sql(
            "ALTER TABLE events ADD CONSTRAINT fk_venue FOREIGN KEY (venue_id)"
            " REFERENCES venues (id) NOT ENFORCED",
            "SELECT 1",
        ),
        rows=FILLED,
        since=18,
    ),
    Kind(
        name="foreign key: orphans among the rows",
        before=VENUES + table("Column('venue_id', Integer)"),
        after=foreign(),
        rows="INSERT INTO events (venue_id) VALUES (9)",
        expected="needs cure",
        cure="UPDATE events SET venue_id = NULL",
    ),
    Kind(
        name="foreign key: to the table itself",
        before=table("Column('parent_id', Integer)"),
        after=table("Column('parent_id', ForeignKey('events.id'))"),
        rows="INSERT INTO events (parent_id) VALUES (NULL), (1)",
    ),
    Kind(
        name="foreign key: of two columns",
        before=keyed(A, B, key="PrimaryKeyConstraint('a', 'b')")
        + table("Column('x', Integer)", "Column('y', Integer)", name="tickets"),
        after=keyed(A, B, key="PrimaryKeyConstraint('a', 'b')")
        + table(
            "Column('x', Integer)",
            "Column('y', Integer)",
            "ForeignKeyConstraint(['y', 'x'], ['events.a', 'events.b'])",
            name="tickets",
        ),
        rows=PAIRS,
    ),
)
