"""Types as SQL of PostgreSQL."""

from __future__ import annotations

from daybreak.core.catalog import Address, Catalog, Constraint, Domain
from daybreak.core.change import Create
from daybreak.dialects.postgresql import ddl


def test_a_check_that_was_not_validated_is_added_to_its_domain_afterwards() -> None:
    checked = Constraint("low", "check", "CHECK ((VALUE < 9))")
    unchecked = Constraint("even", "check", "CHECK (((VALUE % 2) = 0)) NOT VALID", validated=False)
    domain = Domain("public", "small", "integer", constraints=(unchecked, checked))
    catalog = Catalog("postgresql", 16, "public")
    assert ddl(Create(Address("domain", "public", "small"), domain), catalog, catalog) == [
        "CREATE DOMAIN small AS integer CONSTRAINT low CHECK ((VALUE < 9))",
        "ALTER DOMAIN small ADD CONSTRAINT even CHECK (((VALUE % 2) = 0)) NOT VALID",
    ]
