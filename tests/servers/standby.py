"""A hot standby: a PostgreSQL that follows nobody and stays in recovery, which it shows readers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from daybreak.edges.account import server_account
from daybreak.edges.pgcluster import make_cluster
from daybreak.edges.pgtemporary import serve_on_leash
from daybreak.edges.pgwheel import binaries
from daybreak.edges.places import temporary_folder
from daybreak.edges.psql import Access


@contextmanager
def hot_standby(major: int = 16) -> Iterator[Access]:
    """The way to a new one, which ends with the block. It has the database `postgres` alone."""
    account = server_account()
    folder, programs = temporary_folder(account), binaries(major, account)
    make_cluster(folder / "data", programs, account, durable=False)
    mark = folder / "data" / "standby.signal"
    mark.touch()
    if account:
        os.chown(mark, account.uid, account.gid)
    server, leash = serve_on_leash(folder / "data", programs, account, folder=folder, signal="QUIT")
    try:
        yield server.admin
    finally:
        leash.stop()
        shutil.rmtree(folder, ignore_errors=True)
