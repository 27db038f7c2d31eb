"""The database of the environment against what the history makes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alembic import context
from alembic.runtime.migration import MigrationContext

from daybreak.core.catalog import Catalog
from daybreak.core.checked import Checked
from daybreak.core.drift import Drift, find_drift
from daybreak.core.hidden import keep_hidden
from daybreak.core.outline import Found, Name, Outline, differing, unlike
from daybreak.edges.catalog import read_again, read_catalog, read_named, read_outline
from daybreak.edges.collector import collector_at_rest
from daybreak.edges.connect import driver_for, explained, make_migration_engine
from daybreak.edges.filters import Filters
from daybreak.edges.history import recorded_heads, require_known
from daybreak.edges.lookup import located
from daybreak.edges.replay import own_tables
from daybreak.edges.shadow.keys import schemas_of
from daybreak.flows.repair import repair_sql
from daybreak.flows.sides import Sides, history_side, remembered_history
from daybreak.flows.subject import Subject

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.edges.shadow.server import ShadowServer


@dataclass(frozen=True)
class Look:
    """What a look at the database told, before the models were compared with the history.

    `found` is what differs from the history at its head, if that is known and the database is
    there, too; then the `history` was loaded meanwhile. Else `whole` is all of `schemas`: those
    that the models name.
    """

    heads: tuple[str, ...]
    schemas: tuple[str, ...] = ()
    found: Found | None = None
    whole: Catalog | None = None
    history: Catalog | None = None

    def covers(self, named: Sequence[Catalog]) -> bool:
        """Whether all schemas that are named there were read."""
        return set(self.schemas) >= {schema.name for each in named for schema in each.schemas}


def look_at_database(subject: Subject, remembered: Callable[[], Outline | None]) -> Look:
    """Connect, and read what differs from the history, whose outline `remembered` gives.

    To be called in a thread of its own: the server does nearly all the work. Raises Unreachable's
    kin, and what `remembered` does.
    """
    with _connected(subject) as connection:
        heads = _heads(connection, subject)
        known = remembered()
        left = own_tables(subject.options)
        if known is None or set(heads) != set(recorded_heads(context.script)):
            schemas = _sorted(connection, schemas_of(subject.metadatas))
            whole = read_catalog(connection, schemas=schemas, leave_out=left)
            return Look(heads, schemas, whole=whole)
        schemas = _schemas(connection, known.rest)
        outline = read_outline(connection, schemas=schemas, leave_out=left)
        if outline is None or outline == known:
            found = Found(frozenset(), outline.rest) if outline else None
            return Look(heads, schemas, found)
        names = differing(outline.digests, known.digests)
        with ThreadPoolExecutor(1) as beside:
            loading = beside.submit(remembered_history, subject)
            parts = read_named(connection, names, schemas=schemas, leave_out=left)
            found = Found(names, parts) if parts else None
            return Look(heads, schemas, found, history=loading.result())


def inspect_database(
    subject: Subject,
    look: Look,
    known: Outline | None,
    sides: Sides | None,
    checked: Checked,
    server: ShadowServer | None = None,
) -> None:
    """Tell `checked` where the database is and how it differs from the history.

    Without `sides` the models are known to equal `known`, the history. `server` is a shadow server
    that is open, for the history as the database has it. Raises what `look_at_database` does,
    RevisionNotInFiles and LockNotGranted.
    """
    checked.place, checked.heads = located(subject.target).place, look.heads
    require_known(context.script, checked.heads, checked.place)
    files = recorded_heads(context.script)
    if set(checked.heads) != set(files):
        checked.behind = files
        subject = replace(subject, revisions=checked.heads)
    if known is not None and look.found == Found(frozenset(), known.rest) and sides is None:
        checked.drift = Drift()
        return
    if sides is None or checked.behind:
        history = look.history or history_side(subject, server)
    else:
        history = sides.history
    named = (history, sides.wanted) if sides else (history, *([known.rest] if known else []))
    with collector_at_rest():
        _tell(subject, history, look, named, checked)


def drift_at_hand(subject: Subject, sides: Sides, server: ShadowServer) -> Checked:
    """The same by itself: how the database of the environment differs from its history."""
    checked = Checked()
    look = look_at_database(subject, lambda: None)
    inspect_database(subject, look, None, sides, checked, server)
    return checked


def database_at_hand(subject: Subject) -> tuple[tuple[str, ...], Catalog]:
    """Where the environment's database is, and what is in the schemas that the models name.

    With Alembic's `include_schemas`, in all of them.
    """
    with _connected(subject) as connection:
        heads = _heads(connection, subject)
        named = {*schemas_of(subject.metadatas), connection.dialect.default_schema_name or ""}
        schemas = None if subject.options.get("include_schemas") else sorted(named - {""})
        left = own_tables(subject.options)
        return heads, read_catalog(connection, schemas=schemas, leave_out=left)


def _tell(
    subject: Subject, history: Catalog, look: Look, named: Sequence[Catalog], checked: Checked
) -> None:
    dialect = subject.dialect
    # What differs is read twice. Somebody's DDL may have been under way: a definition is deparsed
    # as it is by then, names are those of the snapshot. What is really different still is.
    twice = look.found if look.covers(named) else None
    found = twice.catalog(history) if twice else _whole(subject, look, named)
    fold, limits = dialect.fold, dialect.engine(found.version)
    drift = find_drift(history, found, fold=fold, engine=limits)
    if drift.changes and not twice:
        again = _read_again(subject, found, unlike(history, found), named)
        if again != found:
            found, drift = again, find_drift(history, again, fold=fold, engine=limits)
    filters = Filters(subject.options, subject.metadatas, found, history, home=subject.home)
    seen = keep_hidden(found, history, filters.hides) if filters.active else found
    checked.drift = drift
    if seen != found:
        checked.drift = find_drift(history, seen, fold=fold, engine=limits)
        checked.hidden = max(0, len(drift.changes) - len(checked.drift.changes))
    checked.fix, checked.by_hand = repair_sql(dialect, checked.drift.repair, seen, history)


def _whole(subject: Subject, look: Look, named: Sequence[Catalog]) -> Catalog:
    if look.whole is not None and look.covers(named):
        return look.whole
    with _connected(subject) as connection:
        schemas = _schemas(connection, *named)
        return read_catalog(connection, schemas=schemas, leave_out=own_tables(subject.options))


def _read_again(
    subject: Subject, found: Catalog, names: frozenset[Name], named: Sequence[Catalog]
) -> Catalog:
    with _connected(subject) as connection:
        schemas = _schemas(connection, *named)
        left = own_tables(subject.options)
        return read_again(connection, found, names, schemas=schemas, leave_out=left)


@contextlib.contextmanager
def _connected(subject: Subject) -> Iterator[Connection]:
    target = located(subject.target)
    engine = make_migration_engine(target, driver_for(target, subject.settings.project_driver))
    with explained(target):
        connection = engine.connect()
    with connection:
        yield connection


def _heads(connection: Connection, subject: Subject) -> tuple[str, ...]:
    """Where the database is; its version table may have another name."""
    names = ("version_table", "version_table_schema")
    options = {name: subject.options[name] for name in names if name in subject.options}
    heads = MigrationContext.configure(connection, opts=options).get_current_heads()
    connection.rollback()
    return heads


def _schemas(connection: Connection, *catalogs: Catalog) -> tuple[str, ...]:
    """Those that the history or the models name; others on the server are somebody else's."""
    return _sorted(connection, (s.name for catalog in catalogs for s in catalog.schemas))


def _sorted(connection: Connection, named: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*named, connection.dialect.default_schema_name or ""} - {""}))
