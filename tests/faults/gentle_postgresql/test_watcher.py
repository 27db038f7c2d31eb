"""A watcher that is lost, or gets no answer, on PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from killing.events import BUDGET_S, COLUMN, LATE, READ, SLOW_STATEMENT, Prepare
from killing.holders import holding, let_go, run_and, traffic
from killing.runs import until
from killing.sessions import connect
from servers.postgresql import PostgreSQL

WATCHERS = """
SELECT pid FROM pg_stat_activity
WHERE application_name LIKE 'daybreak watch%' AND datname = current_database()
"""
END_WATCHER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name LIKE 'daybreak watch%' AND datname = current_database()
"""


def test_a_watcher_that_is_ended_leaves_the_bound_to_the_server(prepare: Prepare, url: str) -> None:
    project = prepare(COLUMN)
    with (
        holding(url, READ) as holder,
        traffic(url) as readers,
        connect(url) as admin,
        ThreadPoolExecutor() as pool,
    ):
        run = pool.submit(project.run, "daybreak", "upgrade", "head")
        until(lambda: admin.scalars(text(END_WATCHER)).all(), "the watcher is there")
        over = time.monotonic() + LATE * 2 * BUDGET_S + 1  # for longer than anybody may wait
        while time.monotonic() < over:
            admin.scalars(text(END_WATCHER)).all()
            time.sleep(0.02)
        holder.execute(text("ROLLBACK"))
        done = run.result()
    assert done.code == 0, done.said
    assert "who waits is not seen any more" in done.said
    assert readers.longest < LATE * 2 * BUDGET_S


def test_a_watcher_that_gets_no_answer_holds_up_nothing(prepare: Prepare, url: str) -> None:
    project = prepare('op.execute("SELECT pg_sleep(1)")')
    with connect(url) as admin, ThreadPoolExecutor() as pool:
        run = pool.submit(project.run, "daybreak", "upgrade", "head")
        until(lambda: admin.scalar(text(WATCHERS)) is not None, "the watcher is there")
        watcher = admin.scalars(text(WATCHERS)).one()
        os.kill(watcher, signal.SIGSTOP)
        try:
            done = run.result()
        finally:
            os.kill(watcher, signal.SIGCONT)
    assert done.code == 0, done.said
    assert "who waits is not seen any more: the server does not answer any more" in done.said


@pytest.mark.parametrize("which", ["lost", "silent"])
def test_a_watcher_that_is_lost_or_silent_is_followed_by_another_one(
    prepare: Prepare, url: str, which: str
) -> None:
    project = prepare(f'op.execute("SELECT pg_sleep(7)")\n{COLUMN}')
    with holding(url, READ) as holder, connect(url) as admin, ThreadPoolExecutor() as pool:
        run = pool.submit(run_and, let_go(holder), "back", project, "upgrade", "head")
        until(lambda: admin.scalar(text(WATCHERS)) is not None, "the watcher is there")
        first = admin.scalars(text(WATCHERS)).one()
        os.kill(first, signal.SIGTERM if which == "lost" else signal.SIGSTOP)
        try:
            with traffic(url) as readers:
                done = run.result()
        finally:
            if which == "silent":
                os.kill(first, signal.SIGCONT)
    assert done.code == 0, done.said
    said = " ".join(done.out.split())
    why = "the server does not answer any more" if which == "silent" else ".+"
    story = rf"seen any more: {why} note who waits is seen again, after .*back others waited for"
    assert re.search(story, said), done.said
    assert "how long others waited for this run was not seen; it stepped back 1 time" in said
    assert readers.longest < LATE * BUDGET_S


def test_a_run_that_does_not_show_what_it_does_is_watched_all_the_same(
    server: PostgreSQL, database: str, prepare: Prepare, url: str
) -> None:
    project = prepare(SLOW_STATEMENT)
    server.execute(f"ALTER DATABASE {database} SET track_activities = off")
    with traffic(url) as readers:
        done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    assert done.out.count("others waited for") == 2, done.said
    assert readers.longest < LATE * BUDGET_S
