"""TLS in the words of pymysql, SQLAlchemy and MySQL's own programs; as a context for the drivers.

The words alone would not do. Through SQLAlchemy, `ssl_verify_identity` makes pymysql forget the
file of `ssl_ca`, and without one it verifies no name. aiomysql takes no words at all, and where a
server offers no TLS it goes on without.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daybreak.core.errors import InvalidUrl
from daybreak.core.tls import Said, Strength
from daybreak.dialects.tls import Files, TlsTrouble, context_of, refused_by_python

if TYPE_CHECKING:
    import socket

    from daybreak.core.url import Url
    from daybreak.dialects.base import Driver

_MODES = {
    "disabled": Strength.OFF,
    "preferred": Strength.PERHAPS,
    "required": Strength.REQUIRED,
    "verify_ca": Strength.CHAIN,
    "verify_identity": Strength.FULL,
}
_MODE_OF = {strength: mode.upper() for mode, strength in _MODES.items()}
_FILES = {
    "ssl_ca": "ca",
    "ssl_capath": "capath",
    "ssl_cert": "cert",
    "ssl_key": "key",
    "ssl_cipher": "ciphers",
}
_FLAGS = ("ssl_disabled", "ssl_verify_identity", "ssl_verify_cert", "ssl_check_hostname")
_AUTHORITIES = ("ssl_ca", "ssl_capath")
WORDS = frozenset({"ssl_mode", *_FLAGS, *_FILES})
_YES = {"1", "true", "t", "yes", "y", "on"}
_NO_TLS = "the server offers no TLS, which is required"
# CLIENT_PROTOCOL_41 and CLIENT_SSL, the largest packet, utf8mb4. Source: "Protocol::SSLRequest" in
# MySQL's internals manual.
_SSL_REQUEST = struct.pack("<iIB23s", 0x200 | 0x800, 2**24 - 1, 45, b"")
_CLIENT_SSL = 0x800


def said(url: Url, variables: Mapping[str, str], source: str) -> Said | None:
    query = dict(url.query)
    asked = {name: query[name] for name in query if name in WORDS}
    if asked.get("ssl_disabled", "true").lower() not in _YES:
        del asked["ssl_disabled"]  # which asks for nothing
    if not asked:
        return None
    where = f"the URL from {source}"
    mode = asked.get("ssl_mode")
    if mode is not None and mode.lower() not in _MODES:
        raise InvalidUrl(
            f"{where} has ssl_mode={mode}, which is none of {', '.join(_MODES).upper()}",
            "write one of these there",
        )
    telling = [name for name in ("ssl_mode", *_FLAGS) if name in asked] or list(asked)
    words = "&".join(f"{name}={asked[name]}" for name in telling)
    return Said(_strength(asked), words, where)


def _strength(asked: Mapping[str, str]) -> Strength:
    """As the drivers mean it: a file of authorities is for verifying, unless it is forbidden."""
    if "ssl_mode" in asked:
        return _MODES[asked["ssl_mode"].lower()]
    flags = {name: asked[name].lower() in _YES for name in _FLAGS if name in asked}
    if "ssl_disabled" in flags:
        return Strength.OFF
    if flags.get("ssl_verify_identity"):
        return Strength.FULL
    if not flags.get("ssl_verify_cert", not asked.keys().isdisjoint(_AUTHORITIES)):
        return Strength.REQUIRED
    named = flags.get("ssl_verify_identity", "ssl_verify_cert" not in flags)
    return Strength.FULL if flags.get("ssl_check_hostname", named) else Strength.CHAIN


def authorities(url: Url, variables: Mapping[str, str]) -> str | None:
    query = dict(url.query)
    return next((query[name] for name in _AUTHORITIES if query.get(name)), None)


def written(url: Url, strength: Strength, bundle: str | None) -> Url:
    query = {name: value for name, value in url.query if name not in {"ssl_mode", *_FLAGS}}
    query["ssl_mode"] = _MODE_OF[strength]
    if bundle is not None:
        query["ssl_ca"] = bundle
    return url._replace(query=tuple(query.items()))


def in_sqlalchemys_words(url: Url, driver: Driver) -> dict[str, str]:
    """What a URL of SQLAlchemy's says of it, which pymysql takes and aiomysql does not."""
    asked = said(url, {}, "")
    if asked is None or asked.strength is Strength.PERHAPS or driver.name == "aiomysql":
        return {}
    if asked.strength is Strength.OFF:
        return {"ssl_disabled": "true"}
    files = {name: value for name, value in url.query if name in _FILES}
    if asked.strength < Strength.CHAIN:
        files = {name: files[name] for name in files if name not in _AUTHORITIES}
    elif files.keys().isdisjoint(_AUTHORITIES):
        files |= _of_the_machine()
    return files if asked.strength is Strength.FULL else {**files, "ssl_check_hostname": "false"}


def _of_the_machine() -> dict[str, str]:
    """The authorities that the machine itself trusts."""
    import ssl

    known = ssl.get_default_verify_paths()
    return {"ssl_ca": known.cafile} if known.cafile else {"ssl_capath": known.capath or ""}


def arguments(url: Url, driver: Driver) -> dict[str, Any]:
    """What `connect` takes."""
    asked = said(url, {}, "")
    if asked is None:
        return {}
    if asked.strength is Strength.OFF:
        return {"ssl_disabled": True} if driver.name == "pymysql" else {}
    if asked.strength is Strength.PERHAPS and driver.name == "pymysql":
        return {}  # its own default
    files = {_FILES[name]: value for name, value in url.query if name in _FILES}
    return {"ssl": context_of(asked.strength, Files(**files))}


def engine_arguments(url: Url, driver: Driver) -> dict[str, Any]:
    """Those of an engine: it connects in a way of ours where aiomysql's own is not enough."""
    found = arguments(url, driver)
    asked = said(url, {}, "")
    if driver.name == "aiomysql" and asked and asked.strength >= Strength.REQUIRED:
        found["async_creator_fn"] = connect_with_tls
    return found


async def connect_with_tls(**keywords: Any) -> Any:
    """aiomysql's `connect`, which ends before the password is sent where there is no TLS."""
    from aiomysql.connection import Connection
    from pymysql.constants import CLIENT, CR
    from pymysql.err import OperationalError

    class Strict(Connection):  # type: ignore[misc]
        async def _request_authentication(self) -> None:
            if not self.server_capabilities & CLIENT.SSL:
                raise OperationalError(CR.CR_SSL_CONNECTION_ERROR, _NO_TLS)
            await super()._request_authentication()

    connection = Strict(**keywords)
    await connection._connect()
    return connection


def trouble(error: BaseException) -> TlsTrouble | None:
    """CR_SSL_CONNECTION_ERROR is pymysql's own, ER_SECURE_TRANSPORT_REQUIRED the server's."""
    number = error.args[0] if error.args else None
    if number == 2026:
        return TlsTrouble.NOT_OFFERED
    if number == 3159:
        return TlsTrouble.DEMANDED
    return refused_by_python(error)


def begin(connection: socket.socket) -> bool:
    """The server speaks first, and tells what it can. Source: "Protocol::HandshakeV10" there."""
    greeting = connection.recv(4096)
    after_version = greeting.index(b"\0", 5) + 1
    (can,) = struct.unpack_from("<H", greeting, after_version + 4 + 8 + 1)
    if not can & _CLIENT_SSL:
        return False
    connection.sendall(len(_SSL_REQUEST).to_bytes(3, "little") + b"\x01" + _SSL_REQUEST)
    return True
