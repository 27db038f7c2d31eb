"""Applying revisions: alone on the database, journalled, resumed where a run was interrupted."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from alembic import context
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from daybreak.core.errors import (
    DaybreakError,
    HalfDone,
    LockLost,
    NotTheWriter,
    StatementRefused,
)
from daybreak.core.events import Applied, Emit, Finished, Passed, RevisionBegun, Unfinished
from daybreak.core.failure import (
    MAKE_ROOM,
    Reached,
    connection_lost,
    interrupted,
    migration_failure,
    said,
)
from daybreak.core.journal import Entry, begun
from daybreak.core.resume import Way, half_done
from daybreak.core.sqltext import digest
from daybreak.core.statement import Reading
from daybreak.core.target import Policy, Target
from daybreak.core.wishes import Wishes
from daybreak.dialects import dialect_named
from daybreak.dialects.base import Dialect
from daybreak.edges.ahead import Ahead
from daybreak.edges.alembic import Running
from daybreak.edges.apply.alone import Alone
from daybreak.edges.apply.funnel import Funnel
from daybreak.edges.apply.journal import Journal
from daybreak.edges.apply.lost import first_of, is_lost, unless_lost
from daybreak.edges.apply.session import process_of
from daybreak.edges.apply.steps import (
    Step,
    ancestors,
    has_own_transaction,
    parents_of,
    revision_folders,
    source_of,
    steps_around,
    steps_in_force,
)
from daybreak.edges.apply.stop import Stop
from daybreak.edges.apply.worker import Worker
from daybreak.edges.connect import missing_right
from daybreak.edges.history import allowances_of, place_in_history, require_known
from daybreak.edges.where import connected
from daybreak.flows.gentle import Gentle
from daybreak.flows.losses import Losses

# How long a session of ours that was ended may take to be gone.
_SECONDS_TO_GO = 10.0

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import Script
    from sqlalchemy import Connection


def apply(
    connection: Connection,
    target: Target | None,
    running: Running,
    options: dict[str, Any],
    wishes: Wishes,
    emit: Emit,
    losses: Losses,
    policy: Policy,
    opening: Ahead[Connection] | None = None,
) -> None:
    """Run what Alembic was asked to run on `connection`, to which `target` led, if any did.

    `opening`: a connection for the run's lock, on its way already.

    Raises NotTheWriter, DropsData, LockHeld, MovedMeanwhile, RevisionNotInFiles, Undecided,
    LockLost, BudgetSpent, and what a revision's failure is turned into by `core.failure`.
    """
    run = Run(connection, target, options, wishes, emit, policy, opening)
    if running.command is None:
        run.read()
        return
    with run.told_in_words():
        run.refuse_reader(running.command)
        losses.ask()
        with run.alone.held():
            losses.require_the_same()
            run.migrate(running)


class Run:
    """One run on one database."""

    def __init__(
        self,
        connection: Connection,
        target: Target | None,
        options: dict[str, Any],
        wishes: Wishes,
        emit: Emit,
        policy: Policy,
        opening: Ahead[Connection] | None,
    ) -> None:
        self.connection, self.target = connection, target
        self.options, self.wishes, self.emit = options, wishes, emit
        self.dialect: Dialect = dialect_named(connection.dialect.name, "the connection")
        self.server = self.dialect.running
        schema = options.get("version_table_schema")
        table = options.get("version_table") or "alembic_version"
        name = f"{schema or ''}.{table}"
        mark = f"{name} work"
        run = uuid4().hex
        process = process_of(run)
        self.version = version_of("daybreak")
        self.journal = Journal(connection, self.server, schema, table, run)
        self.stop = Stop()
        self.worker = Worker(connection, self.server, process, mark)
        self.alone = Alone(
            self.worker,
            target,
            self.dialect,
            self.journal,
            self.stop,
            emit,
            name=name,
            mark=mark,
            process=process,
            wait_s=wishes.wait_s,
            opening=opening,
        )
        self._begun = self._recorded = self._stamped = False
        self._since = 0.0
        self.funnel = Funnel(
            connection,
            self.dialect,
            self.journal,
            prove=self._prove,
            sending=self._sending,
            check=self._check,
            transaction_over=self._transaction_over,
            allowed=self._allowed,
            emit=emit,
            folders=revision_folders(),
            said=wishes.said,
            version=self.version,
        )
        self.gentle = Gentle(
            connection,
            self.dialect,
            policy,
            wishes.wait_s,
            emit,
            # In an asynchronous environment a connection belongs to its thread.
            watcher_connects=self.alone.watcher if target is not None else None,
            own=self.funnel.own,
        )

    @contextlib.contextmanager
    def told_in_words(self) -> Iterator[None]:
        """Whatever ends the run during the block is raised as an error that says what stays."""
        try:
            yield
        except Exception as error:
            if self.stop.asked is not None:
                raise interrupted(self.stop.asked, self._reached) from error
            if isinstance(error, StatementRefused) and self._reached.changed:
                raise error.after(self._reached.text) from error
            if isinstance(error, (DaybreakError, CommandError)):
                raise
            raise self._failure(error) from error

    def refuse_reader(self, command: str) -> None:
        """Raise NotTheWriter where no change can be made; else the session is ready for work."""
        self.worker.set_up()
        reader, what = self.connection.execute(text(self.dialect.WRITER)).one()
        if reader:
            source = self.target.source if self.target else "the connection"
            raise NotTheWriter(command, self.alone.place, what, source)
        if not self.worker.borrowed:
            self.connection.commit()

    def read(self) -> None:
        """For a command that changes nothing."""
        self._configure()
        self._heads(require=True)
        self._tell_unfinished()
        with context.begin_transaction():
            context.run_migrations()

    def _tell_unfinished(self) -> None:
        """Who may not read the journal gets an answer without this."""
        if self.worker.borrowed:  # what fails would end somebody else's transaction
            return
        with unless_lost():
            if last := half_done(self.journal.entries(), None):
                self.emit(Unfinished(last.revision, last.upgrade))
        self.worker.end_reading()

    def migrate(self, running: Running) -> None:
        """Run what Alembic is to run, every statement of it through the funnel."""
        migration = self._configure(
            fn=steps_around(
                steps_in_force(),
                begin=self._begin,
                around=self._around,
                committed=self._committed,
            )
        )
        # `stamp` is how a person mends just that.
        self._heads(require=running.command not in {"stamp", "ensure_version"})
        self.known = self.journal.entries()
        self.worker.end_reading()
        try:
            with self.funnel.attached(migration.impl):
                self.gentle.insist(
                    _run_migrations,
                    self._again,
                    heed=self._heed,
                    reached=lambda: self._reached,
                    place=partial(place_in_history, context.script),
                    may_retry=self._may_retry(running.command),
                )
                if running.command == "ensure_version":
                    self.worker.commit()  # Alembic has begun a transaction, and ends none
                reached = self._finish(running, migration)
        finally:
            self._unmark()
        self.emit(Finished(reached))

    def _may_retry(self, command: str | None) -> bool:
        return not self.worker.borrowed and command in {"upgrade", "downgrade"}

    def _again(self) -> None:
        """Begin anew, as the next run would, after what was open is rolled back."""
        self.funnel.restart()
        self.journal.restart()
        self.worker.end_reading()
        if self.worker.session_now() != self.worker.session:
            self.worker.set_up()
            self.connection.commit()
        self.known = self.journal.entries()
        self.worker.end_reading()

    # Alembic.

    def _configure(self, **more: Any) -> MigrationContext:
        options = dict(self.options)
        callbacks = options.pop("on_version_apply", ())
        theirs = callbacks if isinstance(callbacks, tuple) else (callbacks,)
        ours = (self._on_version_apply,) if more else ()
        options["on_version_apply"] = (*theirs, *ours)
        context.configure(connection=self.connection, **options, **more)
        return context.get_context()

    def _heads(self, *, require: bool) -> None:
        """Tell where the database is. Raises RevisionNotInFiles if the files do not have that."""
        try:
            heads = context.get_context().get_current_heads()
        except DBAPIError as error:
            if self.target is not None and (lacking := missing_right(self.target, error)):
                raise lacking from error
            raise
        if require:
            place = self.target.place if self.target else "the database"
            require_known(context.script, heads, place)
        self.emit(connected(self.connection, self.target, heads))

    @contextlib.contextmanager
    def _around(self, step: Step) -> Iterator[None]:
        self._since = time.monotonic()
        script, is_upgrade = step.script, step.is_upgrade
        revision = script.revision
        self._refuse_half_done((revision, is_upgrade))
        known = self.known.pop((revision, is_upgrade), {})
        self.emit(RevisionBegun(revision, script.doc, is_upgrade, step.number, step.of))
        self.gentle.budget_for(script)
        with self.funnel.revision(
            revision,
            upgrade=is_upgrade,
            known=known,
            parents=parents_of(script),
            source=partial(source_of, script),
            following=step.following.revision if step.following and self.journal.plans else None,
            allows=allowances_of(script),
        ):
            try:
                yield
            except LockLost:  # another run may write to the journal by now
                raise
            except Exception:  # whatever ended it is raised again, once what stays is recorded
                if not self.worker.borrowed:
                    self.funnel.abandon()
                raise

    def _plan(self, ways: Sequence[tuple[Script, bool]]) -> None:
        """Record which revisions are to come, and that the first one is begun if it is applied."""
        script, upgrade = ways[0]
        announced = upgrade and (script.revision, True) not in self.known
        self.journal.plan([_planned(*way) for way in ways], first_is_begun=announced)
        if announced:
            self.funnel.announced()

    def _refuse_half_done(self, way: Way | None) -> None:
        if last := half_done(self.known, way):
            raise HalfDone(last.revision, last.number, last.at, upgrade=last.upgrade)

    def _committed(self, revision: str) -> None:
        self.funnel.committed()
        self.emit(Passed("committed", revision))

    def _begin(
        self, heads: Sequence[str], ways: Sequence[tuple[Script, bool]], applied: int
    ) -> None:
        """There is something to do: from here on the run can be known by its session."""
        self._begun = True
        self.funnel.recorded = self.funnel.applied = applied
        with self.funnel.own():
            session = self.worker.session_now()
            is_new, self.worker.session = session != self.worker.session, session
            if is_new:
                self.alone.mark()
            unrecorded = is_new or not self._recorded
            if first_run := not self.journal.made:
                self.journal.make()
                self.emit(Passed("journal made"))
                self.journal.record_ancestors(ancestors(heads))
            if unrecorded:
                self.journal.begin_run(
                    {
                        "host": socket.gethostname(),
                        "process": os.getpid(),
                        "worker": self.worker.session,
                        "lock": self.alone.lock.session,
                        "version": self.version,
                    }
                )
            if unrecorded and not first_run:
                self.journal.forget_runs()
            if ways and self.journal.plans:
                self._plan(ways)
            self.worker.commit()
            self._recorded = not has_own_transaction(context.get_context())
            self.emit(Passed("run recorded"))
        self.gentle.begin(self.worker.session)

    def _on_version_apply(self, *, step: Any, **_: Any) -> None:
        seconds = time.monotonic() - self._since
        self.funnel.recorded += 1
        if step.is_stamp:
            self._stamped = True
            with self.funnel.own():
                self.journal.forget()
            return
        script = context.script.get_revision(step.up_revision_id)
        self.funnel.complete()
        doc = script.doc if script else ""
        self.emit(Applied(step.up_revision_id, doc, step.is_upgrade, seconds))

    # After.

    def _finish(self, running: Running, migration: MigrationContext) -> tuple[str, ...]:
        """Record that the run ended by itself, and what a stamp has said was applied; the heads."""
        if not self._begun:
            if running.command != "ensure_version":
                self._refuse_half_done(None)
            with self.funnel.own(), self.worker.reading():
                return migration.get_current_heads()
        with self.funnel.own():
            heads = migration.get_current_heads()
            if self._stamped:
                self.journal.record_ancestors(ancestors(heads))
            self.journal.end_run()
            self.worker.commit()
        self.emit(Passed("run over"))
        return heads

    def _unmark(self) -> None:
        """The session may live on in somebody's pool. One that is lost is no worker any more."""
        if not self._begun or self.connection.invalidated:
            return
        with contextlib.suppress(SQLAlchemyError):
            self.worker.unmark()
            self.gentle.end()
            if not self.worker.borrowed:
                self.connection.commit()

    def _prove(self, ending: bool) -> None:
        """Before each statement. Raises Interrupted, LockLost, SteppedBack."""
        self._heed()
        self.gentle.watcher.prove(ending=ending)

    def _heed(self) -> None:
        """Also while it waits. Raises Interrupted, LockLost."""
        if self.stop.asked is not None:
            raise interrupted(self.stop.asked, self._reached)
        self.alone.lock.prove()

    @contextlib.contextmanager
    def _sending(self, reading: Reading, harmless: bool, alone: bool) -> Iterator[None]:
        cancel = self._cancel if harmless and self._can_cancel else None
        with self.gentle.sending(reading, harmless, alone), self.stop.sending(cancel):
            yield

    @property
    def _can_cancel(self) -> bool:
        # In an asynchronous environment the lock's connection belongs to that thread.
        return self.target is not None

    def _cancel(self) -> None:
        self.alone.lock.cancel(self.worker.session)

    def _allowed(self) -> None:
        self.gentle.allow_to_work()

    def _check(self) -> None:
        with self.stop.sending(self._cancel if self._can_cancel else None):
            self.gentle.check()

    def _transaction_over(self, commits: bool) -> None:
        self.gentle.watcher.transaction_over(commits=commits)

    @property
    def _reached(self) -> Reached:
        kept, number = self.funnel.kept
        funnel = self.funnel
        return Reached(funnel.applied, funnel.under_way, kept, number, funnel.unsettled)

    def _failure(self, error: Exception) -> DaybreakError:
        place = place_in_history(context.script, error)
        ended_by_us = self.gentle.watcher.asked
        if is_lost(error, self.connection) or (self.connection.invalidated and not ended_by_us):
            return connection_lost(
                said(first_of(error)), self._reached, committing=self.funnel.told_to_commit
            )
        lacking = missing_right(self.target, error) if self.target is not None else None
        cause = getattr(error, "orig", None)
        cure = lacking.cure if lacking else None
        if cause is not None and self.server.is_full(cause):
            cure = MAKE_ROOM
        return migration_failure(
            said(error),
            place,
            self._reached,
            cure=cure,
            there=cause is not None and self.server.is_made_already(cause),
        )


def _planned(script: Script, upgrade: bool) -> Entry:
    source = source_of(script) if upgrade else None
    return begun(script.revision, None if source is None else digest(source), upgrade=upgrade)


def _run_migrations() -> None:
    with context.begin_transaction():
        context.run_migrations()
