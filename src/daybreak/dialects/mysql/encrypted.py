"""Encryption for a token: with anybody who offers it, and with nobody else."""

from __future__ import annotations

import ssl
from typing import Any


def anybody() -> ssl.SSLContext:
    """Encrypts, and verifies nothing: whose certificates to trust is for the settings to say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def connect_encrypted(**arguments: Any) -> Any:
    """`aiomysql.connect`, which by itself goes on unencrypted where a server offers no TLS."""
    from aiomysql import Connection, OperationalError
    from pymysql.constants import CLIENT, CR

    class Encrypted(Connection):  # type: ignore[misc]  # it has no types
        async def _request_authentication(self) -> None:
            if not self.server_capabilities & CLIENT.SSL:
                raise OperationalError(
                    CR.CR_SSL_CONNECTION_ERROR, "the server offers no TLS, which a token needs"
                )
            await super()._request_authentication()

    connection = Encrypted(**arguments)
    await connection._connect()
    return connection
