"""What a person is asked before anything changes, also of the data that a downgrade takes away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alembic import context

from daybreak.core.errors import DropsData, MovedMeanwhile, Refused
from daybreak.core.guard import question
from daybreak.edges.alembic import Call, Running
from daybreak.edges.apply.steps import steps_in_force
from daybreak.edges.where import recorded

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.core.loss import Loss
    from daybreak.core.target import Target


class Losses:
    """What the run that is asked for would take away, from where the database is.

    The connection is given back as it was, each time.
    """

    def __init__(
        self,
        connection: Connection,
        target: Target | None,
        call: Call | None,
        running: Running,
        options: Mapping[str, Any],
    ) -> None:
        self._connection, self._target, self._options = connection, target, options
        self._call, self._steps = call, steps_in_force()
        self._command, self._agreed = running.command or "", agreed(call)
        self._takes_away = running.command == "downgrade" and not self._agreed
        self._asked_at: tuple[str, ...] = ()

    def ask(self) -> None:
        """Ask before a downgrade that takes data with it, or of what is protected.

        Nobody is kept waiting while a person thinks: no lock is held. Raises DropsData where nobody
        can be asked, Refused after a no.
        """
        lost = None
        if self._takes_away:
            self._asked_at = self._heads()
            lost = self._lost(self._asked_at)
        protected = self._call.question if self._call is not None and not self._agreed else None
        if lost and (self._call is None or self._call.confirm is None):
            raise DropsData(lost.words, plain=self._call is None)
        words = _question(self._command, lost, protected)
        if words and self._call and self._call.confirm and not self._call.confirm(words):
            raise Refused(f"{self._command} was not confirmed. Nothing was changed")

    def require_the_same(self) -> None:
        """Whether the answer holds, now that no other run can move the database any more.

        Raises MovedMeanwhile where one did, so that other data would go.
        """
        if not self._takes_away:
            return
        heads = self._heads()
        if heads != self._asked_at and (lost := self._lost(heads)):
            raise MovedMeanwhile(self._asked_at, heads, lost.words)

    # What looks at data is loaded by a downgrade alone.

    def _heads(self) -> tuple[str, ...]:
        from daybreak.edges.peek import peeking

        with peeking(self._connection):
            return tuple(sorted(recorded(self._connection, self._target, self._options)))

    def _lost(self, heads: tuple[str, ...]) -> Loss:
        from daybreak.core.loss import loss, suspects
        from daybreak.edges.peek import holds_data
        from daybreak.edges.preview import preview

        connection = self._connection
        plan = preview(connection.dialect, self._options, self._steps, heads)
        return loss(
            plan,
            [
                (suspect.dropped, holds_data(connection, suspect.query) if suspect.query else None)
                for suspect in suspects(plan)
            ],
        )


def agreed(call: Call | None) -> bool:
    """Whether a yes was said beforehand: by --yes, or -x yes=true where plain Alembic runs."""
    said: bool = context.get_x_argument(as_dictionary=True).get("yes") == "true"
    return said or (call is not None and call.yes)


def _question(command: str, lost: Loss | None, protected: str | None) -> str:
    """Nothing, if there is nothing to ask."""
    if not lost:
        return question(command, protected) if protected else ""
    if not protected:
        return f"{command} {lost.words}: go on?"
    return f"{protected}, and {command} {lost.words}: go on?"
