"""What a type's DDL is made of, by which those that are alike are compiled once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql import elements

from daybreak.edges.shadow.trusted import is_hooked

PLAIN = frozenset({str, int, bool, type(None)})  # told as they are

_STRING = ("length", "collation", "collation_schema")
_MYSQL_STRING = (*_STRING, "charset", "ascii", "unicode", "binary", "national")
_MYSQL_NUMBER = ("precision", "scale", "unsigned", "zerofill")
_MYSQL_INTEGER = ("display_width", "unsigned", "zerofill")
# By type, the attributes that its DDL is made of; one that is not there counts as None.
_ATTRIBUTES: dict[type, tuple[str, ...]] = {
    **dict.fromkeys((types.Integer, types.INTEGER, types.SmallInteger, types.SMALLINT), ()),
    **dict.fromkeys((types.BigInteger, types.BIGINT, types.Date, types.DATE), ()),
    **dict.fromkeys((types.Boolean, types.BOOLEAN, types.JSON), ()),
    **dict.fromkeys((types.String, types.VARCHAR, types.CHAR, types.Text, types.TEXT), _STRING),
    **dict.fromkeys((types.Unicode, types.UnicodeText), _STRING),
    **dict.fromkeys((types.Numeric, types.NUMERIC, types.DECIMAL), ("precision", "scale")),
    **dict.fromkeys((types.Float, types.FLOAT, types.Double, types.REAL), ("precision", "scale")),
    **dict.fromkeys((types.DateTime, types.DATETIME, types.TIMESTAMP, types.Time), ("timezone",)),
    types.LargeBinary: ("length",),
    types.Uuid: ("native_uuid",),
    types.UUID: ("native_uuid",),
    **dict.fromkeys((postgresql.JSON, postgresql.JSONB, postgresql.HSTORE), ()),
    **dict.fromkeys((postgresql.INET, postgresql.CIDR, postgresql.BYTEA), ()),
    postgresql.TSVECTOR: (),
    postgresql.TIMESTAMP: ("precision", "timezone"),
    postgresql.INTERVAL: ("fields", "precision"),
    **dict.fromkeys((mysql.VARCHAR, mysql.CHAR, mysql.TEXT), _MYSQL_STRING),
    **dict.fromkeys((mysql.TINYTEXT, mysql.MEDIUMTEXT, mysql.LONGTEXT), _MYSQL_STRING),
    **dict.fromkeys((mysql.INTEGER, mysql.BIGINT, mysql.MEDIUMINT), _MYSQL_INTEGER),
    **dict.fromkeys((mysql.SMALLINT, mysql.TINYINT), _MYSQL_INTEGER),
    **dict.fromkeys((mysql.NUMERIC, mysql.DECIMAL, mysql.DOUBLE, mysql.FLOAT), _MYSQL_NUMBER),
    **dict.fromkeys((mysql.DATETIME, mysql.TIMESTAMP, mysql.TIME), ("fsp", "timezone")),
}


class PlainTypes:
    """Tells types for one dialect. What has `@compiles` by now is not told by it."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._readers = {
            kind: _reader(names) for kind, names in _ATTRIBUTES.items() if not is_hooked(kind)
        }
        self._enums = not is_hooked(types.Enum)
        self._rendered: dict[Any, str] = {}

    def told(self, kind: Any) -> str | None:
        """What the server is told of a type: compiled once for all that are alike."""
        read = self._readers.get(type(kind))
        if kind._variant_mapping:
            return None
        if read is not None:
            values = read(kind)
        elif type(kind) is types.Enum and self._enums:
            named = type(kind.name) is elements.quoted_name and kind.name.quote is None
            name = "".join(kind.name or "") if named else kind.name
            drawn = (kind.native_enum, kind.length, kind.collation, kind.collation_schema)
            values = (name, kind.schema, *drawn, *kind.enums)
        else:
            return None
        alike = (type(kind), values, tuple(map(type, values)))
        if alike not in self._rendered:
            if not PLAIN.issuperset(map(type, values)):
                return None  # equal ones need not be rendered alike: a name, 10.0
            self._rendered[alike] = self._dialect.type_compiler_instance.process(kind)
        return self._rendered[alike]


def _reader(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda kind: ()
    return lambda kind: tuple([getattr(kind, name, None) for name in names])
