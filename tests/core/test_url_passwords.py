"""Any password is read back from a URL, percent-encoded or, where that is possible, as it is."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from daybreak.core.url import parse_url

PASSWORDS = st.one_of(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=24),
    st.text("@:/?#&=%$'\" abc1[]", min_size=1, max_size=12),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
)
REST = st.sampled_from(
    ["h:5432/db", "h/db", "h", "h:5432/db?sslmode=require", "[::1]:5432/db", "/db?host=/tmp"]
)


@given(PASSWORDS, REST)
def test_a_percent_encoded_password_is_read_back(password: str, rest: str) -> None:
    url = parse_url(f"postgresql://u:{quote(password, safe='')}@{rest}", "X")

    assert url.password == password
    assert parse_url(url.render(), "X") == url


@given(PASSWORDS, REST)
def test_a_password_as_it_is_is_read_as_meant(password: str, rest: str) -> None:
    assume(unquote(password) == password)  # %41 can't be told from an encoded A

    meant = parse_url(f"postgresql://u:secret@{rest}", "X")
    url = parse_url(f"postgresql://u:{password}@{rest}", "X")

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
