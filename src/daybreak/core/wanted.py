"""What is wanted of TLS, before a connection is thought of.

Apart from the decisions, because a run with nothing to do loads it.
"""

from __future__ import annotations

from typing import NamedTuple

from daybreak.core.url import Url

# What the setting `tls` may say.
SETTINGS = ("off", "require", "verify-full")
# The bundle that verifies every Aurora and RDS server, of all regions.
BUNDLE = "global-bundle.pem"
# What libpq and asyncpg read by themselves, where a URL says nothing.
VARIABLES = ("PGSSLMODE", "PGSSLROOTCERT")

_RDS = (".rds.amazonaws.com", ".rds.amazonaws.com.cn")


class Wanted(NamedTuple):
    """The settings, and what drivers read besides.

    `setting` is `tls`, `ca` is `tls_ca`; a relative path begins at `root`, the folder of
    pyproject.toml. `variables` are the process's that speak of TLS.
    """

    setting: str | None = None
    ca: str | None = None
    root: str = ""
    variables: tuple[tuple[str, str], ...] = ()


def is_rds(host: str | None) -> bool:
    """Whether the name is one that AWS gives to a server of Aurora or RDS, or to a proxy's."""
    return host is not None and host.lower().rstrip(".").endswith(_RDS)


def leads_to_rds(url: Url) -> bool:
    """Whether one of the hosts of the URL is such a server."""
    return any(is_rds(host) for host in (url.host or dict(url.query).get("host", "")).split(","))


def is_asked(wanted: Wanted, url: Url) -> bool:
    """Whether anything but the URL and the driver has a say in how the connection is protected."""
    return wanted.setting is not None or wanted.ca is not None or leads_to_rds(url)
