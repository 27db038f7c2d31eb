"""What revisions would do: their functions run in Alembic's offline mode, and no statement does."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from alembic import context
from alembic.runtime.migration import MigrationContext

from daybreak.core.plan import Plan
from daybreak.edges.history import line_in_history
from daybreak.edges.recorder import Recorder, Steps
from daybreak.edges.replay import borrowed_environment

if TYPE_CHECKING:
    from sqlalchemy import Dialect

# Ours to set, or about a run in earnest.
_NOT_HERE = frozenset(
    {"connection", "url", "dialect_name", "dialect_opts", "literal_binds", "output_buffer"}
    | {"as_sql", "fn", "starting_rev", "on_version_apply"}
)


def preview(
    dialect: Dialect,
    options: Mapping[str, Any],
    steps: Steps,
    start: tuple[str, ...] | None = None,
) -> Plan:
    """The plan of what `steps` gives for a database at the revisions `start`.

    Without `start`, at those that the command names as the beginning of its range.
    `options` are the project's own of `context.configure`. Code of revisions runs, and what it
    prints goes to standard error; no statement runs. Raises what `steps` raises.
    """
    recorder = Recorder(_written_out(dialect))
    own = {name: value for name, value in options.items() if name not in _NOT_HERE}
    with borrowed_environment(), _unlogged():
        asked = context._proxy.context_opts  # type: ignore[attr-defined]
        asked["as_sql"] = True
        if start is not None:
            asked["starting_rev"] = start
        context.configure(
            connection=recorder.bind,  # type: ignore[arg-type]
            fn=recorder.watched(steps),
            literal_binds=True,
            output_buffer=io.StringIO(),
            on_version_apply=recorder.reached,  # type: ignore[arg-type]
            **own,
        )
        # A revision that asks is told no: what it does with a database is what is to be shown.
        asked["as_sql"] = False
        migration = context.get_context()
        before = migration.get_current_heads()
        recorder.take(migration)
        with context.begin_transaction():
            context.run_migrations()
    after = recorder.heads if recorder.steps else before
    return Plan(tuple(sorted(before)), tuple(sorted(after)), tuple(recorder.steps))


def tell_sources(migration: MigrationContext) -> None:
    """Let the script that `--sql` prints tell the source line before each statement."""
    impl = migration.impl
    execute = impl._exec

    def told(*args: Any, **kwargs: Any) -> Any:
        line = line_in_history(context.script)
        if line is not None and impl.output_buffer is not None:
            impl.output_buffer.write(f"-- {line}\n")
        return execute(*args, **kwargs)

    impl._exec = told  # type: ignore[method-assign]


def _written_out(dialect: Dialect) -> Dialect:
    """`dialect` as it writes SQL for people: `:name`, and a % as it is."""
    written = copy.copy(dialect)
    written.paramstyle, written.positional = "named", False
    written.identifier_preparer = copy.copy(dialect.identifier_preparer)
    written.identifier_preparer.dialect = written
    written.identifier_preparer._double_percents = False
    return written


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Alembic's log would tell of revisions that run."""
    logger = logging.getLogger("alembic.runtime.migration")
    was = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = was
