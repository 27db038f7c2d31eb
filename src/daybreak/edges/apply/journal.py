"""The journal: a table beside the version table, written by the session that does the work.

What can run in a transaction is recorded in that transaction. So whatever a run is interrupted by,
the journal tells what the database is, or that a statement was begun of which it can't tell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Float,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.schema import CreateTable

from daybreak.core.journal import ANCESTORS, JOURNAL, REVISION, Entry, State, known_parents
from daybreak.dialects import dialect_named

if TYPE_CHECKING:
    from sqlalchemy import Connection

# The kinds of rows. A statement's are there while its revision is not finished.
_RUN, _STATEMENT = "run", "statement"


class Journal:
    """The journal of the history whose revision the table `history` records.

    It is in the database that `connection` is to, in `schema` (None: the default one). Several
    histories may share it; they know nothing of each other.
    """

    def __init__(self, connection: Connection, schema: str | None, history: str, run: str) -> None:
        self._connection, self._history, self._run = connection, history, run
        self._table = _table(schema)
        self._columns = self._table.c
        self._new = insert(self._table).inline()  # the server need not tell the row's id
        self._made = False
        self._has_statements = False

    @property
    def made(self) -> bool:
        """Whether the table is there. Another run may make it until we have the run's lock."""
        if not self._made:
            self._made = inspect(self._connection).has_table(JOURNAL, schema=self._table.schema)
        return self._made

    def make(self) -> None:
        """Create the table if it is not there, also where another history's run does so now."""
        if not self.made:
            create = CreateTable(self._table, if_not_exists=True).compile(self._connection)
            server = dialect_named(self._connection.dialect.name, "the connection").running
            self._connection.exec_driver_sql(server.made_once(str(create)))
            self._made = True

    def begin_run(self, detail: Mapping[str, Any]) -> None:
        """Record that this run is at work, and by which sessions it can be known."""
        self._insert([{"kind": _RUN, "state": State.STARTED.value, "detail": json.dumps(detail)}])

    def end_run(self) -> None:
        """Record that this run ended by itself."""
        self._end((self._columns.kind == _RUN) & (self._columns.run == self._run), State.DONE)

    def unended_runs(self) -> list[dict[str, Any]]:
        """The details of the runs that have not ended by themselves, and their age: `seconds`."""
        if not self.made:
            return []
        columns = self._columns
        rows = self._connection.execute(
            select(columns.detail, columns.at, func.now().label("now")).where(
                self._is_ours(_RUN), columns.state == State.STARTED.value
            )
        )
        return [
            {**json.loads(row.detail), "seconds": (row.now - row.at).total_seconds()}
            for row in rows
        ]

    def forget_runs(self) -> None:
        """Record that the runs which did not end are over, since their sessions are gone."""
        unended = self._columns.state == State.STARTED.value
        self._end(self._is_ours(_RUN) & unended & (self._columns.run != self._run), State.FAILED)

    def entries(self) -> dict[tuple[str, bool], dict[int, Entry]]:
        """The statements of revisions that are not finished, by revision and whether upwards."""
        found: dict[tuple[str, bool], dict[int, Entry]] = {}
        if not self.made:
            return found
        columns = self._columns
        rows = self._connection.execute(
            select(self._table).where(self._is_ours(_STATEMENT)).order_by(columns.id)
        )
        for row in rows:
            entry = _entry(row)
            found.setdefault((entry.revision, entry.upgrade), {})[entry.number] = entry
        self._has_statements = bool(found)
        return found

    def record(self, entries: Sequence[Entry]) -> None:
        """Record what is known of statements now. The last word on each counts."""
        self._has_statements = True
        self._insert([_values(entry) for entry in entries])

    def finish(
        self,
        revision: str,
        *,
        upgrade: bool,
        parents: Sequence[str],
        skeleton: str,
        seconds: float,
        version: str,
    ) -> None:
        """Record that a revision is applied or taken back, in place of its statements."""
        if self._has_statements:
            self.forget()
        detail = {"parents": list(parents), "version": version}
        self._insert(
            [
                {
                    "kind": REVISION,
                    "revision": revision,
                    "direction": _direction(upgrade),
                    "state": State.DONE.value,
                    "skeleton": skeleton,
                    "detail": json.dumps(detail),
                    "seconds": seconds,
                }
            ]
        )

    def forget(self) -> None:
        """Remove the statements: their revision is finished, or somebody says where we are."""
        self._has_statements = False
        if ids := self._ids(self._is_ours(_STATEMENT)):
            self._connection.execute(delete(self._table).where(self._columns.id.in_(ids)))

    def known_parents(self) -> dict[str, list[str]]:
        """The parents of each revision that the journal knows."""
        columns = self._columns
        rows = self._connection.execute(
            select(columns.kind, columns.revision, columns.detail)
            .where(self._is_ours(REVISION, ANCESTORS))
            .order_by(columns.id)
        )
        return known_parents((row.kind, row.revision, row.detail) for row in rows)

    def record_ancestors(self, parents: Mapping[str, Sequence[str]]) -> None:
        """Record revisions that were applied before the journal was there, with their parents."""
        known = self.known_parents()
        new = {name: list(above) for name, above in parents.items() if name not in known}
        if new:
            detail = json.dumps({"revisions": new})
            self._insert([{"kind": ANCESTORS, "state": State.DONE.value, "detail": detail}])

    def _insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        ours = {"history": self._history, "run": self._run}
        self._connection.execute(self._new, [{**row, **ours} for row in rows])

    def _end(self, which: ColumnElement[bool], state: State) -> None:
        if ids := self._ids(which):
            ended = func.now() if state is State.DONE else None
            self._connection.execute(
                update(self._table)
                .where(self._columns.id.in_(ids))
                .values(state=state.value, ended_at=ended)
            )

    def _ids(self, which: ColumnElement[bool]) -> Sequence[int]:
        """The rows to change. MySQL locks all that it looks at for a change, unless it is told
        their keys, and another history's run may be at work: they would wait for each other.
        """
        return self._connection.scalars(select(self._columns.id).where(which)).all()

    def _is_ours(self, *kinds: str) -> ColumnElement[bool]:
        """Whether a row is one of these kinds, and of this history."""
        return self._columns.kind.in_(kinds) & (self._columns.history == self._history)


