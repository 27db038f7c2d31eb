"""Each kind of difference that Alembic tells is named by what differs, once and in full."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table

from daybreak.flows.author import describe

VENUES = Table("venues", MetaData(), Column("id", Integer, primary_key=True))
EVENTS = Table(
    "events",
    MetaData(),
    Column("price", Integer),
    Column("venue_id", ForeignKey(VENUES.c.id)),
    Index("ix_price", "price"),
    schema="sales",
)
(PRICE_INDEX,) = EVENTS.indexes
(VENUE_KEY,) = EVENTS.foreign_key_constraints
MODIFIED = {"existing_nullable": False}


@pytest.mark.parametrize(
    ("diff", "words"),
    [
        (("add_table", VENUES), "add table: venues"),
        (("remove_table", EVENTS), "remove table: sales.events"),
        (("add_column", None, "venues", VENUES.c.id), "add column: venues.id"),
        (("remove_column", "sales", "events", EVENTS.c.price), "remove column: sales.events.price"),
        (("add_index", PRICE_INDEX), "add index: sales.events.ix_price"),
        (("remove_fk", VENUE_KEY), "remove fk: sales.events.(venue_id)"),
        (("add_table_comment", VENUES, "where"), "add table comment: venues"),
        (
            [
                ("modify_type", None, "venues", "name", MODIFIED, Integer(), String()),
                ("modify_default", None, "venues", "name", MODIFIED, "before", "after"),
            ],
            "modify type: venues.name; modify default: venues.name",
        ),
    ],
)
def test_a_difference_in_words(diff: Any, words: str) -> None:
    assert describe(diff) == words
