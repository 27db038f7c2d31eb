"""How a connection is protected: what settings, URL and host name together ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from daybreak.core.errors import TlsContradicted
from daybreak.core.wanted import BUNDLE, SETTINGS

FETCH = f"curl -fO https://truststore.pki.rds.amazonaws.com/global/{BUNDLE}"


class NotVerified(UserWarning):
    """A server of Aurora or RDS is reached without knowing that it is the one that was called."""


class Strength(IntEnum):
    """How much of TLS is asked for; each includes the ones before it."""

    OFF = 0
    PERHAPS = 1  # if the server offers it
    REQUIRED = 2
    CHAIN = 3  # and its certificate is signed by an authority that we know
    FULL = 4  # and is for the host that we called


_STRENGTHS = dict(zip(SETTINGS, (Strength.OFF, Strength.REQUIRED, Strength.FULL), strict=True))


@dataclass(frozen=True)
class Said:
    """What a URL or a variable asks for, in its own `words` (`sslmode=require`)."""

    strength: Strength
    words: str
    source: str


def decide(setting: str | None, said: Said | None, environment: str, *, rds: bool) -> Strength:
    """How strongly a connection is protected. PERHAPS leaves it to the driver.

    A URL may ask for more than `require`. Raises TlsContradicted.
    """
    if setting is None:
        strength = said.strength if said else Strength.PERHAPS
        return Strength.REQUIRED if rds and strength is Strength.PERHAPS else strength
    wanted = _STRENGTHS[setting]
    if said is None or said.strength == wanted or said.strength > wanted == Strength.REQUIRED:
        return said.strength if said else wanted
    raise TlsContradicted(said.source, said.words, f'tls = "{setting}"', environment)


def unverified(strength: Strength, place: str, environment: str) -> str | None:
    """What a person should know of a server of Aurora or RDS for which `tls` is not set."""
    lacking = {
        Strength.REQUIRED: "neither its certificate nor its name is verified",
        Strength.CHAIN: "its certificate is verified and its name is not",
    }.get(strength)
    return lacking and (
        f"the connection to {place} is encrypted, but {lacking}: somebody on the way could pass "
        f'for it. Write tls = "verify-full" into [tool.daybreak.environments.{environment}] '
        f"(docs/tls.md), and beside pyproject.toml: {FETCH}"
    )
