"""The types of the columns of random schemas: rows, defaults, what a type may become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Type:
    """`python` is the type in the models, `values` three different SQL literals of rows.

    `defaults` are arguments of `server_default`, `checks` expressions over {} that hold for all of
    these, `computed` pairs of an expression over {} and the type of its result, `wider` the types
    into which every value fits. `keys` are what an index may have of a column.
    """

    python: str
    values: tuple[str, str, str]
    defaults: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    computed: tuple[tuple[str, str], ...] = ()
    wider: tuple[str, ...] = ()
    keys: tuple[str, ...] = ("{}",)
    unique: bool = True


_NUMBERS = ("7", "11", "13")
_INTEGER_DEFAULTS = ("'5'", "text('5')", "text('(3 + 4)')", "'0'")
_INTEGER_CHECKS = ("{} > -5", "{} BETWEEN -1 AND 1000", "{} <> 99", "{} IN (0, 5, 7, 11, 13)")
# The server writes these anew when it pleases.
_COMPUTED_CHECKS = ("{} < 10 * 1024", "{} > - -5 - 9", "{} <> '99'", "{} < 1 << 20", "{} <> 0x10")
_TEXTS = ("'a'", "'it''s'", "'Zoë 50%'")
_TEXT_DEFAULTS = ("'x'", '"it\'s"', "'50% off'", "''", "'a:b'")
_TEXT_CHECKS = ("{} <> 'zzz'", "length({}) < 1000", "{} <> 'it''s not'", "{} IS NOT NULL OR 1 = 1")
_DATES = ("'2026-01-02'", "'2026-03-04'", "'2026-05-06'")
_TIMES = ("'2026-01-02 03:04:05'", "'2026-03-04 05:06:07'", "'2026-05-06 07:08:09'")

_POSTGRESQL: Mapping[str, Type] = {
    "small": Type(
        "SmallInteger",
        _NUMBERS,
        ("'5'",),
        _INTEGER_CHECKS,
        (("{} + 1", "int"),),
        ("int", "big", "num"),
    ),
    "int": Type(
        "Integer",
        _NUMBERS,
        _INTEGER_DEFAULTS,
        _INTEGER_CHECKS,
        (("{} * 2", "int"), ("{} + 1", "int"), ("abs({})", "int")),
        ("big", "num", "float"),
        ("{}", "{} DESC", "{} NULLS FIRST", "abs({})"),
    ),
    "big": Type(
        "BigInteger",
        _NUMBERS,
        _INTEGER_DEFAULTS,
        _INTEGER_CHECKS,
        (("{} * 3", "big"),),
        ("wide",),
        ("{}", "{} DESC"),
    ),
    "num": Type(
        "Numeric(20, 2)",
        ("1.50", "2.25", "100"),
        ("'0.5'", "text('1.25')"),
        ("{} > 0", "{} < 1000.5"),
        (("{} * 2", "wide"),),
        ("wide",),
        ("{}", "{} DESC NULLS LAST"),
    ),
    "wide": Type("Numeric(24, 4)", ("1.5", "2.25", "100"), ("'0.5'",), ("{} > 0",)),
    "float": Type("Float", ("0.5", "1.25", "3"), ("'0.5'",), ("{} > 0",), wider=("double",)),
    "double": Type("Double", ("0.5", "1.25", "3"), ("'0.5'",), ("{} > 0",)),
    "short": Type(
        "String(20)",
        _TEXTS,
        _TEXT_DEFAULTS,
        (*_TEXT_CHECKS, "{} NOT IN ('p', 'q')"),
        (("upper({})", "text"), ("{} || '!'", "text")),
        ("long", "text"),
        ("{}", "lower({})", "{} varchar_pattern_ops", '{} COLLATE "C"', "{} DESC"),
    ),
    "long": Type(
        "String(80)",
        _TEXTS,
        _TEXT_DEFAULTS,
        _TEXT_CHECKS,
        (("lower({})", "text"),),
        ("text",),
        ("{}", "upper({})"),
    ),
    "collated": Type("String(20, collation='C')", _TEXTS, _TEXT_DEFAULTS, _TEXT_CHECKS),
    "text": Type("Text", _TEXTS, _TEXT_DEFAULTS, _TEXT_CHECKS, (("length({})", "int"),), ("long",)),
    "bool": Type(
        "Boolean",
        ("true", "false", "true"),
        ("true()", "false()", "text('true')"),
        ("{} OR NOT {}",),
        unique=False,
    ),
    "date": Type(
        "Date",
        _DATES,
        ("text('CURRENT_DATE')", "'2026-01-01'"),
        ("{} > '2000-01-01'",),
        wider=("time",),
    ),
    "time": Type(
        "DateTime", _TIMES, ("func.now()", "text('CURRENT_TIMESTAMP')"), ("{} > '2000-01-01'",)
    ),
    "zoned": Type(
        "DateTime(timezone=True)", _TIMES, ("func.now()",), ("{} > '2000-01-01 00:00:00+00'",)
    ),
    "interval": Type("Interval", ("'1 day'", "'2 hours'", "'3 months'"), ("'1 day'",)),
    "uuid": Type(
        "Uuid",
        tuple(f"'0000000{n}-0000-0000-0000-000000000000'" for n in (1, 2, 3)),  # type: ignore[arg-type]
        ("text('gen_random_uuid()')",),
    ),
    "jsonb": Type(
        "JSONB",
        ("'{\"a\": 1}'", "'[1, 2]'", "'\"x\"'"),
        ("'{}'", "text(\"'[]'::jsonb\")"),
        ("{} IS NOT NULL OR true",),
        keys=("{}",),
    ),
    "json": Type("JSON", ("'{\"a\": 1}'", "'[1, 2]'", "'1'"), ("'{}'",), wider=("jsonb",), keys=()),
    "bytes": Type("LargeBinary", ("'a'", "'b'", "'c'"), ("text(\"'\\\\x00'\")",)),
    "array": Type("ARRAY(Integer)", ("'{1}'", "'{2,3}'", "'{}'"), ("'{}'",)),
    "vector": Type("TSVECTOR", ("'a'", "'b'", "'c'"), keys=()),
}

_MYSQL: Mapping[str, Type] = {
    "small": Type(
        "SmallInteger",
        _NUMBERS,
        ("'5'",),
        (*_INTEGER_CHECKS, *_COMPUTED_CHECKS),
        (("{} + 1", "int"),),
        ("int", "big"),
    ),
    "int": Type(
        "Integer",
        _NUMBERS,
        ("'5'", "text('(3 + 4)')", "'0'"),
        (*_INTEGER_CHECKS, *_COMPUTED_CHECKS),
        (("{} * 2", "big"), ("{} + 1", "big"), ("abs({})", "big")),
        ("big", "num", "double"),
        ("{}", "{} DESC"),
    ),
    "unsigned": Type(
        "mysql.INTEGER(unsigned=True)",
        _NUMBERS,
        ("'5'",),
        ("{} < 1000",),
        wider=("big",),
    ),
    "big": Type(
        "BigInteger",
        _NUMBERS,
        ("'5'",),
        (*_INTEGER_CHECKS, *_COMPUTED_CHECKS),
        wider=("num",),
    ),
    "num": Type(
        "Numeric(20, 2)",
        ("1.50", "2.25", "100"),
        ("'0.50'", "text('1.25')"),
        ("{} > 0", "{} < 1000.5"),
        wider=("wide",),
        keys=("{}", "{} DESC"),
    ),
    "wide": Type("Numeric(24, 4)", ("1.5", "2.25", "100"), ("'0.5'",), ("{} > 0",)),
    "float": Type("Float", ("0.5", "1.25", "3"), ("'0.5'",), ("{} > 0",), wider=("double",)),
    "double": Type("mysql.DOUBLE()", ("0.5", "1.25", "3"), ("'0.5'",), ("{} > 0",)),
    "short": Type(
        "String(20)",
        _TEXTS,
        _TEXT_DEFAULTS,
        (*_TEXT_CHECKS, "{} NOT IN ('p', 'q')"),
        (("upper({})", "long"), ("concat({}, '!')", "long")),
        ("long", "text"),
        ("{}", "{} DESC"),
    ),
    "long": Type(
        "String(80)", _TEXTS, _TEXT_DEFAULTS, _TEXT_CHECKS, (("lower({})", "long"),), ("text",)
    ),
    "collated": Type("String(20, collation='utf8mb4_bin')", _TEXTS, _TEXT_DEFAULTS, _TEXT_CHECKS),
    "latin": Type(
        "mysql.VARCHAR(20, charset='latin1')",
        ("'a'", "'it''s'", "'z'"),
        ("'x'",),
        ("{} <> 'zzz'",),
        wider=("short", "long"),
    ),
    "text": Type("Text", _TEXTS, ("text(\"('x')\")",), _TEXT_CHECKS, keys=(), unique=False),
    "bool": Type("Boolean", ("true", "false", "true"), ("text('1')", "text('0')"), unique=False),
    "tiny": Type("mysql.TINYINT(unsigned=True)", _NUMBERS, ("'1'",), ("{} < 200",), wider=("int",)),
    "date": Type(
        "Date",
        _DATES,
        ("'2026-01-01'", "text('(CURRENT_DATE)')"),
        ("{} > '2000-01-01'",),
        wider=("time",),
    ),
    "time": Type(
        "DateTime",
        _TIMES,
        (
            "text('CURRENT_TIMESTAMP')",
            "func.now()",
            "text('CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP')",
        ),
        ("{} > '2000-01-01'",),
    ),
    "clock": Type(
        "Time",
        ("'03:04:05'", "'-1:00:00'", "'120:30:00'"),
        ("'06:00:00'",),
        ("{} > '-2:00'", "{} BETWEEN '-10:00:00' AND '838:59:59'", "{} <> '6:5'"),
        wider=("fine",),
    ),
    "fine": Type(
        "mysql.TIME(fsp=3)",
        ("'03:04:05'", "'-1:00:00.5'", "'120:30:00'"),
        ("'06:00:00.250'",),
        ("{} > '-2:00'", "{} <> '6:5'", "{} < '500:00:00.5'"),
    ),
    "year": Type(
        "mysql.YEAR", ("2024", "2025", "1999"), ("'2026'",), ("{} > '1990'", "{} < 2000 + 100")
    ),
    "precise": Type(
        "mysql.DATETIME(fsp=6)", _TIMES, ("text('CURRENT_TIMESTAMP(6)')",), ("{} > '2000-01-01'",)
    ),
    "json": Type(
        "JSON",
        ("'{\"a\": 1}'", "'[1, 2]'", "'1'"),
        ("text('(json_array())')",),
        keys=(),
        unique=False,
    ),
    "bytes": Type("LargeBinary", ("'a'", "'b'", "'c'"), keys=(), unique=False),
    "char": Type("CHAR(5)", ("'a'", "'b'", "'c'"), ("'x'",), ("{} <> 'zzz'",), wider=("short",)),
    "set": Type("mysql.SET('p', 'q', 'r')", ("'p'", "'q'", "'p,r'"), ("'q'",)),
}

TYPES: Mapping[str, Mapping[str, Type]] = {"postgresql": _POSTGRESQL, "mysql": _MYSQL}
