"""PostgreSQL servers of our own, for scratch databases: they end with the command."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from daybreak.core.errors import DevServerFailed
from daybreak.core.secret import Secret
from daybreak.edges.account import Account, server_account
from daybreak.edges.pgcluster import Server, free_from_dead_server, make_cluster, read_pid_file
from daybreak.edges.pgtemporary import ATTEMPTS, serve_on_leash
from daybreak.edges.places import temporary_folder
from daybreak.edges.shadow.kept import Home, take_home


@dataclass(frozen=True)
class Started:
    """A server of ours that runs, its administrator and password, and how to end it."""

    port: int
    user: str
    password: Secret
    end: contextlib.ExitStack


def start_cluster(project: Path, programs: Path, major: int) -> Started:
    """A server of the programs in this folder, on the data folder that is kept for the project.

    If another command is using that, the server gets a folder that goes away with it. Either
    ends with us, however we end. Raises DevServerFailed.
    """
    account = server_account()
    end = contextlib.ExitStack()

    def make(folder: Path, password: str) -> None:
        make_cluster(folder / "data", programs, account, durable=False, secret=password)

    try:
        home = take_home(project, programs, str(major), account, make, end)
        if read_pid_file(home.data) is not None:
            free_from_dead_server(home.data)
        server = _serve(home, programs, account, end)
        return Started(server.port, "postgres", home.password, end)
    except BaseException:
        end.close()
        raise


def _serve(
    home: Home,
    programs: Path,
    account: Account | None,
    end: contextlib.ExitStack,
    attempts: int = ATTEMPTS,
) -> Server:
    empty = temporary_folder(account)  # what the leash removes is not the data
    end.callback(shutil.rmtree, empty, ignore_errors=True)
    try:
        server, leash = serve_on_leash(
            *(home.data, programs, account), folder=empty, signal="INT", lock=home.lock
        )
    except DevServerFailed:
        if attempts > 1:
            return _serve(home, programs, account, end, attempts - 1)
        home.discard()
        raise
    end.callback(leash.stop)
    return server
