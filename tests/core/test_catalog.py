"""A catalog can be stored as text and comes back equal."""

from __future__ import annotations

import pytest

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Domain,
    Grant,
    Identity,
    Index,
    IndexKey,
    Other,
    Routine,
    Schema,
    Table,
    address_of,
    objects_of,
)
from daybreak.core.catalogtext import from_text, to_text

COLUMN = Column("id", "integer", identity=Identity(True, "t_id_seq", 1, 1, 1, 9, 1, False))
TABLE = Table(
    "public",
    "t",
    columns=(COLUMN, Column("ä", "text", options=(("n_distinct", "5"),), position=2)),
    constraints=(
        Constraint("f", "foreign key", "…", ("id",), referred=("public", "u"), match="FULL"),
    ),
    indexes=(Index("i", "…", (IndexKey(column="id", descending=True),)),),
    partition_of=("public", "parent", "FOR VALUES IN (1)"),
    inherits=(("public", "a"), ("public", "b")),
    grants=(Grant("SELECT", "PUBLIC"),),
)
DOMAIN = Domain("public", "d", "text", constraints=(Constraint("c", "check", "CHECK (true)"),))
CATALOG = Catalog(
    "postgresql",
    16,
    "public",
    schemas=(Schema("public"),),
    domains=(DOMAIN,),
    routines=(Routine("public", "f", "integer", "function", "…"),),
    tables=(TABLE,),
    others=(Other("", "e", "event trigger", "…"),),
)


def test_a_stored_catalog_comes_back_equal_in_every_field() -> None:
    again = from_text(to_text(CATALOG))
    assert again == CATALOG
    assert again.tables[0].columns[1].position == 2  # not compared, and kept all the same
    assert again.version == 16
    assert to_text(again) == to_text(CATALOG)


def test_a_value_is_written_up_to_the_last_field_that_is_no_default() -> None:
    columns = (Column("id", "int", position=1), Column("at", "date", True, position=2))
    catalog = Catalog("mysql", 8, "", tables=(Table("", "t", columns),))
    assert to_text(catalog) == (
        '["mysql",8,"",[],[],[],[],[],[],[],[],[["","t",[["id","int",1],["at","date",2,true]]]]]'
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '["postgresql", 16]'])
def test_a_text_that_is_no_catalog_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_text(text)


def test_addresses_name_schema_table_and_object() -> None:
    assert [address_of(item) for item in objects_of(CATALOG)] == [
        Address("schema", "", "public"),
        Address("domain", "public", "d"),
        Address("routine", "public", "f(integer)"),
        Address("table", "public", "t"),
        Address("other", "", "event trigger e"),
    ]
    assert str(address_of(COLUMN, TABLE)) == "public.t.id"
