"""What a server said is told in one line."""

from __future__ import annotations

import pytest

from daybreak.core.said import said

SAID = {
    'relation "venues" does not exist\nLINE 1: UPDATE venues SET a = 1\n               ^\n': (
        'relation "venues" does not exist'
    ),
    "duplicate key value\nDETAIL:  Key (id)=(1) already exists.\n": (
        "duplicate key value DETAIL: Key (id)=(1) already exists."
    ),
    "no LINE at all": "no LINE at all",
}


@pytest.mark.parametrize(("words", "line"), SAID.items())
def test_the_servers_words_are_one_line_without_its_picture(words: str, line: str) -> None:
    assert said(RuntimeError(words)) == line
