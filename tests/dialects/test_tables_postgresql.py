"""Tables and their constraints as SQL of PostgreSQL."""

from __future__ import annotations

from daybreak.core.catalog import Address, Catalog, Constraint
from daybreak.core.change import Create
from daybreak.dialects.postgresql import ddl


def test_a_key_gets_the_storage_parameters_of_its_index() -> None:
    key = Constraint("k", "unique", "UNIQUE (a)", ("a",), options=(("fillfactor", "90"),))
    catalog = Catalog("postgresql", 16, "public")
    assert ddl(Create(Address("constraint", "public", "k", "t"), key), catalog, catalog) == [
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)",
        "ALTER INDEX k SET (fillfactor = 90)",
    ]
