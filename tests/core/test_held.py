"""Locks are held from when a transaction is granted the first one to its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from daybreak.core.held import Held

Step = Callable[[Held, float], None]


def sends(held: Held, now: float) -> None:
    held.sends(now)


def waits(held: Held, now: float) -> None:
    held.waits(now)


def has_run(held: Held, _now: float) -> None:
    held.has_run()


def ends(held: Held, now: float) -> None:
    held.gives_back(now, f"until {now:.0f}")


# What happened at which second, the longest and whose it was.
CASES: dict[str, tuple[list[tuple[float, Step]], tuple[float, str]]] = {
    "nothing was sent": ([(1, ends)], (0.0, "")),
    "from the first statement": (
        [(1, sends), (2, has_run), (4, sends), (5, has_run), (9, ends)],
        (8.0, "until 9"),
    ),
    "not while it waits for its lock": (
        [(1, sends), (2, waits), (6, waits), (7, has_run), (9, ends)],
        (3.0, "until 9"),
    ),
    "while a later one waits, the locks of the first are held": (
        [(1, sends), (2, has_run), (3, sends), (6, waits), (7, has_run), (9, ends)],
        (8.0, "until 9"),
    ),
    "the longest of several transactions": (
        [(1, sends), (4, ends), (5, sends), (10, ends), (11, sends), (12, ends)],
        (5.0, "until 10"),
    ),
    "between transactions nothing is held": ([(1, sends), (2, ends), (9, ends)], (1.0, "until 2")),
    "a wait that is seen too late is nobody's": (
        [(1, sends), (2, ends), (3, waits), (9, ends)],
        (1.0, "until 2"),
    ),
}


@pytest.mark.parametrize(("steps", "longest"), CASES.values(), ids=CASES)
def test_the_longest_of_a_run(steps: list[tuple[float, Step]], longest: tuple[float, str]) -> None:
    held = Held()
    for now, step in steps:
        step(held, now)
    assert (held.longest, held.whose) == longest
