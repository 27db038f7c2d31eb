"""Server defaults and ON UPDATE."""

from matrix.kind import Kind
from matrix.kinds.mysql_models import of_column

NOW = 'text("CURRENT_TIMESTAMP")'
NOW_6 = 'text("CURRENT_TIMESTAMP(6)")'
TOUCHED = 'text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")'
DAY = "'2026-01-02 03:04:05'"


def _default(
    name: str, kind: str, before: str | None, after: str | None, value: str, rest: str = ""
) -> Kind:
    texts = [
        kind + (f", server_default={default}" if default else "") + rest
        for default in (before, after)
    ]
    return of_column(f"default: {name}", *texts, value)


KINDS = (
    _default("added", "Integer", None, '"7"', "1"),
    _default("changed", "Integer", '"7"', '"8"', "1"),
    _default("dropped, nullable", "Integer", '"7"', None, "1"),
    _default("dropped, NOT NULL", "Integer", '"7"', None, "1", ", nullable=False"),
    _default("of text in quotes", "String(20)", None, '"it\'s"', "'x'"),
    _default("with a backslash", "String(20)", '"x"', '"a\\\\\\\\b"', "'x'"),
    _default("empty text", "String(20)", None, '""', "'x'"),
    _default("empty text dropped", "String(20)", '""', None, "'x'"),
    _default("text NULL, which is none", "String(20)", '"x"', 'text("NULL")', "'x'"),
    _default("expression added", "String(36)", None, 'text("(uuid())")', "'x'"),
    _default("expression changed", "Integer", 'text("(1 + 1)")', 'text("(1 + 2)")', "1"),
    _default("literal to expression", "Integer", '"7"', 'text("(3 + 4)")', "1"),
    _default("expression to literal", "Integer", 'text("(3 + 4)")', '"7"', "1"),
    _default("of JSON", "JSON", None, 'text("(json_object())")', "'{}'"),
    _default("of text, an expression", "Text", None, "text(\"('x')\")", "'x'"),
    _default("boolean true to false", "Boolean", "true()", "false()", "1"),
    _default("boolean added", "Boolean", None, "true()", "1"),
    _default("decimal", "Numeric(10, 2)", '"1.50"', '"1.75"', "1"),
    _default("enum", 'Enum("x", "y")', '"x"', '"y"', "'x'"),
    _default("bit", "mysql.BIT(4)", None, "text(\"b'101'\")", "1"),
    _default("date", "Date", None, '"2026-01-02"', "'2026-03-04'"),
    _default("now added", "DateTime", None, NOW, DAY),
    _default("now dropped", "DateTime", NOW, None, DAY),
    _default("now with microseconds", "mysql.DATETIME(fsp=6)", None, NOW_6, DAY),
    _default("of a NOT NULL timestamp", "mysql.TIMESTAMP", None, NOW, DAY, ", nullable=False"),
    _default("kept under a new comment", "String(9)", '"it\'s"', '"it\'s", comment="c"', "'x'"),
    _default("ON UPDATE added", "DateTime", NOW, TOUCHED, DAY),
    _default("ON UPDATE dropped", "DateTime", TOUCHED, NOW, DAY),
    _default("and ON UPDATE dropped", "DateTime", TOUCHED, None, DAY),
    _default("and ON UPDATE added", "DateTime", None, TOUCHED, DAY),
    _default("ON UPDATE alone", "DateTime", None, 'text("NULL ON UPDATE CURRENT_TIMESTAMP")', DAY),
    _default("unsigned keeps it", "mysql.INTEGER(unsigned=True)", '"1"', '"2"', "1"),
)
