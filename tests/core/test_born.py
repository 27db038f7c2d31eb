"""What default privileges give to new objects is no difference; any other grant is one."""

from __future__ import annotations

from core.catalogs import catalog, table
from core.test_diff import said
from daybreak.core.born import without_born_rights
from daybreak.core.catalog import Catalog, Grant, Other
from daybreak.core.diff import diff

READ = (Grant("SELECT", "reader"),)
DEFAULTS = Other("", "TABLES FOR <owner>", "default privileges", "GRANT SELECT TO reader")


def left(history: Catalog, goal: Catalog, found: Catalog) -> list[str]:
    changes = diff(history, goal)
    return said(tuple(without_born_rights(diff(found, goal), history, goal, changes)))


def test_a_new_table_may_have_what_default_privileges_give() -> None:
    history = catalog(DEFAULTS, table("t"))
    goal = catalog(DEFAULTS, table("t"), table("u"))
    found = catalog(DEFAULTS, table("t", grants=READ), table("u", grants=READ))
    assert left(history, goal, found) == ["alter table public.t grants"]


def test_without_default_privileges_it_may_not() -> None:
    goal, found = catalog(table("u")), catalog(table("u", grants=READ))
    assert left(catalog(), goal, found) == ["alter table public.u grants"]
