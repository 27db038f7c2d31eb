"""TLS in libpq's words, which asyncpg takes in part."""

from __future__ import annotations

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
    "disable": Strength.OFF,
    "allow": Strength.PERHAPS,
    "prefer": Strength.PERHAPS,
    "require": Strength.REQUIRED,
    "verify-ca": Strength.CHAIN,
    "verify-full": Strength.FULL,
}
_MODE_OF = {strength: mode for mode, strength in _MODES.items()}
# What asyncpg takes in no URL of SQLAlchemy's, and gets as a context.
_FILES = {"sslrootcert": "ca", "sslcert": "cert", "sslkey": "key"}
# The message that asks for TLS: its length and its number. Source: "Message Formats" in
# PostgreSQL's manual, SSLRequest.
_SSL_REQUEST = (8).to_bytes(4) + (80877103).to_bytes(4)


def said(url: Url, variables: Mapping[str, str], source: str) -> Said | None:
    query = dict(url.query)
    name = "sslmode" if "sslmode" in query else "ssl"
    mode, where = query.get(name), f"the URL from {source}"
    if mode is None:
        name, where = "PGSSLMODE", "the process"
        mode = variables.get(name) or None
    if mode is None:
        return None
    if mode not in _MODES:
        raise InvalidUrl(
            f"{where} has {name}={mode}, which is none of {', '.join(_MODES)}",
            "write one of these there",
        )
    return Said(_MODES[mode], f"{name}={mode}", where)


def authorities(url: Url, variables: Mapping[str, str]) -> str | None:
    return dict(url.query).get("sslrootcert") or variables.get("PGSSLROOTCERT") or None


def written(url: Url, strength: Strength, bundle: str | None) -> Url:
    query = {name: value for name, value in url.query if name not in {"sslmode", "ssl"}}
    query["sslmode"] = _MODE_OF[strength]
    if bundle is not None:
        query["sslrootcert"] = bundle
    return url._replace(query=tuple(query.items()))


def taken_by_context(url: Url) -> frozenset[str]:
    """The words of the URL that `engine_arguments` says to asyncpg."""
    return frozenset(_FILES if _context_strength(url) else ())


def engine_arguments(url: Url, driver: Driver) -> dict[str, Any]:
    strength = _context_strength(url)
    if driver.name != "asyncpg" or strength is None:
        return {}
    files = {_FILES[name]: value for name, value in url.query if name in _FILES}
    # As libpq does where it is told whom to trust.
    verified = max(strength, Strength.CHAIN) if "ca" in files else strength
    return {"ssl": context_of(verified, Files(**files))}


def _context_strength(url: Url) -> Strength | None:
    """How strongly a context has to protect; None where asyncpg's own word is enough."""
    query = dict(url.query)
    strength = _MODES.get(query.get("sslmode", query.get("ssl", "")), Strength.PERHAPS)
    return strength if strength >= Strength.REQUIRED and _FILES.keys() & query.keys() else None


def trouble(error: BaseException) -> TlsTrouble | None:
    """libpq has words alone, one for all that is wrong with a chain, and a line for each attempt.

    Where TLS is not required it tries again without: only what it said last counts then.
    """
    words = str(error)
    if "server does not support SSL" in words or "rejected SSL upgrade" in words:
        return TlsTrouble.NOT_OFFERED
    if "no pg_hba.conf entry" in words and "no encryption" in words and "SSL enc" not in words:
        return TlsTrouble.DEMANDED
    if "does not match host name" in words:
        return TlsTrouble.OTHER_NAME
    if "SSL error: certificate verify failed" in words:
        return TlsTrouble.REFUSED
    last = words.rstrip().rpartition("\n")[2]
    if "SSL error:" in last and "unexpected eof" not in last:
        return TlsTrouble.NO_SESSION
    return refused_by_python(error)


def begin(connection: socket.socket) -> bool:
    connection.sendall(_SSL_REQUEST)
    return connection.recv(1) == b"S"
