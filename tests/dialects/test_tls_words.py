"""TLS in a URL: what its words ask for, and what each driver is told."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from daybreak.core.errors import BundleMissing, InvalidUrl
from daybreak.core.tls import Strength
from daybreak.core.url import parse_url
from daybreak.dialects import dialect_named, driver_named
from daybreak.dialects.tls import TlsTrouble
from servers.certificates import authority

OFF, PERHAPS, REQUIRED, CHAIN, FULL = Strength

ASKED: list[tuple[str, str, Strength | None]] = [
    ("postgresql", "", None),
    ("postgresql", "application_name=x", None),
    ("postgresql", "sslrootcert=ca.pem", None),
    ("postgresql", "sslmode=disable", OFF),
    ("postgresql", "sslmode=allow", PERHAPS),
    ("postgresql", "sslmode=prefer", PERHAPS),
    ("postgresql", "sslmode=require", REQUIRED),
    ("postgresql", "sslmode=verify-ca", CHAIN),
    ("postgresql", "sslmode=verify-full", FULL),
    ("postgresql", "ssl=require", REQUIRED),
    ("postgresql", "ssl=prefer&sslmode=require", REQUIRED),
    ("mysql", "", None),
    ("mysql", "charset=utf8mb4", None),
    ("mysql", "ssl_disabled=true", OFF),
    ("mysql", "ssl_disabled=false", None),
    ("mysql", "ssl_mode=DISABLED", OFF),
    ("mysql", "ssl_mode=PREFERRED", PERHAPS),
    ("mysql", "ssl_mode=REQUIRED", REQUIRED),
    ("mysql", "ssl_mode=verify_ca&ssl_ca=ca.pem", CHAIN),
    ("mysql", "ssl_mode=VERIFY_IDENTITY", FULL),
    ("mysql", "ssl_ca=ca.pem", FULL),
    ("mysql", "ssl_capath=.", FULL),
    ("mysql", "ssl_ca=ca.pem&ssl_check_hostname=false", CHAIN),
    ("mysql", "ssl_ca=ca.pem&ssl_verify_identity=false", CHAIN),
    ("mysql", "ssl_ca=ca.pem&ssl_verify_cert=true", CHAIN),
    ("mysql", "ssl_ca=ca.pem&ssl_verify_cert=false", REQUIRED),
    ("mysql", "ssl_verify_cert=true", CHAIN),
    ("mysql", "ssl_verify_cert=true&ssl_check_hostname=true", FULL),
    ("mysql", "ssl_verify_identity=true", FULL),
    ("mysql", "ssl_check_hostname=false", REQUIRED),
    ("mysql", "ssl_cert=c.pem&ssl_key=k.pem", REQUIRED),
]


@pytest.mark.parametrize(("dialect", "query", "expected"), ASKED)
def test_a_query_asks_for(dialect: str, query: str, expected: Strength | None) -> None:
    said = dialect_named(dialect, "X").tls.said(parse_url(f"{dialect}://h/d?{query}", "X"), {}, "X")
    assert (said and said.strength) == expected


@pytest.mark.parametrize(
    ("dialect", "query", "words"),
    [
        ("postgresql", "sslmode=verify", "sslmode=verify"),
        ("postgresql", "ssl=true", "ssl=true"),
        ("mysql", "ssl_mode=full", "ssl_mode=full"),
    ],
)
def test_a_word_that_no_driver_knows_is_named(dialect: str, query: str, words: str) -> None:
    with pytest.raises(InvalidUrl) as caught:
        dialect_named(dialect, "X").tls.said(parse_url(f"{dialect}://h/d?{query}", "X"), {}, "X")
    assert caught.value.problem.startswith(f"the URL from X has {words}, which is none of ")


def test_postgresqls_own_variable_counts_where_the_url_says_nothing() -> None:
    tls, variables = dialect_named("postgresql", "X").tls, {"PGSSLMODE": "verify-full"}
    plain, asking = (parse_url(f"postgresql://h/d{end}", "X") for end in ("", "?sslmode=require"))
    inherited, own = tls.said(plain, variables, "X"), tls.said(asking, variables, "X")
    assert inherited
    assert own
    assert (inherited.strength, own.strength) == (FULL, REQUIRED)
    assert (inherited.words, inherited.source) == ("PGSSLMODE=verify-full", "the process")


WRITTEN: list[tuple[str, str, Strength, str | None, str]] = [
    ("postgresql", "", REQUIRED, None, "sslmode=require"),
    ("postgresql", "ssl=prefer&a=b", OFF, None, "a=b&sslmode=disable"),
    ("postgresql", "", FULL, "/ca.pem", "sslmode=verify-full&sslrootcert=/ca.pem"),
    ("mysql", "", REQUIRED, None, "ssl_mode=REQUIRED"),
    ("mysql", "ssl_disabled=false&a=b", OFF, None, "a=b&ssl_mode=DISABLED"),
    ("mysql", "", FULL, "/ca.pem", "ssl_mode=VERIFY_IDENTITY&ssl_ca=/ca.pem"),
]


@pytest.mark.parametrize(("dialect", "query", "strength", "bundle", "expected"), WRITTEN)
def test_a_decision_is_written_into_the_query(
    dialect: str, query: str, strength: Strength, bundle: str | None, expected: str
) -> None:
    tls = dialect_named(dialect, "X").tls
    url = tls.written(parse_url(f"{dialect}://h/d?{query}", "X"), strength, bundle)
    assert url == parse_url(f"{dialect}://h/d?{expected}", "X")
    said = tls.said(url, {}, "X")
    assert said
    assert said.strength is strength


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority("ours").certificate)
    return file


# what a URL of SQLAlchemy's says, and what an engine adds to it: the context's mode and name
VERIFIED, UNVERIFIED = ssl.CERT_REQUIRED, ssl.CERT_NONE
TOLD: list[tuple[str, str, dict[str, str], Any]] = [
    ("psycopg2", "sslmode=verify-full", {"sslmode": "verify-full"}, None),
    ("asyncpg", "sslmode=verify-full", {"ssl": "verify-full"}, None),
    ("asyncpg", "sslmode=require&sslrootcert={ca}", {"ssl": "require"}, (VERIFIED, False)),
    ("asyncpg", "sslmode=verify-ca&sslrootcert={ca}", {"ssl": "verify-ca"}, (VERIFIED, False)),
    ("asyncpg", "ssl=verify-full&sslrootcert={ca}", {"ssl": "verify-full"}, (VERIFIED, True)),
    ("pymysql", "ssl_mode=PREFERRED", {}, None),
    ("pymysql", "ssl_mode=REQUIRED", {"ssl_check_hostname": "false"}, (UNVERIFIED, False)),
    (
        *("pymysql", "ssl_mode=VERIFY_CA&ssl_ca={ca}"),
        *({"ssl_ca": "{ca}", "ssl_check_hostname": "false"}, (VERIFIED, False)),
    ),
    ("pymysql", "ssl_verify_identity=true&ssl_ca={ca}", {"ssl_ca": "{ca}"}, (VERIFIED, True)),
    (
        "pymysql",
        "ssl_mode=REQUIRED&ssl_ca={ca}",
        {"ssl_check_hostname": "false"},
        (UNVERIFIED, False),
    ),
    ("aiomysql", "ssl_mode=DISABLED", {}, None),
    ("aiomysql", "ssl_mode=PREFERRED", {}, (UNVERIFIED, False)),
    ("aiomysql", "ssl_mode=REQUIRED", {}, (UNVERIFIED, False)),
    ("aiomysql", "ssl_ca={ca}", {}, (VERIFIED, True)),
]


@pytest.mark.parametrize(("driver", "query", "words", "context"), TOLD)
def test_each_driver_is_told_what_the_query_asks_for(
    driver: str, query: str, words: dict[str, str], context: Any, bundle: Path
) -> None:
    name = "mysql" if "mysql" in driver else "postgresql"
    dialect = dialect_named(name, "X")
    url = parse_url(f"{name}://h/d?{query.format(ca=bundle)}", "X")
    named = driver_named(dialect, driver, "X")

    translated = dialect.translate_query(url, named, "X")
    assert translated == {word: text.format(ca=bundle) for word, text in words.items()}
    found = dialect.tls.engine_arguments(url, named).get("ssl")
    assert (found and (found.verify_mode, found.check_hostname)) == context


def test_without_a_file_the_machines_own_authorities_are_asked() -> None:
    """As keywords, pymysql would verify no name without a file."""
    dialect = dialect_named("mysql", "X")
    pymysql = driver_named(dialect, "pymysql", "X")
    url = parse_url("mysql://h/d?ssl_verify_identity=true", "X")

    context = dialect.tls.engine_arguments(url, pymysql)["ssl"]
    assert (context.verify_mode, context.check_hostname) == (VERIFIED, True)
    [word] = dialect.translate_query(url, pymysql, "X")
    assert word in {"ssl_ca", "ssl_capath"}


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_that_holds_no_certificate_is_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    dialect = dialect_named("mysql", "X")
    with pytest.raises(BundleMissing, match=f"^{file} can't be read as certificates: "):
        dialect.dsn(parse_url(f"mysql://h/d?ssl_ca={file}", "X"), dialect.DRIVERS[0])


TOLD_BY_LIBPQ: dict[str, TlsTrouble | None] = {
    "connection to server failed: SSL error: certificate verify failed\n": TlsTrouble.REFUSED,
    "connection to server failed: SSL error: no shared cipher\n": TlsTrouble.NO_SESSION,
    # where TLS is not required, what it met without it is what counts
    "failed: SSL error: no shared cipher\nfailed: FATAL:  password authentication failed\n": None,
    "failed: SSL error: unexpected eof while reading\n": None,
    'failed: FATAL:  no pg_hba.conf entry for host "::1", no encryption\n': TlsTrouble.DEMANDED,
    'FATAL:  no pg_hba.conf entry for host "::1", SSL encryption\n'
    'FATAL:  no pg_hba.conf entry for host "::1", no encryption\n': None,
}


@pytest.mark.parametrize(("words", "expected"), TOLD_BY_LIBPQ.items())
def test_libpqs_words_tell_what_is_wrong_with_tls(words: str, expected: TlsTrouble | None) -> None:
    tls = dialect_named("postgresql", "X").tls
    assert tls.trouble(psycopg2.OperationalError(words)) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ssl.SSLEOFError("unexpected EOF"), None),
        (ConnectionResetError("reset"), None),
        (ssl.SSLError("no shared cipher"), TlsTrouble.NO_SESSION),
    ],
)
def test_who_hangs_up_says_nothing_of_tls(error: OSError, expected: TlsTrouble | None) -> None:
    for dialect in ("postgresql", "mysql"):
        assert dialect_named(dialect, "X").tls.trouble(error) is expected
