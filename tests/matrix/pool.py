"""Cases run side by side, in processes: Alembic's `context` and imported models are global."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from matrix.case import Outcome, run_case
from matrix.kind import Kind
from servers.postgresql import PostgreSQL
from servers.server import Server


class Submit(Protocol):
    def __call__(self, server: Server, kind: Kind, subject: str) -> Future[Outcome]: ...


@contextmanager
def case_pool() -> Iterator[Submit]:
    """A function that starts a case as soon as a processor is free."""
    with processes() as pool:
        yield lambda server, kind, subject: pool.submit(run_case, server, kind, subject)


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """One for each processor; at the end what has not begun is not begun any more."""
    # Spawned, not forked: a test run has threads and open connections.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(os.cpu_count(), mp_context=context, initializer=trust_nobody)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def trust_nobody() -> None:
    """Load no certificates of authorities: PyMySQL does for each connection, half of a case."""
    os.environ["SSL_CERT_FILE"] = os.devnull


def prepare(server: PostgreSQL) -> None:
    """Make what the kinds name and no database holds, once: a role and a tablespace."""
    if server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'matrix_reader'"):
        return
    server.execute("CREATE ROLE matrix_reader")
    # Below the server's own folder: it needs no other that its user may write to.
    server.execute("ALTER SYSTEM SET allow_in_place_tablespaces = on")
    server.execute("SELECT pg_reload_conf()")
    server.execute("CREATE TABLESPACE matrix_fast LOCATION ''")
