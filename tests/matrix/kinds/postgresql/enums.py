"""Enums, native and not."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

ROW = "INSERT INTO events (mood) VALUES ('calm'), ('loud')"


def mood(*labels: str, rest: str = "", options: str = "") -> str:
    """A table with a column of the enum `mood`."""
    listed = ", ".join(map(repr, labels))
    return table(f"Column('mood', Enum({listed}, name='mood'{options}){rest})")


STRING = table("Column('mood', String(20))")
TWO = mood("calm", "loud")
FUNCTION = sql(
    "CREATE FUNCTION louder(mood) RETURNS mood LANGUAGE sql AS 'SELECT $1'",
    "DROP FUNCTION louder",
) + sql("CREATE VIEW calm AS SELECT id FROM events WHERE mood = 'calm'", "DROP VIEW calm")
CHECKED = ", native_enum=False, create_constraint=True, length=20"

KINDS = (
    Kind(
        name="enum: value added at the end",
        before=TWO,
        after=mood("calm", "loud", "wild"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="enum: value added in the middle",
        before=TWO,
        after=mood("calm", "gay", "loud"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="enum: value added at the front",
        before=TWO,
        after=mood("silent", "calm", "loud"),
        rows=ROW,
    ),
    Kind(
        name="enum: value dropped, unused",
        before=mood("calm", "loud", "wild"),
        after=TWO,
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="enum: value dropped, in use",
        before=mood("calm", "loud", "wild"),
        after=TWO,
        rows=f"{ROW}, ('wild')",
        expected="needs cure",
        cure="UPDATE events SET mood = 'loud' WHERE mood = 'wild'",
    ),
    Kind(
        name="enum: value renamed",
        before=TWO,
        after=mood("calm", "noisy"),
        rows="INSERT INTO events (mood) VALUES ('calm')",
        renames=("mood:loud=noisy",),
        alembic="missed",
    ),
    Kind(
        name="enum: values reordered",
        before=TWO,
        after=mood("loud", "calm"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="enum: value dropped from a column with a default and an index",
        before=mood("calm", "loud", "wild", rest=", server_default='calm', index=True"),
        after=mood("calm", "loud", rest=", server_default='calm', index=True"),
        rows=ROW,
    ),
    Kind(
        name="enum: value added and made the default",
        before=mood("calm", "loud", rest=", server_default='calm'"),
        after=mood("calm", "loud", "wild", rest=", server_default='wild'"),
        rows=ROW,
    ),
    Kind(
        name="enum: two columns of two tables, value dropped",
        before="mood = Enum('calm', 'loud', 'wild', name='mood', metadata=metadata)\n"
        + table("Column('mood', mood)")
        + table("Column('moods', ARRAY(mood))", name="venues"),
        after="mood = Enum('calm', 'loud', name='mood', metadata=metadata)\n"
        + table("Column('mood', mood)")
        + table("Column('moods', ARRAY(mood))", name="venues"),
        rows=f"{ROW}; INSERT INTO venues (moods) VALUES ('{{calm}}')",
    ),
    Kind(
        name="enum: value dropped under a function and a view of it",
        before=TWO + FUNCTION,
        after=mood("calm") + FUNCTION,
        rows="INSERT INTO events (mood) VALUES ('calm')",
    ),
    Kind(
        name="enum: value added, and given to the rows in a new column",
        before=TWO,
        after=table(
            "Column('mood', Enum('calm', 'loud', 'wild', name='mood'))",
            "Column('next', Enum('calm', 'loud', 'wild', name='mood'), server_default='wild')",
        ),
        rows=ROW,
    ),
    Kind(
        name="enum: type renamed",
        before=TWO,
        after=TWO.replace("name='mood'", "name='temper'"),
        rows=ROW,
        renames=("enum:mood=temper",),
        alembic="fails",
    ),
    Kind(
        name="enum: moved to another schema",
        before="event.listen(metadata, 'before_create', DDL('CREATE SCHEMA archive'))\n" + TWO,
        after="event.listen(metadata, 'before_create', DDL('CREATE SCHEMA archive'))\n"
        + mood("calm", "loud", options=", schema='archive'"),
        rows=ROW,
        renames=("enum:mood=archive.mood",),
    ),
    Kind(
        name="enum: new, on an added column",
        before=table("Column('name', String(20))"),
        after=table("Column('name', String(20))", "Column('mood', Enum('a', 'b', name='mood'))"),
        rows="INSERT INTO events (name) VALUES ('a')",
        alembic="fails",
    ),
    Kind(
        name="enum: new, as an array on an added column",
        before=table("Column('name', String(20))"),
        after=table(
            "Column('name', String(20))", "Column('moods', ARRAY(Enum('a', 'b', name='mood')))"
        ),
        rows="INSERT INTO events (name) VALUES ('a')",
        alembic="fails",
    ),
    Kind(
        name="enum: new, in a new table",
        before=table(),
        after=table() + table("Column('mood', Enum('a', 'b', name='mood'))", name="venues"),
        rows="INSERT INTO events DEFAULT VALUES",
    ),
    Kind(
        name="string to enum",
        before=STRING,
        after=TWO,
        rows=ROW,
        alembic="fails",
    ),
    Kind(
        name="string to enum, with a default",
        before=table("Column('mood', String(20), server_default='calm')"),
        after=mood("calm", "loud", rest=", server_default='calm'"),
        rows=ROW,
    ),
    Kind(
        name="enum to string",
        before=TWO,
        after=STRING,
        rows=ROW,
        alembic="partly",
    ),
    Kind(
        name="column with an enum dropped",
        before=table("Column('name', String(20))", "Column('mood', Enum('a', 'b', name='mood'))"),
        after=table("Column('name', String(20))"),
        rows="INSERT INTO events (name) VALUES ('a')",
        alembic="partly",
    ),
    Kind(
        name="table with an enum dropped",
        before=table() + table("Column('mood', Enum('a', 'b', name='mood'))", name="venues"),
        after=table(),
        rows="INSERT INTO events DEFAULT VALUES",
        alembic="partly",
    ),
    Kind(
        name="one of two columns with an enum dropped",
        before="mood = Enum('a', 'b', name='mood', metadata=metadata)\n"
        + table("Column('mood', mood)", "Column('old', mood)"),
        after="mood = Enum('a', 'b', name='mood', metadata=metadata)\n"
        + table("Column('mood', mood)"),
        rows="INSERT INTO events (mood) VALUES ('a')",
    ),
    Kind(
        name="non-native enum's CHECK",
        before=mood("calm", "loud", options=CHECKED),
        after=mood("calm", "loud", "wild", options=CHECKED),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="native enum to a non-native one",
        before=TWO,
        after=mood("calm", "loud", options=CHECKED),
        rows=ROW,
    ),
    Kind(
        name="Python Enum class with a value added",
        before="import enum\n\n\nclass Mood(enum.Enum):\n    calm = 1\n    loud = 2\n\n\n"
        + table("Column('mood', Enum(Mood))"),
        after="import enum\n\n\nclass Mood(enum.Enum):\n    calm = 1\n    loud = 2\n    wild = 3\n"
        "\n\n" + table("Column('mood', Enum(Mood))"),
        rows=ROW,
    ),
)
