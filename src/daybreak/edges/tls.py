"""TLS at the rim: where the bundle is, what a URL is told, why a server was not believed."""

from __future__ import annotations

import contextlib
import socket
import warnings
from collections.abc import Sequence
from pathlib import Path

from daybreak.core.errors import (
    BundleMissing,
    DaybreakError,
    InvalidUrl,
    TlsContradicted,
    TlsFailed,
)
from daybreak.core.target import Target
from daybreak.core.tls import FETCH, NotVerified, Strength, decide, unverified
from daybreak.core.url import Url
from daybreak.core.wanted import BUNDLE, is_asked, leads_to_rds
from daybreak.dialects import dialect_named
from daybreak.dialects.base import CONNECT_TIMEOUT_S, Dialect, Driver, token_in_the_open
from daybreak.dialects.tls import Files, TlsTrouble, context_of, refused_by_python

# Where people put the bundle, after the project's own folder: AWS's console says the first.
PLACES = (f"/certs/{BUNDLE}", f"/etc/ssl/certs/{BUNDLE}")

# The servers of scratch databases: no environment is theirs, and their URL alone can ask for more.
SHADOW = "shadow"

_warned: set[str] = set()


def protected(target: Target) -> Target:
    """`target` with a URL that says how it is protected; warns where that is little.

    One that was not looked up yet is as it was; done twice, it is the same. Raises TlsContradicted,
    BundleMissing or InvalidUrl.
    """
    if not target.is_located:
        return target
    by_token = target.reference is not None and target.reference.scheme == "rds-iam"
    url, wanted = target.url, target.tls
    if not by_token and not is_asked(wanted, url):
        return target
    rds = by_token or leads_to_rds(url)
    dialect = dialect_named(url.dialect, target.source)
    said = dialect.tls.said(url, dict(wanted.variables), target.source)
    if by_token and said is not None and said.strength < Strength.REQUIRED:
        raise token_in_the_open(said.words)
    if by_token and wanted.setting == "off":
        raise token_in_the_open('tls = "off"')
    strength = decide(wanted.setting, said, target.environment, rds=rds)
    bundle = None
    if strength >= Strength.CHAIN and (wanted.setting == "verify-full" or wanted.ca is not None):
        bundle = _bundle(target, dialect)
    if strength is not Strength.PERHAPS and (bundle or said is None or strength != said.strength):
        url = dialect.tls.written(url, strength, bundle)
    if rds and wanted.setting is None and target.environment != SHADOW:
        _warn(target, strength)
    return target._replace(url=url)


def _warn(target: Target, strength: Strength) -> None:
    """Once for a server: a process resolves its target several times."""
    warning = unverified(strength, target.place, target.environment)
    server = target.url.host or target.place
    if warning is not None and server not in _warned:
        _warned.add(server)
        warnings.warn(warning, NotVerified, stacklevel=3)


def require_tls_in_url(target: Target, driver: Driver) -> None:
    """Raises InvalidUrl where a URL would be used with less protection than `target` asks for."""
    if driver.tls_in_url:
        return
    said = dialect_named(target.url.dialect, target.source).tls.said(target.url, {}, target.source)
    if said is not None and said.strength >= Strength.REQUIRED:
        raise InvalidUrl(
            f"no URL tells {driver.name} to use TLS, and {target.environment} requires it",
            f'take database.async_engine, or what database.dsn("{driver.name}") gives',
        )


def _bundle(target: Target, dialect: Dialect) -> str:
    """The file of the authorities. Raises BundleMissing, TlsContradicted."""
    wanted, root = target.tls, Path(target.tls.root)
    said = dialect.tls.authorities(target.url, {})
    if wanted.ca is not None:
        file = root / Path(wanted.ca).expanduser()
        if said is not None and Path(said) != file:
            raise TlsContradicted(
                *(f"the URL from {target.source}", f"the certificates of {said}"),
                *(f'tls_ca = "{wanted.ca}"', target.environment),
            )
        if file.is_file():
            return str(file)
        raise BundleMissing(f"{file}, which tls_ca names, is not there", _how_to_fetch(root))
    inherited = said or dialect.tls.authorities(target.url, dict(wanted.variables))
    if inherited is not None:
        return inherited
    places = [root / BUNDLE, root / "certs" / BUNDLE, *(Path(place) for place in PLACES)]
    for place in places:
        if place.is_file():
            return str(place)
    raise BundleMissing(
        f'tls = "verify-full" of {target.environment} needs the certificates of the authorities, '
        f"and none of these is there: {', '.join(str(place) for place in places)}",
        _how_to_fetch(root),
    )


