"""What every writer of one kind needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from alembic.operations import ops

from daybreak.core.catalog import Address, Catalog, Column, Constraint, Index, Object
from daybreak.core.change import Alter, Change, Create, Drop
from daybreak.dialects.base import Dialect
from daybreak.dialects.wording import Words
from daybreak.writing.models import Models
from daybreak.writing.operations import Execute

Operations = list[ops.MigrateOperation]


@dataclass
class Context:
    """`before` moves on with each change that was written, `start` with the renames alone."""

    before: Catalog
    start: Catalog
    after: Catalog
    models: Models
    dialect: Dialect
    statements: Sequence[str] = ()
    changes: Sequence[Change] = ()
    written_with: set[Address] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)

    @property
    def words(self) -> Words:
        return self.dialect.words

    def sql(self, change: Change) -> Operations:
        """The change as SQL of the dialect; nothing where it has none."""
        return [Execute(sql) for sql in self.ddl(change)]

    def ddl(self, change: Change) -> Sequence[str]:
        before = self.before if self.words.BEFORE_MOVES else self.start
        return self.dialect.ddl(change, before, self.after)

    def is_one_step(self, change: Create | Drop, item: Column | Constraint | Index) -> bool:
        """Whether one of Alembic's operations is enough."""
        return self.words.is_one_step(item, self.ddl(change))

    def unsaid(self, address: Address, item: Any) -> Operations:
        """What no construct has a word for, once the object is there."""
        fields = self.words.UNSAID.get(address.kind, frozenset())
        plain, differing = _without(item, fields)
        if not differing:
            return []
        return self.sql(Alter(address, plain, item, differing))


def _without(item: Any, names: frozenset[str]) -> tuple[Object, tuple[str, ...]]:
    """`item` with the fields `names` at their defaults, and those that were not."""
    defaults = {
        name: part.default
        for name, part in item.__dataclass_fields__.items()
        if name in names and getattr(item, name) != part.default
    }
    return replace(item, **defaults), tuple(defaults)