def _table(schema: str | None) -> Table:
    return Table(
        JOURNAL,
        MetaData(),
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("history", String(255), nullable=False),
        Column("kind", String(10), nullable=False),
        Column("run", String(32), nullable=False),
        Column("revision", String(255)),
        Column("direction", String(10)),
        Column("number", Integer),
        Column("state", String(10), nullable=False),
        Column("skeleton", String(32)),
        Column("statement", Text),
        Column("detail", Text().with_variant(LONGTEXT(), "mysql"), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("ended_at", DateTime(timezone=True)),
        Column("seconds", Float),
        schema=schema,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )


def _values(entry: Entry) -> dict[str, Any]:
    return {
        "kind": _STATEMENT,
        "revision": entry.revision,
        "direction": _direction(entry.upgrade),
        "number": entry.number,
        "state": entry.state.value,
        "skeleton": entry.skeleton,
        "statement": entry.statement,
        "detail": json.dumps(entry.detail()),
    }


def _entry(row: Any) -> Entry:
    return Entry(
        revision=row.revision,
        upgrade=row.direction == _direction(True),
        number=row.number,
        state=State(row.state),
        skeleton=row.skeleton,
        statement=row.statement,
        run=row.run,
        at=row.at.isoformat(sep=" ", timespec="seconds"),
        **json.loads(row.detail),
    )


def _direction(upgrade: bool) -> str:
    return "upgrade" if upgrade else "downgrade"
