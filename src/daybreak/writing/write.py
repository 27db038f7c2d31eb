"""Changes become Alembic operations, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from alembic.operations import ops

from daybreak.core.catalog import Catalog, Column, Constraint, Enum, Index, Table
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.dialects.base import Dialect
from daybreak.writing import columns, constraints, indexes, tables
from daybreak.writing.context import Context, Operations
from daybreak.writing.models import Models
from daybreak.writing.moving import moved
from daybreak.writing.operations import Execute, ExecuteAlone
from daybreak.writing.statements import own_words


@dataclass(frozen=True)
class Written:
    """`unexpressed`: the changes, or their fields, that no operation can make.

    `imports`: the import statements that the rendered types need beside Alembic's own.
    """

    ops: tuple[ops.MigrateOperation, ...]
    unexpressed: tuple[Change, ...] = ()
    imports: frozenset[str] = frozenset()


def write(
    changes: Sequence[Change],
    *,
    before: Catalog,
    after: Catalog,
    models: Models,
    dialect: Dialect,
    statements: Sequence[str] = (),
) -> Written:
    """Operations that lead from `before` to `after`.

    `models` are those of `after`, `statements` what they ran themselves (views, functions…).
    """
    context = Context(before, before, after, models, dialect, statements, changes)
    engine = dialect.engine(before.version)
    written: Operations = []
    unexpressed: list[Change] = []
    for change in changes:
        if change.address in context.written_with and isinstance(change, Create):
            context.before = moved(context.before, change, engine)
            continue
        possible, impossible = _parted(change, context)
        unexpressed += impossible
        if possible is not None:
            made = _in_own_words(_written(possible, context), context)
            written += _alone(possible, made, context)
        context.before = moved(context.before, change, engine)
        if isinstance(change, Rename):
            context.start = moved(context.start, change, engine)
    return Written(tuple(written), tuple(unexpressed), frozenset(context.imports))


def _written(change: Change, context: Context) -> Operations:
    match change:
        case Create(item=item):
            writer = _CREATE.get(type(item))
            return writer(change, item, context) if writer else context.sql(change)
        case Drop(item=item):
            writer = _DROP.get(type(item))
            return writer(change, item, context) if writer else context.sql(change)
        case Rename(item=item):
            writer = _RENAME.get(type(item))
            return writer(change, item, context) if writer else context.sql(change)
        case Alter(before=old, after=new):
            alter = _ALTER.get(type(new))
            return alter(change, old, new, context) if alter else context.sql(change)


_CREATE: dict[type, Any] = {
    Table: tables.create_table,
    Column: columns.create_column,
    Constraint: constraints.create_constraint,
    Index: indexes.create_index,
}
_DROP: dict[type, Any] = {
    Table: tables.drop_table,
    Column: columns.drop_column,
    Constraint: constraints.drop_constraint,
    Index: indexes.drop_index,
}
_RENAME: dict[type, Any] = {
    Table: tables.rename_table,
    Column: columns.rename_column,
    Constraint: constraints.rename_constraint,
    Index: indexes.rename_index,
}
_ALTER: dict[type, Any] = {
    Table: tables.alter_table,
    Column: columns.alter_column,
    Constraint: constraints.alter_constraint,
    Index: indexes.alter_index,
}


def _parted(change: Change, context: Context) -> tuple[Change | None, list[Change]]:
    """What of the change SQL can say at all, and what not; the dialect is asked field by field."""

    def says(part: Change) -> bool:
        return bool(context.ddl(part))

    if isinstance(change, Alter):
        said = tuple(name for name in change.fields if says(replace(change, fields=(name,))))
        left = tuple(
            name
            for name in change.fields
            if name not in said and not context.words.implied(change.after, name)
        )
        unsaid: list[Change] = [replace(change, fields=left)] if left else []
        return (replace(change, fields=said) if said else None), unsaid
    if isinstance(change, Rename) and isinstance(change.item, Constraint):
        return change, []
    if not says(change):
        return None, [] if context.words.implied(change.item, None) else [change]
    return change, []


def _in_own_words(made: Operations, context: Context) -> Operations:
    return [
        Execute(own_words(operation.sql, context.statements))
        if isinstance(operation, Execute)
        else operation
        for operation in made
    ]


def _alone(change: Change, made: Operations, context: Context) -> Operations:
    """New labels of an enum in a transaction of their own, if another change uses one."""
    if not isinstance(change, Alter) or not isinstance(change.after, Enum):
        return made
    old, new = change.before, change.after
    labels = [label for label in new.labels if label not in getattr(old, "labels", ())]
    needs_commit = context.words.needs_commit
    added = [op.sql for op in made if isinstance(op, Execute) and needs_commit(op.sql)]
    others = [repr(other) for other in context.changes if other is not change]
    used = any(f"'{label}'" in text for label in labels for text in others)
    if not added or not used:
        return made
    rest = [op for op in made if not (isinstance(op, Execute) and op.sql in added)]
    return [ExecuteAlone(added), *rest]
