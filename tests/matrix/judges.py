"""The judge of each dialect in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from matrix import judge, judge_mysql
from matrix.kind import Kind
from servers.mysql import MySQL
from servers.postgresql import PostgreSQL
from servers.server import Server


class Judge(Protocol):
    """A dump and rows are whatever the judge understands; dumps of equal text are equal."""

    @property
    def driver(self) -> str: ...

    def execute(self, sql: str, database: str) -> None:
        """Run statements."""
        ...

    def dump(self, database: str) -> Any:
        """What the server tells of a database."""
        ...

    def compare(self, wanted: Any, found: Any) -> list[str]:
        """The differences that remain after the folds."""
        ...

    def rows(self, database: str) -> Any: ...

    def lost(self, before: Any, after: Any, wanted: Any, renames: Mapping[str, str]) -> list[str]:
        """What is gone of the rows `before`; `wanted` are those of the models' own database."""
        ...


def judge_of(server: Server, kind: Kind) -> Judge:
    if isinstance(server, MySQL):
        return MySQLJudge(server, kind.schemas)
    if isinstance(server, PostgreSQL):
        return PostgreSQLJudge(server)
    raise TypeError(server)


@dataclass(frozen=True)
class PostgreSQLJudge:
    server: PostgreSQL
    driver = "psycopg2"

    def execute(self, sql: str, database: str) -> None:
        self.server.execute(sql, database=database)

    def dump(self, database: str) -> str:
        return judge.dump(self.server, database)

    def compare(self, wanted: str, found: str) -> list[str]:
        return judge.compare(self.server, wanted, found)

    def rows(self, database: str) -> judge.Rows:
        return judge.rows(self.server, database)

    def lost(
        self,
        before: judge.Rows,
        after: judge.Rows,
        wanted: judge.Rows,
        renames: Mapping[str, str],
    ) -> list[str]:
        return judge.lost(before, after, wanted, renames)


@dataclass(frozen=True)
class MySQLJudge:
    server: MySQL
    schemas: tuple[str, ...]
    driver = "pymysql"

    def execute(self, sql: str, database: str) -> None:
        judge_mysql.execute(self.server, sql, database)

    def dump(self, database: str) -> judge_mysql.Dump:
        return judge_mysql.dump(self.server, database, self.schemas)

    def compare(self, wanted: judge_mysql.Dump, found: judge_mysql.Dump) -> list[str]:
        return judge_mysql.compare(wanted, found)

    def rows(self, database: str) -> judge_mysql.Rows:
        return judge_mysql.rows(self.server, database, self.schemas)

    def lost(
        self,
        before: judge_mysql.Rows,
        after: judge_mysql.Rows,
        wanted: judge_mysql.Rows,
        renames: Mapping[str, str],
    ) -> list[str]:
        return judge_mysql.lost(before, after, wanted, renames)
