"""A door as Aurora's to a real server: TLS, a token instead of a password, and then the server.

It verifies the token as AWS does: whom it is for, its age and its signature. What is behind the
door is the server's own session of a user with a password.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

import psycopg2
import pymysql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymysql.constants import CLIENT

from servers.account import Account

VALID_S = 900
_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_TOLD = (
    *("server_version", "server_encoding", "client_encoding", "DateStyle", "TimeZone"),
    *("integer_datetimes", "standard_conforming_strings", "session_authorization"),
)


class Refused(Exception):
    """The token does not open the door."""


@dataclass
class Door:
    """On `port` of 127.0.0.1. `tokens` are those that it got, `heard` is what came in the open."""

    account: Account
    context: ssl.SSLContext | None
    listener: socket.socket
    tokens: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def reference(self) -> str:
        account = self.account
        return f"rds-iam://{account.user}@127.0.0.1:{self.port}/{account.database}"

    def serve(self) -> None:
        greet = {"postgresql": self._postgresql, "mysql": self._mysql}
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:  # it was shut
                return
            threading.Thread(
                target=self._open, args=(client, greet[self.account.server.dialect]), daemon=True
            ).start()

    def _open(self, client: socket.socket, greet: Any) -> None:
        with closing(client), suppress(OSError, EOFError, struct.error):
            greet(client)

    def check(self, token: str) -> None:
        """Raises Refused, with the reason."""
        self.tokens.append(token)
        host, _, query = token.partition("/?")
        given = dict(parse_qsl(query, keep_blank_values=True))
        if host != f"127.0.0.1:{self.port}" or given["DBUser"] != self.account.user:
            raise Refused("it is for somebody else")
        signed = dt.datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
        age = (dt.datetime.now(dt.UTC) - signed).total_seconds()
        if not -5 < age < VALID_S:
            raise Refused(f"it is {age:.0f} s old")
        if given.pop("X-Amz-Signature") != _signature(host, given):
            raise Refused("the signature is wrong")

    def _postgresql(self, plain: socket.socket) -> None:
        length, code = struct.unpack("!ii", _exactly(plain, 8))
        while code == _GSS_REQUEST or (code == _SSL_REQUEST and self.context is None):
            plain.sendall(b"N")
            length, code = struct.unpack("!ii", _exactly(plain, 8))
        if code != _SSL_REQUEST or self.context is None:
            self.heard.append(_exactly(plain, length - 8))
            plain.sendall(b"R" + struct.pack("!ii", 8, 3))
            self.heard.append(plain.recv(4096))
            return
        plain.sendall(b"S")
        with self.context.wrap_socket(plain, server_side=True) as client:
            [length] = struct.unpack("!i", _exactly(client, 4))
            _exactly(client, length - 4)
            client.sendall(b"R" + struct.pack("!ii", 8, 3))  # AuthenticationCleartextPassword
            _exactly(client, 1)
            [length] = struct.unpack("!i", _exactly(client, 4))
            try:
                self.check(_exactly(client, length - 4)[:-1].decode())
            except Refused as why:
                words = f"SFATAL\0C28P01\0MPAM authentication failed: {why}\0\0".encode()
                client.sendall(b"E" + struct.pack("!i", len(words) + 4) + words)
                return
            account = self.account
            session = psycopg2.connect(account.url.replace("+psycopg2", ""))
            with closing(session):
                client.sendall(b"R" + struct.pack("!ii", 8, 0))
                for name in _TOLD:
                    told = f"{name}\0{session.info.parameter_status(name)}\0".encode()
                    client.sendall(b"S" + struct.pack("!i", len(told) + 4) + told)
                client.sendall(b"K" + struct.pack("!iii", 12, session.info.backend_pid, 0))
                client.sendall(b"Z" + struct.pack("!i", 5) + b"I")
                with socket.socket(fileno=session.fileno()) as server:
                    server.setblocking(True)  # libpq's is not
                    _join(client, server)
                    server.detach()

    def _mysql(self, plain: socket.socket) -> None:
        flags = CLIENT.CAPABILITIES | CLIENT.CONNECT_WITH_DB | CLIENT.FOUND_ROWS
        flags &= ~CLIENT.SSL if self.context is None else -1
        flags |= CLIENT.SSL if self.context is not None else 0
        greeting = b"\x0a8.0.36\0" + struct.pack("<I", 1) + b"saltsalt\0"
        greeting += struct.pack("<HBHHB", flags & 0xFFFF, 45, 2, flags >> 16, 21) + bytes(10)
        _send(plain, 0, greeting + b"saltsaltsalt\0mysql_native_password\0")
        number, packet = _packet(plain)
        if self.context is None or len(packet) > 32:
            self.heard.append(packet)
            _send(plain, number + 1, b"\xfemysql_clear_password\0")
            self.heard.append(_packet(plain)[1])
            return
        with self.context.wrap_socket(plain, server_side=True) as client:
            number, _ = _packet(client)
            _send(client, number + 1, b"\xfemysql_clear_password\0")
            number, packet = _packet(client)
            try:
                self.check(packet[:-1].decode())
            except Refused as why:
                words = f"#28000Access denied: {why}".encode()
                _send(client, number + 1, b"\xff" + struct.pack("<H", 1045) + words)
                return
            account, flags = self.account, CLIENT.FOUND_ROWS
            session = pymysql.connect(
                host=account.server.host,
                port=account.server.port,
                user=account.user,
                password=account.password.encode(),
                database=account.database,
                client_flag=flags,
                ssl_disabled=True,
            )
            with closing(session):
                _send(client, number + 1, b"\0\0\0\x02\0\0\0")
                _join(client, session._sock)  # type: ignore[attr-defined]


@contextmanager
def open_door(account: Account, folder: Path, *, encrypts: bool = True) -> Iterator[Door]:
    """Without `encrypts` it takes what comes, and asks for the token in the open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        door = Door(account, _context(folder) if encrypts else None, listener)
        thread = threading.Thread(target=door.serve)
        thread.start()
        try:
            yield door
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _signature(host: str, given: dict[str, str]) -> str:
    """Source: "Signature Version 4 signing process" of AWS, for its example credentials here."""
    secret = "testing"
    query = "&".join(f"{quote(k, safe='')}={quote(given[k], safe='')}" for k in sorted(given))
    empty = hashlib.sha256(b"").hexdigest()
    request = f"GET\n/\n{query}\nhost:{host}\n\nhost\n{empty}"
    scope = given["X-Amz-Credential"].partition("/")[2]
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{given['X-Amz-Date']}\n{scope}\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def _context(folder: Path) -> ssl.SSLContext:
    """With a certificate of its own, which nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "door")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "door.pem"
    file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _join(client: ssl.SSLSocket, server: socket.socket) -> None:
    """What one says the other hears, until one of them goes."""

    def hand_on(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        for end in (server, client):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    back = threading.Thread(target=hand_on, args=(server, client))
    back.start()
    hand_on(client, server)
    back.join()


def _exactly(sock: socket.socket, length: int) -> bytes:
    read = b""
    while len(read) < length:
        if not (piece := sock.recv(length - len(read))):
            raise EOFError
        read += piece
    return read


def _packet(sock: socket.socket) -> tuple[int, bytes]:
    """One of MySQL's, and its number."""
    head = _exactly(sock, 4)
    return head[3], _exactly(sock, int.from_bytes(head[:3], "little"))


def _send(sock: socket.socket, number: int, body: bytes) -> None:
    sock.sendall(len(body).to_bytes(3, "little") + bytes([number]) + body)
