"""Domains, composite types and ranges."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

ROW = "INSERT INTO events (code) VALUES ('abc')"


def domain(rest: str) -> str:
    return f"code = DOMAIN('code', {rest}, metadata=metadata)\n" + table("Column('code', code)")


CODE = domain("String(10), check=text('VALUE <> \\'\\'')")

KINDS = (
    Kind(
        name="domain: new, on an added column",
        before=table("Column('name', String(20))"),
        after=table("Column('name', String(20))", "Column('code', DOMAIN('code', String(10)))"),
        rows="INSERT INTO events (name) VALUES ('a')",
        alembic="fails",
    ),
    Kind(
        name="domain: check changed",
        before=CODE,
        after=domain("String(10), check=text('length(VALUE) > 1')"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="domain: check added",
        before=domain("String(10)"),
        after=domain("String(10), constraint_name='not_empty', check=text('VALUE <> \\'\\'')"),
        rows=ROW,
    ),
    Kind(
        name="domain: check dropped",
        before=CODE,
        after=domain("String(10)"),
        rows=ROW,
    ),
    Kind(
        name="domain: default changed",
        before=domain("String(10), default='a'"),
        after=domain("String(10), default='b'"),
        rows=ROW,
    ),
    Kind(
        name="domain: NOT NULL added",
        before=domain("String(10)"),
        after=domain("String(10), not_null=True"),
        rows=ROW,
    ),
    Kind(
        name="domain: base type changed",
        before=domain("String(10)"),
        after=domain("String(20)"),
        rows=ROW,
    ),
    Kind(
        name="domain: renamed",
        before=domain("String(10)"),
        after=domain("String(10)").replace("DOMAIN('code'", "DOMAIN('ticket_code'"),
        rows=ROW,
        renames=("domain:code=ticket_code",),
    ),
    Kind(
        name="string to domain",
        before=table("Column('code', String(10))"),
        after=CODE,
        rows=ROW,
    ),
    Kind(
        name="domain dropped with its column",
        before=CODE.replace("Column('code', code)", "Column('code', code), Column('n', Integer)"),
        after=table("Column('n', Integer)"),
        rows=ROW,
    ),
    Kind(
        name="composite type: new",
        before=table(),
        after=table() + sql("CREATE TYPE place AS (city text, zip text)", "DROP TYPE place"),
        rows="INSERT INTO events DEFAULT VALUES",
    ),
    Kind(
        name="composite type: attribute added",
        before=table() + sql("CREATE TYPE place AS (city text)", "DROP TYPE place"),
        after=table() + sql("CREATE TYPE place AS (city text, zip text)", "DROP TYPE place"),
        rows="INSERT INTO events DEFAULT VALUES",
    ),
    Kind(
        name="composite type: attribute's type changed",
        before=table() + sql("CREATE TYPE place AS (zip integer)", "DROP TYPE place"),
        after=table() + sql("CREATE TYPE place AS (zip bigint)", "DROP TYPE place"),
        rows="INSERT INTO events DEFAULT VALUES",
    ),
    Kind(
        name="composite type: dropped",
        before=table() + sql("CREATE TYPE place AS (zip integer)", "DROP TYPE place"),
        after=table(),
        rows="INSERT INTO events DEFAULT VALUES",
        drops=("composite:place",),
    ),
    Kind(
        name="range type: new",
        before=table(),
        after=table() + sql("CREATE TYPE hours AS RANGE (subtype = time)", "DROP TYPE hours"),
        rows="INSERT INTO events DEFAULT VALUES",
    ),
)
