"""What an environment's variable may hold: a URL, a database secret's JSON, or a reference."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from daybreak.core.errors import InvalidUrl, LookupUnavailable
from daybreak.core.secret import Secret
from daybreak.core.target import SecretRef
from daybreak.core.url import Url, parse_url
from daybreak.dialects import dialect_named, dialect_of_secret, driver_named

_REFERENCE = re.compile(r"(?P<scheme>secretsmanager|ssm)://(?P<name>[^?]*)(?:\?(?P<options>.*))?")


def read_credential(text: str, source: str, dialect: str | None) -> Url:
    """The URL that `text` holds or describes; `source` is the variable's or setting's name.

    `dialect` is the project's, for a secret that does not name its engine. The result's dialect
    is one of ours. Raises InvalidUrl, UnknownDialect, UnknownDriver or LookupUnavailable.
    """
    reference = parse_reference(text)
    if reference is not None:
        raise LookupUnavailable(
            f"{source} refers to {reference.scheme}://{reference.name}, and this version of "
            "Daybreak does not look secrets up itself",
            f"inject the value instead, into {source.split()[0]}: `secrets` of an ECS task, "
            "`env: secrets-manager` or `parameter-store` of CodeBuild, `secrets` of GitHub "
            "Actions (docs/settings.md)",
        )
    url = _from_secret(text, source, dialect) if text.startswith("{") else parse_url(text, source)
    known = dialect_named(url.dialect, source)
    if url.driver is not None:
        driver_named(known, url.driver, source)
    return url._replace(dialect=known.NAME)


def parse_reference(text: str) -> SecretRef | None:
    """A reference to a secret, or None. All between `://` and `?` is its name, verbatim."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    options = tuple(parse_qsl(match["options"] or "", keep_blank_values=True))
    return SecretRef(match["scheme"], match["name"], options)


def _from_secret(text: str, source: str, dialect: str | None) -> Url:
    """The JSON that Secrets Manager keeps for a database, as ECS puts it into a variable."""
    try:
        secret = json.loads(text)
    except json.JSONDecodeError as error:
        # The parser's message is left out: it may quote what stands at the place it points to.
        raise InvalidUrl(
            f"{source} starts like JSON and is none (line {error.lineno}, column {error.colno})",
            "let it hold the database secret as Secrets Manager shows it, or a URL",
        ) from None
    missing = [key for key in ("username", "password", "host") if not secret.get(key)]
    database = secret.get("dbname") or secret.get("database")
    if not database:
        missing.append("dbname")
    if missing:
        raise InvalidUrl(
            f"the database secret in {source} has no {', '.join(missing)} (a secret that RDS "
            "manages holds only username and password)",
            "use a secret that holds them all, or build the URL from its parts in the pipeline",
        )
    return Url(
        dialect=_dialect_of(secret, source, dialect),
        username=str(secret["username"]),
        password=Secret(str(secret["password"])),
        host=str(secret["host"]),
        port=_port_of(secret, source),
        database=str(database),
    )


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
