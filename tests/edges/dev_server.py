"""What the tests of the dev server share: asking it, killing it, starting it from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2

from daybreak.edges.pgcluster import Server


def ask(port: int, sql: str, **access: str) -> list[tuple[Any, ...]]:
    """Through the application's driver, at the name that the fallback URL has."""
    given = {"user": "postgres", "password": "postgres", "dbname": "postgres"} | access
    with closing(psycopg2.connect(host="localhost", port=port, **given)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []


def kill_hard(server: Server) -> None:
    """And wait until the kernel has closed its port, which is after the process has died."""
    os.kill(server.pid, signal.SIGKILL)
    with suppress(ConnectionError):
        while True:
            socket.create_connection(("127.0.0.1", server.port)).close()


def start_python(script: str, project: Path, stdin: int | None = None) -> subprocess.Popen[str]:
    beginning = (
        "import sys; from pathlib import Path; from daybreak.edges import embedded; "
        f"project = Path({str(project)!r})\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", beginning + script],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
