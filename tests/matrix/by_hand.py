"""A project on a real server, and databases at its head in which somebody changed something."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from daybreak.core.checked import Checked
from daybreak.core.drift import Drift
from daybreak.flows.check import check
from matrix import judge, judge_mysql
from matrix.kind import Kind
from matrix.subject import BASE as FIRST
from matrix.subject import SUBJECTS, at, make_project, session, upgrade
from servers.mysql import MySQL
from servers.postgresql import PostgreSQL


@dataclass(frozen=True)
class Noticed:
    """What `check` named, as `kind schema.table.name`, and what it named after its own SQL ran.

    `refused` is the server's message where it refused that SQL, `by_hand` what it gave none for
    in the end. `dump` is pg_dump's of the database as it was changed.
    """

    named: tuple[str, ...]
    left: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    refused: str = ""
    dump: str = ""


class AtHead(ABC):
    """A project below a folder, whose models and whose only revision make the same."""

    @abstractmethod
    def place(self) -> tuple[Path, Callable[[str], str]]:
        """The project, and the URL of a database."""

    @abstractmethod
    def copy(self) -> AbstractContextManager[str]:
        """A database at head."""

    @abstractmethod
    def execute(self, sql: str, database: str) -> None: ...

    def dump(self, database: str) -> str:
        return ""

    def noticed(self, sql: str) -> Noticed:
        """What becomes of a database in which somebody ran `sql`."""
        with self.copy() as database:
            self.execute(sql, database)
            dump = self.dump(database)
            found = self.checked(database)
            noticed = Noticed(named(found), dump=dump)
            try:
                # What is made new has the rights of default privileges, which go the second time.
                for _ in range(2):
                    for statement in found.fix:
                        self.execute(statement, database)
                    found = self.checked(database)
                    if not found.fix:
                        break
            except Exception as error:  # noqa: BLE001 - what a server refuses is an outcome
                return replace(noticed, refused=str(error).strip())
            by_hand = tuple(f"{it.address.kind} {it.address}" for it in found.by_hand)
            return replace(noticed, left=named(found), by_hand=by_hand)

    def checked(self, database: str) -> Checked:
        """What `check` finds."""
        root, url = self.place()
        with at(root, url(database)):
            checked = check(session(root))
        if checked.drift is None:
            raise LookupError("the database was not compared")
        return checked


def named(checked: Checked) -> tuple[str, ...]:
    drift = checked.drift or Drift()
    changes = [*drift.changes, *drift.undecided]
    return tuple(dict.fromkeys(f"{c.address.kind} {c.address}" for c in changes))


@dataclass(frozen=True)
class AtHeadOfPostgreSQL(AtHead):
    """`head` is a database to copy."""

    server: PostgreSQL
    root: Path
    head: str

    def place(self) -> tuple[Path, Callable[[str], str]]:
        return self.root, lambda database: self.server.url(database, "psycopg2")

    def copy(self) -> AbstractContextManager[str]:
        return self.server.copied_database(self.head)

    def execute(self, sql: str, database: str) -> None:
        self.server.execute(sql, database=database)

    def dump(self, database: str) -> str:
        return judge.dump(self.server, database)


@dataclass(frozen=True)
class AtHeadOfMySQL(AtHead):
    """MySQL copies no databases: `base` is run in a new one."""

    server: MySQL
    root: Path
    base: tuple[str, ...]

    def place(self) -> tuple[Path, Callable[[str], str]]:
        return self.root, lambda database: self.server.url(database, "pymysql")

    @contextmanager
    def copy(self) -> Iterator[str]:
        with self.server.fresh_database() as database:
            for sql in (*self.base, _VERSION):  # together, a body would keep the semicolon
                self.execute(sql, database)
            yield database

    def execute(self, sql: str, database: str) -> None:
        judge_mysql.execute(self.server, sql, database)


_VERSION = f"""
CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY)
AS SELECT '{FIRST}' AS version_num
"""


@contextmanager
def postgresql_project(
    server: PostgreSQL, base: Sequence[str], root: Path
) -> Iterator[AtHeadOfPostgreSQL]:
    _make(root, server.dialect, base)
    with server.fresh_database() as head:
        made = AtHeadOfPostgreSQL(server, root, head)
        with at(root, server.url(head, "psycopg2")):
            upgrade(root)
        yield made


def mysql_project(server: MySQL, base: Sequence[str], root: Path) -> AtHeadOfMySQL:
    _make(root, server.dialect, base)
    return AtHeadOfMySQL(server, root, tuple(base))


def _make(root: Path, dialect: str, base: Sequence[str]) -> None:
    made = [statement.replace("%", "%%") for statement in base]
    body = "".join(f"event.listen(metadata, 'before_create', DDL({sql!r}))\n" for sql in made)
    make_project(root, SUBJECTS["daybreak"], Kind(name="by hand", before=body, after=body), dialect)
