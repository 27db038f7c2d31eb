"""How a dialect says TLS: in a URL, to its drivers, and in the errors of a connection."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from daybreak.core.errors import BundleMissing
from daybreak.core.tls import Said, Strength

if TYPE_CHECKING:
    import socket
    import ssl

    from daybreak.core.url import Url
    from daybreak.dialects.base import Driver


class TlsTrouble(Enum):
    """Why no connection with TLS came about."""

    UNTRUSTED = "no authority that we know has signed the certificate"
    OTHER_NAME = "the certificate is for another host"
    EXPIRED = "the certificate has expired"
    TOO_NEW = "the certificate is not valid yet"
    REFUSED = "the certificate was refused, and the driver does not say why"
    NOT_OFFERED = "the server speaks no TLS"
    DEMANDED = "the server takes no connection without TLS"
    NO_SESSION = "the two could not agree on a session"


class Tls(Protocol):
    """The same for both engines. `variables` are the process's."""

    def said(self, url: Url, variables: Mapping[str, str], source: str) -> Said | None:
        """What the URL from `source`, or a variable that the drivers read, asks for.

        Raises InvalidUrl for a word that no driver knows.
        """
        ...

    def authorities(self, url: Url, variables: Mapping[str, str]) -> str | None:
        """The file or folder of the authorities' certificates that the same two name."""
        ...

    def written(self, url: Url, strength: Strength, bundle: str | None) -> Url:
        """The URL that asks for this in its query, in words that all drivers are told it by."""
        ...

    def engine_arguments(self, url: Url, driver: Driver) -> dict[str, Any]:
        """What an engine gives the driver beside the URL, which can't say it all.

        Raises BundleMissing.
        """
        ...

    def trouble(self, error: BaseException) -> TlsTrouble | None:
        """What the driver's `error` tells of TLS; None if it is about something else."""
        ...

    def begin(self, connection: socket.socket) -> bool:
        """Ask the server on a new connection for TLS; False if it has none."""
        ...


@dataclass(frozen=True)
class Files:
    """What a connection is verified by, and what we are known by."""

    ca: str | None = None
    capath: str | None = None
    cert: str | None = None
    key: str | None = None
    ciphers: str | None = None


@functools.cache
def context_of(strength: Strength, files: Files) -> ssl.SSLContext:
    """Python's way to say it, for the drivers that take no words. Raises BundleMissing.

    The same one for all connections of a process: AWS's bundle takes 10 ms to read.
    Without files the machine's own authorities are trusted. An old authority's certificate need not
    be of today's strictest form, which Python asks for since 3.13 where it makes the context.
    """
    import ssl  # here: a run with nothing to do needs none

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = strength is Strength.FULL
    if strength < Strength.CHAIN:
        context.verify_mode = ssl.CERT_NONE
    elif files.ca or files.capath:
        _load(context, files)
    else:
        context.load_default_certs()
    if files.cert:
        context.load_cert_chain(files.cert, files.key)
    if files.ciphers:
        context.set_ciphers(files.ciphers)
    return context


def _load(context: ssl.SSLContext, files: Files) -> None:
    try:
        context.load_verify_locations(files.ca, files.capath)
    except OSError as error:
        raise BundleMissing(
            f"{files.ca or files.capath} can't be read as certificates: {error.strerror or error}",
            "let it be a PEM file of the authorities that sign the server's certificate",
        ) from error


def refused_by_python(error: BaseException) -> TlsTrouble | None:
    """What Python's own TLS says below the driver's error, where that driver uses it."""
    import ssl

    found: BaseException | None = error
    while found is not None and not isinstance(found, ssl.SSLError):
        found = getattr(found, "original_exception", None) or found.__cause__
    if found is None or isinstance(found, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return None  # whoever hangs up says nothing of TLS
    if not isinstance(found, ssl.SSLCertVerificationError):
        return TlsTrouble.NO_SESSION
    # Source: X509_V_ERR_… in OpenSSL's manual of X509_STORE_CTX_get_error.
    match found.verify_code:
        case 9:
            return TlsTrouble.TOO_NEW
        case 10:
            return TlsTrouble.EXPIRED
        case 62 | 64:
            return TlsTrouble.OTHER_NAME
        case _:
            return TlsTrouble.UNTRUSTED
