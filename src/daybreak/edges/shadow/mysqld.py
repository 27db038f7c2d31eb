"""MySQL servers of our own, for scratch databases: they end with the command."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path

from daybreak.core.errors import DevServerFailed
from daybreak.edges.account import Account, run_as, server_account
from daybreak.edges.leash import Leash, start_on_leash
from daybreak.edges.pgcluster import HOST, log_end
from daybreak.edges.pgtemporary import ATTEMPTS, free_port
from daybreak.edges.places import temporary_folder
from daybreak.edges.shadow.cluster import Started
from daybreak.edges.shadow.kept import Home, take_home

USER = "daybreak"
SECONDS_TO_START = 60
FORGETFUL = (
    "--innodb-doublewrite=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-redo-log-capacity=16M",
    "--skip-log-bin",
)
QUIET = ("--mysqlx=OFF", "--secure-file-priv=NULL", "--skip-name-resolve")


def start_mysqld(project: Path, program: Path, version: str) -> Started:
    """A server on the data folder that is kept for the project; as `start_cluster`."""
    account = server_account()
    end = contextlib.ExitStack()

    def make(folder: Path, password: str) -> None:
        _make(folder, program, account, password)

    try:
        home = take_home(project, program, version, account, make, end)
        port = _serve(home, program, account, end)
        return Started(port, USER, home.password, end)
    except BaseException:
        end.close()
        raise


def _make(folder: Path, program: Path, account: Account | None, password: str) -> None:
    """New data, and a user who may come in over TCP, which the server's own root may not."""
    data, first = folder / "data", folder / "first.sql"
    data.mkdir(mode=0o700)
    first.touch(mode=0o600)
    first.write_text(
        f"CREATE USER {USER}@'{HOST}' IDENTIFIED BY '{password}';\n"
        f"GRANT ALL ON *.* TO {USER}@'{HOST}' WITH GRANT OPTION;\n"
    )
    if account:
        shutil.chown(data, account.uid, account.gid)
        shutil.chown(first, account.uid, account.gid)
    command: list[str | Path] = [program, "--no-defaults", "--initialize-insecure"]
    try:
        done = run_as(account, [*command, f"--datadir={data}", f"--init-file={first}", *FORGETFUL])
    finally:
        first.unlink()
    if done.returncode != 0:
        raise DevServerFailed(
            f"{program} can't make a data folder: {log_end(done.stdout)}",
            "the lines above are its own",
        )


def _serve(
    home: Home,
    program: Path,
    account: Account | None,
    end: contextlib.ExitStack,
    attempts: int = ATTEMPTS,
) -> int:
    place, port = temporary_folder(account), free_port()  # its socket; not the data
    end.callback(shutil.rmtree, place, ignore_errors=True)
    leash = start_on_leash(
        [
            *(program, "--no-defaults", f"--datadir={home.data}", f"--port={port}"),
            *(f"--bind-address={HOST}", f"--socket={place}/socket", f"--pid-file={place}/pid"),
            *(*QUIET, *FORGETFUL),
        ],
        folder=place,
        signal="KILL",  # InnoDB recovers faster than it shuts down
        account=account,
        lock=home.lock,
    )
    try:
        if _is_up(leash, place / "pid"):
            end.callback(leash.stop)
            return port
    except BaseException:
        leash.stop()
        raise
    log = leash.log()
    leash.stop()
    if attempts > 1:
        return _serve(home, program, account, end, attempts - 1)
    home.discard()
    raise DevServerFailed(
        f"{program} did not start: {log_end(log)}", "the lines above are from its log"
    )


def _is_up(leash: Leash, pid_file: Path) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while not leash.ended() and time.monotonic() < deadline:
        if pid_file.exists():  # written when it is about to accept connections
            return True
        time.sleep(0.02)
    return False
