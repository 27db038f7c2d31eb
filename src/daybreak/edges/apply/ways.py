"""How a statement is run: with its transaction, in one of its own, alone, or committing by itself.

Each way has its own moment at which the journal is told, so that a run which is killed anywhere
leaves either what it did with its row, or a row by which the next run can find out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.exc import DBAPIError

from daybreak.core.events import Emit, Passed, Repaired
from daybreak.core.journal import BEGUN, Entry, State, begun
from daybreak.core.resume import Decision
from daybreak.core.statement import Aim, Effect, Reading
from daybreak.dialects.base import Dialect
from daybreak.edges.apply.gently import Gently
from daybreak.edges.apply.journal import Journal
from daybreak.edges.apply.session import set_up
from daybreak.edges.apply.settling import Settling
from daybreak.edges.apply.versions import RowVersions
from daybreak.edges.apply.weighing import Weighing
from daybreak.edges.apply.work import Sent, Work

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Told(Protocol):
    """Who has to know of what is sent beside the statements of revisions."""

    def own(self) -> AbstractContextManager[None]:
        """Statements of the block are Daybreak's own."""
        ...

    @property
    def check(self) -> Callable[[], None]:
        """Checks now what is put off until the commit."""
        ...

    def committing(self) -> None:
        """The server is about to be told to commit."""
        ...

    def committed(self) -> None:
        """If it was told to commit, it did."""
        ...


