"""CHECK and exclusion constraints."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

VALUE = "Column('value', Integer)"
ROW = "INSERT INTO events (value) VALUES (5)"
SPAN = "Column('span', INT4RANGE)"
SPANS = "INSERT INTO events (span) VALUES ('[1,3)'), ('[3,5)')"
EXCLUDE = "ExcludeConstraint(('span', '&&'), name='no_overlap')"


def check(*constraints: str) -> str:
    return table(VALUE, *constraints)


def named(text: str) -> str:
    return f"CheckConstraint({text!r}, name='ck_value')"


KINDS = (
    Kind(
        name="CHECK: named, added",
        before=check(),
        after=check(named("value > 0")),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="CHECK: named, changed",
        before=check(named("value > 0")),
        after=check(named("value > 1")),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="CHECK: named, dropped",
        before=check(named("value > 0")),
        after=check(),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="CHECK: unnamed, added",
        before=check(),
        after=check("CheckConstraint('value > 0')"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="CHECK: one of two unnamed, changed",
        before=check("CheckConstraint('value > 0')", "CheckConstraint('value < 100')"),
        after=check("CheckConstraint('value > 0')", "CheckConstraint('value < 200')"),
        rows=ROW,
    ),
    Kind(
        name="CHECK: renamed",
        before=check(named("value > 0")),
        after=check("CheckConstraint('value > 0', name='ck_positive')"),
        rows=ROW,
    ),
    Kind(
        name="CHECK: violated by rows",
        before=check(),
        after=check(named("value > 0")),
        rows="INSERT INTO events (value) VALUES (-5)",
        expected="needs cure",
        cure="UPDATE events SET value = 1",
    ),
    Kind(
        name="CHECK: NOT VALID, added over rows that violate it",
        before=check(),
        after=check()
        + sql(
            "ALTER TABLE events ADD CONSTRAINT ck_value CHECK (value > 0) NOT VALID",
            "SELECT 1",
        ),
        rows="INSERT INTO events (value) VALUES (-5)",
    ),
    Kind(
        name="CHECK: validated",
        before=check()
        + sql("ALTER TABLE events ADD CONSTRAINT ck_value CHECK (value > 0) NOT VALID", "SELECT 1"),
        after=check(named("value > 0")),
        rows=ROW,
    ),
    Kind(
        name="CHECK: NO INHERIT",
        before=check(named("value > 0")),
        after=check()
        + sql(
            "ALTER TABLE events ADD CONSTRAINT ck_value CHECK (value > 0) NO INHERIT", "SELECT 1"
        ),
        rows=ROW,
    ),
    Kind(
        name="CHECK: NOT ENFORCED",
        before=check(named("value > 0")),
        after=check()
        + sql(
            "ALTER TABLE events ADD CONSTRAINT ck_value CHECK (value > 0) NOT ENFORCED", "SELECT 1"
        ),
        rows=ROW,
        since=18,
    ),
    Kind(
        name="CHECK: IN on a varchar, unchanged but for one value",
        before=table(
            "Column('kind', String(5), CheckConstraint(\"kind IN ('a', 'b')\", name='ck_kind'))"
        ),
        after=table(
            "Column('kind', String(5), CheckConstraint(\"kind IN ('a', 'b', 'c')\","
            " name='ck_kind'))"
        ),
        rows="INSERT INTO events (kind) VALUES ('a')",
    ),
    Kind(
        name="CHECK: with percent and colons",
        before=table("Column('name', String(5))"),
        after=table(
            "Column('name', String(5))",
            "CheckConstraint(\"name NOT LIKE '%\\\\:x%'\", name='ck_name')",
        ),
        rows="INSERT INTO events (name) VALUES ('a')",
    ),
    Kind(
        name="exclusion: added",
        before=table(SPAN),
        after=table(SPAN, EXCLUDE),
        rows=SPANS,
        alembic="missed",
    ),
    Kind(
        name="exclusion: changed",
        before=table(SPAN, EXCLUDE),
        after=table(
            SPAN, "ExcludeConstraint(('span', '&&'), name='no_overlap', where=text('id > 0'))"
        ),
        rows=SPANS,
        alembic="missed",
    ),
    Kind(
        name="exclusion: dropped",
        before=table(SPAN, EXCLUDE),
        after=table(SPAN),
        rows=SPANS,
        alembic="missed",
    ),
    Kind(
        name="exclusion: deferrable",
        before=table(SPAN, EXCLUDE),
        after=table(
            SPAN,
            "ExcludeConstraint(('span', '&&'), name='no_overlap', deferrable=True,"
            " initially='DEFERRED')",
        ),
        rows=SPANS,
    ),
)
