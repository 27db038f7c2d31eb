"""How long a statement may take yet is told from the pace of its phase."""

from __future__ import annotations

import pytest

from daybreak.core.progress import Gauge, Pace

SCAN, LOAD = "scanning table", "loading tuples"


def blocks(done: int, total: int = 100, phase: str = SCAN) -> Gauge:
    return Gauge(phase, done, total, "blocks", whole=False)


def work(done: int, total: int, phase: str) -> Gauge:
    return Gauge(phase, done, total, "work", whole=True)


def sessions(done: int) -> Gauge:
    return Gauge("waiting for writers", done, 9, "sessions", whole=False)


# What was seen at which second, and what is said to be left at the last.
CASES: dict[str, tuple[list[tuple[float, Gauge]], float | None]] = {
    "at first nobody knows": ([(10, blocks(40))], None),
    "nor after a moment": ([(10, blocks(40)), (11, blocks(60))], None),
    "as fast as since it was seen first": ([(10, blocks(40)), (14, blocks(60))], 8.0),
    "all of it counts, not the last look": (
        [(10, blocks(20)), (11, blocks(30)), (15, blocks(40))],
        15.0,
    ),
    "what stands still takes for ever": ([(10, blocks(40)), (90, blocks(40))], None),
    "a phase has its own pace": (
        [(10, blocks(0)), (90, blocks(100)), (91, blocks(10, phase=LOAD))],
        None,
    ),
    "and is timed from its own beginning": (
        [(10, blocks(0)), (90, blocks(10, phase=LOAD)), (94, blocks(50, phase=LOAD))],
        5.0,
    ),
    "what begins again does, too": ([(10, blocks(40)), (12, blocks(90)), (20, blocks(5))], None),
    "a whole statement has one pace through all of its phases": (
        [(10, work(20, 90, "read")), (14, work(40, 100, "insert"))],
        12.0,
    ),
    "more may be done than was estimated": ([(0, blocks(40)), (4, blocks(120))], 0.0),
    "without a total nobody knows": ([(0, blocks(40, 0)), (4, blocks(60, 0))], None),
    "others leave when they like": (
        [
            (0, Gauge("waiting", 0, 9, "sessions", False)),
            (4, Gauge("waiting", 3, 9, "sessions", False)),
        ],
        None,
    ),
}


@pytest.mark.parametrize(("seen", "left"), CASES.values(), ids=CASES)
def test_what_is_left(seen: list[tuple[float, Gauge]], left: float | None) -> None:
    pace = Pace()
    assert [pace.left(gauge, now) for now, gauge in seen][-1] == left
