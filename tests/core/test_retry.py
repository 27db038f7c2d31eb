"""When a run that stepped back tries again, and when it gives up."""

from __future__ import annotations

import pytest

from daybreak.core.retry import Patience, pause_after

USUAL = Patience(budget_s=0.5, attempts=20, wait_s=600)
NO_JITTER = 0.5


def test_pauses_grow_from_twice_the_budget_to_half_a_minute() -> None:
    pauses = [pause_after(attempt, 0, USUAL, jitter=NO_JITTER) for attempt in range(1, 20)]
    assert [round(pause or 0, 2) for pause in pauses] == [
        *(1.0, 1.5, 2.25, 3.38, 5.06, 7.59, 11.39, 17.09, 25.63),
        *[30.0] * 10,
    ]


@pytest.mark.parametrize(
    ("attempt", "waited", "patience"),
    [
        pytest.param(20, 1.0, USUAL, id="the last attempt"),
        pytest.param(2, 600.0, USUAL, id="no time is left"),
        pytest.param(1, 0.6, Patience(0.5, 20, 0), id="no time was given"),
        pytest.param(1, 0.6, Patience(0.5, 1, 600), id="one attempt was allowed"),
    ],
)
def test_a_run_gives_up(attempt: int, waited: float, patience: Patience) -> None:
    assert pause_after(attempt, waited, patience, jitter=NO_JITTER) is None


@pytest.mark.parametrize(
    ("attempt", "waited", "patience", "jitter", "pause"),
    [
        pytest.param(1, 0.5, USUAL, 0.0, 0.8, id="a fifth shorter"),
        pytest.param(1, 0.5, USUAL, 1.0, 1.2, id="a fifth longer"),
        pytest.param(9, 590.0, USUAL, NO_JITTER, 10.0, id="no longer than time is left"),
        pytest.param(1, 1.0, Patience(20, 20, 600), NO_JITTER, 40.0, id="a long budget"),
    ],
)
def test_a_pause_is(
    attempt: int, waited: float, patience: Patience, jitter: float, pause: float
) -> None:
    assert pause_after(attempt, waited, patience, jitter=jitter) == pytest.approx(pause)


def test_who_kept_its_place_has_all_attempts_left() -> None:
    assert pause_after(0, 1.0, Patience(0.5, 1, 600), jitter=NO_JITTER) is not None


def test_others_have_two_thirds_of_the_time_whatever_the_jitter() -> None:
    pause = pause_after(1, 0.5, USUAL, jitter=0.0)
    assert pause is not None
    assert 0.5 / (0.5 + pause) < 0.4
    whole = [pause_after(attempt, 0.5, USUAL, jitter=0.0) or 0 for attempt in (1, 2, 3)]
    assert 1.5 / (1.5 + sum(whole)) < 0.35
