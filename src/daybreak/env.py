"""What a project's two-line alembic/env.py calls:

    import daybreak.env

    daybreak.env.run()

It serves `alembic` and `daybreak` alike, so that both have the same protection.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from logging.config import fileConfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import context
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from daybreak.core.errors import DaybreakError, Protected
from daybreak.core.events import Applied, Connected, Finished
from daybreak.core.failure import migration_failure, offline_failure
from daybreak.core.guard import needs_consent, refuse_on_lambda
from daybreak.core.secret import mask, mask_error
from daybreak.core.target import Target
from daybreak.edges.alembic import (
    Call,
    Running,
    call_in_force,
    command_in_force,
    project_in_force,
)
from daybreak.edges.connect import (
    dialect_of,
    driver_for,
    explained,
    make_migration_engine,
    missing_right,
    sqlalchemy_url,
)
from daybreak.edges.directives import without_empty_files
from daybreak.edges.history import load_history, place_in_history, require_known
from daybreak.edges.ini_url import refuse_password_in_ini, refuse_unused_url
from daybreak.edges.models import (
    each_metadata,
    import_models,
    load_metadata,
    refuse_unregistered,
    unchanged,
)
from daybreak.edges.settings import Settings, load_settings, resolve_target
from daybreak.flows.autogenerate import compare_catalogs

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData


def run(
    metadata: MetaData | Sequence[MetaData] | None = None,
    *,
    connection: Connection | None = None,
    **options: Any,
) -> None:
    """Run the migration environment: offline, or online on a connection without a pool.

    The models come from `metadata`, else from `[tool.daybreak]`, and are imported only for a
    command that compares. The database is the one of `connection` (or of
    `config.attributes["connection"]`), which an asynchronous template hands on from `run_sync`;
    else the one of the environment that `ENV` chooses. `options` are those of `context.configure`
    and win over Daybreak's own.

    Under plain `alembic`, errors that have a cure are raised as Alembic's CommandError, which
    its command line prints without a traceback.
    """
    call = call_in_force()
    try:
        _run(call, metadata, connection or context.config.attributes.get("connection"), options)
    except Exception as error:
        mask_error(error)
        if call is None and isinstance(error, DaybreakError):
            raise CommandError(str(error)) from error
        raise


def _run(
    call: Call | None,
    metadata: MetaData | Sequence[MetaData] | None,
    connection: Connection | None,
    options: dict[str, Any],
) -> None:
    running = command_in_force()
    settings = load_settings(project_in_force())
    _configure_logging(quiet=call is not None)
    refuse_password_in_ini()
    if running.command is not None and not context.is_offline_mode():
        refuse_on_lambda(running.command, os.environ)
    if connection is None and "url" not in options:
        refuse_unused_url()
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "transaction_per_migration": True,
        **options,
    }
    if running.compares:
        root = settings.project.root
        if metadata is None:
            metadata = load_metadata(settings.declared, root)
        else:
            import_models(settings.declared.models or (), root)
    with unchanged(each_metadata(metadata), may_register=True):
        load_history(context.script)
    if running.compares:
        refuse_unregistered(settings.declared, settings.project.root)
    options["target_metadata"] = metadata
    if running.compares and compare_catalogs(settings, call, running, options):
        return
    if running.compares:
        theirs = options.get("process_revision_directives")
        options["process_revision_directives"] = without_empty_files(call, theirs)

    if context.is_offline_mode():
        _run_offline(settings, call, options)
    elif connection is not None:
        _require_consent(call, running, settings.choice.environment, settings)
        _run_on(connection, call, None, running, options)
    else:
        _run_online(settings, call, running, options)


def _configure_logging(*, quiet: bool) -> None:
    """As alembic.ini says, but the application's own loggers stay alive."""
    file = context.config.config_file_name
    if file is not None and Path(file).is_file() and "loggers" in context.config.file_config:
        fileConfig(file, disable_existing_loggers=False)
    if quiet:  # the screen tells the same already
        logging.getLogger("alembic").setLevel(logging.WARNING)


