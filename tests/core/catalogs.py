"""Small catalogs, as a PostgreSQL server would tell them, written down in few words."""

from __future__ import annotations

from typing import Any

from daybreak.core.catalog import (
    Catalog,
    Column,
    Constraint,
    Index,
    IndexKey,
    Sequence,
    Table,
    View,
)

ID = Column("id", "integer", not_null=True)


def catalog(*items: Any, dialect: Any = "postgresql", **more: Any) -> Catalog:
    """A catalog of `items`, each in the tuple of its kind."""
    kinds: dict[str, list[Any]] = {}
    for item in items:
        kinds.setdefault(f"{type(item).__name__.lower()}s", []).append(item)
    sorted_kinds: dict[str, Any] = {
        name: tuple(sorted(kind, key=lambda i: (getattr(i, "schema", ""), i.name)))
        for name, kind in kinds.items()
    }
    return Catalog(dialect, 16, "public", **sorted_kinds, **more)


def table(name: str, *parts: Any, schema: str = "public", **more: Any) -> Table:
    """A table with `id` and `parts`: columns, constraints, indexes, triggers, policies…"""
    kinds: dict[str, list[Any]] = {"columns": [] if more.pop("bare", False) else [ID]}
    names = {Index: "indexes", "Policy": "policies", "Statistics": "statistics"}
    for part in parts:
        made = type(part)
        plural = names.get(made) or names.get(made.__name__) or f"{made.__name__.lower()}s"
        kinds.setdefault(plural, []).append(part)
    filled: dict[str, Any] = {
        k: tuple(v if k == "columns" else sorted(v, key=lambda p: p.name)) for k, v in kinds.items()
    }
    return Table(schema, name, **filled, **more)


def primary_key(name: str, *columns: str) -> Constraint:
    columns = columns or ("id",)
    return Constraint(name, "primary key", f"PRIMARY KEY ({', '.join(columns)})", columns)


def unique(name: str, *columns: str) -> Constraint:
    return Constraint(name, "unique", f"UNIQUE ({', '.join(columns)})", columns)


def check(name: str, expression: str, *columns: str) -> Constraint:
    return Constraint(name, "check", f"CHECK (({expression}))", columns, expression=expression)


def foreign_key(name: str, column: str, table: str, schema: str = "public") -> Constraint:
    definition = f"FOREIGN KEY ({column}) REFERENCES {schema}.{table}(id)"
    return Constraint(
        name,
        "foreign key",
        definition,
        (column,),
        referred=(schema, table),
        referred_columns=("id",),
    )


def index(name: str, table: str, *columns: str, **more: Any) -> Index:
    definition = f"CREATE INDEX {name} ON public.{table} USING btree ({', '.join(columns)})"
    return Index(name, definition, tuple(IndexKey(column=column) for column in columns), **more)


def serial(table: str, column: str = "id", name: str = "", **more: Any) -> Sequence:
    """The sequence that SERIAL makes."""
    facts: dict[str, Any] = {
        "type": "integer",
        "start": 1,
        "increment": 1,
        "minimum": 1,
        "maximum": 2**31 - 1,
        "cache": 1,
        "cycle": False,
        "owned_by": (table, column),
    }
    return Sequence("public", name or f"{table}_{column}_seq", **(facts | more))


def serial_column(table: str, column: str = "id", name: str = "") -> Column:
    sequence = name or f"{table}_{column}_seq"
    default = f"nextval('public.{sequence}'::regclass)"
    return Column(column, "integer", not_null=True, default=default)


def view(name: str, definition: str, *columns: str, **more: Any) -> View:
    return View(
        "public", name, definition, columns=tuple(Column(c, "text") for c in columns), **more
    )
