"""The ways on PostgreSQL by which nobody waits long, for each kind of long work."""

from __future__ import annotations

import re

from daybreak.dialects.postgresql.quoting import quoted

# Steps in lines of a revision; each piece of work is short, or blocks neither reads nor writes.
NONE = "no way of the server's own: make a table beside it, fill that in batches, swap their names"
ENFORCED = (
    "drop the constraint, add it again NOT VALID, and VALIDATE CONSTRAINT in a revision of its own"
)
STORED = (
    "add a plain column, let a trigger or the application keep it, fill it in batches; or, from "
    "PostgreSQL 18 on, make it VIRTUAL"
)
DOMAIN = (
    "give the column the domain's base type, and say what it has to be with a CHECK: NOT VALID, "
    "then VALIDATE CONSTRAINT in a revision of its own"
)
PACKED = "pg_repack or pg_squeeze; plain VACUUM, which blocks nobody, is often enough"

_ALONE = "with op.get_context().autocommit_block():\n    {}"
_FILL = "UPDATE {table} SET {new} = {value} WHERE {new} IS NULL AND …"
_LATER = "and in a revision of its own, behind it:"


def index(sql: str) -> str:
    """CREATE INDEX, without blocking writes."""
    return _alone(re.sub(r"\bINDEX\b", "INDEX CONCURRENTLY", sql, count=1, flags=re.IGNORECASE))


def reindexed(sql: str) -> str:
    kinds = r"\b(INDEX|TABLE|SCHEMA|DATABASE|SYSTEM)\b"
    return _alone(re.sub(kinds, r"\1 CONCURRENTLY", sql, count=1, flags=re.IGNORECASE))


def moved_index(sql: str) -> str:
    """An index elsewhere is built there."""
    return f"REINDEX (TABLESPACE …) INDEX CONCURRENTLY, in an autocommit_block, in place of {sql}"


def constraint_index(table: str, name: str, body: str) -> str:
    """A key over an index that was built before."""
    unique = body.upper().startswith("UNIQUE")
    kind = "UNIQUE" if unique else "PRIMARY KEY"
    columns = body[body.find("(") :] if "(" in body else "(…)"
    called = quoted(name) if name else "ux_new"
    distinct = " NULLS NOT DISTINCT" if "NULLS NOT DISTINCT" in body.upper() else ""
    return (
        _alone(f"CREATE UNIQUE INDEX CONCURRENTLY {called} ON {table} {columns}{distinct}")
        + "\n"
        + _op(f"ALTER TABLE {table} ADD CONSTRAINT {called} {kind} USING INDEX {called}")
    )


def unique_column(table: str, column: str) -> str:
    """A new column and its key, one after the other."""
    body = f"UNIQUE ({quoted(column)})"
    return f"add the column without its key, then\n{constraint_index(table, '', body)}"


def primary_key(table: str) -> str:
    return f"first, for each of its columns:\n{not_null(table, '…')}"


def not_valid(table: str, name: str, body: str) -> str:
    """A constraint of which old rows are checked later, under a lock that blocks nobody."""
    called = quoted(name) if name else "a_name"
    return (
        _op(f"ALTER TABLE {table} ADD CONSTRAINT {called} {body} NOT VALID")
        + f"\n{_LATER}\n"
        + _op(f"ALTER TABLE {table} VALIDATE CONSTRAINT {called}")
    )


def column_check(table: str, column: str) -> str:
    """A new column and its CHECK, one after the other."""
    step = not_valid(table, "", f"CHECK (… {column} …)")
    return f"add the column without its CHECK, then\n{step}"


def column_key(table: str, column: str) -> str:
    """A new column and what it refers to, one after the other."""
    step = not_valid(table, "", f"FOREIGN KEY ({column}) REFERENCES …")
    return f"add the column without REFERENCES, then\n{step}"


def validated(table: str, name: str) -> str:
    return (
        "in a revision of its own, or behind an autocommit_block, so that what stands before it "
        f"is committed:\n{_op(f'ALTER TABLE {table} VALIDATE CONSTRAINT {name}')}"
    )


def not_null(table: str, column: str) -> str:
    """NOT NULL that a CHECK proves, which was validated while nobody had to wait."""
    return (
        not_valid(table, "nn", f"CHECK ({column} IS NOT NULL)")
        + "\n"
        + _op(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
        + "\n"
        + _op(f"ALTER TABLE {table} DROP CONSTRAINT nn")
    )


def attached(partition: str) -> str:
    """A CHECK that proves where the rows belong, validated before."""
    step = not_valid(partition, "fits", "CHECK (the partition's bounds, and NOT NULL)")
    return f"{step}\nthen ATTACH PARTITION, and drop the CHECK"


def domain(name: str, body: str) -> str:
    """A domain's constraint, checked later."""
    return (
        _op(f"ALTER DOMAIN {name} {body} NOT VALID")
        + f"\n{_LATER}\n"
        + _op(f"ALTER DOMAIN {name} VALIDATE CONSTRAINT …")
    )


def filled(table: str, column: str, type_: str) -> str:
    """A column that is empty at first."""
    return (
        _op(f"ALTER TABLE {table} ADD COLUMN {column} {type_}")
        + "\n"
        + _op(f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT …")
        + "  # of new rows\n"
        + "and fill the old rows in batches, each in a transaction of its own"
    )


def retyped(table: str, column: str, type_: str, using: str) -> str:
    """A column of the new type beside the old one, filled and put in its place."""
    new = quoted(f"{column.strip(chr(34))}_new")
    old = quoted(f"{column.strip(chr(34))}_old")
    value = using or f"{column}::{type_}"
    return (
        _op(f"ALTER TABLE {table} ADD COLUMN {new} {type_}")
        + "  # with a trigger that keeps it equal\n"
        + "fill it in batches, each in a transaction of its own:\n"
        + _op(_FILL.format(table=table, new=new, value=value))
        + f"\n{_LATER}\n"
        + _op(f"ALTER TABLE {table} RENAME COLUMN {column} TO {old}")
        + "\n"
        + _op(f"ALTER TABLE {table} RENAME COLUMN {new} TO {column}")
    )


def retyped_index(column: str) -> str:
    """A type that is stored as the old one was, but not sorted so."""
    return (
        f"DROP INDEX CONCURRENTLY those with {column}, alter it, and CREATE INDEX CONCURRENTLY "
        "them again; the first and the last in autocommit_blocks"
    )


def retyped_check(column: str) -> str:
    """A CHECK is made anew together with its column."""
    return (
        f"drop the CHECKs of {column} and alter it, add them NOT VALID, and VALIDATE CONSTRAINT "
        "in a revision of its own"
    )


def refreshed(view: str) -> str:
    return (
        _op(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view}")
        + "  # needs a unique index over all its rows"
    )


def _alone(sql: str) -> str:
    return _ALONE.format(_op(sql))


def _op(sql: str) -> str:
    quote = "'''" if '"' in sql and "'" in sql else "'" if '"' in sql else '"'
    return f"op.execute({quote}{sql}{quote})"
