"""While a project's env.py runs: what the revisions would do, and what a downgrade would drop."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from alembic import context

from daybreak.core.errors import DropsData, Refused
from daybreak.core.loss import loss, suspects
from daybreak.edges.alembic import Call, Running
from daybreak.edges.connect import driver_for, explained, make_migration_engine, sqlalchemy_url
from daybreak.edges.peek import holds_data, peeking
from daybreak.edges.preview import preview
from daybreak.edges.recorder import Steps
from daybreak.edges.settings import Settings, resolve_target
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
    target = resolve_target(settings, "migration")
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
    return preview(connection.dialect, options, steps, heads)


def agree_to_losses(
    connection: Connection,
    target: Target | None,
    call: Call | None,
    running: Running,
    options: Mapping[str, Any],
) -> None:
    """Ask before a downgrade that takes data with it; nothing has happened yet.

    Raises DropsData where nobody can be asked, Refused after a no. The connection is given back
    as it was.
    """
    if running.command != "downgrade" or agreed(call):
        return
    with peeking(connection):
        heads = recorded(connection, target, options)
    steps = context._proxy.context_opts["fn"]  # type: ignore[attr-defined]
    plan = preview(connection.dialect, options, steps, heads)
    lost = loss(
        plan,
        [
            (suspect.dropped, holds_data(connection, suspect.query) if suspect.query else None)
            for suspect in suspects(plan)
        ],
    )
    if not lost:
        return
    if call is None or call.confirm is None:
        raise DropsData(lost.words, plain=call is None)
    if not call.confirm(f"downgrade {lost.words}: go on?"):
        raise Refused("downgrade was not confirmed. Nothing was changed")


def agreed(call: Call | None) -> bool:
    """Whether a yes was said beforehand: by --yes, or -x yes=true where plain Alembic runs."""
    said: bool = context.get_x_argument(as_dictionary=True).get("yes") == "true"
    return said or (call is not None and call.yes)


@contextlib.contextmanager
def _connection(target: Target, settings: Settings) -> Iterator[Connection]:
    engine = make_migration_engine(target, driver_for(target, settings.project_driver))
    with explained(target):
        connection = engine.connect()
    with connection:
        yield connection
