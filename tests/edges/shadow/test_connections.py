"""Connections to a MySQL shadow are as safe as PyMySQL makes them, and cheap after the first."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from edges.shadow.open_shadow import open_on
from servers.mysql import MySQL

CIPHER = "SHOW SESSION STATUS LIKE 'Ssl_cipher'"


def test_certificates_of_authorities_are_read_once(
    mysql: MySQL, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    create = ssl.create_default_context

    def counted(*arguments: Any, **words: Any) -> ssl.SSLContext:
        made.append(arguments)
        return create(*arguments, **words)

    monkeypatch.setattr(ssl, "create_default_context", counted)
    with (
        open_on(mysql, root) as shadow,
        shadow.scratch() as engine,
        engine.connect() as connection,
    ):
        [(_, cipher)] = connection.exec_driver_sql(CIPHER)

    assert cipher
    assert len(made) == 1
