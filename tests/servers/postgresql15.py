"""PostgreSQL 15 of Debian, which speaks TLS: the one in the wheel is built without OpenSSL.

Fetched once and unpacked into the user's cache, as MySQL is (servers/mysqld.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daybreak.core.errors import DevServerFailed
from daybreak.edges.account import Account, run_as, server_account
from daybreak.edges.leash import Leash
from daybreak.edges.pgcluster import Server, make_cluster
from daybreak.edges.pgtemporary import ATTEMPTS, serve_on_leash
from daybreak.edges.places import cache_place, temporary_folder
from servers.debian import unpack, working

PACKAGE, SUITE = "postgresql-15", "bookworm"
HOME = "usr/lib/postgresql/15"
# Through the packages' own loader, so that the machine's C library does not matter. The server is
# started by initdb too, and finds its files from the place of the script.
PROGRAM = """\
#!/bin/sh
here=${0%/*}
root=$here/../../../../..
loader=$(echo "$root"/lib/*-linux-gnu*/ld-linux*.so.*)
paths=${loader%/*}:$(echo "$root"/usr/lib/*-linux-gnu*)
exec "$loader" --library-path "$paths" --argv0 "$0" "$here/../real/${0##*/}" "$@"
"""
# The zone needs no file, and a compiler for queries is 100 MB that are thrown away.
SETTINGS = {"timezone": "GMT", "log_timezone": "GMT", "jit": "off"}


@contextmanager
def temporary_postgresql15() -> Iterator[tuple[Server, Account | None]]:
    """A new, empty one, and the account that it runs as. It ends with the run.

    Raises NoDebianMirror and AptFailed when it can't be fetched, DevServerFailed when it won't
    start.
    """
    account = server_account()
    cached = cache_place(account) / PACKAGE
    programs = working(cached, _fetch, lambda: _works(cached, account)) / HOME / "bin"
    server, leash = _started(programs, account, ATTEMPTS)
    try:
        yield server, account
    finally:
        leash.stop()
        shutil.rmtree(server.data.parent, ignore_errors=True)


def _started(programs: Path, account: Account | None, attempts: int) -> tuple[Server, Leash]:
    folder = temporary_folder(account)
    try:
        make_cluster(folder / "data", programs, account, durable=False)
        return serve_on_leash(
            *(folder / "data", programs, account), folder=folder, signal="QUIT", settings=SETTINGS
        )
    except DevServerFailed:
        shutil.rmtree(folder, ignore_errors=True)
        if attempts == 1:
            raise
        return _started(programs, account, attempts - 1)


def _works(folder: Path, account: Account | None) -> bool:
    try:
        return run_as(account, [folder / HOME / "bin/initdb", "--version"]).returncode == 0
    except OSError:
        return False


def _fetch(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    unpack(PACKAGE, SUITE, folder)
    home = folder / HOME
    (home / "real").mkdir()
    for name in ("initdb", "postgres"):
        (home / "bin" / name).rename(home / "real" / name)
    shutil.rmtree(home / "bin")
    (home / "bin").mkdir()
    for name in ("initdb", "postgres"):
        program = home / "bin" / name
        program.write_text(PROGRAM)
        program.chmod(0o755)
    _without_ballast(folder)


def _without_ballast(folder: Path) -> None:
    """What the server does not need here: four fifths of it."""
    shutil.rmtree(folder / "usr/bin")
    shutil.rmtree(folder / HOME / "lib/bitcode")
    for other in (folder / "usr/share").iterdir():
        if other.name != "postgresql":
            shutil.rmtree(other)
    for name in ("libLLVM*", "libz3*", "libperl*"):
        for library in folder.glob(f"usr/lib/*-linux-gnu*/{name}"):
            library.unlink()
