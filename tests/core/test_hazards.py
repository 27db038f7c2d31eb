"""What data a change could lose or reject, and the query that finds it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from core.catalogs import ID, catalog
from daybreak.core.catalog import Address, Column, Constraint, Enum, Index, IndexKey, Table
from daybreak.core.diff import diff
from daybreak.core.hazards import (
    DOWNGRADE_CHOICES,
    NOT_NULL_CHOICES,
    downgrade_hazards,
    hazards,
)
from daybreak.core.renames import parse_rename

NAME = Column("name", "character varying(50)")
EVENTS = Table("public", "events", (ID, NAME))
VENUES = Table(
    "public",
    "venues",
    (ID,),
    (Constraint("venues_pkey", "primary key", "PRIMARY KEY (id)", ("id",)),),
)
MOOD = Enum("public", "mood", ("calm", "wild"))


def _with(*columns: Column) -> Table:
    return Table("public", "events", (ID, *columns))


def _constrained(constraint: Constraint) -> Table:
    return replace(EVENTS, constraints=(constraint,))


ONLY_A = Index("only", "UNIQUE INDEX (`a`)", (IndexKey("a"),), unique=True)
PARTITIONS = "PARTITION BY RANGE (`id`)\n(\n  PARTITION `p0` VALUES {}\n)"


def _latin(column: Column, charset: str = "latin1", collation: str = "latin1_swedish_ci") -> Table:
    return Table("public", "events", (ID, column), charset=charset, collation=collation)


CASES = {
    "NOT NULL over NULLs": (
        EVENTS,
        _with(replace(NAME, not_null=True)),
        "NOT NULL on events.name is refused where it is NULL",
        "SELECT * FROM events WHERE name IS NULL",
    ),
    "a NOT NULL column without a value for the rows": (
        EVENTS,
        _with(NAME, Column("seats", "integer", not_null=True)),
        "rows that are there have no value for events.seats, which is NOT NULL",
        "SELECT count(*) FROM events",
    ),
    "a shorter string": (
        EVENTS,
        _with(replace(NAME, type="character varying(20)")),
        "events.name from character varying(50) to character varying(20): "
        "longer values are refused",
        "SELECT name FROM events WHERE char_length(name) > 20",
    ),
    "a smaller integer": (
        _with(Column("n", "bigint")),
        _with(Column("n", "integer")),
        "events.n from bigint to integer: values out of its range are refused",
        "SELECT n FROM events WHERE n NOT BETWEEN -2147483648 AND 2147483647",
    ),
    "fewer digits": (
        _with(Column("n", "numeric(10,2)")),
        _with(Column("n", "numeric(10,1)")),
        "events.n from numeric(10,2) to numeric(10,1): digits are rounded away",
        "SELECT n FROM events WHERE n <> round(n, 1)",
    ),
    "a cast": (
        EVENTS,
        _with(replace(NAME, type="integer")),
        "events.name from character varying(50) to integer: "
        "what can't be cast is refused, the rest may read differently",
        "SELECT name FROM events WHERE name IS NOT NULL",
    ),
    "fewer digits of a second": (
        _with(Column("at", "datetime(6)")),
        _with(Column("at", "datetime")),
        "events.at from datetime(6) to datetime: digits of a second are rounded away",
        "SELECT at FROM events WHERE at <> CAST(at AS datetime(0))",
    ),
    "a smaller charset": (
        _latin(Column("a", "varchar(5)"), charset="utf8mb4", collation="utf8mb4_bin"),
        _latin(Column("a", "varchar(5)")),
        "events.a: characters that latin1 lacks are refused",
        "SELECT a FROM events WHERE CONVERT(CONVERT(a USING latin1) USING utf8mb4) <> a",
    ),
    "a collation that tells less apart": (
        replace(_latin(Column("a", "varchar(5)", collation="latin1_bin")), indexes=(ONLY_A,)),
        replace(_latin(Column("a", "varchar(5)")), indexes=(ONLY_A,)),
        "only on events refuses rows that are equal under latin1_swedish_ci",
        "SELECT CONVERT(a USING latin1) COLLATE latin1_swedish_ci, count(*) FROM events "
        "WHERE a IS NOT NULL GROUP BY CONVERT(a USING latin1) COLLATE latin1_swedish_ci "
        "HAVING count(*) > 1",
    ),
    "partitions that end": (
        EVENTS,
        replace(EVENTS, partition_by=PARTITIONS.format("LESS THAN (100)")),
        "events refuses rows that no partition is there for",
        "SELECT * FROM events WHERE (`id`) >= (100)",
    ),
    "duplicates under a new unique constraint": (
        EVENTS,
        _constrained(Constraint("uq", "unique", "UNIQUE (name)", ("name",))),
        "uq on events refuses rows that are equal in it",
        "SELECT name, count(*) FROM events WHERE name IS NOT NULL "
        "GROUP BY name HAVING count(*) > 1",
    ),
    "duplicates under a new unique index": (
        EVENTS,
        replace(
            EVENTS,
            indexes=(Index("ix", "…", (IndexKey(expression="lower(name)"),), unique=True),),
        ),
        "ix on events refuses rows that are equal in it",
        "SELECT lower(name), count(*) FROM events WHERE lower(name) IS NOT NULL "
        "GROUP BY lower(name) HAVING count(*) > 1",
    ),
    "a key over fewer columns": (
        _constrained(Constraint("key", "unique", "UNIQUE (id, name)", ("id", "name"))),
        _constrained(Constraint("key", "unique", "UNIQUE (name)", ("name",))),
        "key on events refuses rows that are equal in it",
        "SELECT name, count(*) FROM events WHERE name IS NOT NULL "
        "GROUP BY name HAVING count(*) > 1",
    ),
    "NULLs that were distinct": (
        _constrained(Constraint("key", "unique", "UNIQUE (name)", ("name",))),
        _constrained(
            Constraint(
                "key", "unique", "UNIQUE NULLS NOT DISTINCT", ("name",), nulls_not_distinct=True
            )
        ),
        "key on events refuses rows that are equal in it",
        "SELECT name, count(*) FROM events GROUP BY name HAVING count(*) > 1",
    ),
    "a new check": (
        EVENTS,
        _constrained(Constraint("ck", "check", "CHECK (id > 0)", ("id",), expression="id > 0")),
        "ck on events refuses rows that violate it",
        "SELECT * FROM events WHERE NOT (id > 0)",
    ),
    "orphans under a new foreign key": (
        EVENTS,
        _constrained(
            Constraint(
                "fk",
                "foreign key",
                "FOREIGN KEY (id) REFERENCES public.venues(id)",
                ("id",),
                referred=("public", "venues"),
                referred_columns=("id",),
            )
        ),
        "fk on events refuses rows without their row in venues",
        "SELECT * FROM events AS here WHERE here.id IS NOT NULL AND NOT EXISTS "
        "(SELECT * FROM venues AS there WHERE there.id = here.id)",
    ),
    "a column that goes": (
        EVENTS,
        _with(),
        "the values of events.name are lost",
        "SELECT name FROM events WHERE name IS NOT NULL",
    ),
}


@pytest.mark.parametrize(("old", "new", "text", "query"), CASES.values(), ids=CASES)
def test_a_hazard_is_told_with_its_query(old: Table, new: Table, text: str, query: str) -> None:
    before, after = catalog(old, VENUES), catalog(new, VENUES)

    [hazard] = hazards(diff(before, after), before, after, quote=str)

    assert (hazard.text, hazard.query) == (text, query)


def test_the_ways_around_a_new_not_null_column_are_named() -> None:
    before = catalog(EVENTS)
    after = catalog(_with(NAME, Column("seats", "integer", not_null=True)))

    [hazard] = hazards(diff(before, after), before, after, quote=str)

    assert hazard.choices == NOT_NULL_CHOICES


def test_rows_that_hold_a_label_that_goes_are_found() -> None:
    table = _with(Column("mood", "public.mood"))
    before, after = catalog(MOOD, table), catalog(replace(MOOD, labels=("calm",)), table)

    [hazard] = hazards(diff(before, after), before, after, quote=str)

    assert hazard.address == Address("column", "public", "mood", "events")
    assert hazard.query == "SELECT * FROM events WHERE mood IN ('wild')"


def test_the_query_has_the_names_from_before_a_rename() -> None:
    before = catalog(EVENTS)
    title = replace(NAME, name="title", not_null=True)
    after = catalog(replace(_with(title), name="shows"))
    renames = [
        parse_rename(text, before, after) for text in ("events=shows", "events.name=shows.title")
    ]

    [hazard] = hazards(diff(before, after, renames=renames), before, after, quote=str)

    assert hazard.query == "SELECT * FROM events WHERE name IS NULL"


BACK = {
    "a NOT NULL column that was dropped": (
        _with(replace(NAME, not_null=True)),
        _with(),
        "rows that are there have no value for events.name, which is NOT NULL",
        "SELECT count(*) FROM events",
        DOWNGRADE_CHOICES,
    ),
    "a column that was made wider": (
        EVENTS,
        _with(replace(NAME, type="text")),
        "events.name from text to character varying(50): longer values are refused",
        "SELECT name FROM events WHERE char_length(name) > 50",
        (),
    ),
    "a constraint that was dropped": (
        _constrained(Constraint("uq", "unique", "UNIQUE (name)", ("name",))),
        EVENTS,
        "uq on events refuses rows that are equal in it",
        "SELECT name, count(*) FROM events WHERE name IS NOT NULL "
        "GROUP BY name HAVING count(*) > 1",
        (),
    ),
}


@pytest.mark.parametrize(("old", "new", "text", "query", "choices"), BACK.values(), ids=BACK)
def test_what_the_way_back_loses_or_is_refused_is_told(
    old: Table, new: Table, text: str, query: str, choices: tuple[str, ...]
) -> None:
    before, after = catalog(old), catalog(new)

    [hazard] = downgrade_hazards(diff(after, before), after, before, quote=str)

    assert (hazard.text, hazard.query, hazard.choices) == (text, query, choices)


def test_that_a_downgrade_takes_away_what_the_upgrade_brought_is_no_hazard() -> None:
    before, after = catalog(_with()), catalog(EVENTS, VENUES)

    assert downgrade_hazards(diff(after, before), after, before, quote=str) == ()


def _keyed(kind: Literal["primary key", "unique"], *columns: str) -> Table:
    definition = f"{kind.upper()} ({', '.join(columns)})"
    return _constrained(Constraint("key", kind, definition, columns))


HARMLESS = [
    (_keyed("primary key", "id", "name"), _keyed("primary key", "name", "id")),
    (_keyed("unique", "name"), _keyed("unique", "id", "name")),
    (_keyed("primary key", "id"), _keyed("unique", "id")),
    (
        _keyed("unique", "name"),
        replace(EVENTS, indexes=(Index("ix", "UNIQUE (name)", (IndexKey("name"),), unique=True),)),
    ),
    (_with(Column("n", "integer")), _with(Column("n", "bigint"))),
    (EVENTS, _with(replace(NAME, type="text"))),
    (EVENTS, _with(replace(NAME, type="character varying(80)"))),
    (_with(Column("n", "numeric(10,2)")), _with(Column("n", "numeric(12,2)"))),
    (EVENTS, _with(NAME, Column("seats", "integer", not_null=True, default="0"))),
    (_with(Column("n", "integer", generated="1")), _with()),
    (_with(Column("at", "datetime")), _with(Column("at", "datetime(3)"))),
    (EVENTS, replace(EVENTS, partition_by=PARTITIONS.format("LESS THAN MAXVALUE"))),
    (
        _latin(Column("a", "varchar(5)")),
        _latin(Column("a", "varchar(5)"), charset="utf8mb4", collation="utf8mb4_bin"),
    ),
]


@pytest.mark.parametrize(("old", "new"), HARMLESS)
def test_what_keeps_all_values_is_no_hazard(old: Table, new: Table) -> None:
    before, after = catalog(old), catalog(new)

    assert hazards(diff(before, after), before, after, quote=str) == ()
