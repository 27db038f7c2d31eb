"""What a table's DDL is made of, told without rendering it: for most tables many times faster.

Two tables that are told alike are rendered alike: all that SQLAlchemy's compilers read of a plain
column, constraint, index or option is in what is told. The rest of a table is compiled, piece by
piece: a type of the project's own, an expression, an identity. Where even that can't be trusted,
as when something has `@compiles`, the table is not told at all. See docs/decisions/0027.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from types import FunctionType
from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import (
    AddConstraint,
    CheckConstraint,
    Column,
    CreateColumn,
    CreateIndex,
    CreateTable,
    DefaultClause,
    FetchedValue,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SetColumnComment,
    SetConstraintComment,
    SetTableComment,
    Table,
    UniqueConstraint,
)
from sqlalchemy.sql import ddl, elements, schema

# Of these classes themselves, not of classes derived from them.
_CONSTRUCTS: tuple[type, ...] = (
    *(Table, Column, Index, DefaultClause, elements.TextClause),
    *(PrimaryKeyConstraint, ForeignKeyConstraint, UniqueConstraint, CheckConstraint),
    *(CreateTable, CreateColumn, CreateIndex, AddConstraint),
    *(SetTableComment, SetColumnComment, SetConstraintComment),
)
# Not a Sequence, which a table creates with itself.
_CLIENT_DEFAULTS = frozenset(
    {
        type(None),
        schema.ScalarElementColumnDefault,
        schema.CallableColumnDefault,
        schema.ColumnElementColumnDefault,
    }
)
_ACTIONS = frozenset({None, "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"})
_TIMES = frozenset({None, "DEFERRED", "IMMEDIATE"})
_SURE_TO_FIT = 63  # characters of a name: a longer one may be cut or refused

_VALUES = frozenset({str, int, bool, type(None)})
# Names that know whether they are to be quoted; of some it is known that they may be cut.
_CUT = frozenset({elements.conv, elements._truncated_label})
_NAMES = frozenset({elements.quoted_name, *_CUT})
_json = json.JSONEncoder().encode  # which knows numbers from words and True, and is quick

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


class _NotPlain(Exception):
    """Something that is only known when it is compiled."""


class Plain:
    """Tells tables for one key. What has `@compiles` by now is not told by it."""

    def __init__(
        self, dialect: Dialect, compiler: Any, compiled: Callable[[Index], list[str]]
    ) -> None:
        self._dialect, self._compiler, self._compiled = dialect, compiler, compiled
        self._trusted = _is_sqlalchemys(dialect) and not any(map(_is_hooked, _CONSTRUCTS))
        self._readers = {
            kind: _reader(names) for kind, names in _ATTRIBUTES.items() if not _is_hooked(kind)
        }
        self._enums = not _is_hooked(types.Enum)
        self._rendered: dict[Any, str] = {}

    def told(self, table: Table) -> str | None:
        """All that the DDL of the table, its indexes and its comments is made of.

        The same in every process. None if it has to be compiled as a whole, which may be refused.
        """
        if not self._trusted:
            return None
        if type(table) is not Table or table._creator_ddl is not None or table.is_view:
            return None
        try:
            return self._told(table)
        except (_NotPlain, SQLAlchemyError):
            return None

    def _told(self, table: Table) -> str:
        counter = table._autoincrement_column
        said = [
            *(
                _fitting(table.name),
                table.schema,
                table.comment,
                counter is not None and counter.name,
            ),
            *(len(table._prefixes), *table._prefixes, *self._options(table)),
        ]
        for column in table.columns:
            if type(column.default) not in _CLIENT_DEFAULTS:
                raise _NotPlain
            said += self._column(column)
        key = table.primary_key
        if key:
            said += self._constraint(key)
        for constraint in sorted(table.constraints, key=_created):
            if constraint is not key:
                said += self._constraint(constraint)
        indexes = sorted(_text(self._index(index)) for index in table.indexes)
        return f"{_text(said)} {indexes}"

    def _column(self, column: Column[Any]) -> list[Any]:
        kind, default, said = self._type(column.type), column.server_default, None
        plain = (
            kind is not None
            and type(column) is Column
            and column.computed is None
            and column.identity is None
            and not column.system
            and not column.constraints
        )
        if plain and default is not None:
            if type(default) is DefaultClause:
                said = self._default(column, default.arg)
            else:
                plain = type(default) is FetchedValue
        if not plain:
            sql = self._compiler.process(CreateColumn(column))
            return [1, sql, column.key, column.comment]
        # An index may name a key.
        name, key, made = column.name, column.key, column.default is not None
        other = 0 if key is name else key
        return [0, name, other, kind, column.nullable, made, default is None, said, column.comment]

    def _default(self, column: Column[Any], given: Any) -> str:
        if type(given) is str:
            return f"literal {given}"
        if _is_text(given):
            return f"text {given.text}"
        return f"sql {self._compiler.get_column_default_string(column)}"

    def _type(self, kind: Any) -> str | None:
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
            if not _VALUES.issuperset(map(type, values)):
                return None  # equal ones need not be rendered alike: a name, 10.0
            self._rendered[alike] = self._dialect.type_compiler_instance.process(kind)
        return self._rendered[alike]

    def _constraint(self, constraint: Any) -> list[Any]:
        kind = type(constraint)
        if constraint._create_rule is None and constraint._ddl_if is None:
            common = (
                *(_fitting(constraint.name), constraint.comment, constraint.deferrable),
                *(constraint.initially, *self._options(constraint)),
            )
            sure = constraint.initially in _TIMES
            if sure and kind is PrimaryKeyConstraint:
                made = constraint._implicit_generated
                return ["key", made, *common, *_names(constraint.columns)]
            if sure and kind is UniqueConstraint:
                return ["unique", *common, *_names(constraint.columns)]
            if sure and kind is CheckConstraint and not constraint._type_bound:
                return ["check", *common, self._checked(constraint)]
            if sure and kind is ForeignKeyConstraint and _acts_as_known(constraint):
                return [*self._reference(constraint), *common]
        compiler = self._compiler
        if not constraint._should_create_for_compiler(compiler):
            return ["no constraint"]
        return ["constraint sql", compiler.process(constraint), constraint.comment]

    def _checked(self, constraint: CheckConstraint) -> str:
        if _is_text(constraint.sqltext):
            return f"text {constraint.sqltext.text}"
        return f"sql {self._compiler.define_check_body(constraint)}"

    def _reference(self, constraint: ForeignKeyConstraint) -> list[Any]:
        keys = constraint.elements
        other = keys[0].column.table
        return [
            *("reference", constraint.onupdate, constraint.ondelete, constraint.use_alter),
            *(other.name, other.schema, len(keys)),
            *(name for key in keys for name in (key.parent.name, key.column.name)),
        ]

    def _index(self, index: Index) -> list[Any]:
        try:
            options = self._options(index)
        except _NotPlain:
            return ["index sql", *self._compiled(index)]
        plain = type(index) is Index and index._ddl_if is None
        if not plain or any(type(each) is not Column for each in index.expressions):
            return ["index sql", *self._compiled(index)]
        return ["index", _fitting(index.name), index.unique, *options, *_names(index.expressions)]

    def _options(self, item: Any) -> tuple[int, str] | tuple[int]:
        """What is told to the engines. Raises _NotPlain if a value of it can't be told."""
        asked = item.__dict__.get("dialect_options")  # made when somebody asks for them
        given = [(engine, told._non_defaults) for engine, told in asked.items()] if asked else []
        told = [(engine, self._option(options)) for engine, options in given if options]
        return (1, repr(sorted(told))) if told else (0,)

    def _option(self, value: Any) -> Any:
        kind = type(value)
        if kind in _VALUES:
            return value
        if kind is list or kind is tuple:
            return kind(map(self._option, value))
        if kind is dict:
            return {self._option(key): self._option(each) for key, each in value.items()}
        if _is_text(value):
            return ("text", value.text)
        if isinstance(value, elements.ColumnElement):  # the condition of an index
            sql = self._compiler.sql_compiler
            return ("sql", sql.process(value, include_table=False, literal_binds=True))
        raise _NotPlain


