"""PostgreSQL servers of our own, for scratch databases: a data folder in the cache, kept warm.

A folder serves one command at a time; it stays, and with it the templates, for the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from daybreak.core.errors import DevServerFailed
from daybreak.core.secret import Secret
from daybreak.edges.account import Account, server_account
from daybreak.edges.pgcluster import (
    Server,
    free_from_dead_server,
    make_cluster,
    read_pid_file,
)
from daybreak.edges.pgtemporary import ATTEMPTS, serve_on_leash
from daybreak.edges.places import cache_place, made, temporary_folder

SECONDS_TO_WAIT = 2  # for another command of this project; a server of one's own costs half of it
PASSWORD = "password"  # noqa: S105 the name of a file
BOOT = "boot"


@dataclass(frozen=True)
class Started:
    """A server of ours that runs, its superuser's password, and how to end it."""

    server: Server
    password: Secret
    end: contextlib.ExitStack


def start_cluster(project: Path, programs: Path, major: int) -> Started:
    """A server of the programs in this folder, on the data folder that is kept for the project.

    If another command is using it, the server gets a folder that goes away with it. Either ends
    with us, however we end. Raises DevServerFailed.
    """
    account = server_account()
    end = contextlib.ExitStack()
    try:
        home, lock = _home(project, programs, major, account, end)
        data = home / "data"
        if not _is_good(home):
            shutil.rmtree(data, ignore_errors=True)
            _make(home, programs, account)
        elif read_pid_file(data) is not None:
            free_from_dead_server(data)
        server = _serve(data, programs, account, lock, end)
        return Started(server, Secret((home / PASSWORD).read_text()), end)
    except BaseException:
        end.close()
        raise


def _home(
    project: Path, programs: Path, major: int, account: Account | None, end: contextlib.ExitStack
) -> tuple[Path, int | None]:
    """The folder for the data and what belongs to them, and the lock that its server shares."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", project.name)
    # Other programs of the same major version may not read the same data: built otherwise.
    key = sha256(f"{project.resolve()}\0{programs}".encode()).hexdigest()[:8]
    kept = made(cache_place(account) / "shadow") / f"{name}-{key}-{major}"
    kept.mkdir(exist_ok=True)
    kept.chmod(0o711)  # to be entered by the server's account, and read by nobody
    file = end.enter_context((kept / "lock").open("a"))
    if _locked(file):
        return kept, file.fileno()
    own = temporary_folder(account)
    end.callback(shutil.rmtree, own, ignore_errors=True)
    return own, None


def _locked(file: IO[str]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)


def _is_good(home: Path) -> bool:
    """Whether the data can be trusted: nothing is synchronised, so a crash of the machine
    may have spoilt what was written before it.
    """
    try:
        return (home / BOOT).read_text() == boot()
    except OSError:
        return False


def _make(home: Path, programs: Path, account: Account | None) -> None:
    password = secrets.token_urlsafe(24)
    make_cluster(home / "data", programs, account, durable=False, secret=password)
    file = home / PASSWORD
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(password)
    (home / BOOT).write_text(boot())  # the last: it says that the rest is whole


def boot() -> str:
    """What names the time since this machine was started."""
    file = Path("/proc/sys/kernel/random/boot_id")
    if file.exists():
        return file.read_text().strip()
    if sys.platform == "darwin":
        sysctl = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(sysctl, capture_output=True, text=True, check=False).stdout.strip()
    return str(os.getpid())  # unknown: the data are made anew each time


def _serve(
    data: Path, programs: Path, account: Account | None, lock: int | None, end: contextlib.ExitStack
) -> Server:
    for attempt in range(1, ATTEMPTS + 1):
        empty = temporary_folder(account)  # what the leash removes is not the data
        end.callback(shutil.rmtree, empty, ignore_errors=True)
        try:
            server, leash = serve_on_leash(
                *(data, programs, account), folder=empty, signal="INT", lock=lock
            )
        except DevServerFailed:
            if attempt == ATTEMPTS:
                (data.parent / BOOT).unlink(missing_ok=True)  # the next command begins anew
                raise
            continue
        end.callback(leash.stop)
        return server
    raise AssertionError("unreachable")
