"""How a dialect's SQLAlchemy constructs can say what a catalog tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

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


class Words(Protocol):
    """A module per dialect. Where a construct can't say all of an object, SQL of `ddl` does."""

    @property
    def UNSAID(self) -> Mapping[Kind, frozenset[str]]:  # noqa: N802 - a module's constant
        """Fields for which no construct has a word: they follow as SQL."""
        ...

    @property
    def RENAMES_COLUMN(self) -> bool:  # noqa: N802 - a module's constant
        """Whether `op.alter_column(new_column_name=…)` touches nothing else."""
        ...

    @property
    def BEFORE_MOVES(self) -> bool:  # noqa: N802 - a module's constant
        """Whether `ddl` wants as `before` what holds just then, or what held after the renames."""
        ...

    def table_words(self, item: Table) -> dict[str, Any] | None:
        """Keywords for a Table; None where it can't say all."""
        ...

    def constraint_words(self, item: Constraint) -> dict[str, Any] | None:
        """Keywords for a constraint, beside those that all dialects have; None as above."""
        ...

    def index_words(self, item: Index) -> dict[str, Any] | None:
        """Keywords for an Index; None as above."""
        ...

    def says_column(self, item: Column) -> bool:
        """Whether a Column can say all but what is in UNSAID."""
        ...

    def alters_column(self, fields: frozenset[str], old: Column, new: Column) -> bool:
        """Whether `op.alter_column` changes these fields and keeps all others."""
        ...

    def default_stays(self, old: Column, new: Column) -> bool:
        """Whether a change of type leaves the default as the new type would have it."""
        ...

    def counts_by_itself(self, address: Address, item: Column, catalog: Catalog) -> bool:
        """Whether SQLAlchemy's `autoincrement` makes the column as it is."""
        ...

    def key_sql(self, key: IndexKey) -> str:
        """One key as it stands in CREATE INDEX."""
        ...

    def is_plain(self, key: IndexKey) -> bool:
        """Whether the column's name, beside the index's keywords, is all of the key."""
        ...

    def using(self, column: str, before: str, after: str) -> str | None:
        """How values of `column`, not yet quoted, get another type; None where that is implied."""
        ...

    def is_one_step(self, item: Column | Constraint | Index, statements: Sequence[str]) -> bool:
        """Whether an operation does no less for `item` than these statements of `ddl`."""
        ...

    def implied(self, item: Object, name: str | None) -> bool:
        """Whether another change brings `item` or its field `name` with it."""
        ...

    def needs_commit(self, sql: str) -> bool:
        """Whether what the statement makes can be used only after it is committed."""
        ...
