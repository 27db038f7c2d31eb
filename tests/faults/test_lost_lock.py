"""A lock that is lost while nobody looks: what was read under it counts for nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event

import daybreak
from daybreak.core.errors import LockLost
from daybreak.dialects import dialect_named
from daybreak.edges.apply import lock
from killing import sessions
from killing.runs import Asked, Ended, Forks, Undisturbed, state
from projects import Project
from servers.server import Server


def test_a_run_whose_lock_another_took_after_it_read_where_the_database_is_does_nothing(
    server: Server,
    project: Project,
    database: str,
    forks: Forks,
    undisturbed: Undisturbed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = server.url(database)
    assert forks.run(Asked(url, goal="a1")).code == 0  # so that nobody waits for a table to be made
    for constant in ("PROOF_HOLDS_S", "HEARTBEAT_S"):  # as if the other run took no time
        monkeypatch.setattr(lock, constant, 3600)
    monkeypatch.setenv("STAGING_DATABASE_URL", url)
    monkeypatch.setenv("ENV", "staging")
    running = dialect_named(server.dialect, "the test").running
    mark = running.lock_key(f"{sessions.LOCK} work")
    asks = running.TRY_LOCK.partition("(")[0].strip()
    asked: list[str] = []
    others: list[Ended] = []

    def another_runs(_: Any, __: Any, sql: str, parameters: Any, *___: Any) -> None:
        if not asked and asks in sql and _names(parameters, mark):
            asked.append(sql)
            sessions.end(url, "lock")
            others.append(forks.run(Asked(url)))

    event.listen(Engine, "before_cursor_execute", another_runs)
    try:
        with pytest.raises(LockLost):
            daybreak.upgrade(project.root)
    finally:
        event.remove(Engine, "before_cursor_execute", another_runs)
    assert [other.code for other in others] == [0]
    assert state(url) == undisturbed.state


def _names(parameters: Any, mark: int | str) -> bool:
    values = parameters.values() if isinstance(parameters, dict) else parameters
    return mark in values
