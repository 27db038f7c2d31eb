"""The project's own filters, `include_name` and `include_object`, asked as Alembic asks them.

Alembic hands reflected objects to `include_object`. Here they are made from the catalog: names,
schema, columns and comments are there, types are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from daybreak.core.catalog import Address, Catalog, Constraint
from daybreak.core.catalog import Table as CatalogTable

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

# What Alembic calls the kinds that it filters; a primary key, a CHECK and the rest it never asks
# about, so they are hidden with their table alone.
_CONSTRAINTS = {"unique": "unique_constraint", "foreign key": "foreign_key_constraint"}


class Filters:
    """Whether the project hides the object at an address from a comparison.

    The default schema is None to them, as everywhere in SQLAlchemy; `home` is another name that
    the models may have for it.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        metadatas: Sequence[MetaData],
        history: Catalog,
        wanted: Catalog,
        *,
        home: str | None = None,
    ) -> None:
        self._home = home
        self._include_name: Any = options.get("include_name")
        self._include_object: Any = options.get("include_object")
        self._by_schema = bool(options.get("include_schemas")) and self._include_name is not None
        self._metadatas = metadatas
        self._history = history
        self._wanted = wanted
        self._default_schema = history.default_schema

    @property
    def active(self) -> bool:
        return self._include_name is not None or self._include_object is not None

    def hides(self, address: Address) -> bool:
        """Asks for the table first, then for what is part of it."""
        table = address.name if address.kind == "table" else address.table
        if table is None or address.kind not in {"table", "column", "constraint", "index"}:
            return False
        schema = None if address.schema == self._default_schema else address.schema
        key = table if schema is None else f"{schema}.{table}"
        if self._by_schema and not self._include_name(schema, "schema", {}):
            return True
        parents = {"schema_name": schema}
        model, known = self._models.get(key), self._known(address.schema, table)
        if self._hidden(table, "table", parents, model, known):
            return True
        if address.kind == "table":
            return False
        parents |= {"table_name": table, "schema_qualified_table_name": key}
        kind = address.kind if address.kind != "constraint" else self._constraint(address)
        if kind is None:
            return False
        return self._hidden(
            address.name,
            kind,
            parents,
            _part(model, kind, address.name, self._columns(address)),
            _part(known, kind, address.name),
        )

    def _hidden(
        self, name: str, kind: str, parents: Mapping[str, Any], model: Any, known: Any
    ) -> bool:
        by_name = self._include_name
        if known is not None and by_name is not None and not by_name(name, kind, parents):
            return True
        if self._include_object is None:
            return False
        if model is not None:
            return not self._include_object(model, name, kind, False, known)
        return known is not None and not self._include_object(known, name, kind, True, None)

    def _constraint(self, address: Address) -> str | None:
        """What Alembic calls the constraint; None for a kind that it has no filter for."""
        found = self._constraint_at(address)
        return _CONSTRAINTS.get(found.kind) if found else None

    def _columns(self, address: Address) -> tuple[str, ...]:
        """Those of a constraint: a model need not name it, and then the server did."""
        found = self._constraint_at(address)
        return found.columns if found else ()

    def _constraint_at(self, address: Address) -> Constraint | None:
        for tables in (self._tables, self._wanted_tables):
            known = tables.get((address.schema, address.table or ""))
            for constraint in known.constraints if known else ():
                if address.kind == "constraint" and constraint.name == address.name:
                    return constraint
        return None

    @cached_property
    def _models(self) -> dict[str, Table]:
        return {
            table.name if table.schema == self._home else key: table
            for data in self._metadatas
            for key, table in data.tables.items()
        }

    @cached_property
    def _tables(self) -> dict[tuple[str, str], CatalogTable]:
        return _by_name(self._history)

    @cached_property
    def _wanted_tables(self) -> dict[tuple[str, str], CatalogTable]:
        return _by_name(self._wanted)

    def _known(self, schema: str, name: str) -> Table | None:
        from sqlalchemy import (
            Column,
            ForeignKeyConstraint,
            Index,
            MetaData,
            Table,
            UniqueConstraint,
        )
        from sqlalchemy.types import NullType

        found = self._tables.get((schema, name))
        if found is None:
            return None
        table = Table(
            name,
            MetaData(),
            *(Column(column.name, NullType(), comment=column.comment) for column in found.columns),
            schema=None if schema == self._default_schema else schema,
            comment=found.comment,
        )
        for constraint in found.constraints:
            if constraint.kind == "unique":
                table.append_constraint(UniqueConstraint(*constraint.columns, name=constraint.name))
            elif constraint.kind == "foreign key" and constraint.referred is not None:
                to = ".".join(part for part in constraint.referred if part)
                table.append_constraint(
                    ForeignKeyConstraint(
                        constraint.columns,
                        [f"{to}.{column}" for column in constraint.referred_columns],
                        name=constraint.name,
                    )
                )
        for index in found.indexes:
            columns = [table.c[key.column] for key in index.keys if key.column is not None]
            Index(index.name, *columns, unique=index.unique, _table=table)
        return table


def _by_name(catalog: Catalog) -> dict[tuple[str, str], CatalogTable]:
    return {(table.schema, table.name): table for table in catalog.tables}


def _part(table: Table | None, kind: str, name: str, columns: tuple[str, ...] = ()) -> Any:
    """The part of that name; of constraints without a name, the one with these `columns`."""
    from sqlalchemy import ForeignKeyConstraint, UniqueConstraint

    if table is None:
        return None
    match kind:
        case "column":
            return table.c.get(name)
        case "index":
            candidates: Any = table.indexes
        case "unique_constraint":
            candidates = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
        case _:
            candidates = [c for c in table.constraints if isinstance(c, ForeignKeyConstraint)]
    for part in candidates:
        if part.name == name:
            return part
        if part.name is None and tuple(column.name for column in part.columns) == columns:
            return part
    return None
