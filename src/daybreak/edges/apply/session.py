"""The sessions of a run: named for whoever looks at the server, and set up for what they do."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from daybreak.dialects.running import Running
from daybreak.edges.apply.lost import unless_lost

if TYPE_CHECKING:
    from sqlalchemy import Connection


def set_up(
    connection: Connection,
    server: Running,
    settings: Mapping[str, str],
    name: str = "",
    *,
    borrowed: bool = False,
) -> None:
    """Give a session its settings, and `name` if nobody gave it one. What is unknown is left out.

    `borrowed`: it is in a transaction that is somebody else's. Of one that is rolled back, nothing
    stays.
    """
    with unless_lost(), _savepoint(connection, borrowed):
        connection.execute(text(server.set_up(settings)), {"name": name[:63]})


def process_of(run: str) -> str:
    """The process that is at work for `run`, as its sessions are called."""
    # PostgreSQL cuts a session's name after 63 characters, and the end is what tells.
    return f"{run[:8]} {socket.gethostname()[:33]}:{os.getpid()}"


@contextlib.contextmanager
def _savepoint(connection: Connection, needed: bool) -> Iterator[None]:
    """What fails in a transaction that is somebody else's must not end it."""
    if needed:
        with connection.begin_nested():
            yield
    else:
        try:
            yield
        except DBAPIError:
            connection.rollback()
            raise
