"""Servers that speak TLS, and show whichever certificate a test gives them."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql

from daybreak.edges.account import Account, server_account
from daybreak.edges.places import temporary_folder
from servers.certificates import Certificate
from servers.mysql import described
from servers.mysqld import temporary_mysqld
from servers.postgresql import PostgreSQL
from servers.postgresql15 import temporary_postgresql15
from servers.server import Server

FILES = """
SET GLOBAL ssl_cert = '{folder}/server.crt', GLOBAL ssl_key = '{folder}/server.key',
           GLOBAL ssl_ca = '{folder}/authority.crt'
"""


# A server that is given a certificate which has expired may refuse it: MySQL does.
BRIEFLY = datetime.timedelta(seconds=2)

Shown = Callable[[], Certificate | None]


@dataclass
class TlsServer:
    """`folder` is where the running server finds its certificate."""

    server: Server
    folder: Path
    account: Account | None
    shown: Shown | None = None

    def show(self, what: Shown) -> None:
        """What new connections are shown from now on; None: the server offers no TLS.

        One that lives briefly has expired when this returns.
        """
        if what is self.shown:
            return
        certificate = what()
        self._load(certificate)
        if certificate is not None:
            left = (certificate.ends - datetime.datetime.now(datetime.UTC)).total_seconds()
            if left < BRIEFLY.total_seconds():
                time.sleep(left + 0.1)
        self.shown = what

    @contextlib.contextmanager
    def encrypted_only(self) -> Iterator[None]:
        """Meanwhile the server takes no connection without TLS, which it has to offer."""
        if self.server.dialect == "mysql":
            with closing(pymysql.connect(host="127.0.0.1", port=self.server.port)) as before:
                before.cursor().execute("SET GLOBAL require_secure_transport = ON")
                yield
                before.cursor().execute("SET GLOBAL require_secure_transport = OFF")
            return
        rules = self.folder / "pg_hba.conf"
        kept = rules.read_text()
        rules.write_text("hostssl all all all scram-sha-256\n")
        self._reload_postgresql("on")
        yield
        rules.write_text(kept)
        self._reload_postgresql("on")

    def _load(self, certificate: Certificate | None) -> None:
        if certificate is not None:
            self._write("server.crt", certificate.certificate)
            self._write("server.key", certificate.key)
            self._write("authority.crt", certificate.authority)
        if self.server.dialect == "postgresql":
            self._reload_postgresql("on" if certificate else "off")
        elif certificate is not None:
            self.server.execute(FILES.format(folder=self.folder))
            self.server.execute("ALTER INSTANCE RELOAD TLS")
        else:
            self.server.execute("SET GLOBAL ssl_cert = '/nowhere'")
            with contextlib.suppress(pymysql.err.OperationalError):
                self.server.execute("ALTER INSTANCE RELOAD TLS NO ROLLBACK ON ERROR")

    def _write(self, name: str, content: bytes) -> None:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_bytes(content)
        if self.account:
            os.chown(file, self.account.uid, self.account.gid)

    def _reload_postgresql(self, ssl: str) -> None:
        self.server.execute(f"ALTER SYSTEM SET ssl = {ssl}")
        [(before,)] = self.server.execute("SELECT pg_conf_load_time()")
        self.server.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 10
        while self.server.execute("SELECT pg_conf_load_time()") == [(before,)]:
            assert time.monotonic() < deadline, "the server does not read its settings again"
            time.sleep(0.01)


@contextmanager
def running_tls_postgresql() -> Iterator[TlsServer]:
    """Raises NoDebianMirror, AptFailed or DevServerFailed when there is none to be had."""
    with temporary_postgresql15() as (running, account):
        server = PostgreSQL(
            dialect="postgresql",
            host=running.admin.host,
            port=running.port,
            user=running.admin.user,
            password=running.admin.password,
            version="15",
        )
        yield TlsServer(server, running.data, account)


@contextmanager
def running_tls_mysql() -> Iterator[TlsServer]:
    """Raises NoDebianMirror, AptFailed or MySQLFailed when there is none to be had."""
    account = server_account()
    folder = temporary_folder(account)
    try:
        with temporary_mysqld() as port:
            yield TlsServer(described("127.0.0.1", port, "root", ""), folder, account)
    finally:
        shutil.rmtree(folder)