def _how_to_fetch(root: Path) -> str:
    return (
        f"for Aurora and RDS, in {root}: {FETCH}; for another server name the file in tls_ca "
        "(docs/tls.md)"
    )


def failure(target: Target, dialect: Dialect, trouble: TlsTrouble, words: str) -> TlsFailed:
    """Why there is no TLS with `target`, as far as the driver and a look of our own tell."""
    url = target.url
    host = url.host or dict(url.query).get("host", "the local socket")
    port = url.port or dialect.DEFAULT_PORT
    authorities = dialect.tls.authorities(url, dict(target.tls.variables))
    names: Sequence[str] = ()
    if trouble in {TlsTrouble.REFUSED, TlsTrouble.OTHER_NAME}:
        found, names = _look(url, dialect, authorities)
        trouble = found or trouble
    where = f"{host}:{port} ({target.environment}, from {target.source})"
    setting = f"[tool.daybreak.environments.{target.environment}]"
    match trouble:
        case TlsTrouble.UNTRUSTED | TlsTrouble.REFUSED:
            known = f"an authority in {authorities}" if authorities else "an authority known here"
            problem = f"the certificate of {where} is not signed by {known}"
            cure = (
                f"name the file of the authority that signed it: tls_ca in {setting}; for Aurora "
                f"and RDS fetch it anew: {FETCH}"
            )
        case TlsTrouble.OTHER_NAME:
            whose = f"is for {', '.join(names)}, not" if names else "is not"
            problem = f"the certificate of {where} {whose} for {host}"
            cure = (
                f"call the server by a name of its certificate, in {target.source}: for Aurora "
                "the endpoint that AWS gives, not an address, a CNAME or a tunnel"
            )
        case TlsTrouble.EXPIRED:
            theirs = f", or of its authority in {authorities}," if authorities else ""
            problem = f"the certificate of {where}{theirs} has expired"
            cure = (
                "renew it on the server (for RDS: aws rds modify-db-instance "
                f"--ca-certificate-identifier …), and the file of the authorities: {FETCH}"
            )
        case TlsTrouble.TOO_NEW:
            problem = f"the certificate of {where} is not valid yet"
            cure = "set this machine's clock, which seems to be slow"
        case TlsTrouble.NOT_OFFERED:
            problem = f"{where} offers no TLS, which is required"
            cure = (
                'turn it on in the server; where nobody can listen on the way: tls = "off" in '
                f"{setting}"
            )
        case TlsTrouble.DEMANDED:
            problem = f"{where} takes no connection without TLS"
            cure = f'tls = "verify-full" in {setting} (docs/tls.md), or tls = "require"'
        case TlsTrouble.NO_SESSION:
            problem = f"no TLS with {where}: {words}"
            cure = "compare the versions of TLS and the ciphers that the server and this side take"
    return TlsFailed(problem, cure)


def _look(
    url: Url, dialect: Dialect, authorities: str | None
) -> tuple[TlsTrouble | None, Sequence[str]]:
    """What Python finds wrong with the chain, where libpq says only that something is, and the
    names in a certificate whose chain is right. Nothing if the server can't be looked at.
    """
    host = dict(url.query).get("hostaddr") or url.host
    if authorities is None or host is None:
        return None, ()
    address = (host, url.port or dialect.DEFAULT_PORT)
    with contextlib.suppress(DaybreakError, ValueError):
        context = context_of(Strength.CHAIN, Files(ca=authorities))
        try:
            with socket.create_connection(address, CONNECT_TIMEOUT_S) as connection:
                if dialect.tls.begin(connection):
                    with context.wrap_socket(connection) as tls:
                        shown = tls.getpeercert() or {}
                        return None, [str(name[1]) for name in shown.get("subjectAltName", ())]
        except OSError as error:
            return refused_by_python(error), ()
    return None, ()
