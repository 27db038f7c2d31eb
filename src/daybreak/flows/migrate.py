"""upgrade, downgrade, stamp and ensure_version: the commands that change a database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from alembic import command as alembic_command

from daybreak.core.errors import DatabaseMissing, Protected, Refused, Unguarded
from daybreak.core.events import (
    Connected,
    DatabaseCreated,
    Event,
    Finished,
    Orphan,
    Passed,
    Progressed,
    Waiting,
)
from daybreak.core.guard import needs_consent, question, refuse_on_lambda
from daybreak.core.wishes import Wishes
from daybreak.edges.alembic import Call, run
from daybreak.edges.connect import create_database, driver_for
from daybreak.edges.settings import resolve_target
from daybreak.flows.answers import Outcome
from daybreak.flows.session import FOREIGN, Opened, Session, open_project


def upgrade(
    session: Session,
    revision: str,
    *,
    sql: bool = False,
    tag: str | None = None,
    unguarded: bool = False,
    create_missing: bool = False,
    asked: Wishes = Wishes(),  # noqa: B008 - it is frozen
) -> Outcome:
    """Apply what is pending up to `revision`.

    With `create_missing`, or after a yes, an absent dev database is made first. A foreign env.py
    needs `unguarded`. Raises OnLambda, Unguarded, Unreachable's kin, and what env.py raises.
    """

    def check(opened: Opened) -> None:
        if not opened.ours and not unguarded and not sql:
            raise Unguarded(
                f"upgrade was refused: {FOREIGN}. Nothing was changed",
                "let alembic/env.py call daybreak.env.run() (docs/from-alembic.md), or, knowing "
                "this: daybreak upgrade … --unguarded",
            )

    def apply(opened: Opened) -> None:
        try:
            run(alembic_command.upgrade, opened.config, revision, sql=sql, tag=tag)
        except DatabaseMissing as missing:
            _create_database(session, opened, missing, asked=create_missing)
            run(alembic_command.upgrade, opened.config, revision, sql=sql, tag=tag)

    return _migrate(session, "upgrade", apply, check=check, sql=sql, asked=asked)


def downgrade(
    session: Session,
    revision: str,
    *,
    sql: bool = False,
    tag: str | None = None,
    asked: Wishes = Wishes(),  # noqa: B008 - it is frozen
) -> Outcome:
    """Take revisions back, down to `revision`.

    A protected environment asks first, and so does env.py where data goes with it. Raises
    Protected and DropsData where nobody can be asked, Refused after a no.
    """
    return _migrate(
        session,
        "downgrade",
        lambda opened: run(alembic_command.downgrade, opened.config, revision, sql=sql, tag=tag),
        sql=sql,
        asked=asked,
    )


def stamp(
    session: Session,
    revisions: list[str],
    *,
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
    asked: Wishes = Wishes(),  # noqa: B008 - it is frozen
) -> Outcome:
    """Record `revisions` as applied without running them. A protected environment asks first."""
    return _migrate(
        session,
        "stamp",
        lambda opened: run(
            alembic_command.stamp, opened.config, revisions, sql=sql, tag=tag, purge=purge
        ),
        sql=sql,
        asked=asked,
    )


def ensure_version(
    session: Session,
    *,
    sql: bool = False,
    asked: Wishes = Wishes(),  # noqa: B008 - it is frozen
) -> Outcome:
    """Create the version table if it is not there."""
    return _migrate(
        session,
        "ensure_version",
        lambda opened: run(alembic_command.ensure_version, opened.config, sql=sql),
        sql=sql,
        asked=asked,
    )


def _migrate(
    session: Session,
    command: str,
    apply: Callable[[Opened], Any],
    *,
    sql: bool,
    asked: Wishes,
    check: Callable[[Opened], None] = lambda _opened: None,
) -> Outcome:
    before = after = None
    events: list[Event] = []
    waited = 0.0
    waits_since: float | None = None

    def listen(event: Event) -> None:
        nonlocal before, after, waited, waits_since
        if isinstance(event, (Waiting, Orphan)) and waits_since is None:
            waits_since = time.monotonic()
        match event:
            case Connected(heads=heads):
                before = tuple(sorted(heads))
                if waits_since is not None:
                    waited = time.monotonic() - waits_since
            case Finished(heads=heads):
                after = tuple(sorted(heads))
            case Passed() | Progressed():
                pass
            case _:
                events.append(event)
        session.emit(event)

    started = time.monotonic()
    if not sql:
        refuse_on_lambda(command, os.environ)
    call = Call(command, emit=listen, yes=session.yes, confirm=session.confirm, wishes=asked)
    opened = open_project(session, call)
    check(opened)
    if not sql:
        _ask(session, command, opened, call)
        call.consent = True
    apply(opened)
    return Outcome(before, after, time.monotonic() - started, waited, sql, events)


def _ask(session: Session, command: str, opened: Opened, call: Call) -> None:
    """Ask for what is protected. Ours is asked by env.py, which knows whether it can be done."""
    if session.yes or not needs_consent(command, protected=opened.protected):
        return
    if session.confirm is None:
        raise Protected(command, opened.environment)
    place = f" ({resolve_target(opened.settings, 'migration').place})" if opened.ours else ""
    protected = f"{opened.environment}{place} is protected"
    if opened.ours:
        call.question = protected
        return
    if not session.confirm(question(command, protected)):
        raise Refused(f"{command} of {opened.environment} was not confirmed. Nothing was changed")


def _create_database(
    session: Session, opened: Opened, missing: DatabaseMissing, *, asked: bool
) -> None:
    """Offered in dev alone: elsewhere an absent database is a wrong address, not a new start."""
    if not opened.ours or opened.environment != "dev":
        raise missing
    target = resolve_target(opened.settings, "migration")
    question = f"{missing.problem}. Create it?"
    if not (asked or (session.confirm is not None and session.confirm(question))):
        raise missing
    create_database(target, driver_for(target, opened.settings.project_driver))
    session.emit(DatabaseCreated(target.place))
