"""Trying again: what stood in somebody's way for too long is rolled back and, later, done anew."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from daybreak.core.errors import BudgetSpent, DaybreakError
from daybreak.core.events import Emit, SteppedBack, Unwatched, Waits
from daybreak.core.failure import Reached
from daybreak.core.retry import Patience, pause_after
from daybreak.core.settings import lock_budget
from daybreak.core.spent import OF_REVISION, Spent, budget_spent
from daybreak.core.statement import Effect, Reading
from daybreak.core.target import Policy
from daybreak.core.waiting import Kind, chain, lasting
from daybreak.edges.apply.lost import is_lost
from daybreak.edges.apply.watch import Watcher

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import Connection

    from daybreak.dialects.base import Dialect

# Work that takes longer than the budget takes as long again, unless the traffic was to blame.
_ATTEMPTS_AT_WORK = 3
_HEED_S = 0.1


class Gentle:
    """How a run on `connection` keeps others waiting for no longer than they may have to."""

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        policy: Policy,
        wait_s: float,
        emit: Emit,
        *,
        watcher_connects: Callable[[], Connection] | None,
        own: Callable[[], contextlib.AbstractContextManager[None]],
    ) -> None:
        self._connection, self._server = connection, dialect.watching
        self._policy, self._wait_s, self._emit, self._own = policy, wait_s, emit, own
        self.watcher = Watcher(dialect, watcher_connects, emit)
        self._handed_in = watcher_connects is None
        self._begun = False
        self._bound = self._before = ""
        self._theirs: list[int] = []  # timeouts that the session came with
        self._is_theirs = False  # the revision has set a timeout of its own
        self._relation = ""  # at which an autovacuum was met
        self._given_up = 0
        self._longest = 0.0

    # Around the work.

    def begin(self, session: str) -> None:
        """There is something to do, over `session`."""
        self.watcher.over(session)
        begun, self._begun = self._begun, True
        if self._handed_in and not begun:
            self._emit(
                Unwatched(
                    "a connection that was handed in can't be watched from another one; only the "
                    "server's own timeouts bound how long others wait"
                )
            )

    def end(self) -> None:
        """The session is given back as it was."""
        self._set(self._before)

    def budget_for(self, script: Script) -> None:
        """The revision's own budget holds from here on. Raises ProjectInvalid."""
        budget_s = lock_budget_of(script, self._policy) / 1000
        self.watcher.budget_s, self.watcher.takes_its_time = budget_s, False
        self.watcher.whose, self._is_theirs = script.revision, False
        if not self._before:
            with self._own():
                row = self._connection.execute(text(self._server.AS_BEFORE)).one()
            self._before, *self._theirs = row
        self._set(self._server.bound(budget_s, self._theirs))

    def allow_to_work(self) -> None:
        """The revision's file allows others to wait while it works: not while it is in a queue."""
        self.watcher.takes_its_time = True

    @contextlib.contextmanager
    def sending(self, reading: Reading, harmless: bool, alone: bool) -> Iterator[None]:
        """Around each statement, as `Ways` says."""
        if alone:
            self.watcher.transaction_over()
        else:
            self._meet_autovacuum()
        if reading.effect is Effect.SESSION and self._server.TIMEOUT in reading.skeleton.lower():
            self._is_theirs, self._bound = True, ""
        bound = self._bound
        in_nobodys_way = alone and self._server.is_in_nobodys_way(reading.skeleton)
        unhurried = not self._is_theirs and (not harmless or in_nobodys_way)
        if unhurried:
            self._set(self._server.UNBOUND)
        try:
            in_the_way = reading.takes_locks and not in_nobodys_way
            with self._sent(reading.skeleton, harmless=harmless, in_the_way=in_the_way):
                yield
        finally:
            if unhurried:
                with contextlib.suppress(SQLAlchemyError):
                    self._set(bound)
            if alone:
                self.watcher.transaction_over()

    def check(self) -> None:
        """Before a commit: what is put off until then is checked, where it can be ended."""
        if self._server.CHECKS and self.watcher.has_begun:
            with self._sent(self._server.CHECKS, harmless=True, ending=True), self._own():
                self._connection.exec_driver_sql(self._server.CHECKS)

    @contextlib.contextmanager
    def _sent(
        self, skeleton: str, *, harmless: bool, in_the_way: bool = True, ending: bool = False
    ) -> Iterator[None]:
        """The watcher is told what becomes of the statement, too."""
        watcher = self.watcher
        try:
            with watcher.sending(skeleton, harmless=harmless, in_the_way=in_the_way, ending=ending):
                yield
        except Exception as error:
            if watcher.asked and self._is_ended(error):
                watcher.has_ended()
            self._leave_session()
            # Without our timeout it would have waited, and come through: the revision may catch
            # the error, and take the statement for one that can't be done.
            cause = self._of_driver(error)
            if not self._is_theirs and cause and self._server.is_timed_out(cause, skeleton):
                watcher.refused = True
            raise

    def insist(
        self,
        go: Callable[[], None],
        again: Callable[[], None],
        *,
        heed: Callable[[], None],
        reached: Callable[[], Reached],
        place: Callable[[BaseException], str | None],
        may_retry: bool,
    ) -> None:
        """`go`; where that has to step back, wait, `again` to begin anew, and `go`.

        `heed` is called while it waits, and may raise. Raises BudgetSpent, and all that is no
        reason to step back.
        """
        attempt, working, waited, had = 0, 0, 0.0, (-1, -1)
        with self._told_at_the_end(), self.watcher.at_work():
            while True:
                began = time.monotonic()
                try:
                    go()
                except Exception as last:
                    error = self._first_of(last)
                    spent, now = self._spent(error), reached()
                    if spent is None or now.unsettled is not None:
                        if error is last:
                            raise
                        raise error from None
                    if (now.applied, now.kept) != had:
                        attempt, working, waited, had = 0, 0, 0.0, (now.applied, now.kept)
                    attempt += not spent.kept_place
                    working += spent.at_work
                    # What the revision did before it met anybody is no wait, where that is seen.
                    watcher = self.watcher
                    waited += watcher.waited if watcher.watches else time.monotonic() - began
                    may = may_retry and working < _ATTEMPTS_AT_WORK
                    pause = self._pause(attempt, waited) if may else None
                    self._given_up += not spent.kept_place
                    if pause is None:
                        raise self._gives_up(attempt, waited, spent, now, place(error)) from error
                    self._leave_session()
                    self._connection.rollback()
                    if not spent.kept_place:
                        self._emit(SteppedBack(attempt, spent.blockers, spent.longest, pause))
                        _rest(pause, heed)
                        waited += pause
                    heed()
                    self._relation, self._bound = spent.relation, ""
                    self.watcher.try_again(kept_place=spent.kept_place)
                    again()
                else:
                    break

    @contextlib.contextmanager
    def _told_at_the_end(self) -> Iterator[None]:
        """How long others waited during the block, also if it comes to nothing for that."""
        try:
            yield
        except BudgetSpent:
            self._tell_waits()
            raise
        self._tell_waits()

    def _tell_waits(self) -> None:
        if self._begun:
            watcher, held = self.watcher, self.watcher.held
            seconds = watcher.longest if watcher.saw_all else None
            self._emit(
                Waits(seconds, self._given_up, *watcher.waited_most, held.longest, held.whose)
            )

    # What it takes to step back.

    def _leave_session(self) -> None:
        """If something may yet arrive that ends what it does; the next attempt has another one."""
        if self.watcher.is_to_be_left():
            self._connection.invalidate()

    def _spent(self, error: BaseException) -> Spent | None:
        """What an attempt was given up for; None if `error` is something else."""
        asked = self.watcher.asked and (self.watcher.met or self._is_ended(error))
        refused = not self.watcher.asked and (self.watcher.refused or self._is_refused(error))
        if not asked and not refused:
            return None
        if isinstance(error, DaybreakError):
            return None
        watcher = self.watcher
        blockers = chain(watcher.blockers)
        vacuumed = [one.relation for one in watcher.blockers if one.kind is Kind.AUTOVACUUM]
        # Nobody takes our place in the queue if we are back in it at once.
        watched = watcher.watches and not watcher.misses
        alone = watched and not watcher.attempt and watcher.waited >= watcher.budget_s
        return Spent(
            watcher.attempt, blockers, vacuumed[0] if vacuumed else "", refused, refused and alone
        )

    def _first_of(self, error: BaseException) -> BaseException:
        """What a revision raised by itself; that its session was ended, it met only in going."""
        first: BaseException | None = error
        if self.watcher.asked and not self.watcher.met:
            while first is not None and self._is_ended(first):
                first = first.__cause__ or first.__context__
        return first or error

    def _is_ended(self, error: BaseException) -> bool:
        """Whether a statement, its session or its wait was ended, and it failed by nothing else."""
        cause = self._of_driver(error)
        return is_lost(error, self._connection) or (
            cause is not None and (self._server.is_refused(cause) or self._server.is_ended(cause))
        )

    def _is_refused(self, error: BaseException) -> bool:
        cause = self._of_driver(error)
        return cause is not None and self._server.is_refused(cause)

    def _of_driver(self, error: BaseException) -> BaseException | None:
        """The driver's error, which SQLAlchemy may have wrapped; None if it is another one."""
        cause = getattr(error, "orig", None) or error
        return cause if isinstance(cause, self._connection.dialect.loaded_dbapi.Error) else None

    def _pause(self, attempt: int, waited: float) -> float | None:
        patience = Patience(self.watcher.budget_s, self._policy.attempts, self._wait_s)
        jitter = random.random()  # noqa: S311 - it is no secret
        return pause_after(attempt, waited, patience, jitter=jitter)

    def _gives_up(
        self, attempt: int, waited: float, spent: Spent, now: Reached, place: str | None
    ) -> BudgetSpent:
        hidden = any(not one.state for one in self.watcher.blockers)
        return budget_spent(
            spent,
            tries=f"{attempt} attempt{'s' if attempt != 1 else ''}" if attempt else lasting(waited),
            place=place,
            budget_s=self.watcher.budget_s,
            stays=now.text if now.changed else None,
            would_see=self._server.TELLS_MORE if hidden else None,
        )

    def _meet_autovacuum(self) -> None:
        """Wait until it leaves a table where it was met, before anything of the transaction."""
        relation, self._relation = self._relation, ""
        kind = self._server.waits_kindly(relation) if relation else None
        if kind is None:
            return
        bound = self._bound
        self._set(self._server.UNBOUND)
        with self.watcher.sending(harmless=True), self._own():
            self._connection.exec_driver_sql(kind)
        self._set(bound)

    def _set(self, sql: str) -> None:
        if sql and sql != self._bound:
            with self._own():
                self._connection.exec_driver_sql(sql)
            self._bound = sql


def lock_budget_of(script: Script, policy: Policy) -> int:
    """In milliseconds, from the revision's file, else the environment's. Raises ProjectInvalid."""
    value = getattr(script.module, OF_REVISION, None)
    if value is None:
        return policy.lock_budget_ms
    return lock_budget(value, script.path, OF_REVISION)


def _rest(seconds: float, heed: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        heed()
        time.sleep(min(left, _HEED_S))
