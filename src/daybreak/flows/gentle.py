"""Trying again: what stood in somebody's way for too long is rolled back and, later, done anew."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from daybreak.core.errors import BudgetSpent, DaybreakError
from daybreak.core.events import Emit, SteppedBack, Unwatched, Waits
from daybreak.core.failure import Reached
from daybreak.core.retry import Patience, pause_after
from daybreak.core.settings import duration_text, lock_budget
from daybreak.core.statement import Effect, Reading
from daybreak.core.target import Policy
from daybreak.core.waiting import Kind, chain, lasting
from daybreak.edges.apply.watch import Watcher

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import Connection

    from daybreak.dialects.base import Dialect

# What a revision's file says of its own budget.
OF_REVISION = "daybreak_lock_budget"
# Work that takes longer than the budget takes as long again, unless the traffic was to blame.
_ATTEMPTS_AT_WORK = 3
_HEED_S = 0.1
_WORTH_TELLING_S = 0.001


@dataclass(frozen=True)
class Spent:
    """An attempt that is given up.

    `longest` is how long the one waited that was kept waiting the longest. `blockers` says for whom
    we waited, `relation` what an autovacuum among them works at. `refused`: it was the server that
    ended our wait. `kept_place`: and nobody waited behind us.
    """

    longest: float
    blockers: str
    relation: str
    refused: bool
    kept_place: bool

    @property
    def at_work(self) -> bool:
        """Whether it waited for nobody: others waited for what it did itself."""
        return not self.refused and not self.blockers


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
        self._is_theirs = False  # the revision has set a timeout of its own
        self._relation = ""  # at which an autovacuum was met
        self._given_up = 0
        self._blockers = ""
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
        """A session that was handed in is given back as it was."""
        self._set(self._before)

    def budget_for(self, script: Script) -> None:
        """The revision's own budget holds from here on. Raises ProjectInvalid."""
        budget_s = lock_budget_of(script, self._policy) / 1000
        self.watcher.budget_s, self.watcher.takes_its_time = budget_s, False
        self._is_theirs = False
        self._set(self._server.bound(budget_s))

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
        unhurried = not self._is_theirs and (
            not harmless or (alone and self._server.is_in_nobodys_way(reading.skeleton))
        )
        if unhurried:
            self._set(self._server.UNBOUND)
        try:
            with self.watcher.sending(harmless=harmless):
                yield
        except Exception as error:
            # Without our timeout it would have waited, and come through: the revision may catch
            # the error, and take the statement for one that can't be done.
            if not self._is_theirs and self._server.is_timed_out(error, reading.skeleton):
                self.watcher.refused = True
            raise
        finally:
            if unhurried:
                with contextlib.suppress(SQLAlchemyError):
                    self._set(bound)
            if alone:
                self.watcher.transaction_over()

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
        attempt, working, since, had = 0, 0, 0.0, (-1, -1)
        with self.watcher.at_work():
            while True:
                began = time.monotonic()
                try:
                    go()
                except Exception as error:
                    spent, now = self._spent(error), reached()
                    if spent is None or now.unsettled is not None:
                        raise
                    if (now.applied, now.kept) != had:
                        attempt, working, since, had = 0, 0, began, (now.applied, now.kept)
                    attempt += not spent.kept_place
                    working += spent.at_work
                    waited = time.monotonic() - since
                    may = may_retry and working < _ATTEMPTS_AT_WORK
                    pause = self._pause(attempt, waited) if may else None
                    if pause is None:
                        tries = counted(attempt) if attempt else lasting(waited)
                        raise self._gives_up(tries, spent, now, place(error)) from error
                    self._connection.rollback()
                    if not spent.kept_place:
                        self._given_up += 1
                        self._emit(SteppedBack(attempt, spent.blockers, spent.longest, pause))
                        _rest(pause, heed)
                    heed()
                    self._relation, self._bound = spent.relation, ""
                    self.watcher.try_again()
                    again()
                else:
                    break
        if self.watcher.longest >= _WORTH_TELLING_S or self._given_up:
            seen = self.watcher.longest if self.watcher.watches else None
            self._emit(Waits(seen, self._given_up, self._blockers))

    # What it takes to step back.

    def _spent(self, error: BaseException) -> Spent | None:
        """What an attempt was given up for; None if `error` is something else."""
        asked = self.watcher.asked
        refused = not asked and (
            self.watcher.refused or _is_refused(error, self._server.is_refused)
        )
        if not asked and not refused:
            return None
        if isinstance(error, DaybreakError):
            return None
        watcher = self.watcher
        blockers = chain(watcher.blockers)
        self._blockers = blockers or self._blockers
        vacuumed = [one.relation for one in watcher.blockers if one.kind is Kind.AUTOVACUUM]
        # Nobody takes our place in the queue if we are back in it at once.
        alone = watcher.watches and not watcher.attempt and watcher.waited >= watcher.budget_s
        return Spent(
            watcher.attempt, blockers, vacuumed[0] if vacuumed else "", refused, refused and alone
        )

    def _pause(self, attempt: int, waited: float) -> float | None:
        patience = Patience(self.watcher.budget_s, self._policy.attempts, self._wait_s)
        jitter = random.random()  # noqa: S311 - it is no secret
        return pause_after(attempt, waited, patience, jitter=jitter)

    def _gives_up(
        self, tries: str, spent: Spent, reached: Reached, place: str | None
    ) -> BudgetSpent:
        budget = duration_text(round(self.watcher.budget_s * 1000))
        what = f"{place} " if place else "a statement "
        if not spent.at_work:
            why = f"was not granted its lock in {tries}"
            for_whom = f": it waits for {spent.blockers}" if spent.blockers else ""
            behind = (
                f". Others waited behind it for up to {lasting(spent.longest)}"
                if spent.longest
                else ""
            )
            problem = f"{what}{why}{for_whom}{behind}"
            cure = (
                "end what is named, or wait until it is over, and run the command again; or let "
                f"it be tried for longer: attempts, --wait SECONDS, {OF_REVISION} in the file"
            )
            if any(not one.state for one in self.watcher.blockers):
                cure += f". {self._server.TELLS_MORE} would see what that session does"
        else:
            problem = (
                f"{what}works under a lock for longer than others may be kept waiting, which is "
                f"{budget}: they waited for up to {lasting(spent.longest)}, in each of "
                f"{tries}"
            )
            cure = (
                "let the work be done in smaller parts, or in a way that is in nobody's way; or "
                f'allow this revision more, by a line in its file: {OF_REVISION} = "10s"'
            )
        stays = (
            f"What was open was rolled back; {reached.text}"
            if reached.changed
            else "Nothing was changed"
        )
        return BudgetSpent(f"{problem}. {stays}", cure, spent.blockers)

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
                if self._handed_in and not self._before:
                    self._before = self._connection.execute(
                        text(self._server.AS_BEFORE)
                    ).scalar_one()
                self._connection.exec_driver_sql(sql)
            self._bound = sql


def counted(attempts: int) -> str:
    """`1 attempt`, `2 attempts`."""
    return f"{attempts} attempt{'s' if attempts != 1 else ''}"


def lock_budget_of(script: Script, policy: Policy) -> int:
    """In milliseconds, from the revision's file, else the environment's. Raises ProjectInvalid."""
    value = getattr(script.module, OF_REVISION, None)
    if value is None:
        return policy.lock_budget_ms
    return lock_budget(value, script.path, OF_REVISION)


def _is_refused(error: BaseException, is_refused: Callable[[BaseException], bool]) -> bool:
    return isinstance(error, DBAPIError) and error.orig is not None and is_refused(error.orig)


def _rest(seconds: float, heed: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        heed()
        time.sleep(min(left, _HEED_S))
