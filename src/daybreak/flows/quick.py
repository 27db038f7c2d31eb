"""Answers that need neither SQLAlchemy nor Alembic nor the revisions: where there is nothing to do.

Each function gives None when it can't be certain, also when anything fails: then the usual way does
the work, and says what is wrong. Nothing is told before the answer is certain.
"""

from __future__ import annotations

import ast
import gc
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

from daybreak.core.errors import NotTheWriter
from daybreak.core.events import Connected, Finished
from daybreak.core.guard import needs_consent, refuse_on_lambda
from daybreak.core.heads import is_done, labels_of
from daybreak.core.target import Target
from daybreak.edges.ahead import Ahead
from daybreak.edges.connect import dialect_of
from daybreak.edges.lookup import located
from daybreak.edges.project import locate_project
from daybreak.edges.quickask import Whereabouts, ask_where
from daybreak.edges.quickenv import VersionTable, read_env
from daybreak.edges.quickscan import Layout, Scanned, find_layout, scan_history
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
        gc.disable()  # or it looks through all that is imported and read, which stays
        try:
            return quick(*args, **kwargs)
        except NotTheWriter:
            raise
        except Exception:  # noqa: BLE001 - a driver's, a parser's, one of ours
            return None
        finally:
            gc.enable()

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
    opened = _open(session)
    if opened is None:
        return None
    target = resolve_target(opened.settings, "migration")
    asking = _asking(opened, target)
    scanned, server = scan_history(opened.layout), asking.result()
    if server is None or needs_consent("upgrade", protected=target.policy.protected):
        return None
    if server.reader:
        tell_notes(session, opened.settings)
        raise NotTheWriter("upgrade", located(target).place, server.what, target.source)
    if server.half_done or scanned is None:
        return None
    if not is_done(revision, server.recorded, scanned.ends):
        return None
    tell_notes(session, opened.settings)
    session.emit(_connected(target, server))
    session.emit(Finished(server.recorded))
    at = tuple(sorted(server.recorded))
    return Outcome(at, at, time.monotonic() - started)


@_unless_in_doubt
def current(session: Session, *, check_heads: bool) -> Current | None:
    """Where the database is and where the files end, of a database that the files know."""
    opened = _open(session)
    if opened is None:
        return None
    target = resolve_target(opened.settings, "migration")
    asking = _asking(opened, target)
    scanned, server = scan_history(opened.layout), asking.result()
    if scanned is None or server is None or server.half_done:
        return None
    if not scanned.ends.known.keys() >= set(server.recorded):
        return None
    answer = Current(
        tuple(sorted(server.recorded)),
        tuple(sorted(scanned.ends.recorded)),
        _connected(target, server),
    )
    if check_heads and not answer.at_head:
        return None
    tell_notes(session, opened.settings)
    return answer


@_unless_in_doubt
def heads(session: Session, *, resolve_dependencies: bool) -> list[Head] | None:
    """The heads of the files."""
    opened = _open(session)
    scanned = scan_history(opened.layout) if opened else None
    if opened is None or scanned is None:
        return None
    names = scanned.ends.recorded if resolve_dependencies else scanned.ends.heads
    answer = [_head(name, scanned) for name in names]
    if any(len(head.described["branch_labels"]) > 1 for head in answer):
        return None  # Alembic prints them in any order
    tell_notes(session, opened.settings)
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


class _Opened(NamedTuple):
    """A project whose texts tell where its history and its version table are."""

    settings: Settings
    layout: Layout
    table: VersionTable


def _open(session: Session) -> _Opened | None:
    project = locate_project(session.options.config, session.cwd)
    settings = load_settings(project)
    layout = find_layout(project, session.options.name)
    table = layout and read_env(layout.env.read_bytes())
    return _Opened(settings, layout, table) if layout and table else None


def _asking(opened: _Opened, target: Target) -> Ahead[Whereabouts | None]:
    """Asks the database while the files are read."""
    driver, table = opened.settings.project_driver, opened.table
    return Ahead(lambda: ask_where(target, driver, table))


def _connected(target: Target, server: Whereabouts) -> Connected:
    return Connected(
        target.environment,
        located(target).place,
        f"{dialect_of(target).LABEL} {server.version}",
        server.recorded,
    )
