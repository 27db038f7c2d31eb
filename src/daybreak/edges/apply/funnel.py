"""The one point that every statement of a revision passes, whoever sends it.

It stands where SQLAlchemy hands a statement to the driver, so it sees `op.…`, `op.get_bind()`, a
Session, `batch_alter_table` and `autocommit_block` alike. Statement by statement it decides whether
to run it, and keeps the journal so that a run which is killed anywhere can be resumed.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import FrameType
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from daybreak.core.errors import Undecided
from daybreak.core.events import Emit, Passed, Ran, Repaired, Skipped
from daybreak.core.journal import BEGUN, Entry, State, begun
from daybreak.core.program import Part, Program, parts_over, program
from daybreak.core.resume import Decision, Next, Said, left_over, resume
from daybreak.core.sqltext import digest
from daybreak.core.statement import Aim, Effect, Reading
from daybreak.dialects.base import Dialect
from daybreak.edges.apply.journal import Journal
from daybreak.edges.apply.lost import unless_lost
from daybreak.edges.apply.settling import Settling

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Longer statements are cut in the journal: the digest is what tells them apart.
_SHOWN = 2000

# How a revision may end or begin a transaction by itself.
_ROLLBACK = frozenset({"ROLLBACK", "ABORT", "ROLLBACK WORK", "ROLLBACK TRANSACTION"})
_BEGIN = ("BEGIN", "START")


@dataclass
class Work:
    """A revision that is under way.

    `pending` is what its open transaction did, not recorded; `unproved` are the numbers of what is
    recorded in a transaction of whose commit nobody knows yet; `stays` those of the statements that
    no rollback takes back, recorded or not. `begun`: the journal has its BEGUN. `only_adds`: it
    has, and so far the revision sent only what does, so that the catalog tells of it. `resumed`: an
    earlier run may have done the next of these. `following` is what the journal is to know of the
    next revision.
    """

    revision: str
    upgrade: bool
    known: dict[int, Entry]
    parents: tuple[str, ...]
    source: Callable[[], str | None]
    following: Entry | None = None
    began: float = field(default_factory=time.monotonic)
    number: int = 0
    read: bool = False
    by_hand: bool = False
    over: bool = False
    begun: bool = False
    only_adds: bool = False
    resumed: bool = False
    finished: bool = False
    pending: list[Callable[[], Entry]] = field(default_factory=list)
    unproved: set[int] = field(default_factory=set)
    stays: set[int] = field(default_factory=set)
    unsettled: int | None = None
    savepoints: dict[str, int] = field(default_factory=dict)
    skeletons: list[str] = field(default_factory=list)
    program: Program | None = None
    parts_over: dict[Part, int] = field(default_factory=dict)
    part: Part | None = None

    @cached_property
    def file(self) -> str | None:
        """The digest of its text. Asked for where a statement is recorded, which most are not."""
        source = self.source()
        return None if source is None else digest(source)

    @property
    def function(self) -> str:
        return "upgrade" if self.upgrade else "downgrade"

    def arrive(self, line: int | None) -> bool:
        """Count a statement that was sent from `line`; whether its part was over before."""
        part = self.program.part(line) if self.program and line is not None else None
        if part != self.part:
            # A loop that was over may send fewer or more statements now.
            self.number = self.parts_over.get(self.part, self.number) if self.part else self.number
            self.part = part
        last = self.parts_over.get(part) if part is not None else None
        if last is None or self.number < last:
            self.number += 1
        return last is not None


@dataclass(frozen=True)
class Sent:
    """A statement as the driver is to `run` it, the `number`th of its revision."""

    cursor: Any
    context: Any
    parameters: Any
    run: Callable[[], None]
    reading: Reading
    number: int
    line: int | None
    read: bool

    def entry(self, work: Work) -> Entry:
        """What the journal is to know of it. Made only where it is asked for."""
        reading = self.reading
        values = reading.values + repr(self.parameters)
        return Entry(
            revision=work.revision,
            upgrade=work.upgrade,
            number=self.number,
            state=State.STARTED,
            skeleton=digest(reading.skeleton),
            statement=reading.skeleton[:_SHOWN],
            values=None if reading.is_of_an_account else digest(values),
            read=self.read,
            line=self.line,
            file=work.file,
        )


class Funnel:
    """Runs, skips and records the statements that revisions send through `connection`.

    `prove` is called before each of them and may stop the run; `sending` is around each, told
    whether to end it early does no harm. `folders` hold the revisions. `said` is what a person
    decided of statements that nobody else can decide on. `committing`: the last thing that the
    server was told is to commit. Of the revisions whose versions are `recorded`, so many are
    `applied` for good.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        journal: Journal,
        *,
        prove: Callable[[], None],
        sending: Callable[[bool], AbstractContextManager[None]],
        emit: Emit,
        folders: tuple[str, ...],
        said: Said,
        version: str,
    ) -> None:
        self._version = version
        self._connection, self._dialect, self._journal = connection, dialect, journal
        self._server = dialect.running
        self._settling = Settling(connection, dialect.running)
        self._prove, self._sending = prove, sending
        self._emit, self._folders, self._said = emit, folders, said
        self._work: Work | None = None
        self.committing = False
        self._asked: Undecided | None = None
        self.recorded = self.applied = self._recorded_then = 0
        self._by_hand = False  # the last revision ended its transaction, and none has begun
        self._own = self._announced = False
        self._discards = False

    @contextlib.contextmanager
    def attached(self, impl: Any) -> Iterator[None]:
        """Statements pass through here during the block. `impl` is that of Alembic's context."""
        engine = self._connection.engine
        listeners: list[tuple[Any, str, Callable[..., Any]]] = [
            (engine, "do_execute", self._on_execute),
            (engine, "do_executemany", self._on_executemany),
            (engine, "do_execute_no_params", self._on_execute_no_params),
            (self._connection, "commit", self._on_commit),
            (self._connection, "rollback", self._on_rollback),
            (self._connection, "savepoint", self._on_savepoint),
            (self._connection, "rollback_savepoint", self._on_rollback_savepoint),
        ]
        inner = impl._exec

        def without_result(*args: Any, **kwargs: Any) -> Any:
            # Nobody reads what an operation's statement gives back, so it may be skipped.
            self._discards = True
            try:
                return inner(*args, **kwargs)
            finally:
                self._discards = False

        for target, name, listener in listeners:
            event.listen(target, name, listener)
        impl._exec = without_result
        try:
            yield
        finally:
            del impl._exec
            for target, name, listener in listeners:
                event.remove(target, name, listener)

    @contextlib.contextmanager
    def revision(
        self,
        revision: str,
        *,
        upgrade: bool,
        known: dict[int, Entry],
        parents: tuple[str, ...],
        source: Callable[[], str | None],
        following: Entry | None,
    ) -> Iterator[None]:
        """What is sent during the block belongs to `revision`, of which the journal has `known`.

        `source` gives the text of its file, None if there is only bytecode. `following` is what is
        recorded of the next one, which is begun where this one ends.
        """
        work = Work(revision, upgrade, known, parents, source, following, by_hand=self._by_hand)
        work.resumed = BEGUN in known and known[BEGUN].state is State.STARTED
        work.begun = work.only_adds = work.resumed or self._announced
        self._announced = following is not None
        self._work = work
        if known and (text := source()) is not None and (found := program(text, work.function)):
            work.program, work.parts_over = found, parts_over(found, work.file or "", known)
        yield
        work.over = True

    def announced(self) -> None:
        """The journal knows that the revision which comes first is begun."""
        self._announced = True

    def complete(self) -> None:
        """The version of the revision under way is recorded, in the transaction that is open."""
        work = self._work
        if work is None:
            return
        if work.by_hand:  # no commit is to come
            self.applied = self.recorded
        self._by_hand = work.by_hand
        self._work = None
        self._emit(Passed("version recorded", work.revision))

    def abandon(self) -> None:
        """Roll the revision under way back, after an error, and record all that stays nevertheless.

        From here on, what is not recorded is not done. Only a run that has not come to where an
        earlier one was interrupted can't say so.
        """
        work = self._work
        if work is None or not work.begun or work.resumed:
            return
        entry = begun(work.revision, work.file)
        staying = [entry for entry in self._pending(work) if entry.number in work.stays]
        with self.own(), contextlib.suppress(DBAPIError, self._driver_error):
            self._dbapi.rollback()
            if staying or work.known.keys() - {BEGUN}:
                self._record(work, *staying, replace(entry, state=State.FAILED))
            else:
                self._journal.forget()  # it is as if it had not been begun
            self._dbapi.commit()

    @property
    def kept(self) -> tuple[int, int]:
        """How many statements of the revision under way are done for good, and how many were sent.

        After an error: what was neither recorded and committed by then, nor stays by itself, was
        rolled back.
        """
        work = self._work
        if work is None:
            return 0, 0
        done = {number for number, entry in work.known.items() if entry.state is State.DONE}
        return len((done - work.unproved) | work.stays), work.number

    @property
    def unsettled(self) -> int | None:
        """The statement that failed and may be half done, since it was not rolled back."""
        return self._work.unsettled if self._work is not None else None

    @property
    def under_way(self) -> str | None:
        """The revision that is not complete."""
        return self._work.revision if self._work is not None else None

    @contextlib.contextmanager
    def own(self) -> Iterator[None]:
        """Statements of the block are Daybreak's own."""
        before, self._own = self._own, True
        try:
            yield
        finally:
            self._own = before

    # What SQLAlchemy calls. True: the statement was dealt with.

    def _on_execute(self, cursor: Any, sql: str, parameters: Any, context: Any) -> bool:
        run = context.dialect.do_execute
        return self._pass(
            cursor, sql, parameters, context, lambda: run(cursor, sql, parameters, context)
        )

    def _on_executemany(self, cursor: Any, sql: str, parameters: Any, context: Any) -> bool:
        run = context.dialect.do_executemany
        return self._pass(
            cursor, sql, parameters, context, lambda: run(cursor, sql, parameters, context)
        )

    def _on_execute_no_params(self, cursor: Any, sql: str, context: Any) -> bool:
        run = context.dialect.do_execute_no_params
        return self._pass(cursor, sql, (), context, lambda: run(cursor, sql, context))

    def _on_commit(self, _connection: Connection) -> None:
        if not self._own:
            self._flush()
            self._go_on()
            self._emit(Passed("commit", self._work.revision if self._work else None))
            self._committing()

    def _committing(self) -> None:
        self.committing, self._recorded_then = True, self.recorded
        self._by_hand = False

    def committed(self) -> None:
        """If the server was told to commit, it did: something else could be asked of it."""
        if self.committing:
            self.committing, self.applied = False, self._recorded_then
            if self._work is not None:
                self._work.unproved.clear()

    def _on_rollback(self, _connection: Connection) -> None:
        if self._work is not None and not self._own:
            self._work.pending.clear()

    def _on_savepoint(self, _connection: Connection, name: str) -> None:
        if self._work is not None:
            self._work.savepoints[name] = len(self._work.pending)

    def _on_rollback_savepoint(self, _connection: Connection, name: str, _context: Any) -> None:
        if self._work is not None:
            del self._work.pending[self._work.savepoints.get(name, 0) :]

    # The statement's way.

    def _pass(
        self, cursor: Any, sql: str, parameters: Any, context: Any, run: Callable[[], None]
    ) -> bool:
        if self._own or context.root_connection is not self._connection:
            return False
        self.committed()
        self._go_on()
        work = self._work
        if work is None:
            return False
        if work.over:  # Alembic's own: the version table
            return self._finish(work, cursor, sql, parameters, context)
        reading = self._dialect.read_statement(sql)
        match reading.effect:
            case Effect.NOTHING if not self._discards:
                work.read = True
                return False
            case Effect.SESSION:
                return False
            case Effect.ROLLBACK:
                if reading.skeleton.upper() in _ROLLBACK:
                    work.pending.clear()
                if reading.skeleton.upper().startswith(_BEGIN):
                    work.by_hand = False
                return False
            case Effect.COMMIT:
                self._flush()
                self._committing()
                work.by_hand = True  # no transaction is open from here on, whoever thinks so
                return False
        line = self._line(work)
        over = work.arrive(line)
        sent = Sent(cursor, context, parameters, run, reading, work.number, line, work.read)
        work.skeletons.append(reading.skeleton)
        work.only_adds = work.only_adds and reading.only_adds
        if (work.known or self._said) and self._is_settled(work, sent, over=over):
            return True
        self._emit(Passed("statement", work.revision, work.number))
        began = time.monotonic()
        self._run(work, sent)
        seconds = time.monotonic() - began
        self._emit(Ran(work.revision, work.number, reading.skeleton, self._place(), seconds))
        return True

    def _finish(self, work: Work, cursor: Any, sql: str, parameters: Any, context: Any) -> bool:
        """Record that a revision is over before `sql` records its version; whether that ran, too.

        Raises Undecided if a statement that was done is no longer in its file.
        """
        if work.finished:  # a merge has several
            return False
        if gone := left_over(work.known, work.number):
            raise self._undecided(
                gone, f"it is no longer in the file, but was {gone.state.value}: {gone.statement}"
            )
        work.pending.clear()
        work.finished = True
        with self.own():
            both = self._journal.finish(
                work.revision,
                upgrade=work.upgrade,
                parents=work.parents,
                skeleton=digest("\n".join(work.skeletons)),
                seconds=time.monotonic() - work.began,
                version=self._version,
                following=work.following,
                beside=None if parameters else sql,
            )
        if both is not None:
            context.dialect.do_execute(cursor, *both, context)
        return both is not None

    def _is_settled(self, work: Work, sent: Sent, *, over: bool) -> bool:
        """Whether an earlier run has done the statement. Raises Undecided."""
        known, entry = work.known.get(sent.number), sent.entry(work)
        decision = self._decide(work, sent, entry, over=over)
        if decision.next is Next.RUN:
            work.resumed = False  # where the run that was interrupted had come to
        if decision.next is Next.ASK:
            raise self._undecided(entry, decision.why)
        if decision.next is Next.SKIP:
            self._skip(work, known or entry, sent, beyond=known is None)
        return decision.next is Next.SKIP

    def _decide(self, work: Work, sent: Sent, entry: Entry, *, over: bool) -> Decision:
        known = work.known.get(sent.number)
        said = self._said.get((entry.revision, entry.number))
        if said is not None:
            return Decision(Next.SKIP if said == "done" else Next.RUN)
        decision = resume(known, sent.reading, entry.skeleton, entry.values, over=over)
        if known is None and decision.next is Next.RUN and work.resumed and work.only_adds:
            same_file = work.known[BEGUN].file == work.file
            with self.own():
                return self._settling.settle_unrecorded(sent.reading, same_file=same_file)
        if decision.next is not Next.SETTLE or known is None:
            return decision
        with self.own():
            self._mend(sent.reading)
            return self._settling.settle(sent.reading, known)

    def _skip(self, work: Work, known: Entry, sent: Sent, *, beyond: bool) -> None:
        """Let it look as if it had run: who counts its rows gets the same number as then.

        `beyond`: it is more than a loop sent, which is over.
        """
        if known.rows is not None or beyond:
            sent.context._rowcount = known.rows or 0
        if known.last_id is not None:
            sent.cursor.lastrowid = known.last_id
        done = replace(known, state=State.DONE)
        if work.resumed:
            work.stays.add(sent.number)
            work.pending.append(lambda: done)
        elif known.state is not State.DONE:
            self._record(work, done)
        self._emit(Skipped(work.revision, sent.number, sent.reading.skeleton))

    def _run(self, work: Work, sent: Sent) -> None:
        if self._dialect.TRANSACTIONAL_DDL:
            if not self._in_autocommit(work):
                self._send(sent)
                work.pending.append(self._done(work, sent))
            elif sent.reading.alone:
                self._run_alone(work, sent)
            else:
                self._run_in_own_transaction(work, sent)
        elif sent.reading.alone or not self._is_rolled_back(sent.reading):
            self._run_committing(work, sent)
        else:
            self._send(sent)
            work.pending.append(self._done(work, sent))

    def _send(self, sent: Sent, *, alone: bool = False) -> None:
        """To end it early does no harm if it is rolled back then, or if the catalog tells."""
        reading = sent.reading
        with self._sending(reading.aim is not None or not (alone or reading.alone)):
            sent.run()

    def _run_in_own_transaction(self, work: Work, sent: Sent) -> None:
        """With its row of the journal, so that one is there if and only if the other is."""
        with self.own():
            self._connection.exec_driver_sql("BEGIN")
        try:
            self._send(sent)
        except Exception as error:
            with self.own():
                self._connection.exec_driver_sql("ROLLBACK")
            if not self._server.must_be_alone(error):
                raise
        else:
            with self.own():
                self._record(work, self._done(work, sent)())
                self._emit(Passed("done recorded", work.revision, sent.number))
                work.unproved.add(sent.number)
                self._committing()
                self._connection.exec_driver_sql("COMMIT")
                self.committed()
            return
        self._run_alone(work, sent)

    def _run_alone(self, work: Work, sent: Sent) -> None:
        """Where no transaction is open, and none can be."""
        with self.own():
            if sent.reading.aim is not Aim.GONE:
                self._mend(sent.reading)
            self._start(work, sent)
            for sql in self._server.UNHURRIED:
                self._set(sql)
        with self._failure_recorded(work, sent):
            self._send(sent, alone=True)
        with self.own():
            self._record(work, self._done(work, sent)())
            self._emit(Passed("done recorded", work.revision, sent.number))
            for sql in self._server.SESSION if self._server.UNHURRIED else ():
                self._set(sql)

    def _run_committing(self, work: Work, sent: Sent) -> None:
        """A statement that commits what is open, itself included: it is recorded before it runs.

        It commits its own row of the journal, too, and that of the one before it. A row of its own
        costs a flush, and its first ones need none: that the revision is begun is recorded.
        """
        if not work.only_adds:
            with self.own():
                self._start(work, sent)
                if sent.reading.effect is not Effect.SCHEMA:
                    self._dbapi.commit()
        with self._failure_recorded(work, sent):
            self._send(sent, alone=True)
        work.stays.add(sent.number)
        if "ENGINE" in sent.reading.skeleton.upper():
            self._settling.forget_engines()
        if sent.reading.place is not None:
            # The next commit is soon enough: until then, the catalog tells.
            work.pending.append(self._done(work, sent))
            return
        with self.own():
            self._record(work, self._done(work, sent)())
            self._emit(Passed("done recorded", work.revision, sent.number))
            self._dbapi.commit()

    def _start(self, work: Work, sent: Sent) -> None:
        """Record that it is begun, together with what the open transaction did before."""
        reading = sent.reading
        before = self._settling.state(reading) if reading.needs_before else None
        self._record(work, *self._pending(work), replace(sent.entry(work), before=before))
        self._emit(Passed("started recorded", work.revision, sent.number))

    @contextlib.contextmanager
    def _failure_recorded(self, work: Work, sent: Sent) -> Iterator[None]:
        """An error that comes back says that it is not done; if none can, the next run settles.

        Not of code that commits by itself, nor of rows that are not rolled back: they may be half
        done, so it stays begun, and the next run asks.
        """
        try:
            yield
        except Exception as error:
            if sent.reading.may_stop_half_way:
                work.unsettled = sent.number
                raise
            failed = replace(sent.entry(work), state=State.FAILED, error=type(error).__name__)
            with self.own(), contextlib.suppress(DBAPIError, self._driver_error):
                self._record(work, *self._pending(work), failed)
                if not self._dialect.TRANSACTIONAL_DDL:
                    self._dbapi.commit()
            raise

    def _flush(self) -> None:
        """Record what the open transaction did, in that transaction, which is about to end."""
        if self._work is not None and self._work.pending:
            entries = self._pending(self._work)
            self._record(self._work, *entries)
            self._work.unproved |= {entry.number for entry in entries}

    def _pending(self, work: Work) -> list[Entry]:
        pending = [entry() for entry in work.pending]
        work.pending.clear()
        return pending

    def _record(self, work: Work, *entries: Entry) -> None:
        with self.own():
            self._journal.record(entries)
        work.known |= {entry.number: entry for entry in entries}

    def _mend(self, reading: Reading) -> None:
        """Mend what an interrupted statement left where this one works."""
        for sql in self._settling.mending(reading):
            self._connection.exec_driver_sql(sql)
            self._emit(Repaired(sql))

    def _done(self, work: Work, sent: Sent) -> Callable[[], Entry]:
        """The entry of a statement that has run, to be made when it is recorded."""
        cursor = sent.cursor
        returned = cursor.description is not None and not self._discards
        rows = last_id = None
        if sent.reading.effect is not Effect.SCHEMA:
            rows, last_id = cursor.rowcount, getattr(cursor, "lastrowid", None) or None
        return lambda: replace(
            sent.entry(work), state=State.DONE, rows=rows, last_id=last_id, returned=returned
        )

    def _undecided(self, entry: Entry, why: str) -> Undecided:
        self._asked = Undecided(entry.revision, entry.number, why, place=self._place())
        return self._asked

    def _go_on(self) -> None:
        """Whether anything more may be sent. Raises what `prove` raises, and Undecided again."""
        if self._asked is not None:  # the revision caught it
            raise self._asked
        self._prove()

    def _is_rolled_back(self, reading: Reading) -> bool:
        if reading.effect is not Effect.DATA or reading.place is None:
            return True
        with self.own():
            return self._settling.is_rolled_back(reading.place)

    def _in_autocommit(self, work: Work) -> bool:
        detect = self._connection.dialect.detect_autocommit_setting
        return work.by_hand or detect(self._dbapi.dbapi_connection)

    @property
    def _dbapi(self) -> Any:
        return self._connection.connection

    @property
    def _driver_error(self) -> type[Exception]:
        error: type[Exception] = self._connection.dialect.loaded_dbapi.Error
        return error

    def _set(self, sql: str) -> None:
        with unless_lost():
            self._connection.exec_driver_sql(sql)

    def _line(self, work: Work) -> int | None:
        """The line of the revision's own function from which a statement is sent."""
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            code = frame.f_code
            if code.co_name == work.function and code.co_filename.startswith(self._folders):
                return frame.f_lineno
            frame = frame.f_back
        return None

    def _place(self) -> str | None:
        """`4f2a_add.py:12`, the innermost line of a revision that is running."""
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(self._folders):
                return f"{name.rpartition('/')[2]}:{frame.f_lineno}"
            frame = frame.f_back
        return None
