"""What is done with a revision's directives after the project's own hook has seen them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from daybreak.edges.alembic import Call

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext

Hook = Callable[["MigrationContext", Any, "list[MigrationScript]"], None]
_OPTION = "process_revision_directives"


def without_empty_files(call: Call | None, theirs: Hook | None) -> Hook:
    """The project's own hook, then ours: with no difference, `daybreak revision` writes no file."""

    def process(migration: MigrationContext, revision: Any, scripts: list[MigrationScript]) -> None:
        if call is not None:  # before their hook, which may add what is no difference
            for ops in (ops for script in scripts for ops in script.upgrade_ops_list):
                call.differences.extend(ops.as_diffs())
        if theirs is not None:
            theirs(migration, revision, scripts)
        if call is not None and not call.keep_empty:
            empty = all(ops.is_empty() for script in scripts for ops in script.upgrade_ops_list)
            if empty:
                scripts[:] = []

    return process


def around_their_hook(call: Call) -> Hook:
    """The same for an env.py that is not ours, as an argument of Alembic's `revision`.

    Alembic calls it first and then the hook of env.py, which is put into ours here.
    """

    def process(migration: MigrationContext, revision: Any, scripts: list[MigrationScript]) -> None:
        theirs = migration.opts.get(_OPTION)
        migration.opts[_OPTION] = without_empty_files(call, theirs)

    return process
