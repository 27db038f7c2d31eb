"""What SQLAlchemy's constructs call the facts of a catalog, and where they have no word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Index,
    IndexKey,
    Kind,
    Object,
    Table,
)
from daybreak.dialects.mysql.texts import qualified

UNSAID: Mapping[Kind, frozenset[str]] = {}
RENAMES_COLUMN = False  # CHANGE states the whole column anew, RENAME COLUMN nothing but the name

BEFORE_MOVES = False  # what a counting column needs is told by both ends


def table_words(item: Table) -> dict[str, Any] | None:
    if item.partition_by or item.options or item.tablespace:
        return None
    words = {
        "mysql_engine": item.engine,
        "mysql_charset": item.charset,
        "mysql_collate": item.collation,
    }
    return {name: value for name, value in words.items() if value is not None}


def says_column(item: Column) -> bool:
    return not (item.on_update or item.invisible or item.srid is not None)


def alters_column(fields: frozenset[str], old: Column, new: Column) -> bool:
    """MODIFY states the whole column anew; Alembic's has the words for a plain one."""
    return fields <= {"type", "not_null"} and all(
        replace(column, type="", not_null=False, position=0) == Column(column.name, "")
        for column in (old, new)
    )


def default_stays(old: Column, new: Column) -> bool:
    return True


def counts_by_itself(address: Address, item: Column, catalog: Catalog) -> bool:
    return item.auto_increment


def constraint_words(item: Constraint) -> dict[str, Any] | None:
    refers = f" REFERENCES {qualified(*item.referred)} " if item.referred else ""
    # From another schema, a key names the default one, which no construct does.
    return {} if item.enforced and not item.comment and refers in item.definition else None


def index_words(item: Index) -> dict[str, Any] | None:
    if item.invisible or item.comment or any(key.expression for key in item.keys):
        return None
    words: dict[str, Any] = {}
    if item.method.upper() in ("FULLTEXT", "SPATIAL"):
        words["mysql_prefix"] = item.method.upper()
    elif item.method.upper() not in ("", "BTREE"):
        words["mysql_using"] = item.method.lower()
    if item.parser:
        words["mysql_with_parser"] = item.parser
    lengths = {key.column: key.length for key in item.keys if key.length is not None}
    if lengths:
        words["mysql_length"] = lengths
    return words


def is_plain(key: IndexKey) -> bool:
    return not key.descending


def key_sql(key: IndexKey) -> str:
    name = "`" + (key.column or "").replace("`", "``") + "`"
    length = "" if key.length is None else f"({key.length})"
    return f"{name}{length}{' DESC' if key.descending else ''}"


def using(column: str, before: str, after: str) -> str | None:
    return None


def is_one_step(item: Column | Constraint | Index, statements: Sequence[str]) -> bool:
    """Not where a counting column has a passing key: that is a second line of the statement."""
    return len(statements) == 1 and "\n" not in statements[0]


def implied(item: Object, name: str | None) -> bool:
    """The key of a counting column comes with the column."""
    return name is None and isinstance(item, Constraint | Index)


def needs_commit(sql: str) -> bool:
    return False
