"""The database of the environment against the history that it says it is at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alembic import context
from alembic.runtime.migration import MigrationContext

from daybreak.core.catalog import Catalog
from daybreak.core.drift import Drift, find_drift
from daybreak.core.hidden import keep_hidden
from daybreak.edges.catalog import read_catalog
from daybreak.edges.connect import driver_for, explained, make_migration_engine
from daybreak.edges.filters import Filters
from daybreak.edges.history import require_known
from daybreak.edges.replay import version_tables
from daybreak.flows.sides import Sides, Subject, history_side

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Drifted:
    """`history` is what the revisions make up to `heads`, where the database at `place` is.

    `behind` are the heads of the files, where these are others. `database` is what is there, with
    what the project's filters hide as in the history; `hidden` counts that.
    """

    place: str
    heads: tuple[str, ...]
    behind: tuple[str, ...]
    drift: Drift
    hidden: int
    database: Catalog
    history: Catalog


def drift_of(subject: Subject, sides: Sides) -> Drifted:
    """Connect and compare; nothing is changed.

    Raises Unreachable's kin, RevisionNotInFiles, LockNotGranted.
    """
    target, dialect = subject.target, subject.dialect
    engine = make_migration_engine(target, driver_for(target, subject.settings.project_driver))
    with explained(target):
        connection = engine.connect()
    with connection:
        heads = _heads(connection, subject)
        require_known(context.script, heads, target.place)
        files = tuple(context.script.get_heads())
        behind = files if set(heads) != set(files) else ()
        history = history_side(replace(subject, revisions=heads)) if behind else sides.history
        found = _read(connection, subject, history, sides.wanted)
        limits = dialect.engine(found.version)
        if find_drift(history, found, fold=dialect.fold, engine=limits).changes:
            # Somebody's DDL may have been under way: a definition is deparsed as it is by then,
            # names are those of the snapshot. What is really different still is.
            found = _read(connection, subject, history, sides.wanted)
    filters = Filters(subject.options, subject.metadatas, found)
    seen = keep_hidden(found, history, filters.hides) if filters.active else found
    drift = find_drift(history, seen, fold=dialect.fold, engine=limits)
    hidden = 0
    if seen != found:
        whole = find_drift(history, found, fold=dialect.fold, engine=limits)
        hidden = max(0, len(whole.changes) - len(drift.changes))
    return Drifted(target.place, heads, behind, drift, hidden, seen, history)


def _read(connection: Connection, subject: Subject, *sides: Catalog) -> Catalog:
    """The schemas that one of the `sides` names; others on the server are somebody else's."""
    named = {schema.name for side in sides for schema in side.schemas}
    default = connection.dialect.default_schema_name or ""
    return read_catalog(
        connection,
        schemas=sorted({*named, default} - {""}),
        leave_out=version_tables(subject.options),
    )


def _heads(connection: Connection, subject: Subject) -> tuple[str, ...]:
    """Where the database is; its version table may have another name."""
    names = ("version_table", "version_table_schema")
    options = {name: subject.options[name] for name in names if name in subject.options}
    heads = MigrationContext.configure(connection, opts=options).get_current_heads()
    connection.rollback()
    return heads
