"""A column's type as it stands in a revision."""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from daybreak.core.catalog import Catalog, Column, Domain, Enum
from daybreak.writing.models import Models

Type = TypeEngine[Any]

# What reflection gives, by the names that a person writes.
_GENERIC: dict[type[Type], type[Type]] = {
    sa.INTEGER: sa.Integer,
    sa.BIGINT: sa.BigInteger,
    sa.SMALLINT: sa.SmallInteger,
    sa.BOOLEAN: sa.Boolean,
    sa.DATE: sa.Date,
}


def type_of(item: Column, model: Type, models: Models, catalog: Catalog) -> Type | None:
    """The type of `item`, free of the application's own classes and of types that it would create.

    None where the objects at hand can't say it.
    """
    found = _plain(model, item.type, models, catalog)
    if found is None or (item.collation and not getattr(found, "collation", None)):
        return None
    return found


def imports_of(found: Type) -> set[str]:
    """The import statements that the rendered type needs beside Alembic's own."""
    module = type(found).__module__
    inner = getattr(found, "item_type", None)
    own = set() if module.startswith("sqlalchemy.") else {f"import {module}"}
    return own | (imports_of(inner) if isinstance(inner, TypeEngine) else set())


def _plain(model: Type, text: str, models: Models, catalog: Catalog) -> Type | None:
    variants = getattr(model, "_variant_mapping", {})
    if catalog.dialect in variants:
        return _plain(variants[catalog.dialect], text, models, catalog)
    if variants:
        model = model.copy() if hasattr(model, "copy") else model
    # SQLAlchemy's Interval is one by its class, and a type of the server all the same.
    if isinstance(model, TypeDecorator) and not isinstance(model, sa.Interval):
        return _plain(model.load_dialect_impl(models.dialect), text, models, catalog)
    if isinstance(model, NullType):
        return None
    if isinstance(model, sa.ARRAY):
        inner = _plain(model.item_type, text.removesuffix("[]"), models, catalog)
        if inner is None or not text.endswith("[]"):
            return None
        kind = postgresql.ARRAY if isinstance(model, postgresql.ARRAY) else sa.ARRAY
        return kind(inner, dimensions=model.dimensions)
    named = _named(text, catalog)
    if isinstance(named, Enum):
        schema = models.schema(named.schema)
        return postgresql.ENUM(*named.labels, name=named.name, schema=schema, create_type=False)
    if isinstance(named, Domain):
        return _domain(named, model, models)
    if isinstance(model, sa.Enum) and not text.startswith("enum("):  # kept as text, with a check
        length = re.search(r"\((\d+)\)", text)
        return sa.String(int(length[1])) if length else sa.String()
    if isinstance(model, sa.Boolean):
        return sa.Boolean()
    if not _importable(type(model).__module__):
        return None
    if type(model) in _GENERIC:
        return _GENERIC[type(model)]()
    return _generic(model)


def _importable(module: str) -> bool:
    """Whether a revision can rely on the module: an installed package, not the application."""
    if module.startswith("sqlalchemy."):
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    places = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    return file is not None and any(Path(file).is_relative_to(place) for place in places)


def _generic(model: Type) -> Type:
    if type(model) is sa.VARCHAR:
        return sa.String(model.length, collation=model.collation)
    if type(model) is sa.TEXT and model.length is None:
        return sa.Text(collation=model.collation)
    if type(model) is sa.NUMERIC:
        return sa.Numeric(model.precision, model.scale)
    if type(model) is postgresql.TIMESTAMP and model.precision is None:
        return sa.DateTime(timezone=model.timezone)
    return model


def _named(text: str, catalog: Catalog) -> Enum | Domain | None:
    """The enum or domain of the catalog that a column's type text names."""
    if "." not in text:  # the server's own types have no schema in a catalog
        return None
    items: list[Enum | Domain] = [*catalog.enums, *catalog.domains]
    for item in items:
        if text in _spellings(item.schema, item.name):
            return item
    return None


def _spellings(schema: str, name: str) -> set[str]:
    quoted = ['"' + part.replace('"', '""') + '"' for part in (schema, name)]
    return {f"{one}.{two}" for one in (schema, quoted[0]) for two in (name, quoted[1])}


def _domain(named: Domain, model: Type, models: Models) -> Type:
    inner = model.data_type if isinstance(model, postgresql.DOMAIN) else sa.Text()
    return postgresql.DOMAIN(
        named.name, inner, schema=models.schema(named.schema), create_type=False
    )
