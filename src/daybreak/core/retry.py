"""When a run that stepped back tries again: from an attempt to a pause, or to the end."""

from __future__ import annotations

from dataclasses import dataclass

# Each attempt may keep others waiting for the whole budget. A pause of twice as long leaves two
# thirds of the time to them, also if the attempt after it comes to nothing.
_BUDGETS = 2.0
_GROWTH = 1.5
_LONGEST_S = 30.0


@dataclass(frozen=True)
class Patience:
    """How long others may wait for us, and how often and how long we wait for them."""

    budget_s: float
    attempts: int
    wait_s: float


def pause_after(
    attempt: int, waited_s: float, patience: Patience, *, jitter: float
) -> float | None:
    """How many seconds to leave between `attempt`, from 1, and the next; None: give up.

    Attempt 0: none was given up so far, since the run kept its place.
    `waited_s` is how long ago the first attempt began. Pauses grow, up to half a minute. `jitter`,
    from 0 to 1, spreads them by a fifth: who steps in at regular times may meet what does so, too.
    """
    left = patience.wait_s - waited_s
    if attempt >= patience.attempts or left <= 0:
        return None
    first = _BUDGETS * patience.budget_s
    pause = min(first * _GROWTH ** (attempt - 1), max(first, _LONGEST_S))
    return min(pause * (0.8 + 0.4 * jitter), left)
