"""Models with something of each kind, to be told apart by their key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    Sequence,
    String,
    Table,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateView

from daybreak.edges.shadow.keys import wanted_key

TESTS = Path(__file__).parents[2]


def ddl(statement: str) -> Any:
    return DDL(statement)  # type: ignore[no-untyped-call]


def models(**options: Any) -> MetaData:
    """Something of each kind, with sets of several items, whose order differs by process."""
    metadata = MetaData(**options)
    Table(
        "venues",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(40), nullable=False),
        Column("kind", Enum("hall", "club", name="kind")),
        Column("size", postgresql.DOMAIN("positive", Integer, check=text("value > 0"))),
        CheckConstraint("length(name) > 1", name="named"),
        CheckConstraint("id > 0", name="counted"),
        UniqueConstraint("name", name="one_name"),
        Index("by_name", "name", postgresql_where=text("id > 5")),
        Index("by_kind", "kind"),
        Index("by_size", "size"),
        comment="where it takes place",
    )
    events = Table(
        "events",
        metadata,
        Column("id", Integer, Sequence("event_ids"), primary_key=True),
        Column("venue", ForeignKey("venues.id", name="at", use_alter=True)),
        Column("price", Numeric(10, 2), server_default="0"),
        schema="shop",
    )
    event.listen(
        events, "after_create", ddl("CREATE VIEW cheap AS SELECT 1").execute_if("postgresql")
    )
    CreateView(select(events.c.id), "ids", metadata=metadata)
    return metadata


def key(metadata: MetaData, **kw: Any) -> str:
    return wanted_key([metadata], postgresql.dialect(), **{"server": "16", "root": TESTS, **kw})  # type: ignore[no-untyped-call]
