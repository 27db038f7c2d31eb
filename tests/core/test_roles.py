"""Whom a catalog names."""

from __future__ import annotations

from core.catalogs import catalog, table
from daybreak.core.catalog import Column, Grant, Policy, Schema
from daybreak.core.roles import roles_of


def test_the_roles_of_grants_and_policies_and_nobody_else() -> None:
    column = Column("a", "integer", grants=(Grant("UPDATE", "writer"),))
    policy = Policy("own", True, "ALL", ("PUBLIC", "owner"), "true")
    named = catalog(
        Schema("s", grants=(Grant("USAGE", "reader"), Grant("CREATE", "<owner>", revoked=True))),
        table("t", column, policy, grants=(Grant("SELECT", "PUBLIC"),)),
    )
    assert roles_of(named) == {"reader", "writer", "owner"}
