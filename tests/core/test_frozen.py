"""A default that differs because each database read the text 'now()' at its own time."""

from __future__ import annotations

import pytest

from daybreak.core.catalog import Address, Column
from daybreak.core.change import Alter
from daybreak.core.frozen import frozen_default

MADE, AGAIN = "'2026-01-02 03:04:05.678901'", "'2026-01-02 03:04:06.1'"
CAST = "::timestamp without time zone"


@pytest.mark.parametrize(
    ("before", "after", "frozen"),
    [
        (MADE + CAST, AGAIN + CAST, True),
        (f"'2026-01-02 03:04:05.678901+00'{CAST}", f"'2026-01-02 03:04:06.1+00'{CAST}", True),
        ("'03:04:05.678901'::time without time zone", "'03:04:06.1'::time without time zone", True),
        (MADE, MADE, False),
        (MADE, "now()", False),
        (None, MADE, False),
        ("'2026-01-02 00:00:00'::timestamp", "'2026-01-03 00:00:00'::timestamp", False),
        (f"'at {MADE[1:]}", f"'at {AGAIN[1:]}", False),
    ],
)
def test_two_moments_as_a_default_are_a_text_that_was_read_twice(
    before: str | None, after: str | None, frozen: bool
) -> None:
    change = Alter(
        Address("column", "public", "made", "venues"),
        Column("made", "timestamp", default=before),
        Column("made", "timestamp", default=after),
        ("default",),
    )
    assert bool(frozen_default([change])) is frozen
