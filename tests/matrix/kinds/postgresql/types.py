"""Types of columns: widened, narrowed, cast."""

from __future__ import annotations

from matrix.kind import Kind, table


def retyped(
    name: str,
    old: str,
    new: str,
    value: str = "NULL",
    *,
    alembic: str | None = None,
    cured: str | None = None,
) -> Kind:
    """A column `value` of a table with a row, its type changed; `cured` is a value that fits."""
    return Kind(
        name=name,
        before=table(f"Column('value', {old})"),
        after=table(f"Column('value', {new})"),
        rows=f"INSERT INTO events (value) VALUES ({value})",
        alembic=alembic,
        expected="needs cure" if cured else "right",
        cure=f"UPDATE events SET value = {cured}" if cured else "",
    )


KINDS = (
    retyped("varchar widened", "String(20)", "String(40)", "'a'", alembic="right"),
    retyped("varchar to text", "String(20)", "Text", "'a'"),
    retyped("varchar narrowed, data fits", "String(40)", "String(20)", "'a'"),
    retyped("numeric widened", "Numeric(10, 2)", "Numeric(12, 4)", "1.5", alembic="right"),
    retyped(
        "numeric with a precision to one without",
        "Numeric(10, 2)",
        "Numeric",
        "1.5",
        alembic="missed",
    ),
    retyped("numeric without a precision to one with", "Numeric", "Numeric(10, 2)", "1.5"),
    retyped("integer to bigint", "Integer", "BigInteger", "7", alembic="right"),
    retyped("bigint to integer, data fits", "BigInteger", "Integer", "7"),
    retyped("real to double precision", "REAL", "DOUBLE_PRECISION", "0.5"),
    retyped(
        "timestamp to timestamptz",
        "DateTime",
        "DateTime(timezone=True)",
        "'2026-01-01 00:00'",
        alembic="right",
    ),
    retyped("date to timestamp", "Date", "DateTime", "'2026-01-01'"),
    retyped("JSON to JSONB", "JSON", "JSONB", "'{\"a\": 1}'", alembic="right"),
    retyped(
        "array's element type", "ARRAY(Integer)", "ARRAY(BigInteger)", "'{1,2}'", alembic="right"
    ),
    retyped("array of varchar to array of text", "ARRAY(String(5))", "ARRAY(Text)", "'{a}'"),
    retyped("scalar to array, empty column", "Integer", "ARRAY(Integer)"),
    retyped("string to integer", "String(20)", "Integer", "'7'", alembic="fails"),
    retyped("integer to string", "Integer", "String(20)", "7"),
    retyped("string to UUID", "String(36)", "UUID", "'00000000-0000-0000-0000-000000000001'"),
    retyped("string to boolean", "String(5)", "Boolean", "'true'"),
    retyped("integer to boolean", "Integer", "Boolean", "1"),
    retyped("text to JSONB", "Text", "JSONB", "'{\"a\": 1}'"),
    retyped("text to bytea", "Text", "LargeBinary", "'a'"),
    retyped(
        "interval's fields",
        "INTERVAL",
        "INTERVAL(fields='DAY TO SECOND')",
        "'1 day'",
        alembic="missed",
    ),
    retyped("interval's precision", "INTERVAL", "INTERVAL(precision=3)", "'1 day'"),
    retyped("char to varchar", "CHAR(5)", "String(5)", "'abcde'"),
    retyped(
        "varchar narrowed, a value too long", "String(40)", "String(3)", "'abcd'", cured="'abc'"
    ),
    retyped("bigint to integer, a value too big", "BigInteger", "Integer", "3000000000", cured="1"),
    retyped("numeric narrowed, a value too big", "Numeric", "Numeric(4, 2)", "1000", cured="10"),
    retyped("string to integer, a value that is none", "String(9)", "Integer", "'x'", cured="'1'"),
    Kind(
        name="type changed together with its default",
        before=table("Column('value', String(5), server_default='1')"),
        after=table("Column('value', Integer, server_default='1')"),
        rows="INSERT INTO events DEFAULT VALUES",
    ),
    Kind(
        name="type changed under a default that stays",
        before=table("Column('value', String(5), server_default='x')"),
        after=table("Column('value', Text, server_default='x')"),
        rows="INSERT INTO events DEFAULT VALUES",
    ),
    Kind(
        name="type changed under a CHECK with IN",
        before=table(
            "Column('value', String(5), CheckConstraint(\"value IN ('a', 'b')\", name='ck_value'))"
        ),
        after=table(
            "Column('value', Text, CheckConstraint(\"value IN ('a', 'b')\", name='ck_value'))"
        ),
        rows="INSERT INTO events (value) VALUES ('a')",
    ),
    Kind(
        name="type changed under an index and a unique",
        before=table(
            "Column('value', Integer, index=True, unique=True)",
            "Column('more', Integer)",
            "Index('ix_partial', 'more', postgresql_where=text('value > 3'))",
        ),
        after=table(
            "Column('value', BigInteger, index=True, unique=True)",
            "Column('more', Integer)",
            "Index('ix_partial', 'more', postgresql_where=text('value > 3'))",
        ),
        rows="INSERT INTO events (value) VALUES (7)",
    ),
    Kind(
        name="type changed on both ends of a foreign key",
        before=table(name="venues") + table("Column('venue_id', Integer, ForeignKey('venues.id'))"),
        after="Table('venues', metadata, Column('id', BigInteger, primary_key=True))\n"
        + table("Column('venue_id', BigInteger, ForeignKey('venues.id'))"),
        rows="INSERT INTO venues DEFAULT VALUES; INSERT INTO events (venue_id) VALUES (1)",
    ),
    Kind(
        name="type of a column that a computed one reads",
        before=table(
            "Column('value', Integer)",
            "Column('double', Integer, Computed('value * 2', persisted=True))",
        ),
        after=table(
            "Column('value', BigInteger)",
            "Column('double', BigInteger, Computed('value * 2', persisted=True))",
        ),
        rows="INSERT INTO events (value) VALUES (7)",
    ),
)
