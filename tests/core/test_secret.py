"""A secret can be used as the text it is, and is not shown."""

from __future__ import annotations

import json

import pytest

from daybreak.core.secret import Secret, mask


def test_a_secret_is_a_text_in_all_but_its_repr() -> None:
    secret = Secret("hunter22")
    assert secret == "hunter22"
    assert f"{secret}" == "hunter22"
    assert json.dumps(secret) == '"hunter22"'
    assert repr(secret) == "'***'"
    assert repr({"password": secret}) == "{'password': '***'}"


MASKED = {
    "a secret": ("hunter22", 'user "u", password "hunter22"', 'user "u", password "***"'),
    "each time": ("hunter22", "hunter22 hunter22", "*** ***"),
    "inside a word": ("hunter22", "xhunter22x", "x***x"),
    "with special characters": ("%@:/?#", "at %@:/?#.", "at ***."),
    "a short one is left": ("abc", "abcdef", "abcdef"),
    "an ordinary word is left": ("postgres", 'role "postgres"', 'role "postgres"'),
}


@pytest.mark.parametrize(("secret", "text", "shown"), MASKED.values(), ids=MASKED)
def test_foreign_text_is_cleaned_of_secrets(secret: str, text: str, shown: str) -> None:
    Secret(secret)
    assert mask(text) == shown


def test_a_longer_secret_is_masked_before_one_that_it_contains() -> None:
    Secret("hunter22")
    Secret("hunter22-and-more")
    assert mask("it was hunter22-and-more") == "it was ***"
