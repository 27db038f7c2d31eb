"""A PostgreSQL for a demo or a test run: fast, forgetful, and gone with the process that asked."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from daybreak.core.errors import DevServerFailed
from daybreak.edges.account import Account, server_account
from daybreak.edges.leash import Leash, start_on_leash
from daybreak.edges.pgcluster import (
    HOST,
    Server,
    is_ready,
    log_end,
    major_of,
    make_cluster,
    options,
    read_pid_file,
)
from daybreak.edges.pgwheel import binaries
from daybreak.edges.places import temporary_folder

FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SECONDS_TO_START = 30
ATTEMPTS = 3  # somebody else may take the free port before the server does


@contextmanager
def temporary_server(
    major: int = 16, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Server]:
    """A new, empty server on a free port. It ends with the block, or with us if we are killed.

    `settings` are the server's own, beside ours.
    Raises ExtraMissing without the wheel, DevServerFailed with the end of the server's log.
    """
    account = server_account()
    server, leash = _started(major, account, settings, ATTEMPTS)
    try:
        yield server
    finally:
        leash.stop()
        # As root: the server's user may empty its folder, but not take it out of our TMPDIR.
        shutil.rmtree(server.data.parent, ignore_errors=True)


def _started(
    major: int, account: Account | None, settings: Mapping[str, str], attempts: int
) -> tuple[Server, Leash]:
    folder, programs = temporary_folder(account), binaries(major, account)
    try:
        make_cluster(folder / "data", programs, account, durable=False)
        return serve_on_leash(
            *(folder / "data", programs, account),
            folder=folder,
            signal="QUIT",  # at once, without a last checkpoint
            settings=settings,
        )
    except DevServerFailed:
        shutil.rmtree(folder, ignore_errors=True)
        if attempts == 1:
            raise
        return _started(major, account, settings, attempts - 1)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def serve_on_leash(
    data: Path,
    programs: Path,
    account: Account | None,
    *,
    folder: Path,
    signal: str,
    lock: int | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Server, Leash]:
    """A forgetful server of `data` on a free port; `folder`, `signal` and `lock` as of a leash.

    Raises DevServerFailed with the end of the server's log: its port may have been taken
    meanwhile, so it is worth another attempt.
    """
    port, major = free_port(), major_of(data)
    leash = start_on_leash(
        [programs / "postgres", "-D", data, *options(port, {**FORGETFUL, **settings})],
        folder=folder,
        signal=signal,
        account=account,
        lock=lock,
    )
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not leash.ended() and time.monotonic() < deadline:
            if is_ready(data) and (pid_file := read_pid_file(data)) and pid_file.port == port:
                return Server(data, port, major, pid_file.pid), leash
            time.sleep(0.01)
    except BaseException:
        leash.stop()
        raise
    log = leash.log()
    leash.stop()
    raise DevServerFailed(
        f"PostgreSQL {major} did not start: {log_end(log)}", "the lines above are from its log"
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
