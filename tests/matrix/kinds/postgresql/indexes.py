"""Indexes."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

NAME = "Column('name', String(20))"
PLACE = "Column('place', Integer)"
ROW = "INSERT INTO events (name, place) VALUES ('a', 1), ('b', 2)"


def indexed(text: str) -> str:
    """A table with the index `ix`, whose arguments after the name are `text`."""
    return table(NAME, PLACE, f"Index('ix', {text})")


PLAIN = indexed("'name'")


def changed(name: str, new: str, old: str = "'name'", *, alembic: str | None = None) -> Kind:
    return Kind(name=name, before=indexed(old), after=indexed(new), rows=ROW, alembic=alembic)


KINDS = (
    Kind(name="index: added", before=table(NAME, PLACE), after=PLAIN, rows=ROW),
    Kind(name="index: dropped", before=PLAIN, after=table(NAME, PLACE), rows=ROW),
    changed("index: columns", "'name', 'place'", alembic="right"),
    changed("index: order of columns", "'place', 'name'", "'name', 'place'"),
    changed("index: expression", "text('lower(name)')", alembic="right"),
    changed("index: expression changed", "text('lower(name)')", "text('upper(name)')"),
    changed("index: DESC", "text('name DESC')", alembic="right"),
    changed("index: NULLS FIRST", "text('name NULLS FIRST')", alembic="right"),
    changed("index: unique", "'name', unique=True", alembic="right"),
    changed("index: WHERE added", "'name', postgresql_where=text('place > 0')", alembic="missed"),
    changed(
        "index: WHERE changed",
        "'name', postgresql_where=text('place > 1')",
        "'name', postgresql_where=text('place > 0')",
        alembic="missed",
    ),
    changed("index: WHERE dropped", "'name'", "'name', postgresql_where=text('place > 0')"),
    changed("index: INCLUDE", "'name', postgresql_include=['place']", alembic="missed"),
    changed(
        "index: operator class",
        "'name', postgresql_ops={'name': 'varchar_pattern_ops'}",
        alembic="missed",
    ),
    changed("index: method", "'name', postgresql_using='hash'", alembic="missed"),
    changed("index: fillfactor", "'name', postgresql_with={'fillfactor': 50}", alembic="missed"),
    changed(
        "index: NULLS NOT DISTINCT",
        "'name', unique=True, postgresql_nulls_not_distinct=True",
        "'name', unique=True",
        alembic="right",
    ),
    changed("index: collation", "text('name COLLATE \"C\"')"),
    Kind(
        name="index: renamed",
        before=PLAIN,
        after=PLAIN.replace("'ix'", "'ix_events_name'"),
        rows=ROW,
    ),
    Kind(
        name="index: GIN on a JSONB column",
        before=table("Column('data', JSONB)"),
        after=table(
            "Column('data', JSONB)",
            "Index('ix_data', 'data', postgresql_using='gin',"
            " postgresql_ops={'data': 'jsonb_path_ops'})",
        ),
        rows="INSERT INTO events (data) VALUES ('{}')",
    ),
    Kind(
        name="index: statistics target of an expression",
        before=indexed("text('lower(name)')"),
        after=indexed("text('lower(name)')")
        + sql("ALTER INDEX ix ALTER COLUMN 1 SET STATISTICS 500", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="index: table clustered on it",
        before=PLAIN,
        after=PLAIN + sql("ALTER TABLE events CLUSTER ON ix", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="index: replica identity",
        before=indexed("'id', unique=True"),
        after=indexed("'id', unique=True")
        + sql("ALTER TABLE events REPLICA IDENTITY USING INDEX ix", "SELECT 1"),
        rows=ROW,
    ),
)
