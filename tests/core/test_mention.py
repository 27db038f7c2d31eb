"""Which names the text of an object mentions."""

from __future__ import annotations

import pytest

from daybreak.core.catalog import Routine
from daybreak.core.mention import called, mentioned


def routine(definition: str) -> Routine:
    return Routine("public", "f", "", "function", definition)


@pytest.mark.parametrize("delimiter", ["$function$", "$procedure$", "$functionx$"])
def test_the_first_and_the_last_word_of_a_body_are_words(delimiter: str) -> None:
    body = routine(f"CREATE FUNCTION f() AS {delimiter}first(1), last{delimiter}")
    assert {"first", "last"} <= mentioned(body)
    assert called(body) == {"f", "first"}


def test_a_name_may_have_a_dollar_sign() -> None:
    assert "price$" in mentioned(routine("CREATE FUNCTION f() AS $function$price$ + 1$function$"))
