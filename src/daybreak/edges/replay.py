"""Running revisions on a throw-away database, inside the environment that a command opened.

Alembic has one environment at a time. The project's env.py is running when a comparison needs the
history on a scratch database, so that environment is configured for it and given back as it was.
"""

from __future__ import annotations

import copy
import datetime
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import context, util
from alembic.autogenerate import render
from alembic.operations import Operations
from mako.template import Template

from daybreak.core.errors import HistoryInvalid
from daybreak.core.journal import JOURNAL

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext, RevisionContext
    from alembic.operations.ops import MigrationScript
    from sqlalchemy import Connection

# What of the project's own options of `context.configure` decides how revisions run. The others
# are for comparing, or name the target.
_RUNNING = ("version_table", "version_table_schema", "version_table_pk", "user_module_prefix")


@contextmanager
def borrowed_environment() -> Iterator[None]:
    """The environment's options are after the block what they were before it.

    What revisions print goes to standard error: they run here for Daybreak, whose answer may be
    meant for a machine.
    """
    options = context._proxy.context_opts  # type: ignore[attr-defined]
    kept = copy.copy(options)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        options.clear()
        options.update(kept)


def replay(
    connection: Connection, options: Mapping[str, Any], revisions: tuple[str, ...] = ("heads",)
) -> None:
    """Run the history on `connection`'s database, from where it is up to `revisions`.

    `options` are the project's own of `context.configure`. Raises what a revision raises.
    """

    def steps(heads: Any, _context: Any) -> Any:
        return context.script._upgrade_revs(revisions, heads)  # type: ignore[arg-type]

    with borrowed_environment():
        context.configure(connection=connection, fn=steps, **_running(options))
        with context.begin_transaction():
            context.run_migrations()


def stamp(connection: Connection, options: Mapping[str, Any], revisions: Sequence[str]) -> None:
    """Record `revisions` in `connection`'s database, without running them."""

    def steps(heads: Any, _context: Any) -> Any:
        return context.script._stamp_revs(tuple(revisions), heads)

    with borrowed_environment():
        context.configure(connection=connection, fn=steps, **_running(options))
        with context.begin_transaction():
            context.run_migrations()


def run_function(
    connection: Connection, options: Mapping[str, Any], function: Callable[[], None]
) -> None:
    """Run one revision's `upgrade` or `downgrade`, in a transaction of its own as Alembic would."""
    with borrowed_environment():
        context.configure(connection=connection, fn=_no_steps, **_running(options))
        migration = context.get_context()
        with Operations.context(migration), migration.begin_transaction(_per_migration=True):
            function()
        if connection.in_transaction():
            connection.commit()


def _no_steps(_heads: Any, _context: Any) -> list[Any]:
    return []


def _running(options: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {name: options[name] for name in _RUNNING if name in options}
    return {"transaction_per_migration": True, **chosen}


def version_tables(options: Mapping[str, Any]) -> frozenset[tuple[str | None, str]]:
    """Schema (None for the default one) and name of the table where Alembic keeps the version."""
    name = options.get("version_table") or "alembic_version"
    return frozenset({(options.get("version_table_schema") or None, name)})


def own_tables(options: Mapping[str, Any]) -> frozenset[tuple[str | None, str]]:
    """The tables that no comparison sees: those of the version, and the journal beside them."""
    versions = version_tables(options)
    return versions | {(schema, JOURNAL) for schema, _ in versions}


def revision_in_force() -> RevisionContext:
    """What Alembic's `revision` or `check` is about to write or tell."""
    options = context._proxy.context_opts  # type: ignore[attr-defined]
    found: RevisionContext = options["revision_context"]
    return found


def rendered(script: MigrationScript) -> str:
    """The text of the file that Alembic is about to write for `script`, hooks after it aside.

    Raises HistoryInvalid without a template for it, such as a history from a wheel has none.
    """
    mako = Path(context.script.dir, "script.py.mako")
    if not mako.is_file():
        raise HistoryInvalid(
            f"{mako} is missing, from which revisions are written",
            "bring it back (git checkout), or take the one that alembic init writes elsewhere",
        )
    revision_context = revision_in_force()
    autogen: AutogenContext = revision_context._last_autogen_context
    autogen.imports = set(script.imports or ())
    arguments: dict[str, Any] = dict(revision_context.template_args)
    render._render_python_into_templatevars(autogen, script, arguments)
    # As Alembic itself does: what comes out is Python, so nothing is to be escaped.
    template = Template(filename=str(mako))  # noqa: S702
    text: str = template.render_unicode(
        up_revision=str(script.rev_id),
        down_revision=None,
        branch_labels=None,
        depends_on=None,
        create_date=datetime.datetime.now(datetime.UTC),
        comma=util.format_as_comma,
        message=script.message or "empty message",
        **arguments,
    )
    return text
