"""revision and merge: the commands that write files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command as alembic_command

from daybreak.core.authoring import Asked, Compared
from daybreak.core.events import Noted
from daybreak.dialects import dialect_named
from daybreak.edges.alembic import Call, run
from daybreak.edges.directives import around_their_hook
from daybreak.edges.settings import resolve_target
from daybreak.flows.session import ALEMBIC_COMPARES, Opened, Session, open_project


@dataclass(frozen=True)
class Written:
    """The revision files that were written, and what they change.

    `compared` is None where Alembic's own comparison had to do: then `differences` are in its
    words, and `not_compared` is what it can't see.
    """

    files: tuple[Path, ...]
    compared: Compared | None = None
    differences: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.files)


def revision(
    session: Session, *, empty: bool, sql: bool, asked: Asked | None = None, **arguments: Any
) -> Written:
    """Write a revision with what the models changed; no difference, no file.

    `empty` writes one without comparing. `arguments` are those of `alembic.command.revision`.
    Raises UnregisteredModels, ModelsFailed, RenameUnclear, ProofFailed and what env.py raises.
    """
    compares = not empty and not sql
    call = Call(
        "revision",
        emit=session.emit,
        keep_empty=False,
        asked=asked or Asked(),
        autogenerate=compares,
    )
    opened = open_project(session, call)
    if compares and not opened.ours:
        session.emit(Noted(ALEMBIC_COMPARES))
        arguments["process_revision_directives"] = around_their_hook(call)
    with call.held:
        written = run(
            alembic_command.revision, opened.config, autogenerate=compares, sql=sql, **arguments
        )
    scripts = written if isinstance(written, list) else [written]
    files = tuple(Path(script.path) for script in scripts if script is not None)
    if call.compared is not None or not compares:
        return Written(files, call.compared)
    differences = tuple(describe(diff) for diff in call.differences)
    return Written(files, None, differences, alembics_gaps(opened))


def merge(session: Session, revisions: list[str], **arguments: Any) -> Written:
    """Write a revision that joins several heads."""
    opened = open_project(session, Call("merge", emit=session.emit))
    script = run(alembic_command.merge, opened.config, revisions, **arguments)
    return Written((Path(script.path),) if script is not None else ())


def alembics_gaps(opened: Opened) -> tuple[str, ...]:
    """Alembic's known gaps for the engine at hand; a foreign env.py's engine is not known."""
    if not opened.ours:
        return ()
    target = resolve_target(opened.settings, "migration")
    return dialect_named(target.url.dialect, target.source).NOT_COMPARED


def describe(diff: Any) -> str:
    """One entry of Alembic's `as_diffs()` in words: a tuple, or a list of them for one column."""
    if isinstance(diff, list):
        return "; ".join(describe(part) for part in diff)
    kind, item, *more = diff
    if item is None or isinstance(item, str):  # a column, told as schema, table and column
        table, column = more[:2]
        names = [item, table, getattr(column, "name", column)]
    elif hasattr(item, "table"):  # an index or a constraint, which may have no name
        columns = ", ".join(column.name for column in item.columns)
        names = [item.table.schema, item.table.name, item.name or f"({columns})"]
    else:
        names = [item.schema, item.name]
    return f"{kind.replace('_', ' ')}: {'.'.join(str(name) for name in names if name)}"
