"""current, heads, history and the other commands that only read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from daybreak.core.errors import HistoryInvalid, SchemaTooOld
from daybreak.core.events import Connected, Event, Unfinished
from daybreak.edges.alembic import Call, read_heads, run
from daybreak.edges.history import script_directory
from daybreak.flows.answers import Current
from daybreak.flows.session import Session, open_project
from daybreak.report.text import run_words


def current(session: Session, *, check_heads: bool) -> Current:
    """Read the database's revisions. With `check_heads`, raise SchemaTooOld if it is behind."""
    connected: list[Connected] = []
    unfinished: list[Unfinished] = []

    def listen(event: Event) -> None:
        match event:
            case Connected():
                connected.append(event)
            case Unfinished():
                unfinished.append(event)
                session.emit(event)
            case _:
                session.emit(event)

    opened = open_project(session, Call("current", emit=listen))
    script = script_directory(opened.config)
    revisions = tuple(sorted(read_heads(opened.config)))
    heads = tuple(sorted(run(lambda _config: _heads_to_reach(script), opened.config)))
    found = Current(
        revisions,
        heads,
        connected[0] if connected else None,
        unfinished[0] if unfinished else None,
    )
    if check_heads and found.unfinished is not None:
        _, problem = run_words(found.unfinished)
        raise SchemaTooOld(problem, "daybreak upgrade head says what finishes it")
    if check_heads and not found.at_head:
        raise SchemaTooOld(
            f"the database is at {', '.join(revisions) or 'no revision'}, the files end at "
            f"{', '.join(heads) or 'none'}",
            "daybreak upgrade head",
        )
    return found


def _heads_to_reach(script: ScriptDirectory) -> list[str]:
    """The revisions of a database that has everything: a head that another depends on is in it."""
    return [revision.revision for revision in script.get_revisions("heads") if revision]


def revisions(
    session: Session, rev_range: str | None = None, *, indicate_current: bool = False
) -> list[dict[str, Any]]:
    """The history, newest first, each revision as a plain value for `--json`."""
    opened = open_project(session, Call("history", emit=session.emit))
    script = script_directory(opened.config)
    base, head = _range(rev_range)
    asks = indicate_current or "current" in (base, head)
    at = read_heads(opened.config) if asks else ()

    def walk(_config: Config) -> list[dict[str, Any]]:
        found = script.walk_revisions(
            base=_resolved(base, at, "base"), head=_resolved(head, at, "heads")
        )
        return [_plain(revision, at if asks else None) for revision in found]

    described: list[dict[str, Any]] = run(walk, opened.config)
    return described


def heads(session: Session, *, resolve_dependencies: bool) -> list[dict[str, Any]]:
    """The heads of the files, each as a plain value for `--json`."""
    opened = open_project(session, Call("heads", emit=session.emit))
    script = script_directory(opened.config)

    def find(_config: Config) -> list[dict[str, Any]]:
        names = "heads" if resolve_dependencies else script.get_heads()
        return [_plain(revision, None) for revision in script.get_revisions(names)]

    found: list[dict[str, Any]] = run(find, opened.config)
    return found


def as_alembic(
    session: Session, command: Callable[..., Any], stdout: TextIO, *args: Any, **kwargs: Any
) -> None:
    """Run one of Alembic's reading commands and let it write to `stdout` itself."""
    opened = open_project(session, Call(command.__name__, emit=_only_notes(session)))
    opened.config.stdout = stdout
    run(command, opened.config, *args, **kwargs)


def _only_notes(session: Session) -> Callable[[Event], None]:
    """Alembic's own output is the answer; where it connected to would stand in its way."""

    def emit(event: Event) -> None:
        if not isinstance(event, Connected):
            session.emit(event)

    return emit


def _range(rev_range: str | None) -> tuple[str | None, str | None]:
    if rev_range is None:
        return None, None
    if rev_range.count(":") != 1:
        raise HistoryInvalid(
            f"{rev_range!r} is not a range", "write [start]:[end], [start]: or :[end]"
        )
    base, head = rev_range.strip().split(":")
    return base or None, head or None


def _resolved(symbol: str | None, at: tuple[str, ...], default: str) -> Any:
    return at if symbol == "current" else symbol or default


def _plain(revision: Script, at: tuple[str, ...] | None) -> dict[str, Any]:
    down = revision.down_revision
    described: dict[str, Any] = {
        "revision": revision.revision,
        "down_revision": list(down) if isinstance(down, tuple) else down,
        "doc": revision.doc,
        "branch_labels": sorted(revision.branch_labels),
        "is_head": revision.is_head,
        "is_base": revision.is_base,
        "path": revision.path,
    }
    if at is not None:
        described["is_current"] = revision.revision in at
    return described
