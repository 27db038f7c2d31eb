"""Whether somebody waits for us: seen from a connection of its own, by a thread of its own.

Past the budget the statement that is under way is cancelled, or the session ended where it holds
locks between two statements.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from daybreak.core.events import Blocked, Emit, Unwatched, Watched
from daybreak.core.held import Held
from daybreak.core.waiting import Blocker, Tally, Waiter, chain
from daybreak.dialects.base import Dialect
from daybreak.dialects.watching import Look
from daybreak.edges.apply.looks import best_look, blocker_of, named, seconds_of
from daybreak.edges.apply.meter import Meter
from daybreak.edges.apply.orders import Orders
from daybreak.edges.apply.orphans import TOLD_EVERY_S
from daybreak.edges.apply.shifts import BEGINS_S, Shift, Shifts

if TYPE_CHECKING:
    from sqlalchemy import Connection

# How often it is asked while nobody waits, and while somebody does.
POLL_S = 0.1
CLOSE_POLL_S = 0.02
# Who is asked to stop between two statements does so in this time, or the session is ended.
GRACE_S = 0.1
# A watcher that gets no answer is left behind after this time.
PARTING_S = 2.0
# A wait of less is not worth a line.
TOLD_AFTER_S = 0.4


class SteppedBack(Exception):
    """Somebody has waited for us for as long as may be, so what is open has to be rolled back."""


class Watcher:
    """Watches over the transactions of a run, which sends its statements through `sending`.

    `connect` gives a connection to watch from, None where there can be none. It `watches` as long
    as it has one; `misses`: not all through the transaction under way; `saw_all`: it always had.
    `budget_s` is how long anybody may be kept waiting by one transaction. `longest` is how long, in
    seconds, somebody was, in the transaction of the `attempt` now under way or ever. `blockers` are
    those whom its last statement waited for, `waited` for how long; `waited_most` is the longest
    wait of all, and whom it was for. `met`: the run has met an error, or SteppedBack, by which it
    is to step back. `held` tells for how long locks were held, and that the revision `whose` did
    it. `refused`: the server's timeout has ended the last statement. `takes_its_time`: others may
    wait for its work, though not for its place in a queue.
    """

    def __init__(
        self, dialect: Dialect, connect: Callable[[], Connection] | None, emit: Emit
    ) -> None:
        self._dialect, self._connect, self._emit = dialect, connect, emit
        self.budget_s = 0.5
        self.takes_its_time = False
        self.watches = self.saw_all = connect is not None
        self.misses = False
        self.longest = self.attempt = self.waited = 0.0
        self.blockers: tuple[Blocker, ...] = ()
        self.waited_most: tuple[float, str] = (0.0, "")
        self.held, self.whose = Held(), ""
        self.refused = False
        self.meter = Meter(dialect.watching.PROGRESS, self._tell)
        self._session = ""
        self._mutex = threading.Lock()
        self._orders = Orders(self._mutex)
        self._tally = Tally()
        self._locked_out = False
        self._counted = 0  # the transaction that the tally is of
        self._tell_at = self._lost_at = 0.0
        # What the worker is at. The mutex is for those who act upon it. None of them holds it while
        # the server is asked: a watcher that gets no answer must not hold the worker up.
        self._since: float | None = None
        self._transaction = 1
        self._harmless: bool | None = None
        self._asked_at: float | None = None
        self._hit = self.met = False
        self._raised: BaseException | None = None

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """It watches during the block."""
        with self.meter.at_work():
            if self._connect is None:
                yield
            else:
                shifts = Shifts(
                    self._connect, self._watch, is_needed=self._is_long_at_work, lost=self._lost
                )
                with shifts.during(PARTING_S):
                    yield

    # What the worker says.

    def over(self, session: str) -> None:
        """It is over `session` that the statements are sent from here on."""
        self._session = session

    @contextlib.contextmanager
    def sending(
        self, statement: str = "", *, harmless: bool, in_the_way: bool = True, ending: bool = False
    ) -> Iterator[None]:
        """The `statement` runs during the block, which may be ended early if that is `harmless`.

        `in_the_way`: it takes locks for which somebody may have to wait. `ending`: a commit is all
        that follows it.
        """
        with self._mutex:
            self.prove(ending=ending)
            self._harmless = harmless
            self.blockers, self.waited = (), 0.0  # whom an earlier one waited for is not in its way
            now = time.monotonic()
            if self._since is None:
                self._since, self.attempt = now, 0.0
            if in_the_way:
                self.held.sends(now)
        try:
            with self.meter.sending(statement):
                yield
        finally:
            with self._mutex:
                self._harmless = None  # from here on, nothing is sent to end it
                self._orders.come_to_rest()  # what was already would hit the next one
                self._hit = self._hit or self._orders.are_astray
                self.held.has_run()
        if self._orders.are_astray:
            self.met = True
            raise SteppedBack

    def is_to_be_left(self) -> bool:
        """Whether an order to end what the session does may yet reach it."""
        with self._mutex:
            self._orders.come_to_rest()
            return self._orders.are_astray

    def has_ended(self) -> None:
        """The statement was ended, so that its transaction can't come to a good end."""
        self._hit = self.met = self.asked

    def transaction_over(self, *, commits: bool = False) -> None:
        """All locks are given back, or just about to be.

        `commits`: if the session is not being ended. Raises SteppedBack.
        """
        if self._since is not None:
            with self._mutex:
                if commits and self._hit:
                    self.met = True
                    raise SteppedBack
                self._since = None
                self._transaction += 1
                self.misses = not self.watches
                self.held.gives_back(time.monotonic(), self.whose)
                if not self._hit:
                    self._asked_at = None

    def prove(self, *, ending: bool = False) -> None:
        """Before each statement. Raises SteppedBack, and what a listener to our events raised.

        `ending`: with what comes now the transaction ends, which is as good as to roll it back,
        unless a statement of it was cancelled.
        """
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        if self._asked_at is not None and (self._hit or not ending):
            self._hit = self.met = True  # also if the revision catches this
            raise SteppedBack
        if self.refused:
            raise SteppedBack

    @property
    def has_begun(self) -> bool:
        """Whether anything was sent in the transaction that is open."""
        return self._since is not None

    @property
    def asked(self) -> bool:
        """Whether the run is to step back."""
        return self._asked_at is not None

    def try_again(self, *, kept_place: bool = False) -> None:
        """What was open is rolled back, and a new attempt begins, or the last one goes on."""
        if kept_place:
            self.meter.keep()
        with self._mutex:
            self._orders.forget()
            self._since = self._asked_at = None
            self._hit = self.met = self.refused = False
            self._transaction += 1
            self.misses = not self.watches
            self.held.gives_back(time.monotonic(), self.whose)
            self.attempt = self.waited = 0.0
            self.blockers = ()

    # What the thread does.

    def _watch(self, connection: Connection, shift: Shift) -> None:
        with shift.asking():
            look = best_look(connection, self._dialect, self._tell)
        pause = 0.0
        while not shift.over.wait(pause):
            self._locked_out = False
            with shift.asking():
                pause = BEGINS_S
                if self._is_long_at_work():
                    pause = self._look(connection, look, shift)
                waited = self.meter.look(connection, self._session, locked_out=self._locked_out)
                if waited is not None:
                    self._name(connection, look, waited)

    def _lost(self, why: str) -> None:
        """Nobody sees who waits."""
        was, self.watches, self.misses, self.saw_all = self.watches, False, True, False
        if was:
            self._lost_at = time.monotonic()
            self._tell(Unwatched(f"who waits is not seen any more: {why}"))

    def _sees(self) -> None:
        """Somebody does."""
        if not self.watches:
            self.watches = True
            self._tell(Watched(time.monotonic() - self._lost_at))

    def _is_long_at_work(self) -> bool:
        since = self._since
        return since is not None and time.monotonic() - since >= BEGINS_S and bool(self._session)

    def _look(self, connection: Connection, look: Look, shift: Shift) -> float:
        """Look once; how long to wait until the next time."""
        with self._mutex:
            transaction, since = self._transaction, self._since
        if since is None:
            return BEGINS_S
        if self._counted != transaction:
            self._counted = transaction
            self._tally.begin(since)
        rows = connection.execute(text(look.waiters), {"session": self._session}).all()
        shift.prove()
        self._sees()
        now = time.monotonic()
        if self._transaction != transaction or not rows:
            return CLOSE_POLL_S
        own = rows[0]
        waiters = [Waiter(str(row[0]), seconds_of(row[1])) for row in rows[1:]]
        longest = self._tally.add(waiters, now)
        self.longest, self.attempt = max(self.longest, longest), max(self.attempt, longest)
        waits, waited = own[1] is not None, seconds_of(own[1]) or 0.0
        self.waited, self._locked_out = max(self.waited, waited), waits
        if waits:
            with self._mutex:
                if self._transaction == transaction:
                    self.held.waits(now)
        spent = longest >= self.budget_s and (waits or not self.takes_its_time)
        if waits and (spent or waiters or waited >= TOLD_AFTER_S) and not self.asked:
            self._name(connection, look, waited + self.meter.before)
        if spent:
            if not waits and not self.asked:
                self.blockers = ()  # it got its lock, and others wait for what it does
            self._step_back(connection, transaction, own[2])
        if not waiters:
            return POLL_S
        return min(max(self.budget_s - longest, 0.005), CLOSE_POLL_S)

    def _name(self, connection: Connection, look: Look, waited: float) -> None:
        """Find out for whom we wait; say so, though not again and again."""
        rows = connection.execute(text(look.blockers), {"session": self._session}).all()
        blockers = tuple(blocker_of(self._dialect, *row) for row in rows)
        found = named(connection, self._dialect, blockers)
        if not found:  # the last one left just now
            return
        news = {blocker.name for blocker in found} - {blocker.name for blocker in self.blockers}
        self.blockers = found
        self.waited_most = max(self.waited_most, (waited, chain(found)))
        now = time.monotonic()
        if now >= self._tell_at and (news or waited >= TOLD_AFTER_S):
            self._tell_at = now + TOLD_EVERY_S
            self._tell(Blocked(chain(found), waited))

    def _step_back(self, connection: Connection, transaction: int, statement: str) -> None:
        """End the statement under way, or ask the run to stop before the next one."""
        with self._mutex:
            if self._transaction != transaction:
                return
            now = time.monotonic()
            if self._asked_at is None:
                self._asked_at = now
            ends_session = self._harmless is None and now - self._asked_at > GRACE_S
            if not (self._harmless or ends_session):
                return
            self._hit = self._hit or ends_session
            order = self._orders.give()
        # It is answered before the worker sends anything else, see `Orders`.
        asks = {"session": self._session}
        if not ends_session:
            cancel = text(self._dialect.watching.CANCEL)
            with self._orders.given(order):
                connection.execute(cancel, {**asks, "statement": statement})
            return
        # It is gone, or the next look fails, too.
        with contextlib.suppress(SQLAlchemyError), self._orders.given(order):
            connection.execute(text(self._dialect.running.END_SESSION), asks)

    def _tell(self, event: Any) -> None:
        try:
            self._emit(event)
        except BaseException as error:  # noqa: BLE001 - the run ends by it, in its own thread
            self._raised = error
