"""How far a statement is: in a log now and then, on a terminal in a line that is drawn anew."""

from __future__ import annotations

import click
import pytest

from daybreak.core.events import (
    SLOW_STATEMENT_OVER,
    Applied,
    Blocked,
    Event,
    Progressed,
    Ran,
    RevisionBegun,
    StatementBegun,
    SteppedBack,
)
from daybreak.report.progress import clock, progress_line, progress_words
from daybreak.report.screen import Screen

SCAN = "building index: scanning table"
BUILD = "CREATE INDEX CONCURRENTLY ix_events_title ON events ( title )"


def scan(seconds: float, done: int, left: float | None) -> Progressed:
    return Progressed(seconds, SCAN, done, 900, "blocks", False, left)


# The event; in a log; on a terminal, where the line has 72 columns.
WORDS = {
    "all is known": (
        scan(20.4, 378, 27.2),
        "20 s: building index: scanning table, 42 %, about 27 s left in this phase",
        "20 s  building index: scanning table  ━━━━━───────  42 %, ~27 s left",
    ),
    "of a whole statement": (
        Progressed(75, "alter table (insert)", 990, 900, "work", True, 300),
        "1 min 15 s: alter table (insert), 100 %, about 5 min left",
        "1 min 15 s  alter table (insert)  ━━━━━━━━━━━━  100 %, ~5 min left",
    ),
    "the pace is not": (
        scan(2, 0, None),
        "2 s: building index: scanning table, 0 %",
        "2 s  building index: scanning table  ────────────  0 %",
    ),
    "there is no room for all": (
        Progressed(7380, SCAN + ", partition 3 of 12", 450, 900, "blocks", False, 3600),
        "2 h 3 min: building index: scanning table, partition 3 of 12, 50 %, about 60 min left"
        " in this phase",
        "2 h 3 min  building index: scanning table, partitio…  50 %, ~60 min left",
    ),
    "others are waited for": (
        Progressed(4, "waiting for old snapshots", 1, 3, "sessions", False),
        "4 s: waiting for old snapshots, 1 of 3 sessions",
        "4 s  waiting for old snapshots  1 of 3 sessions",
    ),
    "only what is done": (
        Progressed(4, "copying", 1200000, 0, "rows", True),
        "4 s: copying, 1,200,000 rows",
        "4 s  copying  1,200,000 rows",
    ),
    "only the phase": (
        Progressed(4, "sorting tuples", 0, 0, "rows", False),
        "4 s: sorting tuples",
        "4 s  sorting tuples",
    ),
    "nothing but the time": (Progressed(4.9), "4 s: at work", "4 s  at work"),
}


@pytest.mark.parametrize(("event", "words", "line"), WORDS.values(), ids=WORDS)
def test_what_is_known_is_said_and_nothing_else(event: Progressed, words: str, line: str) -> None:
    assert progress_words(event) == words
    shown = click.unstyle(progress_line(event, 72))
    assert shown == line
    assert len(shown) <= 72


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.9, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")],
)
def test_a_time_is_said_in_two_parts_at_most(seconds: float, said: str) -> None:
    assert clock(seconds) == said


