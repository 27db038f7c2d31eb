"""A database URL, read and written without a driver. Nothing here shows a password."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from daybreak.core.errors import InvalidUrl
from daybreak.core.secret import Secret, Token

# What `alembic init` writes, which holds no secret.
PLACEHOLDER = "driver://user:pass@localhost/dbname"

# The password is matched lazily, and what follows it strictly: so one that was not
# percent-encoded (with @, /, ? or # in it) is still read as the person meant it.
_SHAPE = re.compile(
    r"""
    (?P<dialect>[A-Za-z][A-Za-z0-9_]*) (?:\+(?P<driver>[A-Za-z0-9_]+))? ://
    (?: (?P<username>[^:@/?#]*) (?: : (?P<password>.*?) )? @ )?
    (?P<host> \[[0-9A-Fa-f:.]+(?:%[\w.]+)?\] | [^\s:/?\#@\[\]]* )
    (?: : (?P<port>\d*) )?
    (?: / (?P<database>[^?@]*) )?
    (?: \? (?P<query> (?: [^=&@\s]+=[^&]* (?: & | $ ) )* ) )?
    """,
    re.VERBOSE | re.DOTALL,
)


class Url(NamedTuple):
    """The parts of a URL, decoded. `dialect` is the written scheme; `query` keeps its order."""

    dialect: str
    driver: str | None = None
    username: str | None = None
    password: Secret | None = None
    host: str | None = None
    port: int | None = None
    database: str | None = None
    query: tuple[tuple[str, str], ...] = ()

    def render(self) -> Secret:
        """The URL as SQLAlchemy, libpq and asyncpg read it: user and password percent-encoded."""
        kind = Token if isinstance(self.password, Token) else Secret
        return kind(self._written())

    def masked(self) -> str:
        """The URL with its password as `***`, for people. A query may hold one too."""
        password = None if self.password is None else Secret("***")
        return self._replace(password=password, query=_without_secrets(self.query))._written()

    def _written(self) -> str:
        scheme = f"{self.dialect}+{self.driver}" if self.driver else self.dialect
        user = quote(self.username or "", safe="")
        if self.password is not None:
            user += ":" + quote(self.password, safe="*")
        if self.username is not None or self.password is not None:
            user += "@"
        host = self.host or ""
        if ":" in host:
            host = f"[{host}]"
        port = f":{self.port}" if self.port is not None else ""
        database = f"/{quote(self.database, safe='')}" if self.database is not None else ""
        query = f"?{urlencode(self.query, safe='*', quote_via=quote)}" if self.query else ""
        return f"{scheme}://{user}{host}{port}{database}{query}"

    def __repr__(self) -> str:
        return f"Url({self.masked()!r})"


def _without_secrets(query: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((k, "***" if "pass" in k.lower() else v) for k, v in query)


def parse_url(text: str, source: str) -> Url:
    """Read `text`, which came from `source` (a variable's or setting's name).

    Raises InvalidUrl, which names the source and never quotes the text.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise InvalidUrl(
            f"{source} is not a database URL: {_complaint(text)}",
            "write postgresql://user:password@host:5432/database, the password percent-encoded: "
            'python -c "from urllib.parse import quote; from getpass import getpass; '
            "print(quote(getpass(), safe=''))\"",
        )
    part = match.groupdict()
    if part["password"] is not None and "@" in (part["query"] or ""):
        # A guess could take a piece of the password for the host, which is shown.
        raise InvalidUrl(
            f"{source} can be read in two ways: it has an @ after a ?",
            "percent-encode what belongs to the password (@ is %40, ? is %3F) or to the query",
        )
    port = int(part["port"]) if part["port"] else None
    if port is not None and not 0 < port < 65536:
        raise InvalidUrl(f"{source} has port {port}", "use a port between 1 and 65535")
    query = parse_qsl(part["query"] or "", keep_blank_values=True)
    # libpq takes both there too; among the other words the password would be shown with them.
    given = {name: value for name, value in query if name in {"user", "password"}}
    username = unquote(part["username"] or "") or given.get("user")
    password = given.get("password") if part["password"] is None else unquote(part["password"])
    return Url(
        dialect=part["dialect"].lower(),
        driver=part["driver"],
        username=username,
        password=None if password is None else Secret(password),
        host=part["host"].strip("[]") or None,
        port=port,
        database=unquote(part["database"] or "") or None,
        query=tuple((name, value) for name, value in query if name not in given),
    )


def _complaint(text: str) -> str:
    if text[:1] in {"'", '"'}:
        return "it starts with a quotation mark; remove the quotation marks around it"
    if "://" not in text:
        return "it has no :// in it"
    return "what follows :// can't be read as user:password@host:port/database"
