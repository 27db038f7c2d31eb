"""Server defaults, SERIAL, identity and sequences."""

from __future__ import annotations

from matrix.kind import Kind, table

ROW = "INSERT INTO events DEFAULT VALUES"


def value(rest: str) -> str:
    return table(f"Column('value', {rest})")


def number(rest: str) -> str:
    """A table whose key is `number` with these arguments."""
    return f"Table('events', metadata, Column('number', {rest}), Column('name', String(20)))\n"


NUMBERED = "INSERT INTO events (name) VALUES ('a'), ('b')"
KEY = "Integer, primary_key=True"

KINDS = (
    Kind(
        name="default added",
        before=value("Integer"),
        after=value("Integer, server_default='1'"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="default changed",
        before=value("Integer, server_default='1'"),
        after=value("Integer, server_default='2'"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="default dropped",
        before=value("Integer, server_default='1'"),
        after=value("Integer"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="default to an expression",
        before=value("Date"),
        after=value("Date, server_default=text('CURRENT_DATE + 7')"),
        rows=ROW,
        alembic="right",
    ),
    Kind(
        name="default with quotes, backslash, percent and colon",
        before=value("String(40), server_default='a'"),
        after=value(r"""String(40), server_default="it's 100% \\ a:b" """),
        rows=ROW,
    ),
    Kind(
        name="default of a boolean",
        before=value("Boolean, server_default=true()"),
        after=value("Boolean, server_default=false()"),
        rows=ROW,
    ),
    Kind(
        name="default and nullability together",
        before=value("Integer"),
        after=value("Integer, server_default='1', nullable=False"),
        rows="INSERT INTO events (value) VALUES (5)",
    ),
    Kind(
        name="autoincrement added to a key",
        before=number("Integer, primary_key=True, autoincrement=False"),
        after=number(KEY),
        rows="INSERT INTO events VALUES (1, 'a')",
        alembic="missed",
    ),
    Kind(
        name="autoincrement dropped from a key",
        before=number(KEY),
        after=number("Integer, primary_key=True, autoincrement=False"),
        rows=NUMBERED,
    ),
    Kind(
        name="serial key to bigint",
        before=number(KEY),
        after=number("BigInteger, primary_key=True"),
        rows=NUMBERED,
        alembic="partly",
    ),
    Kind(
        name="serial to identity",
        before=number(KEY),
        after=number("Integer, Identity(), primary_key=True"),
        rows=NUMBERED,
        alembic="fails",
    ),
    Kind(
        name="identity to serial",
        before=number("Integer, Identity(), primary_key=True"),
        after=number(KEY),
        rows=NUMBERED,
    ),
    Kind(
        name="identity added to a plain key",
        before=number("Integer, primary_key=True, autoincrement=False"),
        after=number("Integer, Identity(), primary_key=True"),
        rows="INSERT INTO events VALUES (1, 'a')",
    ),
    Kind(
        name="identity dropped",
        before=number("Integer, Identity(), primary_key=True"),
        after=number("Integer, primary_key=True, autoincrement=False"),
        rows=NUMBERED,
    ),
    Kind(
        name="identity's options",
        before=number("Integer, Identity(), primary_key=True"),
        after=number("Integer, Identity(increment=10, cache=5), primary_key=True"),
        rows=NUMBERED,
        alembic="fails",
    ),
    Kind(
        name="identity, ALWAYS to BY DEFAULT",
        before=number("Integer, Identity(always=True), primary_key=True"),
        after=number("Integer, Identity(), primary_key=True"),
        rows=NUMBERED,
        alembic="fails",
    ),
    Kind(
        name="identity key to bigint",
        before=number("Integer, Identity(), primary_key=True"),
        after=number("BigInteger, Identity(), primary_key=True"),
        rows=NUMBERED,
    ),
    Kind(
        name="sequence added",
        before=value("Integer"),
        after=value("Integer") + "Sequence('numbers', metadata=metadata)\n",
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="sequence's options",
        before="Sequence('numbers', metadata=metadata)\n",
        after="Sequence('numbers', increment=5, cache=10, cycle=True, maxvalue=1000,"
        " metadata=metadata)\n",
        alembic="missed",
    ),
    Kind(
        name="sequence's type",
        before="Sequence('numbers', metadata=metadata)\n",
        after="Sequence('numbers', data_type=Integer, metadata=metadata)\n",
    ),
    Kind(
        name="sequence dropped",
        before=value("Integer") + "Sequence('numbers', metadata=metadata)\n",
        after=value("Integer"),
        rows=ROW,
        drops=("sequence:numbers",),
        alembic="missed",
    ),
    Kind(
        name="sequence renamed",
        before="Sequence('numbers', start=7, metadata=metadata)\n",
        after="Sequence('tickets', start=7, metadata=metadata)\n",
        renames=("sequence:numbers=tickets",),
    ),
    Kind(
        name="default nextval of a new sequence",
        before=value("Integer"),
        after="numbers = Sequence('numbers', metadata=metadata)\n"
        + value("Integer, numbers, server_default=numbers.next_value()"),
        rows=ROW,
        alembic="fails",
    ),
)