class Ways:
    """Runs statements on `connection` and records them in `journal`.

    `sending` is around each, told what it is, whether to end it early does no harm, and whether
    nothing else is in its transaction.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        journal: Journal,
        told: Told,
        weighing: Weighing,
        *,
        sending: Callable[[Reading, bool, bool], AbstractContextManager[None]],
        emit: Emit,
    ) -> None:
        self._connection, self._dialect, self._journal = connection, dialect, journal
        self._server, self._told = dialect.running, told
        versions = RowVersions(connection, dialect.running, weighing.asking, emit)
        self._gently = Gently(dialect.running, weighing, versions)
        self._settling = Settling(connection, dialect.running)
        self._sending, self._emit = sending, emit

    def run(self, work: Work, sent: Sent) -> None:
        """Run a statement of the revision that is under way, which is to be sent now."""
        if self._dialect.TRANSACTIONAL_DDL:
            if not self._in_autocommit(work):
                self._send(work, sent)
                work.pending.append((sent.number, self._done(work, sent)))
            elif sent.reading.alone:
                self._run_alone(work, sent)
            else:
                self._run_in_own_transaction(work, sent)
        elif sent.reading.alone or not self._is_rolled_back(sent.reading):
            self._run_committing(work, sent)
        else:
            self._send(work, sent)
            work.pending.append((sent.number, self._done(work, sent)))

    def run_unrecorded(self, work: Work, reading: Reading, run: Callable[[], None]) -> None:
        """Run what changes nothing, but may wait for a lock, and keep it until all is over."""
        with self._sending(reading, True, self._in_autocommit(work)):
            run()

    def flush(self, work: Work) -> None:
        """Record what the open transaction did, in that transaction, which is about to end."""
        if work.pending:
            entries = work.taken()
            self.record(work, *entries)
            work.unproved |= {entry.number for entry in entries}

    def record(self, work: Work, *entries: Entry) -> None:
        """Record what is known of statements now."""
        with self._told.own():
            self._journal.record(entries)
        work.known |= {entry.number: entry for entry in entries}

    def settle(self, reading: Reading, known: Entry) -> Decision:
        """Whether a statement was carried out that was begun. What it left half done is mended."""
        with self._told.own():
            self._mend(reading)
            return self._settling.settle(reading, known)

    def settle_unrecorded(self, work: Work, reading: Reading) -> Decision:
        """Whether one was that only adds, and of which nothing is recorded."""
        with self._told.own():
            same_file = work.known[BEGUN].file == work.file
            return self._settling.settle_unrecorded(reading, same_file=same_file)

    def abandon(self, work: Work) -> None:
        """Roll the revision back, after an error, and record all that stays nevertheless.

        From here on, what is not recorded is not done. A run whose connection is lost can't say so,
        nor one that has not come to where an earlier one was interrupted.
        """
        if not work.begun or work.resumed or self._connection.invalidated:
            return
        entry = begun(work.revision, work.file)
        staying = [done for done in work.taken() if done.number in work.stays]
        with self._told.own(), contextlib.suppress(DBAPIError, self._driver_error):
            self._dbapi.rollback()
            if staying or work.known.keys() - {BEGUN}:
                self.record(work, *staying, replace(entry, state=State.FAILED))
            else:
                self._journal.forget()  # it is as if it had not been begun
            self._dbapi.commit()

    def roll_back(self) -> None:
        """End the transaction of the driver's connection, whatever SQLAlchemy takes it for."""
        with contextlib.suppress(self._driver_error):  # it is lost, and the transaction with it
            self._dbapi.rollback()

    def _send(self, work: Work, sent: Sent, *, alone: bool = False) -> None:
        """To end it early does no harm if it is rolled back then, or if the catalog tells."""
        reading = sent.reading
        harmless = reading.aim is not None or not (alone or reading.alone)
        with self._sending(reading, harmless, alone):
            self._gently.run(work, sent)

    def _run_in_own_transaction(self, work: Work, sent: Sent) -> None:
        """With its row of the journal, so that one is there if and only if the other is."""
        with self._told.own():
            self._connection.exec_driver_sql("BEGIN")
        try:
            self._send(work, sent)
            self._told.check()
        except Exception as error:
            with self._told.own():
                self._connection.exec_driver_sql("ROLLBACK")
            if not self._server.must_be_alone(error):
                raise
        else:
            with self._told.own():
                self.record(work, self._done(work, sent)())
                self._emit(Passed("done recorded", work.revision, sent.number))
                work.unproved.add(sent.number)
                self._told.committing()
                self._connection.exec_driver_sql("COMMIT")
                self._told.committed()
            return
        self._run_alone(work, sent)

    def _run_alone(self, work: Work, sent: Sent) -> None:
        """Where no transaction is open, and none can be."""
        with self._told.own():
            if sent.reading.aim is not Aim.GONE:
                self._mend(sent.reading)
            self._start(work, sent)
            if self._server.UNHURRIED:
                set_up(self._connection, self._server, self._server.UNHURRIED)
        with self._failure_recorded(work, sent):
            self._send(work, sent, alone=True)
        with self._told.own():
            self.record(work, self._done(work, sent)())
            self._emit(Passed("done recorded", work.revision, sent.number))
            if self._server.UNHURRIED:
                set_up(self._connection, self._server, self._server.SESSION)

    def _run_committing(self, work: Work, sent: Sent) -> None:
        """A statement that commits what is open, itself included: it is recorded before it runs.

        It commits its own row of the journal, too, and that of the one before it. A row of its own
        costs a flush, and its first ones need none: that the revision is begun is recorded.
        """
        if not work.only_adds:
            with self._told.own():
                self._start(work, sent)
                if sent.reading.effect is not Effect.SCHEMA:
                    self._dbapi.commit()
        with self._failure_recorded(work, sent):
            self._send(work, sent, alone=True)
        work.stays.add(sent.number)
        if "ENGINE" in sent.reading.skeleton.upper():
            self._settling.forget_engines()
        if sent.reading.place is not None:
            # The next commit is soon enough: until then, the catalog tells.
            work.pending.append((sent.number, self._done(work, sent)))
            return
        with self._told.own():
            self.record(work, self._done(work, sent)())
            self._emit(Passed("done recorded", work.revision, sent.number))
            self._dbapi.commit()

    def _start(self, work: Work, sent: Sent) -> None:
        """Record that it is begun, together with what the open transaction did before."""
        reading = sent.reading
        before = self._settling.state(reading) if reading.needs_before else None
        self.record(work, *work.taken(), replace(sent.entry(work), before=before))
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
            with self._told.own(), contextlib.suppress(DBAPIError, self._driver_error):
                self.record(work, *work.taken(), failed)
                if not self._dialect.TRANSACTIONAL_DDL:
                    self._dbapi.commit()
            raise

    def _mend(self, reading: Reading) -> None:
        """Mend what an interrupted statement left where this one works."""
        for sql in self._settling.mending(reading):
            self._connection.exec_driver_sql(sql)
            self._emit(Repaired(sql))

    def _done(self, work: Work, sent: Sent) -> Callable[[], Entry]:
        """The entry of a statement that has run, to be made when it is recorded."""
        cursor = sent.cursor
        returned = cursor.description is not None and not sent.discards
        rows = last_id = None
        if sent.reading.effect is not Effect.SCHEMA:
            rows, last_id = cursor.rowcount, getattr(cursor, "lastrowid", None) or None
        return lambda: replace(
            sent.entry(work), state=State.DONE, rows=rows, last_id=last_id, returned=returned
        )

    def _is_rolled_back(self, reading: Reading) -> bool:
        if reading.effect is not Effect.DATA or reading.place is None:
            return True
        with self._told.own():
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
