"""A change is one line, which fits the terminal."""

from __future__ import annotations

import click
import pytest

from daybreak.core.catalog import Address, Column, Index, IndexKey
from daybreak.core.change import Change, Create
from daybreak.report.changes import change_line

IX = Address("index", "public", "ix", "events")
NAME = Address("column", "public", "name", "events")


def _index(definition: str, *, valid: bool = True) -> Create:
    return Create(IX, Index("ix", definition, (IndexKey("a"),), valid=valid))


LINES = {
    "a column": (
        Create(NAME, Column("name", "text", not_null=True)),
        "  + events.name  text not null",
    ),
    "an index without its names": (
        _index('CREATE INDEX ix ON public."on events" USING btree (a) WHERE (a > 5)'),
        "  + index events.ix  USING btree (a) WHERE (a > 5)",
    ),
    "an index whose build was interrupted": (
        _index("CREATE INDEX ix ON public.events USING btree (a)", valid=False),
        "  + index events.ix  INVALID USING btree (a)",
    ),
    "an index of a partitioned table alone": (
        _index("CREATE UNIQUE INDEX ix ON ONLY public.events USING btree (a)"),
        "  + index events.ix  UNIQUE USING btree (a)",
    ),
    "an index of MySQL": (
        _index("UNIQUE INDEX (`a`)"),
        "  + index events.ix  UNIQUE INDEX (`a`)",
    ),
    "what is too long": (
        _index(f"CREATE INDEX ix ON public.events USING btree ({'a' * 99})"),
        "  + index events.ix  USING btree (aaaaaaaaaaaaaaaaaaaaaaaaa…",
    ),
}


@pytest.mark.parametrize(("change", "line"), LINES.values(), ids=LINES)
def test_a_change_is_a_line_of_the_terminals_width(change: Change, line: str) -> None:
    told = click.unstyle(change_line(change, "public", 60))

    assert told == line
    assert len(told) <= 60
