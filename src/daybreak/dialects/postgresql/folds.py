"""What means the same although the server's text differs: the folds, for comparing only.

The server deparses an expression from its tree, and the way to a schema leaves traces there: a
cast of the type that a column had, a list that was read back once. A fold rewrites such a trace to
one form. None is ever rendered. `FOLDS` lists them; each has a fixture of two schemas that it makes
equal and of near misses that it leaves apart. A change here changes `VERSION`, on which cached
verdicts depend.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from daybreak.core.catalog import (
    Catalog,
    Column,
    Constraint,
    Domain,
    Grant,
    Index,
    IndexKey,
    Policy,
    Rule,
    Statistics,
    Table,
    Trigger,
    View,
)
from daybreak.core.names import automatic
from daybreak.dialects.postgresql.fold_texts import (
    AUTOMATIC_NOT_NULL,
    fold_default,
    fold_statistics,
    fold_text,
)

VERSION = 1
FOLDS = {
    "literal casts": "a literal that is cast to varchar and then to text is a text literal",
    "varchar lists": "a list of varchar literals that is cast to text[] is a list of text literals",
    "number lists": "an integer in the list of an IN may be cast to bigint or numeric, or not",
    "old default casts": "a default keeps the cast of the type that its column had",
    "NOT NULL names": "18 names each NOT NULL after the table and column of that day",
    "statistics columns": "extended statistics have no order of columns",
    "column order": "where a column stands is not compared",
    "all privileges": "ALL on a table has MAINTAIN since 17; all that a server knows are ALL",
    "told twice": "a definition's text repeats the fields of a constraint or an index",
}

# Of a table, before 17.
PRIVILEGES = frozenset(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"}
)

_Item = TypeVar(
    "_Item", Table, View, Domain, Column, Constraint, IndexKey, Trigger, Policy, Rule, Statistics
)


def fold(catalog: Catalog) -> Catalog:
    """See the Protocol."""
    return replace(
        catalog,
        tables=tuple(_table(table, catalog.version) for table in catalog.tables),
        views=tuple(_view(view, catalog.version) for view in catalog.views),
        domains=tuple(map(_domain, catalog.domains)),
    )


def _table(table: Table, version: int) -> Table:
    return _changed(
        table,
        columns=tuple(sorted(map(_column, table.columns), key=lambda column: column.name)),
        constraints=tuple(_constraint_of(item, table) for item in table.constraints),
        indexes=tuple(map(_index, table.indexes)),
        triggers=tuple(map(_trigger, table.triggers)),
        policies=tuple(map(_policy, table.policies)),
        rules=tuple(map(_rule, table.rules)),
        statistics=tuple(map(_statistics, table.statistics)),
        partition_by=_text(table.partition_by),
        grants=_grants(table.grants, version),
    )


def _view(view: View, version: int) -> View:
    return _changed(
        view,
        definition=fold_text(view.definition),
        columns=tuple(map(_column, view.columns)),
        indexes=tuple(map(_index, view.indexes)),
        triggers=tuple(map(_trigger, view.triggers)),
        rules=tuple(map(_rule, view.rules)),
        statistics=tuple(map(_statistics, view.statistics)),
        grants=_grants(view.grants, version),
    )


def _domain(domain: Domain) -> Domain:
    return _changed(
        domain,
        default=fold_default(domain.default, domain.type) if domain.default else domain.default,
        constraints=tuple(
            _constraint(item) for item in domain.constraints if not _says_nothing_more(item)
        ),
    )


def _column(column: Column) -> Column:
    if column.default is None and column.generated is None:
        return column
    return _changed(
        column,
        default=fold_default(column.default, column.type) if column.default else column.default,
        generated=_text(column.generated),
    )


def _constraint_of(constraint: Constraint, table: Table) -> Constraint:
    """A NOT NULL that nobody named gets the name that it would get today."""
    if constraint.kind != "not null":
        return _constraint(constraint)
    if not _says_nothing_more(constraint):
        return constraint
    return _changed(constraint, name=automatic(table.name, constraint.columns[0], "not_null"))


def _says_nothing_more(constraint: Constraint) -> bool:
    """Whether it is a NOT NULL of 18 of which the column, or the domain, tells everything."""
    return (
        constraint.kind == "not null"
        and constraint.validated
        and not constraint.no_inherit
        and constraint.comment is None
        and AUTOMATIC_NOT_NULL.search(constraint.name) is not None
    )


def _constraint(constraint: Constraint) -> Constraint:
    if constraint.kind in ("exclude", "not null") or _of_a_period(constraint):
        return _changed(constraint, definition=fold_text(constraint.definition))
    return replace(constraint, definition="", expression=_text(constraint.expression))


def _of_a_period(constraint: Constraint) -> bool:
    """Whether the text has what no field has: a temporal key or foreign key of 18."""
    return " WITHOUT OVERLAPS" in constraint.definition or "PERIOD " in constraint.definition


def _index(index: Index) -> Index:
    return replace(
        index,
        definition="",
        keys=tuple(map(_key, index.keys)),
        predicate=_text(index.predicate),
    )


def _key(key: IndexKey) -> IndexKey:
    return key if key.expression is None else _changed(key, expression=fold_text(key.expression))


def _grants(grants: tuple[Grant, ...], version: int) -> tuple[Grant, ...]:
    every = PRIVILEGES | {"MAINTAIN"} if version >= 17 else PRIVILEGES
    held: dict[Grant, set[str]] = {}
    for grant in grants:
        held.setdefault(replace(grant, privilege="ALL"), set()).add(grant.privilege)
    whole = [of for of, privileges in held.items() if privileges == every]
    if not whole:
        return grants
    rest = [grant for grant in grants if replace(grant, privilege="ALL") not in whole]
    return (*whole, *rest)


def _trigger(trigger: Trigger) -> Trigger:
    return _changed(trigger, definition=fold_text(trigger.definition))


def _policy(policy: Policy) -> Policy:
    return _changed(policy, using=_text(policy.using), check=_text(policy.check))


def _rule(rule: Rule) -> Rule:
    return _changed(rule, definition=fold_text(rule.definition))


def _statistics(statistics: Statistics) -> Statistics:
    return _changed(statistics, definition=fold_statistics(fold_text(statistics.definition)))


def _text(text: str | None) -> str | None:
    return None if text is None else fold_text(text)


def _changed(item: _Item, **values: Any) -> _Item:
    """`item` with these values; itself where it has them already."""
    if all(getattr(item, name) == value for name, value in values.items()):
        return item
    return replace(item, **values)
