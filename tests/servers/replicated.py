"""A PostgreSQL that restarts, and that fails over to its standby; both behind one address."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daybreak.edges.account import Account, run_as, server_account
from daybreak.edges.leash import Leash
from daybreak.edges.pgcluster import make_cluster
from daybreak.edges.pgtemporary import serve_on_leash
from daybreak.edges.pgwheel import binaries
from daybreak.edges.places import temporary_folder
from servers.forwarder import Forwarder, forwarder
from servers.postgresql import PostgreSQL

MAJOR = 16
# Whoever commits waits for the standby: what the application was told is there after a failover.
SYNCHRONOUS = (
    "ALTER ROLE postgres SET synchronous_commit = 'on'",
    "ALTER SYSTEM SET synchronous_standby_names = '*'",
    "SELECT pg_reload_conf()",
)


@dataclass
class Replicated:
    """`server` is at the forwarder's address, whichever serves there."""

    server: PostgreSQL
    forwarder: Forwarder
    leashes: list[Leash]
    account: Account | None
    data: Path

    def restart(self) -> None:
        """End it at once, as a crash would, and start it again."""
        self.leashes.pop().stop()
        self.forwarder.target = self.start(self.data)

    def add_standby(self) -> None:
        """From now on nothing is committed that the standby does not have."""
        standby = self.data.with_name("standby")
        conninfo = f"host=127.0.0.1 port={self.forwarder.target} user=postgres password=postgres"
        options = ("-D", str(standby), "-R", "-X", "stream", "-c", "fast")
        program = binaries(MAJOR, self.account) / "pg_basebackup"
        done = run_as(self.account, [program, "-d", conninfo, *options])
        assert done.returncode == 0, done.stdout
        self._standby = self.start(standby)
        for sql in SYNCHRONOUS:
            self.server.execute(sql)

    def fail_over(self) -> None:
        """End the server at once; its standby is promoted and takes over the address."""
        self.leashes.pop(0).stop()
        self.forwarder.target = self._standby
        self.server.execute("SELECT pg_promote()")

    def start(self, data: Path) -> int:
        """The port on which a new server of `data` listens."""
        place = temporary_folder(self.account)  # the leash takes it away, the data stay
        programs = binaries(MAJOR, self.account)
        started, leash = serve_on_leash(data, programs, self.account, folder=place, signal="QUIT")
        self.leashes.append(leash)
        return started.port


@contextmanager
def replicated() -> Iterator[Replicated]:
    account = server_account()
    folder = temporary_folder(account)
    data = folder / "data"
    make_cluster(data, binaries(MAJOR, account), account, durable=False)
    with forwarder(0) as address:
        server = PostgreSQL(
            dialect="postgresql",
            host="127.0.0.1",
            port=address.port,
            user="postgres",
            password="postgres",
            version=str(MAJOR),
        )
        found = Replicated(server, address, [], account, data)
        address.target = found.start(data)
        try:
            yield found
        finally:
            for leash in found.leashes:
                leash.stop()
            shutil.rmtree(folder, ignore_errors=True)
