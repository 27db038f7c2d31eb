"""Several kinds in one revision."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

NAME = "Column('name', String(20))"
ROW = "INSERT INTO events (name) VALUES ('a'), ('b')"

KINDS = (
    Kind(
        name="combined: three new tables, each referring to the one before",
        before=table(NAME),
        after=table(NAME)
        + table("Column('event_id', Integer, ForeignKey('events.id'))", name="shows")
        + table("Column('show_id', Integer, ForeignKey('shows.id'))", name="acts")
        + table("Column('act_id', Integer, ForeignKey('acts.id'))", name="songs"),
    ),
    Kind(
        name="combined: table and column renamed, column widened",
        before=table(NAME, "Column('size', Integer)"),
        after=table("Column('title', String(40))", "Column('size', BigInteger)", name="shows"),
        rows="INSERT INTO events (name, size) VALUES ('a', 1)",
        renames=("events=shows", "events.name=shows.title"),
    ),
    Kind(
        name="combined: column renamed and made NOT NULL with a default",
        before=table(NAME),
        after=table("Column('title', String(20), nullable=False, server_default='?')"),
        rows=ROW,
        renames=("events.name=title",),
    ),
    Kind(
        name="combined: new table that refers to a key of another type than before",
        before=table("Column('code', Integer, unique=True)"),
        after=table("Column('code', String(20), unique=True)")
        + table("Column('code', ForeignKey('events.code'))", name="seats"),
        rows="INSERT INTO events (code) VALUES (1)",
    ),
    Kind(
        name="combined: new table, foreign key to it, index and check",
        before=table(NAME),
        after=table(name="venues")
        + table(
            "Column('name', String(20), CheckConstraint(\"name <> ''\", name='ck_name'))",
            "Column('venue_id', ForeignKey('venues.id', ondelete='CASCADE'), index=True)",
        ),
        rows=ROW,
    ),
    Kind(
        name="combined: enum value added, new column of it, default",
        before="mood = Enum('calm', 'loud', name='mood', metadata=metadata)\n"
        + table("Column('mood', mood)"),
        after="mood = Enum('calm', 'loud', 'wild', name='mood', metadata=metadata)\n"
        + table("Column('mood', mood)", "Column('next', mood, server_default='wild')"),
        rows="INSERT INTO events (mood) VALUES ('calm')",
    ),
    Kind(
        name="combined: column dropped, its unique replaced, primary key widened",
        before=table(
            NAME, "Column('place', Integer)", "UniqueConstraint('name', 'place', name='uq')"
        ),
        after="Table('events', metadata, Column('id', BigInteger, primary_key=True),"
        " Column('name', String(20)), UniqueConstraint('name', name='uq'))\n",
        rows=ROW,
    ),
    Kind(
        name="combined: view over a renamed column",
        before=table(NAME) + sql("CREATE VIEW v AS SELECT id, name FROM events", "DROP VIEW v"),
        after=table("Column('title', String(20))")
        + sql("CREATE VIEW v AS SELECT id, title FROM events", "DROP VIEW v"),
        rows=ROW,
        renames=("events.name=title",),
    ),
    Kind(
        name="combined: table split in two with a foreign key",
        before=table(NAME, "Column('city', String(20))"),
        after=table("Column('city', String(20))", name="venues")
        + table(NAME, "Column('venue_id', ForeignKey('venues.id'))"),
        rows=ROW,
    ),
    Kind(
        name="combined: check, index and unique on a column that changes type",
        before=table(
            "Column('size', Integer, index=True)",
            "UniqueConstraint('size', name='uq_size')",
            "CheckConstraint('size > 0', name='ck_size')",
        ),
        after=table(
            "Column('size', Numeric(10, 2), index=True)",
            "UniqueConstraint('size', name='uq_size', postgresql_nulls_not_distinct=True)",
            "CheckConstraint('size > 0.5', name='ck_size')",
        ),
        rows="INSERT INTO events (size) VALUES (1), (2)",
    ),
    Kind(
        name="combined: serial to identity and the foreign key's type",
        before=table(name="venues") + table("Column('venue_id', Integer, ForeignKey('venues.id'))"),
        after="Table('venues', metadata,"
        " Column('id', BigInteger, Identity(), primary_key=True))\n"
        + table("Column('venue_id', BigInteger, ForeignKey('venues.id', onupdate='CASCADE'))"),
        rows="INSERT INTO venues DEFAULT VALUES; INSERT INTO events (venue_id) VALUES (1)",
    ),
    Kind(
        name="combined: new schema, table moved into it, new enum and view there",
        before=table(NAME),
        after="event.listen(metadata, 'before_create', DDL('CREATE SCHEMA archive'))\n"
        + table(
            NAME,
            "Column('mood', Enum('a', 'b', name='mood', schema='archive'))",
            schema="'archive'",
        )
        + sql("CREATE VIEW archive.v AS SELECT name FROM archive.events", "DROP VIEW archive.v"),
        rows=ROW,
        renames=("events=archive.events",),
    ),
    Kind(
        name="combined: comments, defaults and nullability of several columns",
        before=table(
            "Column('a', Integer)", "Column('b', String(5), nullable=False)", "Column('c', Date)"
        ),
        after=table(
            "Column('a', Integer, server_default='1', comment='first')",
            "Column('b', String(5))",
            "Column('c', Date, server_default=func.current_date())",
            comment="'three'",
        ),
        rows="INSERT INTO events (b) VALUES ('x')",
    ),
    Kind(
        name="combined: two tables with a foreign key renamed",
        before=table(NAME) + table("Column('event_id', ForeignKey('events.id'))", name="tickets"),
        after=table(NAME, name="shows")
        + table("Column('show_id', ForeignKey('shows.id'))", name="seats"),
        rows=ROW + "; INSERT INTO tickets (event_id) VALUES (1)",
        renames=("events=shows", "tickets=seats", "tickets.event_id=seats.show_id"),
    ),
)
