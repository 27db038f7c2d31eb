"""The judge on MySQL: it sees each way in which plain Alembic is known to go wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from matrix.case import Verdict, run_case
from matrix.judge_mysql import Rows, compare, dump, execute, lost
from matrix.kind import kinds
from servers.mysql import MySQL

KINDS = kinds("mysql")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("type: varchar longer", "right"),
        ("check: added, named", "missed"),
        ("visibility: kept when the type changes", "partly"),
        ("rename column: plain", "lost"),
        ("rename table: to another schema", "lost"),
        ("generated: type of a stored", "fails"),
        ("rename table: that a foreign key names", "half-way"),
        ("same: expression default", "altered"),
        ("same: comment with quotes", "right"),
    ],
)
def test_verdict_on_plain_alembic_is_what_was_measured(
    mysql: MySQL, name: str, verdict: Verdict
) -> None:
    assert run_case(mysql, KINDS[name], "alembic").verdict == verdict


def test_a_way_back_that_leaves_something_behind_is_told(mysql: MySQL) -> None:
    outcome = run_case(mysql, KINDS["foreign key: added, named"], "alembic")
    assert (outcome.verdict, outcome.downgrade) == ("right", "differs")


CHECKED = (
    "CREATE TABLE `it``em` (id BIGINT PRIMARY KEY, t TIME, up BIGINT, l VARCHAR(9) CHARSET latin1, "
    "FOREIGN KEY (up) REFERENCES `it``em` (id), CONSTRAINT q CHECK (l <> 'it''s'), "
    "CONSTRAINT big CHECK (id <= pow({}, 3)), CONSTRAINT early CHECK (t BETWEEN '6:0' AND '{}'))"
)
ALTERED = "; ALTER TABLE `it``em` ADD c INT; ALTER TABLE `it``em` DROP c"


def test_checks_are_judged_as_the_server_leaves_them_after_an_alter(mysql: MySQL) -> None:
    """And it leaves no copy of their tables behind."""
    databases = mysql.execute("SHOW DATABASES")
    with (
        mysql.fresh_database() as one,
        mysql.fresh_database() as same,
        mysql.fresh_database() as no,
    ):
        execute(mysql, CHECKED.format(2, "7:00"), one)
        execute(mysql, CHECKED.format(2, "7:00") + ALTERED, same)
        execute(mysql, CHECKED.format(3, "8:00") + ALTERED, no)
        first = dump(mysql, one)
        assert compare(first, dump(mysql, same)) == []
        assert compare(first, dump(mysql, no)) == [
            "constraint it`em.big: wanted CHECK ((`id` <= 8)); found CHECK ((`id` <= 27))",
            "constraint it`em.early: wanted CHECK ((`t` between TIME'06:00:00' and "
            "TIME'07:00:00')); found CHECK ((`t` between TIME'06:00:00' and TIME'08:00:00'))",
        ]
    assert mysql.execute("SHOW DATABASES") == databases


DAY = date(2026, 1, 2)
HAD: Rows = {"item": (("id", "a"), [(1, "1.5"), (2, DAY)])}


@pytest.mark.parametrize(
    ("after", "renames", "gone"),
    [
        ({"item": (("id", "a"), [(2, "2026-01-02"), (1, "1.500")])}, {}, []),
        ({"item": (("id",), [(1,), (2,)])}, {}, []),
        ({"item": (("b", "id"), [("1.5", 1), (DAY, 2)])}, {"item.a": "item.b"}, []),
        ({"goods": (("id", "a"), HAD["item"][1])}, {"item": "goods"}, []),
        ({}, {}, ["table item is gone"]),
        (
            {"item": (("id", "a"), [(1, "1.5")])},
            {},
            [
                "rows of item: had [\"['1', '1.5']\", \"['2', '2026-01-02']\"]; "
                "has [\"['1', '1.5']\"]"
            ],
        ),
        (
            {"item": (("id", "a"), [(1, "1.5"), (2, None)])},
            {},
            [
                "rows of item: had [\"['1', '1.5']\", \"['2', '2026-01-02']\"]; "
                "has [\"['1', '1.5']\", \"['2', None]\"]"
            ],
        ),
    ],
)
def test_rows_that_are_lost(after: Any, renames: dict[str, str], gone: list[str]) -> None:
    wanted: Any = {renames.get("item", "item"): ((), [])}
    assert lost(HAD, after, wanted, renames) == gone
