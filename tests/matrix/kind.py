"""A kind of model change, and what is expected of whoever writes the revision for it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Expected = Literal["right", "reported", "needs cure"]

PREAMBLES: Mapping[str, str] = {
    "postgresql": """\
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import (
    ARRAY, DOMAIN, ENUM, INT4RANGE, INTERVAL, JSONB, TSTZRANGE, TSVECTOR, UUID, ExcludeConstraint,
)
from sqlalchemy.schema import CreateView

metadata = MetaData()
""",
    "mysql": """\
from sqlalchemy import *
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateView

metadata = MetaData()
""",
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One change of the models: the bodies of two modules that fill `metadata`.

    `rows` is SQL that runs on the old tables. `renames` and `drops` are what a person would have
    to say, in the form of `--rename` and `--drop`. Of a kind that "needs cure" the hazard is to be
    named, and `cure` is what a person does about the rows before the upgrade. `since` is the first
    major that knows the feature. `alembic` is what was measured of plain Alembic, None where
    nobody measured. `schemas` are made beside the database (MySQL); no two kinds share one.
    """

    name: str
    before: str
    after: str
    rows: str = ""
    renames: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    expected: Expected = "right"
    cure: str = ""
    since: int = 0
    alembic: str | None = None
    schemas: tuple[str, ...] = ()


def source(body: str, dialect: str) -> str:
    """The whole text of a module with the models of `body`, in `metadata`."""
    return f"{PREAMBLES[dialect]}\n{body}\n"


def families(dialect: str) -> dict[str, tuple[Kind, ...]]:
    """All kinds, by the file that holds them: one file is one family."""
    package = importlib.import_module(f"matrix.kinds.{dialect}")
    return {
        found.name: importlib.import_module(f"{package.__name__}.{found.name}").KINDS
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name)
    }


def kinds(dialect: str) -> dict[str, Kind]:
    """All kinds by name. Raises ValueError for a name that stands for two."""
    found: dict[str, Kind] = {}
    for kind in (kind for family in families(dialect).values() for kind in family):
        if kind.name in found:
            raise ValueError(f"two kinds are called {kind.name!r}")
        found[kind.name] = kind
    return found


def table(*items: str, name: str = "events", **options: str) -> str:
    """The text of a table with a serial key and `items`; `options` are keyword arguments."""
    inner = [f"Table({name!r}, metadata", "Column('id', Integer, primary_key=True)", *items]
    inner += [f"{key}={value}" for key, value in options.items()]
    return ",\n    ".join(inner) + ")\n"


def sql(create: str, drop: str, *, on: str = "metadata") -> str:
    """The text of DDL events: `create` after the tables are made, `drop` before they go."""
    return (
        f"event.listen({on}, 'after_create', DDL({_escaped(create)!r}))\n"
        f"event.listen({on}, 'before_drop', DDL({_escaped(drop)!r}))\n"
    )


def _escaped(statement: str) -> str:
    return statement.replace("%", "%%")
