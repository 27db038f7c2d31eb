"""A project at head on a real server, and changes by hand of copies of its database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daybreak.core.catalog import Address
from daybreak.core.change import Change
from daybreak.core.checked import Checked
from daybreak.flows.check import check
from matrix.kind import Kind
from matrix.subject import SUBJECTS, at, make_project, session, upgrade
from servers.postgresql import PostgreSQL


@dataclass(frozen=True)
class Outcome:
    """What `check` named, its SQL against it, and what it still named after that SQL ran."""

    changes: tuple[Change, ...]
    fix: tuple[str, ...]
    by_hand: tuple[Address, ...]
    left: tuple[str, ...]


@dataclass(frozen=True)
class ByHand:
    server: PostgreSQL
    root: Path
    head: str

    def check(self, database: str) -> Checked:
        with at(self.root, self.server.url(database, "psycopg2")):
            return check(session(self.root))

    def outcome(self, sql: str) -> Outcome:
        """What becomes of a database at head in which somebody ran `sql`."""
        with self.server.copied_database(self.head) as database:
            self.server.execute(sql, database=database)
            found = self.check(database)
            if found.drift is None:
                raise AssertionError("the database was not compared")
            left: tuple[str, ...] = ()
            try:
                for statement in found.fix:
                    self.server.execute(statement, database=database)
                again = self.check(database).drift
                left = tuple(str(change.address) for change in again.changes) if again else ("?",)
            except Exception as error:  # noqa: BLE001 - a server's refusal is an outcome
                left = (str(error),)
            return Outcome(found.drift.changes, found.fix, found.by_hand, left)


@contextmanager
def project(server: PostgreSQL, base: Sequence[str], root: Path) -> Iterator[ByHand]:
    """A project whose models and whose only revision run the statements of `base`; its database is at head."""
    made = [statement.replace("%", "%%") for statement in base]
    body = "".join(f"event.listen(metadata, 'before_create', DDL({sql!r}))\n" for sql in made)
    with server.fresh_database() as head:
        kind = Kind(name="by hand", before=body, after=body)
        make_project(root, SUBJECTS["daybreak"], kind, server.dialect)
        with at(root, server.url(head, "psycopg2")):
            upgrade(root)
        yield ByHand(server, root, head)