def _text(said: Sequence[Any]) -> str:
    """Of plain values, so that no two are told alike. Raises _NotPlain for any other."""
    kinds = set(map(type, said))
    if not kinds <= _VALUES:
        if not kinds <= _VALUES | _NAMES:
            raise _NotPlain
        if kinds & _CUT or any(each.quote is not None for each in said if type(each) in _NAMES):
            said = [_name(each) if type(each) in _NAMES else each for each in said]
    return _json(said)


def _name(name: Any) -> list[Any]:
    return [type(name).__name__, name, name.quote]


def _fitting(name: Any) -> Any:
    if name is not None and len(name) > _SURE_TO_FIT:
        raise _NotPlain
    return name


def _names(columns: Iterable[Any]) -> list[Any]:
    found = [column.name for column in columns]
    return [len(found), *found]


_created = attrgetter("_creation_order")


def _is_text(clause: Any) -> bool:
    return type(clause) is elements.TextClause and not clause._bindparams


def _acts_as_known(constraint: ForeignKeyConstraint) -> bool:
    known = constraint.onupdate in _ACTIONS and constraint.ondelete in _ACTIONS
    return known and constraint.match is None


def _reader(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda kind: ()
    return lambda kind: tuple([getattr(kind, name, None) for name in names])


def _is_hooked(construct: type) -> bool:
    """Whether somebody's `@compiles` renders it, or what it is derived from."""
    return hasattr(construct, "_compiler_dispatcher")


def _is_sqlalchemys(dialect: Dialect) -> bool:
    """Whether all that compiles is SQLAlchemy's own, and nobody replaced a part of it."""
    made = (type(dialect), dialect.ddl_compiler, dialect.statement_compiler, dialect.preparer)
    found = {*_classes(*made, dialect.type_compiler_cls, ddl.SchemaGenerator)}
    return all(_is_its_own(each) for each in found)


def _classes(*made: type) -> Iterator[type]:
    for each in made:
        yield from each.__mro__[:-1]


def _is_its_own(made: type) -> bool:
    functions = [part for part in vars(made).values() if isinstance(part, FunctionType)]
    modules = [made.__module__, *(function.__module__ for function in functions)]
    return all(module.startswith(("sqlalchemy.", "typing")) for module in modules)
