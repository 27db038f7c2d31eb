"""Grants and policies as SQL of PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daybreak.core.catalog import Address, Catalog, Column, Grant, Policy, Routine, Sequence, Table
from daybreak.core.change import Alter, Create
from daybreak.dialects.postgresql import ddl

CATALOG = Catalog("postgresql", 16, "public")
TABLE = Address("table", "public", "t")
POLICY = Address("policy", "public", "own", "t")
READ, WRITE = Grant("SELECT", "reader"), Grant("INSERT", "reader")
PASSED_ON = Grant("SELECT", "reader", grantable=True)
NO_EXECUTE = Grant("EXECUTE", "PUBLIC", revoked=True)


@pytest.mark.parametrize(
    ("old", "new", "sql"),
    [
        ((), (READ, WRITE), ["GRANT INSERT, SELECT ON t TO reader"]),
        ((READ, WRITE), (WRITE,), ["REVOKE SELECT ON t FROM reader"]),
        ((), (PASSED_ON,), ["GRANT SELECT ON t TO reader WITH GRANT OPTION"]),
        ((READ,), (PASSED_ON,), ["GRANT SELECT ON t TO reader WITH GRANT OPTION"]),
        ((PASSED_ON,), (READ,), ["REVOKE GRANT OPTION FOR SELECT ON t FROM reader"]),
        ((), (Grant("SELECT", "a-b"),), ['GRANT SELECT ON t TO "a-b"']),
        (
            (),
            (Grant("INSERT", "<owner>", revoked=True),),
            ["REVOKE INSERT ON t FROM CURRENT_USER"],
        ),
    ],
)
def test_what_a_grantee_gets_or_loses(
    old: tuple[Grant, ...], new: tuple[Grant, ...], sql: list[str]
) -> None:
    before, after = Table("public", "t", grants=old), Table("public", "t", grants=new)
    assert ddl(Alter(TABLE, before, after, ("grants",)), CATALOG, CATALOG) == sql


def test_a_right_that_all_are_born_with_is_taken_away_and_given_back() -> None:
    made = Routine("s", "f", "integer", "function", "CREATE FUNCTION s.f(integer) …")
    revoked = replace(made, grants=(NO_EXECUTE,))
    address = Address("routine", "s", "f(integer)")

    there = ddl(Alter(address, made, revoked, ("grants",)), CATALOG, CATALOG)
    back = ddl(Alter(address, revoked, made, ("grants",)), CATALOG, CATALOG)

    assert there == ["REVOKE EXECUTE ON FUNCTION s.f(integer) FROM PUBLIC"]
    assert back == ["GRANT EXECUTE ON FUNCTION s.f(integer) TO PUBLIC"]


def test_the_kind_of_object_is_named_where_it_is_no_table() -> None:
    column = Column("a", "integer", grants=(Grant("UPDATE", "reader"),))
    numbers = Sequence("public", "q", "bigint", 1, 1, 1, 9, 1, False, grants=(READ,))

    of_column = ddl(Create(Address("column", "public", "a", "t"), column), CATALOG, CATALOG)
    of_sequence = ddl(Create(Address("sequence", "public", "q"), numbers), CATALOG, CATALOG)

    assert of_column[-1] == "GRANT UPDATE (a) ON t TO reader"
    assert of_sequence[-1] == "GRANT SELECT ON SEQUENCE q TO reader"


@pytest.mark.parametrize(
    ("policy", "sql"),
    [
        (
            Policy("own", True, "ALL", ("PUBLIC",), "(a < 5)"),
            ["CREATE POLICY own ON t USING (a < 5)"],
        ),
        (
            Policy("own", False, "UPDATE", ("a", "b"), "(a) AND (b)", "true", "why"),
            [
                "CREATE POLICY own ON t AS RESTRICTIVE FOR UPDATE TO a, b"
                " USING ((a) AND (b)) WITH CHECK (true)",
                "COMMENT ON POLICY own ON t IS 'why'",
            ],
        ),
    ],
)
def test_a_policy_is_created(policy: Policy, sql: list[str]) -> None:
    assert ddl(Create(POLICY, policy), CATALOG, CATALOG) == sql


ALL = Policy("own", True, "ALL", ("PUBLIC",), "(a < 5)")


@pytest.mark.parametrize(
    ("new", "fields", "sql"),
    [
        (
            Policy("own", True, "ALL", ("reader",), "(a < 9)"),
            ("roles", "using"),
            ["ALTER POLICY own ON t TO reader USING (a < 9)"],
        ),
        (
            Policy("own", True, "ALL", ("PUBLIC",), None, "true"),
            ("using", "check"),
            ["DROP POLICY own ON t", "CREATE POLICY own ON t WITH CHECK (true)"],
        ),
        (
            Policy("own", True, "SELECT", ("PUBLIC",), "(a < 5)"),
            ("command",),
            ["DROP POLICY own ON t", "CREATE POLICY own ON t FOR SELECT USING (a < 5)"],
        ),
    ],
)
def test_a_policy_is_altered_where_the_server_can(
    new: Policy, fields: tuple[str, ...], sql: list[str]
) -> None:
    assert ddl(Alter(POLICY, ALL, new, fields), CATALOG, CATALOG) == sql
