"""Answers that need neither SQLAlchemy nor Alembic nor the revisions: where there is nothing to do.

Each function gives None when it can't be certain, also when anything fails: then the usual way does
the work, and says what is wrong. Nothing is told before the answer is certain.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from daybreak.core.errors import NotTheWriter
from daybreak.core.events import Connected, Finished
from daybreak.core.guard import needs_consent, refuse_on_lambda
from daybreak.core.heads import Ends, is_done, labels_of
from daybreak.core.target import Target
from daybreak.edges.connect import dialect_of
from daybreak.edges.project import locate_project
from daybreak.edges.quickask import Whereabouts, ask_where
from daybreak.edges.quickenv import VersionTable, read_env
from daybreak.edges.quickscan import Scanned, find_layout, scan_history
from daybreak.edges.settings import Settings, load_settings, resolve_target
from daybreak.flows.answers import Current, Head, Outcome
from daybreak.flows.session import Session, tell_notes

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def _unless_in_doubt(
    quick: Callable[Given, Answer | None],
) -> Callable[Given, Answer | None]:
    """None for whatever `quick` raises: the usual way meets it again, and explains it."""

    def attempt(*args: Given.args, **kwargs: Given.kwargs) -> Answer | None:
        try:
            return quick(*args, **kwargs)
        except NotTheWriter:
            raise
        except Exception:  # noqa: BLE001 - a driver's, a parser's, one of ours
            return None

    return attempt


@_unless_in_doubt
def upgrade(session: Session, revision: str) -> Outcome | None:
    """The outcome of an upgrade to `head` or `heads` that has nothing to do.

    Raises NotTheWriter.
    """
    if revision not in {"head", "heads"}:
        return None
    started = time.monotonic()
    refuse_on_lambda("upgrade", os.environ)
    found = _look(session)
    if found is None:
        return None
    target, server = found.ask()
    if needs_consent("upgrade", protected=target.policy.protected):
        return None
    if server is not None and server.reader:
        tell_notes(session, found.settings)
        raise NotTheWriter("upgrade", target.place, server.what, target.source)
    if server is None or not is_done(revision, server.recorded, found.ends):
        return None
    tell_notes(session, found.settings)
    session.emit(_connected(target, server))
    session.emit(Finished(server.recorded))
    at = tuple(sorted(server.recorded))
    return Outcome(at, at, time.monotonic() - started)


@_unless_in_doubt
def current(session: Session, *, check_heads: bool) -> Current | None:
    """Where the database is and where the files end, of a database that the files know."""
    found = _look(session)
    if found is None:
        return None
    target, server = found.ask()
    if server is None or not all(name in found.ends.known for name in server.recorded):
        return None
    answer = Current(
        tuple(sorted(server.recorded)),
        tuple(sorted(found.ends.recorded)),
        _connected(target, server),
    )
    if check_heads and not answer.at_head:
        return None
    tell_notes(session, found.settings)
    return answer


@_unless_in_doubt
def heads(session: Session, *, resolve_dependencies: bool) -> list[Head] | None:
    """The heads of the files."""
    found = _look(session)
    if found is None:
        return None
    names = found.ends.recorded if resolve_dependencies else found.ends.heads
    answer = [_head(name, found.scanned) for name in names]
    if any(len(head.described["branch_labels"]) > 1 for head in answer):
        return None  # Alembic prints them in any order
    tell_notes(session, found.settings)
    return answer


def _head(revision: str, scanned: Scanned) -> Head:
    path = scanned.files[revision]
    down = scanned.ends.known[revision].down
    docstring = ast.get_docstring(ast.parse(Path(path).read_bytes()), clean=False) or ""
    described = {
        "revision": revision,
        "down_revision": list(down) if len(down) > 1 else next(iter(down), None),
        "doc": docstring.strip().split("\n\n")[0],
        "branch_labels": sorted(labels_of(revision, scanned.ends)),
        "is_head": True,
        "is_base": not down,
        "path": path,
    }
    return Head(described, is_recorded=revision in scanned.ends.recorded)


@dataclass(frozen=True)
class _Found:
    """A project whose history and version table its texts tell."""

    settings: Settings
    table: VersionTable
    scanned: Scanned

    @property
    def ends(self) -> Ends:
        return self.scanned.ends

    def ask(self) -> tuple[Target, Whereabouts | None]:
        target = resolve_target(self.settings, "migration")
        return target, ask_where(target, self.settings.project_driver, self.table)


def _look(session: Session) -> _Found | None:
    project = locate_project(session.options.config, session.cwd)
    settings = load_settings(project)
    layout = find_layout(project, session.options.name)
    table = layout and read_env(layout.env.read_bytes())
    scanned = layout and table and scan_history(layout)
    return _Found(settings, table, scanned) if table and scanned else None


def _connected(target: Target, server: Whereabouts) -> Connected:
    return Connected(
        target.environment,
        target.place,
        f"{dialect_of(target).LABEL} {server.version}",
        server.recorded,
    )
