"""A real MySQL: fetched once, unpacked into the user's cache, started from there for the run."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from daybreak.edges.account import Account, run_as, server_account
from daybreak.edges.leash import Leash, start_on_leash
from daybreak.edges.pgtemporary import free_port
from daybreak.edges.places import cache_place, temporary_folder
from servers.debian import unpack, working

PACKAGE = "mysql-server-core"
SECONDS_TO_START = 60
ATTEMPTS = 3
# The template's root has no password and comes from 127.0.0.1, whose name is never looked up.
FIRST_SQL = "CREATE USER root@'%' IDENTIFIED BY ''; GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
FORGETFUL = [
    "--innodb-doublewrite=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-redo-log-capacity=16M",  # a part of the template that every run copies
]


class MySQLFailed(Exception):
    """The fetched server does not run; its log is the text."""


@contextmanager
def temporary_mysqld(*options: str) -> Iterator[int]:
    """The port of a new MySQL on 127.0.0.1 with an empty root password. It ends with the run.

    Raises NoDebianMirror and AptFailed when it can't be fetched, MySQLFailed when it won't start.
    """
    account = server_account()
    installation = _installation(account)
    port, leash = _started(installation, account, options, ATTEMPTS)
    try:
        yield port
    finally:
        leash.stop()


def _installation(account: Account | None) -> Path:
    folder = cache_place(account) / "mysql"
    return working(folder, _fetch, lambda: _works(folder, account))


def _works(folder: Path, account: Account | None) -> bool:
    try:
        return (
            run_as(account, [*_mysqld(folder), "--version"]).returncode == 0
            and (folder / "template" / "mysql.ibd").exists()
        )
    except (OSError, MySQLFailed):
        return False


def _fetch(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    unpack(PACKAGE, "unstable", folder)
    shutil.rmtree(folder / "usr/bin")
    for ballast in (folder / "usr/share").iterdir():
        if ballast.name != "mysql":
            shutil.rmtree(ballast)
    _make_template(folder)


def _make_template(folder: Path) -> None:
    """A data folder to copy, because making one takes seconds."""
    account = server_account()
    place = temporary_folder(account)
    first_sql = place / "first.sql"
    first_sql.write_text(FIRST_SQL)
    first_sql.chmod(0o644)
    command = [*_mysqld(folder), "--initialize-insecure", f"--datadir={place}/template"]
    try:
        done = run_as(account, [*command, f"--init-file={first_sql}", *FORGETFUL])
        if done.returncode != 0:
            raise MySQLFailed(done.stdout[-2000:])
        shutil.copytree(place / "template", folder / "template")
    finally:
        shutil.rmtree(place)


def _started(
    folder: Path, account: Account | None, options: Sequence[str], attempts: int
) -> tuple[int, Leash]:
    place, port = temporary_folder(account), free_port()
    _copy(folder / "template", place / "data", account)
    leash = start_on_leash(
        [
            *(*_mysqld(folder), f"--datadir={place}/data", f"--port={port}"),
            *("--bind-address=127.0.0.1", f"--socket={place}/socket", f"--pid-file={place}/pid"),
            *("--mysqlx=OFF", "--skip-log-bin", "--secure-file-priv=", "--skip-name-resolve"),
            *(*FORGETFUL, *options),
        ],
        folder=place,
        signal="KILL",  # the folder goes with it, so there is nothing to finish
        account=account,
    )
    deadline = time.monotonic() + SECONDS_TO_START
    while not leash.ended() and time.monotonic() < deadline:
        if (place / "pid").exists():  # written when it is about to accept connections
            return port, leash
        time.sleep(0.02)
    log = leash.log()
    leash.stop()
    if attempts > 1:
        return _started(folder, account, options, attempts - 1)
    raise MySQLFailed(log[-2000:])


def _copy(template: Path, data: Path, account: Account | None) -> None:
    shutil.copytree(template, data)
    if account:
        for path in (data, *data.rglob("*")):
            shutil.chown(path, account.uid, account.gid)


def _mysqld(folder: Path) -> list[str | Path]:
    """The server through its own loader, so that the machine's C library does not matter."""
    loader = next(folder.glob("usr/lib/*-linux-gnu*/ld-linux*.so.*"), None)
    if loader is None:
        raise MySQLFailed(f"the unpacked packages in {folder} have no loader")
    return [
        *(loader, "--library-path", loader.parent, folder / "usr/sbin/mysqld"),
        *("--no-defaults", f"--basedir={folder}/usr"),
    ]
