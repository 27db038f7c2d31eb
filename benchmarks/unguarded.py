"""Daybreak's upgrade without its lock and its journal, to measure what these two add."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import daybreak.env
from daybreak.edges.apply.alone import Alone
from daybreak.edges.apply.journal import Journal
from daybreak.edges.apply.lock import RunLock
from daybreak.edges.apply.worker import Worker


class _NoLock:
    """What a run asks of the lock that it holds."""

    session = ""

    def prove(self) -> None: ...

    def cancel(self, _session: str) -> None: ...


class _NotOpened:
    """What `Ahead` is to env.py, without the lock's connection."""

    def __init__(self, _find: object) -> None: ...

    def leave(self, _close: object) -> None: ...


@contextlib.contextmanager
def _not_held(alone: Alone) -> Iterator[None]:
    alone.lock = _NoLock()  # type: ignore[assignment]
    with alone._stop.listening():
        yield


def _nothing(*_: Any, **__: Any) -> None: ...


def _no_entries(*_: Any) -> dict[Any, Any]:
    return {}


@contextlib.contextmanager
def without_lock_and_journal() -> Iterator[None]:
    """No lock is taken, no session marked, and no journal made, read or written in the block."""
    writes = ("make", "begin_run", "end_run", "forget_runs", "record", "plan", "finish", "forget")
    with contextlib.ExitStack() as replaced:
        for whose, name, instead in (
            (daybreak.env, "Ahead", _NotOpened),
            (Alone, "held", _not_held),
            (Alone, "mark", _nothing),
            (Worker, "unmark", _nothing),
            (Journal, "made", True),
            (Journal, "entries", _no_entries),
            (Journal, "record_ancestors", _nothing),
            *((Journal, name, _nothing) for name in writes),
        ):
            replaced.enter_context(mock.patch.object(whose, name, instead))
        replaced.enter_context(mock.patch.object(RunLock, "acquire", _never))
        yield


def _never(*_: Any, **__: Any) -> None:
    raise AssertionError("the lock was asked for")
