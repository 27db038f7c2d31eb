"""The name of a prepared XA transaction, as the statements that end it take it."""

from __future__ import annotations

import pytest

from daybreak.dialects.mysql.watching import prepared_name


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ((3, 7, 1, "0x6f726465722d3762"), "'order-7','b',3"),
        ((1, 2, 0, "0x6162"), "'ab','',1"),
        ((1, 1, 1, "0x2762"), "X'27','b',1"),
        ((1, 2, 1, "0xff0062"), "X'ff00','b',1"),
    ],
    ids=["text", "without a branch", "a quote", "bytes"],
)
def test_a_name_is_text_where_it_can_be(row: tuple[object, ...], name: str) -> None:
    assert prepared_name(row) == name
