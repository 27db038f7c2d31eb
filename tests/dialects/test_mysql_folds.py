"""A fold makes equal what means the same on MySQL, and nothing else."""

from __future__ import annotations

import pytest

from daybreak.core.catalog import Catalog, Column, Constraint, Routine, Table, View
from daybreak.dialects.mysql.folds import FOLDS, fold


def column(type_: str = "int", **words: str) -> Catalog:
    return catalog(Table("", "t", columns=(Column("c", type_, **words),)))  # type: ignore[arg-type]


def check(expression: str, type_: str = "int") -> Catalog:
    one = Constraint("k", "check", f"CHECK ({expression})", expression=expression)
    columns = (Column("a", type_), Column("n", "varchar(9)"))
    return catalog(Table("", "t", columns=columns, constraints=(one,)))


def big(expression: str) -> Catalog:
    return check(expression, "bigint")


def time(expression: str) -> Catalog:
    return check(expression, "time")


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
    "constant": [
        (check("(`a` > -(5))"), check("(`a` > -5)")),
        (check("(`a` between -(1) and -(0))"), check("(`a` between -1 and 0)")),
        (check("((`a` - -(5)) > 'it''s')"), check("((`a` - -5) > 'it''s')")),
        (check("(`a` > -(-(5)))"), check("(`a` > 5)")),
        (check("(`a` > ((1024 * 1024) * 10))"), check("(`a` > 10485760)")),
        (check("(`a` > -((2 * 3)))"), check("(`a` > -6)")),
        (check("(`a` > (3 - (10 DIV 3)))"), check("(`a` > 0)")),
        (check("((`a` % (5 + 5)) = ((1 << 4) | (7 & 3)))"), check("((`a` % 10) = 19)")),
        (big("(`a` > _utf8mb4'5')"), big("(`a` > 5)")),
        (check("(`a` > _utf8mb4'5')"), check("(`a` > 5)")),
        (big("(`a` between 0x10 and _utf8mb4'1e3')"), big("(`a` between 16 and 1000)")),
        (big("(((2 * 3) < `a`) and (5.0 <> `a`))"), big("((6 < `a`) and (5 <> `a`))")),
        (
            check("(`a` < 0xffffffffffffffff)", "bigint unsigned"),
            check("(`a` < 18446744073709551615)", "bigint unsigned"),
        ),
        (check("(`a` > _utf8mb4'1999')", "year"), check("(`a` > 1999)", "year")),
        (time("(`a` > _utf8mb4'6:00')"), time("(`a` > TIME'06:00:00')")),
        (time("(_latin1'-838:59:59' <= `a`)"), time("(TIME'-838:59:59' <= `a`)")),
        (check("(`a` > '6:00:00.5')", "time(3)"), check("(`a` > TIME'06:00:00.500')", "time(3)")),
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
    "constant": [
        (check("(`a` > -(5))"), check("(`a` > 5)")),
        (check("(`a` > -(5))"), check("(`a` > -(6))")),
        (check("(`a` > -(-(5)))"), check("(`a` > -(5))")),
        (check("(`a` > -(`5`))"), check("(`a` > -`5`)")),
        (check("(`a` > '-(5)')"), check("(`a` > '-5')")),
        (check("(`-(5)` > 0)"), check("(`-5` > 0)")),
        (check("(`a` > (2 * 3))"), check("(`a` > 5)")),
        (check("(`a` > (2 * 1.5))"), check("(`a` > 3)")),
        (check("(`a` > (9223372036854775807 + 1))"), check("(`a` > 9223372036854775808)")),
        (check("(`a` > (5 DIV 0))"), check("(`a` > 0)")),
        (check("(`a` > '(2 * 3)')"), check("(`a` > '6')")),
        (check("(`(2 * 3)` > 0)"), check("(`6` > 0)")),
        (check("(`n` > _utf8mb4'5')"), check("(`n` > 5)")),
        (check("(`a` > 0x41)", "varchar(9)"), check("(`a` > 65)", "varchar(9)")),
        (big("((`a` + `n`) > _utf8mb4'5')"), big("((`a` + `n`) > 5)")),
        (big("((`n` > _utf8mb4'5') or (`a` > 5))"), big("((`n` > 5) or (`a` > 5))")),
        (big("(`a` > 5.7)"), big("(`a` > 5)")),
        (big("(`n` <> '`a` > 0x05')"), big("(`n` <> '`a` > 5')")),
        (check("(`a` > 5)", "year"), check("(`a` > _utf8mb4'0005')", "year")),
        (time("(`a` > '06:00:00')"), time("(`a` > TIME'06:00:01')")),
        (time("(`a` > '06:00:00.5')"), time("(`a` > TIME'06:00:00')")),
        (check("(`a` > '06:00:00')", "timestamp"), check("(`a` > TIME'06:00:00')", "timestamp")),
        (column(generated="(`d` + (2 * 3))"), column(generated="(`d` + 6)")),
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
