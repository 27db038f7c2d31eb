"""Whether what renders DDL is SQLAlchemy's own: of that alone it is known what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql import ddl


def is_hooked(construct: type) -> bool:
    """Whether somebody's `@compiles` renders it, or what it is derived from."""
    return hasattr(construct, "_compiler_dispatcher")


def is_sqlalchemys(dialect: Dialect) -> bool:
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
