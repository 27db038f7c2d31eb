"""PostgreSQL, from the wheel that Daybreak itself uses."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import psycopg2

from daybreak.edges.pgtemporary import temporary_server
from servers.server import Rows, Server

# There is none by default, and a server that has some takes them while it starts. Fifty runs at
# once have a hundred connections.
SETTINGS = {"max_prepared_transactions": "4", "max_connections": "200"}
WEAK_PASSWORD = "SET scram_iterations = 1; ALTER ROLE CURRENT_USER PASSWORD %s"


@contextmanager
def running_postgresql(
    major: int, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[PostgreSQL]:
    """A new, empty one, which keeps nothing unless `settings` say otherwise."""
    with temporary_server(major, {**SETTINGS, **settings}) as started:
        server = PostgreSQL(
            dialect="postgresql",
            host=started.admin.host,
            port=started.port,
            user=started.admin.user,
            password=started.admin.password,
            version="",
        )
        if major >= 16:  # thousands of rounds for each connection are a twentieth of a test run
            server.execute(WEAK_PASSWORD, [server.password])
        [(version,)] = server.execute("SHOW server_version")
        yield PostgreSQL(**{**vars(server), "version": version})


@dataclass(frozen=True, kw_only=True)
class PostgreSQL(Server):
    def execute(
        self, sql: str, values: Sequence[object] | None = None, *, database: str | None = None
    ) -> Rows:
        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database or "postgres",
        )
        with closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall()) if cursor.description else []

    def create_database(self, name: str) -> None:
        # Cheaper than through the log, as nothing is synchronised; it began with 15.
        strategy = "" if self.version.startswith("14") else " STRATEGY FILE_COPY"
        self.execute(f"CREATE DATABASE {name}{strategy}")

    @contextmanager
    def copied_database(self, name: str) -> Iterator[str]:
        """The name of a new database that is as `name` is, dropped at the end."""
        copy = f"test_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {copy} TEMPLATE {name}")
        try:
            yield copy
        finally:
            self.drop_database(copy)

    def drop_database(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def create_user(self, name: str, password: str, database: str) -> None:
        self.execute(f"CREATE ROLE {name} LOGIN PASSWORD %s", [password])
        self.execute(f"ALTER DATABASE {database} OWNER TO {name}")

    def drop_user(self, name: str, database: str) -> None:
        self.execute(f"REASSIGN OWNED BY {name} TO {self.user}", database=database)
        self.execute(f"DROP OWNED BY {name}", database=database)
        self.execute(f"DROP ROLE {name}")
