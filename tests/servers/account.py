"""A user of a database on a real server, whose login goes into secrets and changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from servers.server import Server


@dataclass
class Account:
    """A user of a database, of which the parts go into secrets."""

    server: Server
    database: str
    user: str
    password: str

    @property
    def address(self) -> dict[str, Any]:
        return {"host": self.server.host, "port": self.server.port, "dbname": self.database}

    @property
    def login(self) -> dict[str, str]:
        return {"username": self.user, "password": self.password}

    @property
    def whole(self) -> str:
        """As a Lambda that rotates wants its secret."""
        engine = {"postgresql": "postgres", "mysql": "mysql"}[self.server.dialect]
        return json.dumps({"engine": engine, **self.address, **self.login})

    @property
    def url(self) -> str:
        return self.server.url(self.database, user=self.user, password=self.password)

    @property
    def here(self) -> str:
        """The options that lead to the server instead of a cluster's endpoint."""
        return f"host={self.server.host}&port={self.server.port}"

    def change_password(self, password: str) -> None:
        statement = {
            "postgresql": f"ALTER ROLE {self.user} PASSWORD %s",
            "mysql": f"ALTER USER {self.user}@'%%' IDENTIFIED BY %s",
        }[self.server.dialect]
        self.server.execute(statement, [password])
        self.password = password
