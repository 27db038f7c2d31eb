"""What a variable or a secret may hold: a URL, or the JSON of a database secret."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from daybreak.core.errors import InvalidUrl
from daybreak.core.secret import Secret
from daybreak.core.url import Url, parse_url
from daybreak.dialects import dialect_named, dialect_of_secret, driver_named


class FoundSecret(NamedTuple):
    """What a secret tells. It may leave out where the database is, and name its `cluster`."""

    url: Url
    cluster: str | None = None


def read_credential(text: str, source: str, dialect: str | None) -> Url:
    """The URL that `text` holds or describes; `source` is the variable's or setting's name.

    `dialect` is the project's, for a secret that does not name its engine. The result's dialect
    is one of ours. Raises InvalidUrl, UnknownDialect or UnknownDriver.
    """
    url = read_secret(text, source, dialect).url
    needed = {"host": url.host, "dbname": url.database}
    missing = [name for name, part in needed.items() if not part]
    if text.startswith("{") and missing:
        raise InvalidUrl(
            f"the database secret in {source} has no {', '.join(missing)} (a secret that RDS "
            "manages holds only username and password)",
            "name the secret instead, and they are looked up: secretsmanager://NAME "
            "(docs/credentials.md); or use a secret that holds them all",
        )
    return url


def read_secret(text: str, source: str, dialect: str | None) -> FoundSecret:
    """The same for a secret of which host and database may be known from elsewhere."""
    if text.startswith("{"):
        found = _from_json(text, source, dialect)
    else:
        found = FoundSecret(parse_url(text, source))
    known = dialect_named(found.url.dialect, source)
    if found.url.driver is not None:
        driver_named(known, found.url.driver, source)
    return found._replace(url=found.url._replace(dialect=known.NAME))


def _from_json(text: str, source: str, dialect: str | None) -> FoundSecret:
    """The JSON that Secrets Manager keeps for a database, as ECS puts it into a variable."""
    try:
        secret = json.loads(text)
    except json.JSONDecodeError as error:
        # The parser's message is left out: it may quote what stands at the place it points to.
        raise InvalidUrl(
            f"{source} starts like JSON and is none (line {error.lineno}, column {error.colno})",
            "let it hold the database secret as Secrets Manager shows it, or a URL",
        ) from None
    missing = [key for key in ("username", "password") if not secret.get(key)]
    if missing:
        raise InvalidUrl(
            f"the database secret in {source} has no {', '.join(missing)}",
            "let it hold the database secret as Secrets Manager shows it, or a URL",
        )

    def text_of(*keys: str) -> str | None:
        return next((str(secret[key]) for key in keys if secret.get(key)), None)

    url = Url(
        dialect=_dialect_of(secret, source, dialect),
        username=str(secret["username"]),
        password=Secret(str(secret["password"])),
        host=text_of("host"),
        port=_port_of(secret, source),
        database=text_of("dbname", "database"),
    )
    return FoundSecret(url, text_of("dbClusterIdentifier"))


def _dialect_of(secret: dict[str, Any], source: str, dialect: str | None) -> str:
    engine = secret.get("engine")
    if engine is None:
        return (dialect or "postgresql").partition("+")[0]
    known = dialect_of_secret(str(engine))
    return known.NAME if known else dialect_named(str(engine), f"engine in {source}").NAME


def _port_of(secret: dict[str, Any], source: str) -> int | None:
    port = secret.get("port")
    if port in (None, ""):
        return None
    if not str(port).isdecimal() or not 0 < int(str(port)) < 65536:
        raise InvalidUrl(
            f"the port in {source}'s secret is not a number between 1 and 65535",
            "correct the secret",
        )
    return int(str(port))
