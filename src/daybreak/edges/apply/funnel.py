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
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from daybreak.core.errors import Undecided
from daybreak.core.events import Emit, Passed, Ran, Skipped, StatementBegun
from daybreak.core.journal import BEGUN, Entry, State
from daybreak.core.program import parts_over, program
from daybreak.core.resume import Decision, Next, Said, left_over, resume
from daybreak.core.sqltext import digest
from daybreak.core.statement import Effect, Reading
from daybreak.dialects.base import Dialect
from daybreak.edges.apply.journal import Journal
from daybreak.edges.apply.keeping import Keeping
from daybreak.edges.apply.ways import Ways
from daybreak.edges.apply.weighing import Weighing
from daybreak.edges.apply.work import Sent, Work

if TYPE_CHECKING:
    from sqlalchemy import Connection

# How a revision may end or begin a transaction by itself.
_ROLLBACK = frozenset({"ROLLBACK", "ABORT", "ROLLBACK WORK", "ROLLBACK TRANSACTION"})
_BEGIN = ("BEGIN", "START")


class Funnel:
    """Runs, skips and records the statements that revisions send through `connection`.

    `prove` is called before each of them, told whether the transaction is about to end, and may
    stop the run; `sending` is around each, see `Ways`. `check` is called before each commit, and
    does what may take long of it. `transaction_over` hears of each end of a transaction, told
    whether that is a commit, which it may stop; `allowed` hears that work begins for which others
    may wait. `folders` hold the revisions. `said` is what a person decided of statements that
    nobody else can decide on. `told_to_commit`: the last thing that the server was told is to
    commit. Of the revisions whose versions are `recorded`, so many are `applied` for good.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        journal: Journal,
        *,
        prove: Callable[[bool], None],
        sending: Callable[[Reading, bool, bool], AbstractContextManager[None]],
        check: Callable[[], None],
        transaction_over: Callable[[bool], None],
        allowed: Callable[[], None],
        emit: Emit,
        folders: tuple[str, ...],
        said: Said,
        version: str,
    ) -> None:
        self._version = version
        self._connection, self._dialect, self._journal = connection, dialect, journal
        self._weighing = Weighing(connection, dialect, self.own, allowed)
        self._keeping = Keeping(connection, dialect.running, self._weighing, self.own, emit)
        self._ways = Ways(
            connection, dialect, journal, self, self._weighing, sending=sending, emit=emit
        )
        self._prove, self.check, self._transaction_over = prove, check, transaction_over
        self._emit, self._folders, self._said = emit, folders, said
        self._of_revision: dict[str, bool] = {}  # by file: those on the stack are mostly the same
        self._work: Work | None = None
        self.told_to_commit = False
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

        alter = impl.alter_column

        def told(*args: Any, **kwargs: Any) -> Any:
            # What the author gives a value tells what is to go from what is left out.
            self._keeping.altering = kwargs
            try:
                return alter(*args, **kwargs)
            finally:
                self._keeping.altering = None

        for target, name, listener in listeners:
            event.listen(target, name, listener)
        impl._exec, impl.alter_column = without_result, told
        try:
            yield
        finally:
            del impl._exec, impl.alter_column
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
        following: str | None,
        allows: tuple[str, ...],
    ) -> Iterator[None]:
        """What is sent during the block belongs to `revision`, of which the journal has `known`.

        `source` gives the text of its file, None if there is only bytecode. `following` is the next
        one, which is begun where this one ends. `allows` is what others may wait for.
        """
        work = Work(
            revision, upgrade, known, parents, source, following, allows, by_hand=self._by_hand
        )
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

    def restart(self) -> None:
        """What was open is rolled back: as if no revision had been begun that is not applied."""
        self._work = None
        self.recorded = self._recorded_then = self.applied
        self.told_to_commit = self._by_hand = self._announced = False

    def abandon(self) -> None:
        """Roll the revision under way back, after an error, and record all that stays."""
        if self._work is not None:
            self._ways.abandon(self._work)

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
            cursor, sql, parameters, context, lambda sql: run(cursor, sql, parameters, context)
        )

    def _on_executemany(self, cursor: Any, sql: str, parameters: Any, context: Any) -> bool:
        run = context.dialect.do_executemany
        return self._pass(
            cursor, sql, parameters, context, lambda sql: run(cursor, sql, parameters, context)
        )

    def _on_execute_no_params(self, cursor: Any, sql: str, context: Any) -> bool:
        run = context.dialect.do_execute_no_params
        return self._pass(cursor, sql, (), context, lambda sql: run(cursor, sql, context))

    def _on_commit(self, _connection: Connection) -> None:
        if not self._own:
            try:
                if self._work is not None:
                    self._ways.flush(self._work)
                self._go_on(ending=True)
                self.check()
                self._emit(Passed("commit", self._work.revision if self._work else None))
                self.committing()
            except BaseException:
                # SQLAlchemy takes it for ended now: whatever is committed next would commit it.
                self._ways.roll_back()
                self._on_rollback(self._connection)
                raise

    def committing(self) -> None:
        """The server is about to be told to commit."""
        self._transaction_over(True)
        self.told_to_commit, self._recorded_then = True, self.recorded
        self._by_hand = False

    def committed(self) -> None:
        """If the server was told to commit, it did: something else could be asked of it."""
        if self.told_to_commit:
            self.told_to_commit, self.applied = False, self._recorded_then
            if self._work is not None:
                self._work.unproved.clear()

    def _on_rollback(self, _connection: Connection) -> None:
        self._transaction_over(False)
        if self._work is not None and not self._own:
            self._work.roll_back()

    def _on_savepoint(self, _connection: Connection, name: str) -> None:
        if self._work is not None:
            self._work.savepoints[name] = len(self._work.pending)

    def _on_rollback_savepoint(self, _connection: Connection, name: str, _context: Any) -> None:
        if self._work is not None:
            self._work.roll_back(name)

    # The statement's way.

    def _pass(
        self, cursor: Any, sql: str, parameters: Any, context: Any, run: Callable[[str], None]
    ) -> bool:
        if self._own or context.root_connection is not self._connection:
            return False
        self.committed()
        work = self._work
        self._go_on(ending=work is None or work.over)
        if work is None:
            return False
        if work.over:  # Alembic's own: the version table
            return self._finish(work, cursor, sql, parameters, context)
        reading = self._dialect.read_statement(sql)
        match reading.effect:
            case Effect.NOTHING if not self._discards:
                work.read = True
                self._ways.run_unrecorded(work, reading, lambda: run(sql))
                return True
            case Effect.SESSION:
                self._weighing.forget()  # names may be looked up elsewhere
                self._ways.run_unrecorded(work, reading, lambda: run(sql))
                return True
            case Effect.ROLLBACK:
                if reading.skeleton.upper() in _ROLLBACK:
                    work.roll_back()
                if reading.skeleton.upper().startswith(_BEGIN):
                    work.by_hand = False
                return False
            case Effect.COMMIT:
                self._ways.flush(work)
                self.check()
                self.committing()
                work.by_hand = True  # no transaction is open from here on, whoever thinks so
                return False
        line, place = self._where(work)
        over = work.arrive(line)
        sent = Sent(
            cursor,
            context,
            sql,
            parameters,
            run,
            reading,
            work.number,
            line,
            place,
            work.read,
            self._discards,
        )
        work.skeletons.append(reading.skeleton)
        work.only_adds = work.only_adds and reading.only_adds
        if (work.known or self._said) and self._is_settled(work, sent, over=over):
            return True
        self._keeping.require_kept(work, sent)
        self._weighing.require_light(work, sent)
        self._emit(StatementBegun(work.revision, work.number, reading.skeleton, place))
        began = time.monotonic()
        self._ways.run(work, sent)
        self._keeping.has_run(reading)
        seconds = time.monotonic() - began
        self._emit(Ran(work.revision, work.number, reading.skeleton, place, seconds))
        return True

    def _finish(self, work: Work, cursor: Any, sql: str, parameters: Any, context: Any) -> bool:
        """Record that a revision is over before `sql` records its version; whether that ran, too.

        Raises Undecided if a statement that was done is no longer in its file.
        """
        if work.finished:  # a merge has several
            return False
        if gone := left_over(work.known, work.number):
            why = f"it is no longer in the file, but was {gone.state.value}: {gone.statement}"
            raise self._undecided(gone, why, None)
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
        if both is None:
            return False
        context.dialect.do_execute(cursor, both.sql, both.parameters, context)
        context._rowcount = both.version_rows(cursor.rowcount)  # Alembic looks whether it is one
        return True

    def _is_settled(self, work: Work, sent: Sent, *, over: bool) -> bool:
        """Whether an earlier run has done the statement. Raises Undecided."""
        known, entry = work.known.get(sent.number), sent.entry(work)
        decision = self._decide(work, sent, entry, over=over)
        if decision.next is Next.RUN:
            work.resumed = False  # where the run that was interrupted had come to
        if decision.next is Next.ASK:
            raise self._undecided(entry, decision.why, sent.place)
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
            return self._ways.settle_unrecorded(work, sent.reading)
        if decision.next is not Next.SETTLE or known is None:
            return decision
        return self._ways.settle(sent.reading, known)

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
            work.pending.append((sent.number, lambda: done))
        elif known.state is not State.DONE:
            self._ways.record(work, done)
        self._emit(Skipped(work.revision, sent.number, sent.reading.skeleton))

    def _undecided(self, entry: Entry, why: str, place: str | None) -> Undecided:
        self._asked = Undecided(entry.revision, entry.number, why, place=place)
        return self._asked

    def _go_on(self, *, ending: bool) -> None:
        """Whether anything more may be sent. Raises what `prove` raises, or a refusal again."""
        refused = self._asked or self._weighing.refused or self._keeping.refused
        if refused:  # the revision caught it
            raise refused
        self._prove(ending)

    def _where(self, work: Work) -> tuple[int | None, str | None]:
        """From where a statement is sent.

        The line of the revision's own function; and the innermost line of a file of a revision, as
        `4f2a_add.py:12`.
        """
        line = place = None
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            file = frame.f_code.co_filename
            of_revision = self._of_revision.get(file)
            if of_revision is None:
                of_revision = self._of_revision[file] = file.startswith(self._folders)
            if of_revision:
                if place is None:
                    place = f"{file.rpartition('/')[2]}:{frame.f_lineno}"
                if frame.f_code.co_name == work.function:
                    line = frame.f_lineno
                    break
            frame = frame.f_back
        return line, place
