"""What a project's two-line alembic/env.py calls:

    import daybreak.env

    daybreak.env.run()

It serves `alembic` and `daybreak` alike, so that both have the same protection.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Sequence
from functools import partial
from logging.config import fileConfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from daybreak.core.errors import DaybreakError, Protected
from daybreak.core.events import Emit, Event, Skipped, Waits
from daybreak.core.failure import offline_failure, said
from daybreak.core.guard import needs_consent, refuse_on_lambda
from daybreak.core.journal import JOURNAL
from daybreak.core.secret import mask_error
from daybreak.core.wishes import Wishes, wishes_from
from daybreak.edges.ahead import Ahead
from daybreak.edges.alembic import (
    Call,
    Running,
    call_in_force,
    command_in_force,
    project_in_force,
    require_tested,
)
from daybreak.edges.apply.alone import connect_beside
from daybreak.edges.connect import driver_for, explained, make_migration_engine, sqlalchemy_url
from daybreak.edges.directives import without_empty_files
from daybreak.edges.history import load_history, place_in_history
from daybreak.edges.ini_url import refuse_password_in_ini, refuse_unused_url
from daybreak.edges.lookup import located
from daybreak.edges.models import (
    each_metadata,
    import_models,
    load_metadata,
    refuse_unregistered,
    unchanged,
)
from daybreak.edges.preview import tell_sources
from daybreak.edges.settings import Settings, load_settings, resolve_target
from daybreak.flows.apply import apply
from daybreak.flows.autogenerate import compare_catalogs
from daybreak.flows.losses import Losses, agreed
from daybreak.report.text import Met, run_words

if TYPE_CHECKING:
    from sqlalchemy import MetaData


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
    require_tested()
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
        options["include_name"] = _without_journal(options)

    if call is not None and call.foresee is not None:
        from daybreak.flows.preview import foresee

        call.plan = foresee(settings, call, call.foresee, connection, options)
    elif context.is_offline_mode():
        _run_offline(settings, call, options)
    elif connection is not None:
        _require_consent(call, running, settings.choice.environment, settings)
        losses = Losses(connection, None, call, running, options)
        policy = settings.declared.environment(settings.choice.environment).policy
        apply(connection, None, running, options, _wishes(call), _emit(call), losses, policy)
    else:
        _run_online(settings, call, running, options)


def _configure_logging(*, quiet: bool) -> None:
    """As alembic.ini says, but the application's own loggers stay alive."""
    file = context.config.config_file_name
    if file is not None and Path(file).is_file() and "loggers" in context.config.file_config:
        fileConfig(file, disable_existing_loggers=False)
    if quiet:  # the screen tells the same already
        logging.getLogger("alembic").setLevel(logging.WARNING)


def _without_journal(options: dict[str, Any]) -> Callable[[str | None, str, Any], bool]:
    """The project's own `include_name`, which does not see Daybreak's table."""
    theirs = options.get("include_name")
    schema = options.get("version_table_schema")

    def include(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "table" and name == JOURNAL and parents.get("schema_name") == schema:
            return False
        return theirs is None or bool(theirs(name, kind, parents))

    return include


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
    tell_sources(context.get_context())
    try:
        with context.begin_transaction():
            context.run_migrations()
    except Exception as error:
        if call is None or isinstance(error, (DaybreakError, CommandError, BrokenPipeError)):
            raise
        raise offline_failure(said(error), place_in_history(context.script, error)) from error


def _run_online(
    settings: Settings, call: Call | None, running: Running, options: dict[str, Any]
) -> None:
    target = resolve_target(settings, "migration")
    _require_consent(call, running, target.environment, settings)
    target = located(target)
    engine = make_migration_engine(target, driver_for(target, settings.project_driver))
    with contextlib.ExitStack() as stack:
        opening = None
        # a downgrade may ask a person first, and nobody knows for how long that thinks
        if running.command == "upgrade":
            opening = Ahead(partial(connect_beside, engine, target))
            stack.callback(opening.leave, Connection.close)
        with explained(target):
            connection = engine.connect()
        stack.enter_context(connection)
        losses = Losses(connection, target, call, running, options)
        wishes, emit = _wishes(call), _emit(call)
        apply(connection, target, running, options, wishes, emit, losses, target.policy, opening)


def _require_consent(
    call: Call | None, running: Running, environment: str, settings: Settings
) -> None:
    """Raises Protected."""
    command = running.command or ""
    protected = settings.declared.environment(environment).policy.protected
    if not needs_consent(command, protected=protected):
        return
    if agreed(call) or (call is not None and call.consent):
        return
    raise Protected(command, environment, plain=call is None)


def _wishes(call: Call | None) -> Wishes:
    """How long to wait for another run, and what was said of statements that are undecided."""
    if call is not None:
        return call.wishes
    return wishes_from(list(context.get_x_argument()))


def _emit(call: Call | None) -> Emit:
    return call.emit if call is not None else _to_log()


def _to_log() -> Emit:
    """Plain Alembic has no screen of ours: what a person has to know there is logged."""
    log = logging.getLogger("daybreak")
    resumed: set[str] = set()

    def listen(event: Event) -> None:
        if not isinstance(event, Met) or (isinstance(event, Waits) and not event.is_worth_a_line):
            return
        if isinstance(event, Skipped):
            if event.revision in resumed:
                return
            resumed.add(event.revision)
        _, words = run_words(event)
        log.warning("%s", words)

    return listen
