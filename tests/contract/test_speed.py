"""The promised speeds, loosely: `nox -s bench` measures them, this notices when one is lost."""

from __future__ import annotations

import statistics

import pytest

from benchmarks.help import PROMISE, measure, ratios

TURNS = 5
TOLERANCE = 4  # a shared machine may be this much unkinder to us than to Alembic


@pytest.mark.slow
def test_help_is_faster_than_alembics() -> None:
    seconds = measure(TURNS)

    assert statistics.median(ratios(seconds)) <= TOLERANCE * PROMISE, seconds
