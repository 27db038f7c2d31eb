"""Columns: added, dropped, nullability, computed, collation, storage."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

ROW = "INSERT INTO events (name) VALUES ('opening'), ('gala')"
NAME = "Column('name', String(20))"
AMOUNT = "Column('amount', Integer)"

KINDS = (
    Kind(
        name="column added, an interval with a default",
        before=table("Column('name', String(20))"),
        after=table(
            "Column('name', String(20))",
            "Column('lasts', Interval, nullable=False, server_default='1 day')",
        ),
        rows="INSERT INTO events (name) VALUES ('a')",
    ),
    Kind(
        name="column added, nullable",
        before=table(NAME),
        after=table(NAME, "Column('price', Numeric(10, 2))"),
        rows=ROW,
    ),
    Kind(
        name="column added, NOT NULL with a server default",
        before=table(NAME),
        after=table(NAME, "Column('seats', Integer, nullable=False, server_default='10')"),
        rows=ROW,
    ),
    Kind(
        name="column added, NOT NULL, on a table with rows",
        before=table(NAME),
        after=table(NAME, "Column('seats', Integer, nullable=False)"),
        rows=ROW,
        expected="needs cure",
        cure="TRUNCATE events",
        alembic="fails",
    ),
    Kind(
        name="column added, with its index, unique and comment",
        before=table(NAME),
        after=table(NAME, "Column('code', String(8), index=True, unique=True, comment='short')"),
        rows=ROW,
    ),
    Kind(
        name="column added, with a foreign key",
        before=table(NAME) + table(name="venues"),
        after=table(NAME, "Column('venue_id', ForeignKey('venues.id'))") + table(name="venues"),
        rows=ROW,
    ),
    Kind(
        name="column added, with a function as default",
        before=table(NAME),
        after=table(
            NAME,
            "Column('at', DateTime(timezone=True), nullable=False, server_default=func.now())",
        ),
        rows=ROW,
    ),
    Kind(
        name="column added, computed",
        before=table(AMOUNT),
        after=table(AMOUNT, "Column('double', Integer, Computed('amount * 2', persisted=True))"),
        rows="INSERT INTO events (amount) VALUES (1), (2)",
        alembic="right",
    ),
    Kind(
        name="column added, computed and virtual",
        before=table(AMOUNT),
        after=table(AMOUNT, "Column('double', Integer, Computed('amount * 2', persisted=False))"),
        rows="INSERT INTO events (amount) VALUES (1), (2)",
        since=18,
    ),
    Kind(
        name="column added, with an identity",
        before="Table('events', metadata, Column('name', String(20)))\n",
        after="Table('events', metadata, Column('name', String(20)),"
        " Column('number', Integer, Identity()))\n",
        rows=ROW,
    ),
    Kind(
        name="column added, an array of JSON with a default",
        before=table(NAME),
        after=table(
            NAME, "Column('tags', ARRAY(JSONB), nullable=False, server_default=text(\"'{}'\"))"
        ),
        rows=ROW,
    ),
    Kind(
        name="column dropped",
        before=table(NAME, AMOUNT),
        after=table(NAME),
        rows=ROW,
    ),
    Kind(
        name="column dropped, with its index, check and unique",
        before=table(
            NAME,
            "Column('amount', Integer, index=True)",
            "UniqueConstraint('amount', 'name', name='uq_amount')",
            "CheckConstraint('amount > 0', name='ck_amount')",
        ),
        after=table(NAME),
        rows=ROW,
    ),
    Kind(
        name="column moved to another table",
        before=table(NAME, "Column('city', String(20))") + table(name="venues"),
        after=table(NAME) + table("Column('city', String(20))", name="venues"),
        rows=ROW,
    ),
    Kind(
        name="NOT NULL added, clean data",
        before=table(NAME),
        after=table("Column('name', String(20), nullable=False)"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="NOT NULL added, over rows that are NULL",
        before=table(NAME),
        after=table("Column('name', String(20), nullable=False)"),
        rows=f"{ROW}, (NULL)",
        expected="needs cure",
        cure="UPDATE events SET name = '?' WHERE name IS NULL",
        alembic="fails",
    ),
    Kind(
        name="NOT NULL dropped",
        before=table("Column('name', String(20), nullable=False)"),
        after=table(NAME),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="computed expression changed",
        before=table(AMOUNT, "Column('more', Integer, Computed('amount * 2', persisted=True))"),
        after=table(AMOUNT, "Column('more', Integer, Computed('amount * 3', persisted=True))"),
        rows="INSERT INTO events (amount) VALUES (1), (2)",
        alembic="missed",
    ),
    Kind(
        name="plain column becomes computed",
        before=table(AMOUNT, "Column('more', Integer)"),
        after=table(AMOUNT, "Column('more', Integer, Computed('amount * 2', persisted=True))"),
        rows="INSERT INTO events (amount, more) VALUES (1, 2)",
        alembic="missed",
    ),
    Kind(
        name="computed column becomes plain",
        before=table(AMOUNT, "Column('more', Integer, Computed('amount * 2', persisted=True))"),
        after=table(AMOUNT, "Column('more', Integer)"),
        rows="INSERT INTO events (amount) VALUES (1), (2)",
        alembic="missed",
    ),
    Kind(
        name="computed column, stored to virtual",
        before=table(AMOUNT, "Column('more', Integer, Computed('amount * 2', persisted=True))"),
        after=table(AMOUNT, "Column('more', Integer, Computed('amount * 2', persisted=False))"),
        rows="INSERT INTO events (amount) VALUES (1), (2)",
        since=18,
    ),
    Kind(
        name="collation of a column changed",
        before=table(NAME),
        after=table("Column('name', String(20, collation='C'))"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="collation kept while the type widens",
        before=table("Column('name', String(20, collation='C'))"),
        after=table("Column('name', String(40, collation='C'))"),
        rows=ROW,
    ),
    Kind(
        name="storage of a column changed",
        before=table(NAME),
        after=table(NAME) + sql("ALTER TABLE events ALTER name SET STORAGE EXTERNAL", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="columns in another order only",
        before=table(NAME, AMOUNT),
        after=table(AMOUNT, NAME),
        rows=ROW,
    ),
)
