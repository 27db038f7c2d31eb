"""CHECK constraints."""

from typing import Unpack

from matrix.kind import Kind
from matrix.kinds.mysql_models import Details, changed, item

N = 'Column("n", Integer)'
LATIN = 'Column("a", mysql.VARCHAR(20, charset="latin1"))'
ROW = "INSERT INTO item VALUES (1, 5), (2, NULL)"


def _check(name: str, before: str, after: str, **more: Unpack[Details]) -> Kind:
    sides = [item(N, side) for side in (before, after)]
    return changed(f"check: {name}", *sides, ROW, **more)


def _c(expression: str, name: str | None = "n_low") -> str:
    named = f", name={name!r}" if name else ""
    return f"CheckConstraint({expression!r}{named})"


NOT_ENFORCED = 'DDL("ALTER TABLE item ALTER CHECK n_low NOT ENFORCED")'


def _beside(name: str, column: str, *conditions: str) -> Kind:
    """Checks of a column `a` that stays, in a table that gets another column."""
    checks = [_c(condition, f"c{number}") for number, condition in enumerate(conditions)]
    row = "INSERT INTO item (id) VALUES (1), (2)"
    return changed(
        f"check: beside a new column, {name}",
        item(column, *checks),
        item(column, *checks, N),
        row,
    )


BIG = ("a <= 10 * 1024 * 1024", "a > -(2 * 3)", "a <> 0x10", "a BETWEEN '5' AND 1 << 40", "7 < a")
TIMES = ("a > '06:00'", "'22:30:15' > a", "a BETWEEN '-01:00:00' AND '838:59:59'", "a <> '6:5:4'")

KINDS = (
    _beside("arithmetic with a BIGINT", 'Column("a", BigInteger)', *BIG),
    _beside("arithmetic with another", N.replace('"n"', '"a"'), *BIG[:3]),
    _beside("a BIGINT UNSIGNED", 'Column("a", mysql.BIGINT(unsigned=True))', "a < 1 << 63", BIG[3]),
    _beside("a text with a TIME", 'Column("a", Time)', *TIMES),
    _beside("a text with a TIME(3)", 'Column("a", mysql.TIME(fsp=3))', *TIMES, "a < '1:00:00.5'"),
    _beside("a text with a YEAR", 'Column("a", mysql.YEAR)', "a > '1999'", "a <> 2000 + 20"),
    _check("added, named", "", _c("n > 0")),
    _check("added, unnamed", "", _c("n > 0", None)),
    _check("expression", _c("n > 0"), _c("n > 1")),
    _check("expression of an unnamed one", _c("n > 0", None), _c("n > 1", None)),
    _check("dropped, named", _c("n > 0"), ""),
    _check("dropped, unnamed", _c("n > 0", None), ""),
    _check("renamed", _c("n > 0"), _c("n > 0", "positive")),
    _check("unnamed gets a name", _c("n > 0", None), _c("n > 0")),
    _check(
        "one more beside an unnamed one",
        _c("n > 0", None),
        _c("n > 0", None) + ", " + _c("n < 9", None),
    ),
    _check(
        "unnamed ones in another order",
        _c("n > 0", None) + ", " + _c("n < 9", None),
        _c("n < 9", None) + ", " + _c("n > 0", None),
    ),
    changed(
        "check: one more beside one with a negative number",
        item('Column("n", BigInteger)', _c("n > -5")),
        item('Column("n", BigInteger)', _c("n > -5"), _c("n BETWEEN -1 AND 9", "n_near")),
        ROW,
    ),
    changed(
        "check: of a latin1 column, beside an altered one",
        item(LATIN, N, _c("a <> 'x'")),
        item(LATIN, 'Column("n", BigInteger)', _c("a <> 'x'")),
        "INSERT INTO item VALUES (1, 'y', 5), (2, NULL, NULL)",
    ),
    changed(
        "check: with text in quotes",
        item('Column("a", String(9))'),
        item('Column("a", String(9))', _c("a <> 'it''s'")),
        "INSERT INTO item VALUES (1, 'its'), (2, NULL)",
    ),
    _check("with a percent sign", "", 'CheckConstraint("n LIKE \'5%%\'", name="n_low")'),
    changed(
        "check: no longer enforced",
        item(N, _c("n > 0")),
        item(N, _c("n > 0")) + f'event.listen(item, "after_create", {NOT_ENFORCED})\n',
        ROW,
    ),
    changed(
        "check: enforced again",
        item(N, _c("n > 0")) + f'event.listen(item, "after_create", {NOT_ENFORCED})\n',
        item(N, _c("n > 0")),
        ROW,
    ),
    changed(
        "check: of a column that gets another type",
        item('Column("a", String(5))', "CheckConstraint(\"a in ('x', 'y')\", name='a_known')"),
        item('Column("a", String(9))', "CheckConstraint(\"a in ('x', 'y')\", name='a_known')"),
        "INSERT INTO item VALUES (1, 'x')",
    ),
)
