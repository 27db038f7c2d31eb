"""SQL that carries out one change, from the catalogs' texts alone."""

from __future__ import annotations

from collections.abc import Sequence as Statements

from daybreak.core.catalog import (
    Catalog,
    Column,
    Composite,
    Constraint,
    Domain,
    Enum,
    Extension,
    Index,
    Policy,
    Range,
    Routine,
    Rule,
    Schema,
    Sequence,
    Statistics,
    Table,
    Trigger,
    View,
)
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.dialects.postgresql import (
    ddl_columns,
    ddl_indexes,
    ddl_others,
    ddl_rights,
    ddl_tables,
    ddl_types,
    ddl_views,
)

_OTHERS = (Schema, Extension, Sequence, Routine, Rule, Statistics, Trigger)


def ddl(change: Change, before: Catalog, after: Catalog) -> Statements[str]:
    """The statements in their order; none where a change, or all of its fields, can't be written.

    `before` carries the names that hold when the change runs: those after the renames.
    """
    match change:
        case Create():
            return _create(change, after)
        case Drop():
            return _drop(change, before)
        case Rename():
            return _rename(change, before)
        case Alter():
            return [*_alter(change, before, after), *_rights(change, after)]


def _create(change: Create, after: Catalog) -> Statements[str]:
    match change.item:
        case Table() as item:
            return ddl_tables.create_table(change, item, after)
        case Column() as item:
            return ddl_columns.create_column(change, item, after)
        case Constraint() as item:
            return ddl_tables.create_constraint(change, item, after)
        case Index() as item:
            return ddl_indexes.create_index(change, item, after)
        case Enum() | Domain() | Composite() | Range() as item:
            return ddl_types.create_type(change, item, after)
        case View() as item:
            return ddl_views.create_view(item, after)
        case Policy() as item:
            return ddl_rights.create_policy(change, item, after)
        case item if isinstance(item, _OTHERS):
            return ddl_others.create(change, item, after)
    return []


def _drop(change: Drop, before: Catalog) -> Statements[str]:
    match change.item:
        case Table() as item:
            return ddl_tables.drop_table(change, item, before)
        case Column():
            return ddl_columns.drop_column(change, before)
        case Constraint():
            return ddl_tables.drop_constraint(change, before)
        case Index() as item:
            return ddl_indexes.drop_index(change, item, before)
        case Enum() | Domain() | Composite() | Range() as item:
            return ddl_types.drop_type(change, item, before)
        case View() as item:
            return ddl_views.drop_view(item, before)
        case Policy():
            return ddl_rights.drop_policy(change, before)
        case item if isinstance(item, _OTHERS):
            return ddl_others.drop(change, item, before)
    return []


def _rename(change: Rename, before: Catalog) -> Statements[str]:
    match change.item:
        case Table():
            return ddl_tables.rename_table(change, before)
        case Column():
            return ddl_columns.rename_column(change, before)
        case Constraint():
            return ddl_tables.rename_constraint(change, before)
        case Index():
            return ddl_indexes.rename_index(change, before)
        case Enum() | Domain() | Composite() | Range() as item:
            return ddl_types.rename_type(change, item, before)
        case View() as item:
            return ddl_views.rename_view(change, item, before)
        case item if isinstance(item, _OTHERS):
            return ddl_others.rename(change, item, before)
    return []


def _alter(change: Alter, before: Catalog, after: Catalog) -> Statements[str]:
    match change.before, change.after:
        case Table() as old, Table() as new:
            return ddl_tables.alter_table(change, old, new, after)
        case Column() as old, Column() as new:
            return ddl_columns.alter_column(change, old, new, before, after)
        case Constraint() as old, Constraint() as new:
            return ddl_tables.alter_constraint(change, old, new, before, after)
        case Index() as old, Index() as new:
            return ddl_indexes.alter_index(change, old, new, before, after)
        case (
            (Enum() | Domain() | Composite() | Range() as old),
            (Enum() | Domain() | Composite() | Range() as new),
        ):
            return ddl_types.alter_type(change, old, new, before, after)
        case View() as old, View() as new:
            return ddl_views.alter_view(change, old, new, before, after)
        case Policy() as old, Policy() as new:
            return ddl_rights.alter_policy(change, old, new, before, after)
        case old, new if isinstance(old, _OTHERS) and isinstance(new, _OTHERS):
            return ddl_others.alter(change, old, new, before, after)
    return []


def _rights(change: Alter, after: Catalog) -> Statements[str]:
    if "grants" not in change.fields:
        return []
    old, new = (getattr(side, "grants", ()) for side in (change.before, change.after))
    return ddl_rights.rights_change(change.address, change.after, old, new, after)
