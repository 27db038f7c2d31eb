"""The SQLAlchemy objects of one side: where Python types and expressions come from."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import conv

from daybreak.core.catalog import Address, Constraint, Index

_UNTOUCHED = {"ix": "ix_%(column_0_label)s"}  # SQLAlchemy's own naming convention


class Models:
    """Tables by schema and name, as the catalogs call them, and SQL of their expressions."""

    def __init__(
        self,
        metadata: sa.MetaData | Collection[sa.MetaData],
        *,
        default_schema: str,
        dialect: Dialect,
        conventions: bool | None = None,
        from_server: bool = False,
    ) -> None:
        """`conventions`: whether a naming convention is at work when the revision runs.

        `from_server`: the tables were reflected, so the catalog's expressions are as good.
        """
        self.from_server = from_server
        several = [metadata] if isinstance(metadata, sa.MetaData) else list(metadata)
        self.default_schema = default_schema
        kind: Any = type(dialect)
        self.dialect: Dialect = kind(paramstyle="named")  # no percent sign is doubled
        self._tables = {
            (self.schema(table.schema or "") or "", table.name): table
            for one in several
            for table in one.tables.values()
        }
        if conventions is None:
            conventions = any(dict(one.naming_convention) != _UNTOUCHED for one in several)
        self.conventions = conventions

    @classmethod
    def reflected(
        cls,
        connection: Connection,
        addresses: Iterable[Address],
        *,
        default_schema: str,
        conventions: bool = False,
    ) -> Models:
        """The tables at `addresses`, or that the parts there belong to, as the server has them."""
        metadata = sa.MetaData()
        wanted: dict[str, set[str]] = {}
        for address in addresses:
            name = address.name if address.kind == "table" else address.table
            if name is not None:
                wanted.setdefault(address.schema, set()).add(name)
        for schema, names in wanted.items():
            own = None if schema in ("", default_schema) else schema
            there = names & {*sa.inspect(connection).get_table_names(own)}
            with warnings.catch_warnings():  # of what SQLAlchemy can't keep, which is not used
                warnings.simplefilter("ignore", SAWarning)
                metadata.reflect(connection, schema=own, only=sorted(there), resolve_fks=False)
        return cls(
            metadata,
            default_schema=default_schema,
            dialect=connection.dialect,
            conventions=conventions,
            from_server=True,
        )

    def schema(self, name: str) -> str | None:
        """What SQLAlchemy takes for a catalog's schema: None for the default one."""
        return None if name in ("", self.default_schema) else name

    def name(self, name: str) -> str:
        """A constraint's or index's final name, which no naming convention may change."""
        return conv(name) if self.conventions else name

    def table(self, schema: str, name: str) -> sa.Table | None:
        return self._tables.get((self.schema(schema) or "", name))

    def column(self, address: Address) -> sa.Column[Any] | None:
        table = self.table(address.schema, address.table or "")
        if table is None:
            return None
        return next((column for column in table.c if column.name == address.name), None)

    def check(self, address: Address, item: Constraint) -> sa.CheckConstraint | None:
        """The model's check of this name; else the one unnamed that speaks of the same things."""
        table = self.table(address.schema, address.table or "")
        if table is None:
            return None
        checks = [c for c in table.constraints if isinstance(c, sa.CheckConstraint)]
        for check in checks:
            if self.final_name(check) == item.name:
                return check
        columns = frozenset(column.name for column in table.c)
        wanted = _substance(item.expression or "", columns)
        alike = [
            check
            for check in checks
            if not check.name and _substance(self.sql(check.sqltext), columns) == wanted
        ]
        return alike[0] if len(alike) == 1 else None

    def index(self, address: Address, item: Index) -> sa.Index | None:
        table = self.table(address.schema, address.table or "")
        if table is None:
            return None
        return next((index for index in table.indexes if index.name == item.name), None)

    def final_name(self, constraint: sa.Constraint) -> str | None:
        """The name that the constraint gets in the database, cut to the dialect's length."""
        if not isinstance(constraint.name, str):
            return None
        name = self.dialect.identifier_preparer.format_constraint(constraint)
        return name.strip('"`') if name else None

    def sql(self, value: Any) -> str:
        """An expression as it stands in DDL: literals spelled out, columns without their table."""
        if isinstance(value, str):
            return value
        options = {"literal_binds": True, "include_table": False}
        return str(value.compile(dialect=self.dialect, compile_kwargs=options))


def _substance(sql: str, columns: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The columns and the constants of a condition: what no server changes in its words."""
    constants = frozenset(re.findall(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b", sql))
    words = re.findall(r"[^\W\d]\w*", re.sub(r"'(?:[^']|'')*'", "", sql))
    return columns & frozenset(words), constants
