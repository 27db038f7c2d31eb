"""The proof of a revision: its text is run on a scratch database before there is a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from daybreak.core.catalog import Catalog
from daybreak.core.change import Change
from daybreak.core.errors import ProofFailed
from daybreak.core.frozen import frozen_default
from daybreak.core.said import said
from daybreak.core.secret import mask
from daybreak.edges.replay import run_function
from daybreak.flows.models_side import read_side
from daybreak.flows.subject import Subject
from daybreak.report.changes import change_text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

Differ = Callable[[Catalog, Catalog], Sequence[Change]]


@dataclass(frozen=True)
class Proved:
    """The statements that the upgrade sent, as the server got them, and how long it all took."""

    statements: tuple[str, ...]
    seconds: float
    downgrade: bool


def prove(
    engine: Engine,
    subject: Subject,
    text: str,
    *,
    history: Catalog,
    goal: Catalog,
    differences: Differ,
    downgrade: bool,
) -> Proved:
    """Run the rendered revision on `engine`'s database, a copy that is at `history`, and back.

    `differences` tells in what two catalogs differ. The upgrade must lead to `goal`, the
    downgrade (unless there is none) to `history`. Raises ProofFailed.
    """
    start = time.monotonic()
    functions = _functions(text)
    downgrade = downgrade and "downgrade" in functions  # a template may leave it out
    statements: list[str] = []
    with engine.connect() as connection, _collecting(connection, statements):
        _run(subject, connection, functions["upgrade"], "upgrade", statements)
    with engine.connect() as connection:
        _require(read_side(subject, connection), goal, differences, "upgrade", "the models")
    if downgrade:
        back: list[str] = []
        with engine.connect() as connection, _collecting(connection, back):
            _run(subject, connection, functions["downgrade"], "downgrade", back)
        with engine.connect() as connection:
            made = read_side(subject, connection)
            _require(made, history, differences, "downgrade", "what was before")
    return Proved(tuple(statements), time.monotonic() - start, downgrade)


def _functions(text: str) -> dict[str, Any]:
    """The module as it would be imported. Raises ProofFailed if it can't be."""
    found: dict[str, Any] = {"__name__": "revision"}
    try:
        exec(compile(text, "<the new revision>", "exec"), found)  # noqa: S102 - it is what Alembic runs
    except Exception as error:
        raise ProofFailed(
            mask(
                f"the revision can't be imported: {type(error).__name__}: {error}. No file written"
            ),
            "add what it lacks to alembic/script.py.mako, or write the revision by hand: "
            "daybreak revision --empty",
        ) from error
    return found


@contextmanager
def _collecting(connection: Connection, statements: list[str]) -> Iterator[None]:
    def before(_: Any, __: Any, statement: str, ___: Any, ____: Any, _____: Any) -> None:
        statements.append(" ".join(statement.split()))

    event.listen(connection, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", before)


def _run(
    subject: Subject,
    connection: Connection,
    function: Callable[[], None],
    direction: str,
    statements: Sequence[str],
) -> None:
    try:
        run_function(connection, subject.options, function)
    except Exception as error:
        orig = error.orig if isinstance(error, DBAPIError) else error
        at = f" at {statements[-1]}" if statements and isinstance(error, DBAPIError) else ""
        raise ProofFailed(
            f"the {direction} that was rendered fails on the shadow{at}: "
            f"{type(orig).__name__}: {said(error)}. No file was written",
            "daybreak revision --no-proof writes it all the same, marked as unproved",
        ) from error


def _require(made: Catalog, goal: Catalog, differences: Differ, direction: str, what: str) -> None:
    if changes := differences(made, goal):
        left = [" ".join(change_text(change, made.default_schema)) for change in changes]
        raise ProofFailed(
            f"the {direction} that was rendered does not lead to {what}; what differs:\n  "
            + "\n  ".join(left)
            + "\nNo file was written",
            frozen_default(changes)
            or "daybreak revision --no-proof writes it all the same, marked as unproved",
            left,
        )
