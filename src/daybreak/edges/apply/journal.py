"""The journal: a table beside the version table, written by the session that does the work.

What can run in a transaction is recorded in that transaction. So whatever a run is interrupted by,
the journal tells what the database is, or that a statement was begun of which it can't tell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, bindparam, inspect, text
from sqlalchemy.exc import DBAPIError

from daybreak.core.journal import ANCESTORS, JOURNAL, REVISION, Entry, State, known_parents
from daybreak.edges.apply.together import Together, lost

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult
    from sqlalchemy.sql.compiler import SQLCompiler

    from daybreak.dialects.running import Running

# The kinds of rows. A statement's are there while its revision is not finished. What is planned is
# no fact, and nobody heeds it.
_RUN, _STATEMENT, _PLANNED = "run", "statement", "planned"

# As text, since a run is to add little to Alembic's, and each of them is sent but once or twice.
_INSERT = """
INSERT INTO {journal}
    (history, run, kind, revision, direction, number, state, skeleton, statement, detail, seconds)
VALUES
    (:history, :run, :kind, :revision, :direction, :number, :state, :skeleton, :statement, :detail,
     :seconds)
"""
_ROW = dict.fromkeys(("revision", "direction", "number", "skeleton", "statement", "seconds"))

# MySQL locks all that it looks at for a change unless it is told their keys, and another history's
# run may be at work: they would wait for each other. So the keys are asked for first.
_OUR_RUN = "SELECT id FROM {journal} WHERE history = :history AND kind = 'run' AND run = :run"
_OTHER_RUNS = """
SELECT id FROM {journal}
WHERE history = :history AND kind = 'run' AND state = 'started' AND run <> :run
"""
_OUR_STATEMENTS = "SELECT id FROM {journal} WHERE history = :history AND kind = 'statement'"
_PLAN = "SELECT id FROM {journal} WHERE history = :history AND kind = 'planned'"
_END = "UPDATE {journal} SET state = 'done', ended_at = CURRENT_TIMESTAMP WHERE id IN :ids"
_GIVE_UP = "UPDATE {journal} SET state = 'failed' WHERE id IN :ids"
_DELETE = "DELETE FROM {journal} WHERE id IN :ids"

# The last row of a revision counts: this run may have begun it before.
_OUR_PLAN = """
SELECT id, revision FROM {journal}
WHERE history = :history AND run = :run AND number = 0
ORDER BY id
"""
_UNENDED_RUNS = """
SELECT detail, at, CURRENT_TIMESTAMP AS now FROM {journal}
WHERE history = :history AND kind = 'run' AND state = 'started'
"""
_STATEMENTS = """
SELECT run, revision, direction, number, state, skeleton, statement, detail, at FROM {journal}
WHERE history = :history AND kind = 'statement'
ORDER BY id
"""
_PARENTS = """
SELECT kind, revision, detail FROM {journal}
WHERE history = :history AND kind IN ('revision', 'ancestors')
ORDER BY id
"""


class Journal:
    """The journal of the history whose revision the table `history` records.

    It is in the database that `connection` is to, in `schema` (None: the default one). Several
    histories may share it; they know nothing of each other.
    """

    def __init__(
        self, connection: Connection, server: Running, schema: str | None, history: str, run: str
    ) -> None:
        self._connection, self._server, self._schema = connection, server, schema
        self._ours = {"history": history, "run": run}
        self._made = False
        # Whether there are statements' rows, beside the one that says what is begun, if any does.
        self._has_statements = False
        self._planned: dict[str, int] = {}

    @property
    def made(self) -> bool:
        """Whether the table is there. Another run may make it until we have the run's lock."""
        if not self._made:
            try:
                self._made = inspect(self._connection).has_table(JOURNAL, schema=self._schema)
            except DBAPIError as error:
                if error.orig is None or not self._server.is_being_made(error.orig):
                    raise
        return self._made

    def make(self) -> None:
        """Create the table, which may be there by now: another history's run may do so, too."""
        self._connection.exec_driver_sql(self._server.JOURNAL.format(journal=self._name))
        self._made = True

    @property
    def plans(self) -> bool:
        """Whether `finish` needs a row that `plan` has made."""
        return self._server.FINISHED is not None

    def restart(self) -> None:
        """What was open is rolled back, and the table with it if that transaction made it."""
        self._made = self._has_statements = False
        self._planned = {}

    def begin_run(self, detail: Mapping[str, Any]) -> None:
        """Record that this run is at work, and by which sessions it can be known."""
        self._insert({"kind": _RUN, "state": State.STARTED.value, "detail": json.dumps(detail)})

    def end_run(self) -> None:
        """Record that this run ended by itself."""
        self._change(_OUR_RUN, _END)

    def unended_runs(self) -> list[dict[str, Any]]:
        """The details of the runs that have not ended by themselves, and their age: `seconds`."""
        if not self.made:
            return []
        return [
            {**json.loads(row.detail), "seconds": (row.now - row.at).total_seconds()}
            for row in self._execute(_UNENDED_RUNS)
        ]

    def forget_runs(self) -> None:
        """Record that the runs which did not end are over, since their sessions are gone."""
        self._change(_OTHER_RUNS, _GIVE_UP)

    def entries(self) -> dict[tuple[str, bool], dict[int, Entry]]:
        """The statements of revisions that are not finished, by revision and whether upwards."""
        found: dict[tuple[str, bool], dict[int, Entry]] = {}
        if not self.made:
            return found
        for row in self._execute(_STATEMENTS):
            entry = _entry(row)
            found.setdefault((entry.revision, entry.upgrade), {})[entry.number] = entry
        self._has_statements = bool(found)
        return found

    def record(self, entries: Sequence[Entry]) -> None:
        """Record what is known of statements now. The last word on each counts."""
        self._has_statements = True
        self._insert(*map(_values, entries))

    def plan(self, entries: Sequence[Entry], *, first_is_begun: bool) -> None:
        """Record what is to be applied or taken back, so that `finish` has a row for each.

        What an earlier run had planned is forgotten. `first_is_begun`: that is known from here on.
        """
        self._change(_PLAN, _DELETE)
        rows = [{**_values(entry), "kind": _PLANNED} for entry in entries]
        if first_is_begun:
            rows[0]["kind"] = _STATEMENT
        self._insert(*rows)
        self._planned = {row.revision: row.id for row in self._execute(_OUR_PLAN)}

    def finish(
        self,
        revision: str,
        *,
        upgrade: bool,
        parents: Sequence[str],
        skeleton: str,
        seconds: float,
        version: str,
        following: str | None,
        beside: str | None,
    ) -> Together | None:
        """Record that a revision is applied or taken back, in place of its statements.

        `following` is the next one, to be known as begun from here on.

        `beside` is a statement that is to be sent next and has no parameters. Where the server can
        do both at once, nothing is recorded here: what is given back does both, and spares a round
        trip for each revision. Raises LookupError if a row that was planned is not there.
        """
        row_id = self._planned[revision] if self.plans else None
        begun_id = self._planned[following] if following is not None else None
        if self._has_statements:
            self._forget(keep=row_id)
        row = {
            "kind": REVISION,
            "revision": revision,
            "direction": _direction(upgrade),
            "state": State.DONE.value,
            "skeleton": skeleton,
            "detail": json.dumps({"parents": list(parents), "version": version}),
            "seconds": seconds,
        }
        values = {**_ROW, **row, **self._ours, "id": row_id, "begun_id": begun_id}
        rows = (row_id is not None) + (begun_id is not None)
        both = self._server.together(self._finished_as_sent.string, beside) if beside else None
        if both is not None:
            order = self._finished_as_sent.positiontup
            parameters = values if order is None else tuple(values[name] for name in order)
            return Together(revision, both, parameters, rows)
        done = self._connection.execute(self._finished, values)
        if self.plans and done.rowcount < rows:
            raise lost(revision)
        return None

    def forget(self) -> None:
        """Remove the statements: their revision is finished, or somebody says where we are."""
        self._forget(keep=None)

    def _forget(self, *, keep: int | None) -> None:
        self._change(_OUR_STATEMENTS, _DELETE, keep=keep)
        self._has_statements = False

    def known_parents(self) -> dict[str, list[str]]:
        """The parents of each revision that the journal knows."""
        rows = self._execute(_PARENTS)
        return known_parents((row.kind, row.revision, row.detail) for row in rows)

    def record_ancestors(self, parents: Mapping[str, Sequence[str]]) -> None:
        """Record revisions that were applied before the journal was there, with their parents."""
        known = self.known_parents() if parents else {}
        new = {name: list(above) for name, above in parents.items() if name not in known}
        if new:
            detail = json.dumps({"revisions": new})
            self._insert({"kind": ANCESTORS, "state": State.DONE.value, "detail": detail})

    def _insert(self, *rows: Mapping[str, Any]) -> None:
        values = [{**_ROW, **row, **self._ours} for row in rows]
        if len(values) == 1:  # the drivers' way of many rows has a price that one need not pay
            self._connection.execute(self._new, values[0])
        elif values:
            self._connection.execute(self._new, values)

    @cached_property
    def _new(self) -> TextClause:
        return self._text(_INSERT)

    @cached_property
    def _finished(self) -> TextClause:
        return self._text(self._server.FINISHED or _INSERT)

    @cached_property
    def _finished_as_sent(self) -> SQLCompiler:
        return self._finished.compile(dialect=self._connection.dialect)

    def _change(self, which: str, change: str, *, keep: int | None = None) -> None:
        if ids := [row.id for row in self._execute(which) if row.id != keep]:
            statement = self._text(change).bindparams(bindparam("ids", expanding=True))
            self._connection.execute(statement, {"ids": ids})

    def _execute(self, sql: str) -> CursorResult[Any]:
        return self._connection.execute(self._text(sql), self._ours)

    def _text(self, sql: str) -> TextClause:
        return text(sql.format(journal=self._name.replace(":", r"\:")))

    @cached_property
    def _name(self) -> str:
        quote = self._connection.dialect.identifier_preparer.quote
        return ".".join(quote(part) for part in (self._schema, JOURNAL) if part)


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
