"""While a project's env.py runs: what the revisions would do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from alembic import context

from daybreak.edges.alembic import Call
from daybreak.edges.connect import driver_for, explained, make_migration_engine, sqlalchemy_url
from daybreak.edges.lookup import located
from daybreak.edges.peek import peeking
from daybreak.edges.preview import preview
from daybreak.edges.recorder import Steps
from daybreak.edges.settings import Settings, resolve_target
from daybreak.edges.weighed import weighed
from daybreak.edges.where import connected, recorded

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.core.plan import Plan
    from daybreak.core.target import Target


def foresee(
    settings: Settings,
    call: Call,
    steps: Steps,
    connection: Connection | None,
    options: Mapping[str, Any],
) -> Plan:
    """The plan of `steps`, from where the database is, which is only read.

    Offline no database is asked: the call says where it starts. Raises Unreachable's kin,
    RightMissing and RevisionNotInFiles.
    """
    if context.is_offline_mode():
        target = resolve_target(settings, "migration")
        url = sqlalchemy_url(target, driver_for(target, settings.project_driver))
        return preview(url.get_dialect()(), options, steps)
    if connection is not None:
        return _foresee_on(connection, call, None, steps, options)
    target = located(resolve_target(settings, "migration"))
    with _connection(target, settings) as own:
        return _foresee_on(own, call, target, steps, options)


def _foresee_on(
    connection: Connection,
    call: Call,
    target: Target | None,
    steps: Steps,
    options: Mapping[str, Any],
) -> Plan:
    with peeking(connection):
        heads = recorded(connection, target, options)
    call.emit(connected(connection, target, heads))
    return weighed(preview(connection.dialect, options, steps, heads), connection)


@contextlib.contextmanager
def _connection(target: Target, settings: Settings) -> Iterator[Connection]:
    engine = make_migration_engine(target, driver_for(target, settings.project_driver))
    with explained(target):
        connection = engine.connect()
    with connection:
        yield connection