REVISION = RevisionBegun("9c1e", "index the titles", is_upgrade=True, number=1, of=2)
# A slow statement between two that are not worth a line, and a slow query.
RUN: tuple[Event, ...] = (
    REVISION,
    StatementBegun("9c1e", 1, "SELECT ?", None),
    Ran("9c1e", 1, "SELECT ?", None, 0.1),
    StatementBegun("9c1e", 2, BUILD, None),
    scan(1.5, 90, None),
    scan(9.5, 450, 9.5),
    Blocked("session 881", 0.5),
    scan(10.5, 500, 8.4),
    scan(19.5, 720, 4.9),
    scan(20.5, 750, 4.1),
    SLOW_STATEMENT_OVER,
    Ran("9c1e", 2, BUILD, None, 21.3),
    Progressed(1.2),
    Progressed(10.2),
    SLOW_STATEMENT_OVER,
    Applied("9c1e", "index the titles", is_upgrade=True, seconds=32.0),
)
LOG = """\
1/2    9c1e  index the titles
wait   for 500 ms so far, for session 881
run    CREATE INDEX CONCURRENTLY ix_events_title ON events ( title )
       10 s: building index: scanning table, 55 %, about 8.4 s left in this phase
       20 s: building index: scanning table, 83 %, about 4.1 s left in this phase
       took 21.3 s
run    a query
       10 s: at work
  ✓ 1/2  9c1e  index the titles  32.0 s
"""
TERMINAL = """\
1/2    9c1e  index the titles
run    CREATE INDEX CONCURRENTLY ix_events_title ON events ( title )
>       1 s  building index: scanning table  ━───────────  10 %
>       9 s  building index: scanning table  ━━━━━━──────  50 %, ~9.5 s left
wait   for 500 ms so far, for session 881
>       10 s  building index: scanning table  ━━━━━━──────  55 %, ~8.4 s left
>       19 s  building index: scanning table  ━━━━━━━━━───  80 %, ~4.9 s left
>       20 s  building index: scanning table  ━━━━━━━━━━──  83 %, ~4.1 s left
>
       took 21.3 s
run    a query
>       1 s  at work
>       10 s  at work
>
  ✓ 1/2  9c1e  index the titles  32.0 s
"""


def told(screen: Screen, events: tuple[Event, ...]) -> str:
    """The lines, and after a `>` what is drawn at the foot."""
    shown, foot = [], ""
    for event in events:
        shown += screen.lines(event, 80)
        if screen.foot != foot:
            foot = screen.foot
            shown.append(f">{foot}")
    return click.unstyle("\n".join(shown)) + "\n"


def test_a_log_tells_every_ten_seconds_how_far_a_statement_is() -> None:
    assert told(Screen(), RUN) == LOG


def test_a_terminal_has_one_line_at_the_foot_that_is_gone_when_the_statement_is_over() -> None:
    assert told(Screen(live=True), RUN) == TERMINAL


def test_a_statement_that_is_sent_anew_to_wait_on_is_named_once_and_stays_at_the_foot() -> None:
    first = StatementBegun("9c1e", 1, "LOCK ?", None)
    again = (
        REVISION,
        first,
        Ran("9c1e", 1, "LOCK ?", None, 0.01),
        StatementBegun("9c1e", 2, BUILD, None),
    )
    foot = "waiting for a lock"
    waited = (*again, Progressed(1.1, foot), *again, Progressed(2.1, foot), *again)
    events = (*waited, SLOW_STATEMENT_OVER, Ran("9c1e", 2, BUILD, None, 0.9))
    assert told(Screen(live=True), events).splitlines() == [
        "1/2    9c1e  index the titles",
        f"run    {BUILD}",
        ">       1 s  waiting for a lock",
        ">       2 s  waiting for a lock",
        ">",
    ]


def test_the_attempt_is_said_from_the_second_on() -> None:
    events = (
        REVISION,
        StatementBegun("9c1e", 1, BUILD, None),
        SteppedBack(1, "", 0.5, 1.0),
        REVISION,
        StatementBegun("9c1e", 1, BUILD, None),
        Progressed(1.2, "waiting for a lock"),
    )
    assert told(Screen(live=True), events).splitlines()[-2:] == [
        f"run    {BUILD}",
        ">       attempt 2: 1 s  waiting for a lock",
    ]


def test_of_a_long_statement_the_beginning_is_shown() -> None:
    screen = Screen(live=True)
    long = StatementBegun("9c1e", 1, "CREATE FUNCTION f " + "word " * 200, None)
    lines = screen.lines(long, 40) + screen.lines(Progressed(1.2), 40)
    assert click.unstyle("\n".join(lines)) == (
        "run    CREATE FUNCTION f word word word\n"
        "       word word word word word word\n"
        "       word word word word word word …"
    )
