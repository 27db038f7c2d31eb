"""An attempt that is given up, and the end of them all."""

from __future__ import annotations

from dataclasses import dataclass

from daybreak.core.errors import BudgetSpent
from daybreak.core.settings import duration_text
from daybreak.core.waiting import lasting

# What a revision's file says of its own budget.
OF_REVISION = "daybreak_lock_budget"


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


def budget_spent(
    spent: Spent,
    *,
    tries: str,
    place: str | None,
    budget_s: float,
    stays: str | None,
    would_see: str | None,
) -> BudgetSpent:
    """The error for a statement from `place` that is not tried any more, after `tries`.

    `stays` is what is done for good. `would_see`: who would see more of those in the way.
    """
    what = f"{place} " if place else "a statement "
    if spent.at_work:
        problem = (
            f"{what}works under a lock for longer than others may be kept waiting, which is "
            f"{duration_text(round(budget_s * 1000))}: they waited for up to "
            f"{lasting(spent.longest)}, in each of {tries}"
        )
        cure = (
            "let the work be done in smaller parts, or in a way that is in nobody's way; or "
            f'allow this revision more, by a line in its file: {OF_REVISION} = "10s"'
        )
    else:
        why = f"was not granted its lock in {tries}"
        for_whom = f": it waits for {spent.blockers}" if spent.blockers else ""
        behind = (
            f". Others waited behind it for up to {lasting(spent.longest)}" if spent.longest else ""
        )
        problem = f"{what}{why}{for_whom}{behind}"
        cure = (
            "end what is named, or wait until it is over, and run the command again; or let "
            f"it be tried for longer: attempts, --wait SECONDS, {OF_REVISION} in the file"
        )
        if would_see:
            cure += f". {would_see} would see what that session does"
    left = f"What was open was rolled back; {stays}" if stays else "Nothing was changed"
    return BudgetSpent(f"{problem}. {left}", cure, spent.blockers)
