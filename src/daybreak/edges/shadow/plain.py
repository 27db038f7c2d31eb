"""What a table's DDL is made of, told without rendering it: for most tables many times faster.

Two tables that are told alike are rendered alike: all that SQLAlchemy's compilers read of a plain
column, constraint, index or option is in what is told. The rest of a table is compiled, piece by
piece: a type of the project's own, an expression, an identity. Where even that can't be trusted,
as when something has `@compiles`, the table is not told at all. See docs/decisions/0027.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

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
from sqlalchemy.sql import elements, schema

from daybreak.edges.shadow.plaintypes import PLAIN, PlainTypes
from daybreak.edges.shadow.trusted import is_hooked, is_sqlalchemys

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

# Names that know whether they are to be quoted; of some it is known that they may be cut.
_CUT = frozenset({elements.conv, elements._truncated_label})
_NAMES = frozenset({elements.quoted_name, *_CUT})
_json = json.JSONEncoder().encode  # which knows numbers from words and True, and is quick


class _NotPlain(Exception):
    """Something that is only known when it is compiled."""


class Plain:
    """Tells tables for one key. What has `@compiles` by now is not told by it."""

    def __init__(
        self, dialect: Dialect, compiler: Any, compiled: Callable[[Index], list[str]]
    ) -> None:
        self._compiler, self._compiled = compiler, compiled
        self._trusted = is_sqlalchemys(dialect) and not any(map(is_hooked, _CONSTRUCTS))
        self._types = PlainTypes(dialect)

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
        kind, default, said = self._types.told(column.type), column.server_default, None
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
        if kind in PLAIN:
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
    if not kinds <= PLAIN:
        if not kinds <= PLAIN | _NAMES:
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
