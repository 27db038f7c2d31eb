"""Comments of every kind of object."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

NAME = "Column('name', String(20))"
ROW = "INSERT INTO events (name) VALUES ('a')"
PLAIN = table(NAME)


def commented(statement: str) -> str:
    """The statement `COMMENT ON …` after the tables are made."""
    return sql(f"COMMENT ON {statement}", "SELECT 1")


KINDS = (
    Kind(
        name="comment of a table: added",
        before=PLAIN,
        after=table(NAME, comment="'what happens'"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="comment of a table: changed",
        before=table(NAME, comment="'what happens'"),
        after=table(NAME, comment='"it\'s 100% new"'),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="comment of a table: dropped",
        before=table(NAME, comment="'what happens'"),
        after=PLAIN,
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="comment of a column: added",
        before=PLAIN,
        after=table("Column('name', String(20), comment='title')"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="comment of a column: dropped",
        before=table("Column('name', String(20), comment='title')"),
        after=PLAIN,
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="comment of a constraint",
        before=table(NAME, "UniqueConstraint('name', name='uq_name')"),
        after=table(NAME, "UniqueConstraint('name', name='uq_name', comment='one each')"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="comment of an index",
        before=table(NAME, "Index('ix_name', 'name')"),
        after=table(NAME, "Index('ix_name', 'name')")
        + commented("INDEX ix_name IS 'for the search'"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="comment of an enum",
        before=table("Column('name', Enum('a', name='mood'))"),
        after=table("Column('name', Enum('a', name='mood'))") + commented("TYPE mood IS 'how'"),
        rows=ROW,
    ),
    Kind(
        name="comment of a sequence",
        before=PLAIN,
        after=PLAIN + commented("SEQUENCE events_id_seq IS 'numbers'"),
        rows=ROW,
    ),
    Kind(
        name="comment of a schema",
        before="event.listen(metadata, 'before_create', DDL('CREATE SCHEMA archive'))\n" + PLAIN,
        after="event.listen(metadata, 'before_create', DDL('CREATE SCHEMA archive'))\n"
        + PLAIN
        + commented("SCHEMA archive IS 'old things'"),
        rows=ROW,
    ),
)
