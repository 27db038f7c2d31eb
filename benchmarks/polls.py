"""What a look of the watcher costs on a PostgreSQL with 1000 connections and 11,000 locks.

`uv run nox -s bench`, or `PYTHONPATH=tests:. python -m benchmarks.polls [CONNECTIONS] [TURNS]`.
Each connection is in a transaction that has read ten tables. The run's own session is idle, or
waits for one of them, or for all, and twenty others wait behind it. The promise: to look who waits
takes at most 10 ms, in the median, and so does to look how far a statement is. Who is in the way is
asked when somebody is, not with every look: that is told, and not promised.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from sqlalchemy import Connection, text

from daybreak.dialects.postgresql import running, watching
from killing.holders import holding
from killing.runs import until
from killing.sessions import connect
from servers.postgresql import running_postgresql

PROMISE_S = 0.010
CONNECTIONS, TURNS = 1000, 200
TABLES = [f"t{number}" for number in range(10)]
BEHIND = 20
# Those behind, the run's own, and files and connections that are open for other reasons.
BESIDE = 100

ASKED = {
    "who waits": watching.LOOKS[0].waiters,
    "how far a statement is": watching.PROGRESS.query,
    "who is in the way": watching.LOOKS[0].blockers,
}
NOT_PROMISED = "who is in the way"

READ = f"SELECT FROM {', '.join(TABLES)}"
LOCKS = "SELECT count(*) FROM pg_locks"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
CANCEL = "SELECT pg_cancel_backend(split_part(:session, ' ', 1)::int)"


def main() -> None:
    connections = int(sys.argv[1]) if len(sys.argv) > 1 else CONNECTIONS
    turns = int(sys.argv[2]) if len(sys.argv) > 2 else TURNS
    allow_files(connections + BESIDE)
    print(f"{turns} turns, Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
    print(f"{f'{connections} connections':<40}{'locks':>8}{'median':>12}{'p99':>12}")
    longest = 0.0
    with (
        running_postgresql(16, {"max_connections": str(connections + BESIDE)}) as server,
        server.fresh_database() as database,
        ExitStack() as stack,
    ):
        url = server.url(database)
        watcher, worker = stack.enter_context(connect(url)), stack.enter_context(connect(url))
        for table in ("alone", *TABLES):
            watcher.execute(text(f"CREATE TABLE {table} ()"))
        stack.enter_context(holding(url, "SELECT FROM alone"))
        for _ in range(connections):
            stack.enter_context(holding(url, READ))
        session = str(worker.scalar(text(running.SESSION_ID)))
        cases: dict[str, AbstractContextManager[None]] = {
            "nobody waits": nullcontext(),
            "behind one": waiting(url, worker, session, watcher, "alone"),
            "behind all": waiting(url, worker, session, watcher, TABLES[0]),
        }
        for case, state in cases.items():
            with state:
                locks = watcher.scalar(text(LOCKS))
                for name, sql in ASKED.items():
                    seconds = measure(watcher, sql, session, turns)
                    figures = (statistics.median(seconds), statistics.quantiles(seconds, n=100)[98])
                    cells = "".join(f"{one * 1000:>9.1f} ms" for one in figures)
                    print(f"{f'{case}: {name}':<40}{locks:>8}{cells}", flush=True)
                    if name != NOT_PROMISED:
                        longest = max(longest, figures[0])
    verdict = "kept" if longest <= PROMISE_S else "BROKEN"
    print(f"\n{longest * 1000:.1f} ms, at most {PROMISE_S * 1000:.0f}: {verdict}")
    sys.exit(0 if longest <= PROMISE_S else 1)


def allow_files(count: int) -> None:
    """Each connection is a file of this process, which may have fewer by default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + BESIDE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def waiting(
    url: str, worker: Connection, session: str, watcher: Connection, table: str
) -> Iterator[None]:
    """The worker wants to alter the table, and behind it others want to read it."""

    def read() -> None:
        with connect(url) as connection:
            connection.execute(text(f"SELECT FROM {table}"))

    def are_waiting(count: int) -> bool:
        return bool(watcher.scalar(text(WAITING)) == count)

    with ThreadPoolExecutor(1 + BEHIND) as pool:
        alters = text(f"ALTER TABLE {table} ADD COLUMN price int")
        altered = pool.submit(worker.execute, alters)
        until(lambda: are_waiting(1), "the run waits")
        readers = [pool.submit(read) for _ in range(BEHIND)]
        until(lambda: are_waiting(1 + BEHIND), "others wait behind it")
        yield
        watcher.execute(text(CANCEL), {"session": session})
        altered.exception()
        for reader in readers:
            reader.result()


def measure(watcher: Connection, sql: str, session: str, turns: int) -> list[float]:
    """Seconds of the question, each time that it was asked."""
    seconds = []
    for _ in range(turns):
        began = time.perf_counter()
        watcher.execute(text(sql), {"session": session}).all()
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    main()
