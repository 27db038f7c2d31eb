"""A fold makes equal what means the same on MySQL, and nothing else."""

from __future__ import annotations

import pytest

from daybreak.core.catalog import Catalog, Column, Constraint, Routine, Table, View
from daybreak.dialects.mysql.folds import FOLDS, fold


def column(type_: str = "int", **words: str) -> Catalog:
    return catalog(Table("", "t", columns=(Column("c", type_, **words),)))  # type: ignore[arg-type]


def check(expression: str) -> Catalog:
    one = Constraint("k", "check", f"CHECK ({expression})", expression=expression)
    return catalog(Table("", "t", constraints=(one,)))


def table(charset: str, collation: str) -> Catalog:
    return catalog(Table("", "t", charset=charset, collation=collation))


def catalog(item: Table | View | Routine) -> Catalog:
    kind = {Table: "tables", View: "views", Routine: "routines"}[type(item)]
    return Catalog("mysql", 9, "", **{kind: (item,)})  # type: ignore[arg-type]


def function(head: str) -> Catalog:
    return catalog(Routine("", "f", "", "function", f"() RETURNS {head}\nRETURN 'int(11) utf8'"))


SAME = {
    "display width": [
        (column("int(11)"), column("int")),
        (column("bigint(20) unsigned"), column("bigint unsigned")),
        (column("tinyint(4)"), column("tinyint")),
        (column("year(4)"), column("year")),
        (function("int(11)"), function("int")),
    ],
    "utf8": [
        (table("utf8", "utf8_bin"), table("utf8mb3", "utf8mb3_bin")),
        (column("text", collation="utf8_bin"), column("text", collation="utf8mb3_bin")),
        (function("text CHARSET utf8"), function("text CHARSET utf8mb3")),
    ],
    "introducer": [
        (check("(`a` <> _latin1'x')"), check("(`a` <> _utf8mb4'x')")),
        (check("(`a` <> _utf8mb3'it''s')"), check("(`a` <> _utf8mb4'it''s')")),
        (column(default="(_latin1'x')"), column(default="(_utf8mb4'x')")),
        (column(generated="upper(_ascii'x')"), column(generated="upper(_utf8mb4'x')")),
    ],
    "sign": [
        (check("(`a` > -(5))"), check("(`a` > -5)")),
        (check("(`a` between -(1) and -(0))"), check("(`a` between -1 and -0)")),
        (check("((`a` - -(5)) > 'it''s')"), check("((`a` - -5) > 'it''s')")),
    ],
}

DIFFERENT = {
    "display width": [
        (column("int(5) unsigned zerofill"), column("int unsigned zerofill")),
        (column("tinyint(1)"), column("tinyint")),
        (column("varchar(11)"), column("varchar(12)")),
        (column("bit(3)"), column("bit(4)")),
        (column("decimal(11,2)"), column("decimal(10,2)")),
        (column("int"), column("int unsigned")),
        (column("enum('int(4)')"), column("enum('int')")),
        (function("enum('int(4)')"), function("enum('int')")),
    ],
    "utf8": [
        (table("utf8", "utf8_bin"), table("utf8mb4", "utf8mb4_bin")),
        (table("utf8", "utf8_bin"), table("utf8", "utf8_general_ci")),
        (function("enum('utf8')"), function("enum('utf8mb3')")),
    ],
    "introducer": [
        (check("(`a` <> _latin1'ü')"), check("(`a` <> _utf8mb4'ü')")),
        (check("(`a` <> _binary'x')"), check("(`a` <> _utf8mb4'x')")),
        (check("(`a` <> _utf16'x')"), check("(`a` <> _utf8mb4'x')")),
        (check("(`a` <> _utf8mb4'x')"), check("(`a` <> _utf8mb4'X')")),
        (column(default="'_latin1'"), column(default="'_utf8mb4'")),
        (check("(`a` <> _utf8mb4'_ascii''x''')"), check("(`a` <> _utf8mb4'''x''')")),
        (check("(`_ascii'x'` > 0)"), check("(`'x'` > 0)")),
    ],
    "sign": [
        (check("(`a` > -(5))"), check("(`a` > 5)")),
        (check("(`a` > -(5))"), check("(`a` > -(6))")),
        (check("(`a` > -(-(5)))"), check("(`a` > -(5))")),
        (check("(`a` > -(`5`))"), check("(`a` > -`5`)")),
        (check("(`a` > '-(5)')"), check("(`a` > '-5')")),
        (check("(`-(5)` > 0)"), check("(`-5` > 0)")),
    ],
}


def pairs(table: dict[str, list[tuple[Catalog, Catalog]]]) -> list[object]:
    return [
        pytest.param(*pair, id=f"{name} {number}")
        for name, many in table.items()
        for number, pair in enumerate(many)
    ]


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_what_means_the_same_is_equal(one: Catalog, other: Catalog) -> None:
    assert one != other
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), pairs(DIFFERENT))
def test_a_near_miss_stays_different(one: Catalog, other: Catalog) -> None:
    assert fold(one) != fold(other)


def test_every_fold_has_its_pairs() -> None:
    assert [f.name for f in FOLDS] == list(SAME) == list(DIFFERENT)
