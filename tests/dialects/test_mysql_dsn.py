"""Who connects with `Database.dsn` is as well protected as an engine of the same URL."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pymysql
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine import make_url

from daybreak.core.url import parse_url
from daybreak.dialects import driver_named, mysql

AUTHORITY = "authority.pem"
QUERIES = [
    "",
    f"?ssl_ca={AUTHORITY}",
    f"?ssl_ca={AUTHORITY}&ssl_check_hostname=false",
    "?ssl_capath=.",
    "?ssl_disabled=true",
    "?local_infile=false",
    "?local_infile=true",
    "?connect_timeout=3",
]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate to verify others by, in the current folder."""
    monkeypatch.chdir(tmp_path)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    authority = builder.sign(key, hashes.SHA256())
    (tmp_path / AUTHORITY).write_bytes(authority.public_bytes(Encoding.PEM))


def protection(arguments: Mapping[str, Any]) -> tuple[object, ...]:
    """What a connection of these arguments would do, without making it."""
    connection: Any = pymysql.Connection(**arguments, defer_connect=True)
    context = getattr(connection, "ctx", None)
    return (
        *(connection.ssl, connection._ssl_required, connection._local_infile),
        *(connection.connect_timeout, context and context.verify_mode),
        context and context.check_hostname,
    )


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize("query", QUERIES)
def test_the_dsn_protects_as_the_engine_does(query: str) -> None:
    url = f"mysql+pymysql://shop:right@db.example:3306/shop{query}"
    _, engine = MySQLDialect_pymysql(dbapi=pymysql).create_connect_args(make_url(url))
    driver = driver_named(mysql, "pymysql", "a test")
    assert protection(mysql.dsn(parse_url(url, "a test"), driver)) == protection(engine)
