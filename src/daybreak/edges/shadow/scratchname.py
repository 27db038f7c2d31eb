"""How the databases that are ours are called on a shadow server."""

from __future__ import annotations

from hashlib import sha256

SCRATCH = "daybreak_shadow_"
TEMPLATE = "daybreak_template_"


def template_name(key: str) -> str:
    return TEMPLATE + sha256(key.encode()).hexdigest()[:32]


def owner_of(scratch: str) -> str:
    """The token of the run that a scratch database belongs to."""
    return scratch.rsplit("_", 2)[-2]
