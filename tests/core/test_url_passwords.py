"""Any password is read back from a URL, percent-encoded or, where that is possible, as it is."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from daybreak.core.errors import InvalidUrl
from daybreak.core.url import parse_url

PASSWORDS = st.one_of(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=24),
    st.text("@:/?#&=%$'\" abc1[]", min_size=1, max_size=12),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
)
# Refused (test_url.py): what follows the @ may be a host and a query as well.
TWO_WAYS = re.compile(r"@.*\?.*=", re.DOTALL)
REST = st.sampled_from(
    ["h:5432/db", "h/db", "h", "h:5432/db?sslmode=require", "[::1]:5432/db", "/db?host=/tmp"]
)
AMBIGUOUS = "X can be read in two ways: it has an @ after a ?"


@given(PASSWORDS, REST)
def test_a_percent_encoded_password_is_read_back(password: str, rest: str) -> None:
    url = parse_url(f"postgresql://u:{quote(password, safe='')}@{rest}", "X")

    assert url.password == password
    assert parse_url(url.render(), "X") == url


@given(PASSWORDS, REST)
def test_a_password_as_it_is_is_read_as_meant_or_refused(password: str, rest: str) -> None:
    assume(unquote(password) == password)  # %41 can't be told from an encoded A
    assume(not TWO_WAYS.search(password))

    meant = parse_url(f"postgresql://u:secret@{rest}", "X")
    try:
        url = parse_url(f"postgresql://u:{password}@{rest}", "X")
    except InvalidUrl as error:
        refused = error.problem
        assert (refused, "@" in password) == (AMBIGUOUS, True)
        return

    assert url.password == password
    assert (url.username, url.host, url.port, url.database, url.query) == (
        *(meant.username, meant.host, meant.port, meant.database, meant.query),
    )


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://h/db?user=u&password=p%40ss&sslmode=require",
        "postgresql://u@h/db?password=p%40ss&sslmode=require",
        "postgresql://u:p%40ss@h/db?sslmode=require",
    ],
)
def test_a_password_in_the_query_is_a_password_too(text: str) -> None:
    url = parse_url(text, "X")

    assert (url.username, url.password) == ("u", "p@ss")
    assert url.query == (("sslmode", "require"),)
    assert url.masked() == "postgresql://u:***@h/db?sslmode=require"
