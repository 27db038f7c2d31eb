"""The roles that a catalog names: they belong to a server, not to one of its databases."""

from __future__ import annotations

from collections.abc import Iterator

from daybreak.core.catalog import Catalog, Object, objects_of

_SYMBOLS = frozenset({"<owner>", "PUBLIC"})


def roles_of(catalog: Catalog) -> frozenset[str]:
    """Whom something is granted to, and whom a policy is for."""
    return frozenset(name for item in objects_of(catalog) for name in _roles(item)) - _SYMBOLS


def _roles(item: Object) -> Iterator[str]:
    for grant in getattr(item, "grants", ()):
        yield grant.grantee
    for column in getattr(item, "columns", ()):
        yield from _roles(column)
    for policy in getattr(item, "policies", ()):
        yield from policy.roles
