"""What a test sees of a real server, and what is the same for every one."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Server(ABC):
    """A running server; `user` may do everything in it."""

    dialect: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    version: str

    def url(
        self,
        database: str,
        driver: str | None = None,
        *,
        user: str | None = None,
        password: str | None = None,
    ) -> str:
        """`postgresql://…` or, with a driver, `postgresql+asyncpg://…`; the admin's by default."""
        return URL.create(
            f"{self.dialect}+{driver}" if driver else self.dialect,
            username=self.user if user is None else user,
            password=self.password if password is None else password,
            host=self.host,
            port=self.port,
            database=database,
        ).render_as_string(hide_password=False)

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The name of a new, empty database, dropped at the end whoever is still connected."""
        name = f"test_{secrets.token_hex(6)}"
        self.create_database(name)
        try:
            yield name
        finally:
            self.drop_database(name)

    @contextmanager
    def fresh_user(self, password: str, database: str) -> Iterator[str]:
        """The name of a new user with this password, who may do everything in this database."""
        name = f"user_{secrets.token_hex(6)}"
        self.create_user(name, password, database)
        try:
            yield name
        finally:
            self.drop_user(name, database)

    @abstractmethod
    def execute(
        self, sql: str, values: Sequence[object] | None = None, *, database: str | None = None
    ) -> Rows:
        """Run one statement as the admin, outside a transaction; the rows that it gives."""

    @abstractmethod
    def create_database(self, name: str) -> None: ...

    @abstractmethod
    def drop_database(self, name: str) -> None: ...

    @abstractmethod
    def create_user(self, name: str, password: str, database: str) -> None: ...

    @abstractmethod
    def drop_user(self, name: str, database: str) -> None: ...
