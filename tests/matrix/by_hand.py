"""A project at head on a real server, and changes by hand of copies of its database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daybreak.core.drift import Drift
from daybreak.flows.check import check
from matrix import judge
from matrix.kind import Kind
from matrix.subject import SUBJECTS, at, make_project, session, upgrade
from servers.postgresql import PostgreSQL


@dataclass(frozen=True)
class Noticed:
    """What `check` named, as `kind schema.table.name`, and what it named after its own SQL ran.

    `left` is the server's message where it refused that SQL. `dump` is pg_dump's of the database
    as it was changed.
    """

    named: tuple[str, ...]
    left: tuple[str, ...]
    dump: str


@dataclass(frozen=True)
class AtHead:
    """`head` is the database at the head of the history."""

    server: PostgreSQL
    root: Path
    head: str

    def drift(self, database: str) -> tuple[Drift, tuple[str, ...]]:
        """What `check` finds, and its SQL against it."""
        with at(self.root, self.server.url(database, "psycopg2")):
            checked = check(session(self.root))
        if checked.drift is None:
            raise LookupError("the database was not compared")
        return checked.drift, checked.fix

    def noticed(self, sql: str) -> Noticed:
        """What becomes of a database in which somebody ran `sql`."""
        with self.server.copied_database(self.head) as database:
            self.server.execute(sql, database=database)
            dump = judge.dump(self.server, database)
            drift, fix = self.drift(database)
            try:
                # What is made new has the rights of default privileges, which go the second time.
                for _ in range(2):
                    for statement in fix:
                        self.server.execute(statement, database=database)
                    mended, fix = self.drift(database)
                    if not mended.changes:
                        break
                left = named(mended)
            except Exception as error:  # noqa: BLE001 - what a server refuses is an outcome
                left = (str(error).strip(),)
            return Noticed(named(drift), left, dump)


def named(drift: Drift) -> tuple[str, ...]:
    changes = [*drift.changes, *drift.undecided]
    return tuple(dict.fromkeys(f"{c.address.kind} {c.address}" for c in changes))


@contextmanager
def project(server: PostgreSQL, base: Sequence[str], root: Path) -> Iterator[AtHead]:
    """A project whose models and whose only revision run `base`; its database is at head."""
    made = [statement.replace("%", "%%") for statement in base]
    body = "".join(f"event.listen(metadata, 'before_create', DDL({sql!r}))\n" for sql in made)
    with server.fresh_database() as head:
        kind = Kind(name="by hand", before=body, after=body)
        make_project(root, SUBJECTS["daybreak"], kind, server.dialect)
        with at(root, server.url(head, "psycopg2")):
            upgrade(root)
        yield AtHead(server, root, head)
