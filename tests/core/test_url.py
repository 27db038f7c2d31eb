"""A URL is read as meant, rendered as SQLAlchemy reads it, and shown without its password."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import make_url

from daybreak.core.errors import InvalidUrl
from daybreak.core.secret import Secret
from daybreak.core.url import Url, parse_url

SPECIAL = "%@:/?#$&=+'\"\\ é雪\n"
# NUL can't be in a variable, and lone surrogates are no text.
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(SPECIAL),
    min_size=1,
)
hosts = st.sampled_from(
    ["localhost", "db.cluster-abc.eu-west-1.rds.amazonaws.com", "127.0.0.1", "::1", "fe80::1"]
)
names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1).filter(
    lambda name: name not in {"user", "password"}  # these are taken out of the query
)
queries = st.dictionaries(names, texts, max_size=3).map(lambda query: tuple(query.items()))


@st.composite
def urls(draw: st.DrawFn) -> Url:
    username = draw(st.none() | texts)
    return Url(
        dialect=draw(st.sampled_from(["postgresql", "postgres", "mysql"])),
        driver=draw(st.none() | st.sampled_from(["psycopg2", "asyncpg", "pymysql"])),
        username=username,
        password=draw(st.none() | texts.map(Secret)),
        host=draw(hosts),
        port=draw(st.none() | st.integers(1, 65535)),
        database=draw(st.none() | texts),
        query=draw(queries),
    )


@given(urls())
@example(Url("mysql", username=SPECIAL, password=Secret(SPECIAL), host="h", database=SPECIAL))
@example(Url("postgresql", username="u", password=Secret(""), host="h"))
@example(Url("postgresql", query=(("host", "/var/run/postgresql"),), database="d"))
def test_what_is_rendered_reads_back_as_the_same(url: Url) -> None:
    assert parse_url(url.render(), "a test") == url


@given(urls())
@example(Url("mysql", username=SPECIAL, password=Secret(SPECIAL), host="h", database=SPECIAL))
def test_sqlalchemy_reads_what_is_rendered_as_the_same(url: Url) -> None:
    read = make_url(url.render())
    assert read.drivername == (f"{url.dialect}+{url.driver}" if url.driver else url.dialect)
    no_user = None if url.password is None else ""  # SQLAlchemy needs one before a password
    assert (read.username, read.password) == (url.username or no_user, url.password)
    assert (read.host, read.port, read.database) == (url.host, url.port, url.database)
    assert dict(read.query) == dict(url.query)


@given(urls())
def test_what_is_shown_holds_no_password(url: Url) -> None:
    marked = Url(
        **{
            **{field: getattr(url, field) for field in ("dialect", "driver", "host", "port")},
            "username": "u",
            "password": Secret("hunter%22"),
            "database": url.database,
            "query": (*url.query, ("password", "hunter33"), ("sslpassword", "hunter44")),
        }
    )
    for shown in (marked.masked(), repr(marked), f"{marked}"):
        assert "hunter" not in shown
        assert "//u:***@" in shown


MASKED = {
    "postgresql://u:secret@h:5432/d": "postgresql://u:***@h:5432/d",
    "postgresql://u:@h/d": "postgresql://u:***@h/d",
    "postgresql://u@h/d": "postgresql://u@h/d",
    "postgresql://h/d": "postgresql://h/d",
    "mysql+pymysql://u%40x:s@h/d?charset=utf8mb4": "mysql+pymysql://u%40x:***@h/d?charset=utf8mb4",
    "postgresql://h/d?user=u&password=secret": "postgresql://u:***@h/d",
    "postgresql://h/d?password=secret": "postgresql://:***@h/d",
}


@pytest.mark.parametrize(("text", "shown"), MASKED.items(), ids=MASKED.values())
def test_a_password_is_shown_as_three_stars(text: str, shown: str) -> None:
    assert parse_url(text, "a test").masked() == shown


READ = {
    "every part": (
        "postgresql+asyncpg://u:p@h:5432/d?ssl=require",
        Url("postgresql", "asyncpg", "u", Secret("p"), "h", 5432, "d", (("ssl", "require"),)),
    ),
    "the least": ("mysql://", Url("mysql")),
    "no password": (
        "mysql://root@localhost/d",
        Url("mysql", None, "root", None, "localhost", None, "d"),
    ),
    "an empty password": ("mysql://u:@h", Url("mysql", None, "u", Secret(""), "h")),
    "an empty database is none": ("mysql://h/", Url("mysql", host="h")),
    "an empty port is none": ("mysql://h:/d", Url("mysql", host="h", database="d")),
    "a host in capitals": ("POSTGRESQL://H/D", Url("postgresql", host="H", database="D")),
    "IPv6": ("postgresql://[::1]:5432/d", Url("postgresql", None, None, None, "::1", 5432, "d")),
    "a socket": (
        "postgresql:///d?host=/var/run/postgresql",
        Url("postgresql", database="d", query=(("host", "/var/run/postgresql"),)),
    ),
    "percent-encoded": (
        "mysql://a%40b:p%25%3A%2F@h/my%20db",
        Url("mysql", None, "a@b", Secret("p%:/"), "h", None, "my db"),
    ),
    "a plus is a plus": (
        "mysql://u:a+b@h/d",
        Url("mysql", None, "u", Secret("a+b"), "h", None, "d"),
    ),
    "an @ in the query": (
        "postgresql://u@h/d?application_name=a@b",
        Url("postgresql", None, "u", None, "h", None, "d", (("application_name", "a@b"),)),
    ),
}


@pytest.mark.parametrize(("text", "url"), READ.values(), ids=READ)
def test_a_url_is_read(text: str, url: Url) -> None:
    assert parse_url(text, "a test") == url


RAW = [
    "p@ss",
    "p:ss",
    "p/ss",
    "p?ss",
    "p#ss",
    "p$ss",
    "p'ss",
    'p"ss',
    "p ss",
    "pé雪",
    "100%",
    "%zz",
]
RAW += [
    "p@h/x",
    "a@b:c/d",
    "a?b=c",
    "a#b@c",
    "@",
    "/",
    ":",
    "?",
    "p&q=r",
    "[x]",
    "a\\b",
    "@@@",
    "//@",
]


@pytest.mark.parametrize("password", RAW)
def test_a_password_that_was_not_encoded_is_read_as_meant(password: str) -> None:
    url = parse_url(f"postgresql://u:{password}@db.example.com:5432/app?sslmode=require", "a test")
    assert url == Url(
        *("postgresql", None, "u", Secret(password), "db.example.com", 5432, "app"),
        (("sslmode", "require"),),
    )


# Without a % in it: an unencoded %41 can't be told from an encoded A.
unencoded = texts | st.text(st.sampled_from("@/?=:&#ab"), min_size=1)


@given(unencoded.filter(lambda password: "%" not in password))
@example("a@b/c?d:e=f")
def test_any_other_unencoded_password_is_read_as_meant_or_refused(password: str) -> None:
    try:
        url = parse_url(f"mysql://u:{password}@db.example.com:3306/app", "X")
    except InvalidUrl as error:
        read = error.problem
    else:
        read = f"{url.password}@{url.host}:{url.port}/{url.database}"
    ambiguous = "X can be read in two ways: it has an @ after a ?"
    assert read in {f"{password}@db.example.com:3306/app", ambiguous}


AMBIGUOUS = {
    "a password that was not encoded": "mysql://u:hunter@22?c=d@h/d",
    "an @ in the query": "postgresql://u:hunter22@h/d?application_name=a@b",
}


@pytest.mark.parametrize("text", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(InvalidUrl, match=r"^X can be read in two ways"):
        parse_url(text, "X")


BROKEN = {
    "quotation marks": ("'mysql://u:hunter22@h/d'", "it starts with a quotation mark; remove"),
    "no scheme": ("u:hunter22@h/d", "it has no :// in it"),
    "a JDBC URL": ("jdbc:mysql://u:hunter22@h/d", "what follows :// can't be read as"),
    "a port in words": ("mysql://u:hunter22@h:port/d", "what follows :// can't be read as"),
    "a host with a space": ("mysql://u:hunter22@my host/d", "what follows :// can't be read as"),
    "nothing": ("", "it has no :// in it"),
}


@pytest.mark.parametrize(("text", "complaint"), BROKEN.values(), ids=BROKEN)
def test_an_invalid_url_is_named_by_its_source_and_never_quoted(text: str, complaint: str) -> None:
    with pytest.raises(InvalidUrl) as caught:
        parse_url(text, "PROD_DATABASE_URL")
    assert caught.value.problem.startswith(f"PROD_DATABASE_URL is not a database URL: {complaint}")
    assert "hunter22" not in f"{caught.value} {caught.value!r} {caught.value.__dict__}"


@pytest.mark.parametrize("port", ["0", "65536", "99999999"])
def test_a_port_outside_its_range_is_an_error(port: str) -> None:
    with pytest.raises(InvalidUrl, match=rf"^X has port {port}"):
        parse_url(f"mysql://h:{port}/d", "X")


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(InvalidUrl):
        parse_url(f"mysql://{text}", "X")