def _run_offline(settings: Settings, call: Call | None, options: dict[str, Any]) -> None:
    target = resolve_target(settings, "migration")
    driver = driver_for(target, settings.project_driver)
    context.configure(
        **{
            "url": sqlalchemy_url(target, driver),
            "literal_binds": True,
            "dialect_opts": {"paramstyle": "named"},
            **options,
        }
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    except Exception as error:
        if call is None or isinstance(error, (DaybreakError, CommandError, BrokenPipeError)):
            raise
        raise offline_failure(_said(error), place_in_history(context.script, error)) from error


def _run_online(
    settings: Settings, call: Call | None, running: Running, options: dict[str, Any]
) -> None:
    target = resolve_target(settings, "migration")
    _require_consent(call, running, target.environment, settings)
    engine = make_migration_engine(target, driver_for(target, settings.project_driver))
    with explained(target):
        connection = engine.connect()
    with connection:
        _run_on(connection, call, target, running, options)


def _require_consent(
    call: Call | None, running: Running, environment: str, settings: Settings
) -> None:
    """Plain Alembic has no --yes: there, `-x yes=true` says it. Raises Protected."""
    command = running.command or ""
    protected = settings.declared.environment(environment).policy.protected
    if not needs_consent(command, protected=protected):
        return
    if call is not None and call.consent:
        return
    if context.get_x_argument(as_dictionary=True).get("yes") == "true":
        return
    raise Protected(command, environment, plain=call is None)


def _run_on(
    connection: Connection,
    call: Call | None,
    target: Target | None,
    running: Running,
    options: dict[str, Any],
) -> None:
    listener = _Listener(call)
    on_version_apply = options.pop("on_version_apply", ())
    callbacks = on_version_apply if isinstance(on_version_apply, tuple) else (on_version_apply,)
    options["on_version_apply"] = (*callbacks, listener.applied)
    context.configure(connection=connection, **options)
    migration = context.get_context()
    borrowed = connection.in_transaction()
    try:
        heads = migration.get_current_heads()
    except DBAPIError as error:
        if target is not None and (lacking := missing_right(target, error)):
            raise lacking from error
        raise
    if running.command not in {"stamp", "ensure_version"}:  # which is how a person mends just that
        require_known(context.script, heads, target.place if target else "the database")
    if call is not None:
        call.emit(_connected(connection, target, heads))
    if not borrowed:
        connection.rollback()  # ends what reading the heads began: Alembic begins its own
    try:
        with context.begin_transaction():
            context.run_migrations()
    except Exception as error:
        if call is None or isinstance(error, (DaybreakError, CommandError)):
            raise
        lacking = missing_right(target, error) if target is not None else None
        raise migration_failure(
            _said(error),
            place_in_history(context.script, error),
            applied=listener.count,
            transactional=migration.impl.transactional_ddl,
            cure=lacking.cure if lacking else None,
        ) from error
    if call is not None and running.command is not None:
        call.emit(Finished(migration.get_current_heads()))


def _connected(connection: Connection, target: Target | None, heads: tuple[str, ...]) -> Connected:
    """Where the run works; without a target, on a connection that the project's env.py gave."""
    version = ".".join(str(part) for part in (connection.dialect.server_version_info or ())[:3])
    if target is not None:
        server = f"{dialect_of(target).LABEL} {version}"
        return Connected(target.environment, target.place, server, heads)
    url = connection.engine.url
    place = f"{url.database}@{url.host or 'local socket'}"
    return Connected("given", place, f"{connection.dialect.name} {version}", heads)


def _said(error: Exception) -> str:
    """The error's words, without SQLAlchemy's link to its manual."""
    words = str(error).split("\n(Background on this error at:")[0]
    return mask(f"{type(error).__name__}: {words}".strip())


class _Listener:
    """Counts and times the revisions as Alembic reports them applied."""

    def __init__(self, call: Call | None) -> None:
        self._call = call
        self._since = time.monotonic()
        self.count = 0

    def applied(self, *, step: Any, **_: Any) -> None:
        self.count += 1
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        if self._call is None or step.is_stamp:
            return
        script = context.script.get_revision(step.up_revision_id)
        self._call.emit(
            Applied(step.up_revision_id, script.doc if script else "", step.is_upgrade, seconds)
        )
