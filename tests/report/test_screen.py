"""What a run tells: a person on a screen, a machine line by line."""

from __future__ import annotations

import json

import click
import pytest

from daybreak.core.events import (
    Applied,
    Blocked,
    Connected,
    DatabaseCreated,
    Event,
    Finished,
    Noted,
    Orphan,
    Passed,
    Ran,
    Repaired,
    RevisionBegun,
    Skipped,
    StatementBegun,
    SteppedBack,
    Waiting,
    Waits,
    Watched,
)
from daybreak.core.secret import Secret
from daybreak.report.lines import event_object, json_line
from daybreak.report.screen import Screen

HOLDER = "ip-10-0-12-34.eu-west-1.compute.internal, process 1 (session 4711), for 12 s"
BUILD = 'CREATE INDEX CONCURRENTLY ix_events_title ON events ( title ) WHERE title <> ""'
COLUMN = RevisionBegun("aa00", "a column", is_upgrade=True, number=10, of=10)

# A run that meets everything, and its screen of 80 columns.
EVENTS: tuple[Event, ...] = (
    Waiting(HOLDER, 0.0),
    Waiting(HOLDER, 10.04),
    Passed("locked"),
    Orphan("4712", BUILD, ended=False),
    Orphan("4713", "", ended=True),
    Connected("prod", "myapp@db:5432", "PostgreSQL 16.14", ("4f2a",)),
    RevisionBegun("9c1e", "index the titles", is_upgrade=True, number=9, of=10),
    Skipped("9c1e", 1, "INSERT INTO events VALUES ( ? )"),
    Skipped("9c1e", 2, "INSERT INTO events VALUES ( ? )"),
    Repaired("DROP INDEX CONCURRENTLY ix_events_title"),
    StatementBegun("9c1e", 3, BUILD, "9c1e_index.py:12"),
    Ran("9c1e", 3, BUILD, "9c1e_index.py:12", 2.34567),
    Applied("9c1e", "index the titles", is_upgrade=True, seconds=2.4),
    COLUMN,
    Blocked("session 881", 0.5),
    Blocked("session 881", 10.5),
    SteppedBack(1, "session 881", 0.5, 1.0),
    COLUMN,
    Blocked("session 882", 0.5),
    Applied("aa00", "a column", is_upgrade=True, seconds=0.0123),
    Finished(("aa00",)),
)
SCREEN = """\
wait   another run is at work: ip-10-0-12-34.eu-west-1.compute.internal, process
       1 (session 4711), for 12 s
wait   another run is at work: ip-10-0-12-34.eu-west-1.compute.internal, process
       1 (session 4711), for 12 s; waited 10.0 s so far
orphan session 4712, of a run that is gone, is waited for: CREATE INDEX
       CONCURRENTLY ix_events_title ON events ( title ) WHERE title <> ""
orphan session 4713, of a run that is gone, was ended
prod   myapp@db:5432 (PostgreSQL 16.14)   at 4f2a
resume 9c1e was interrupted: what is done of it is not run again
repair an interrupted statement is cleared away: DROP INDEX CONCURRENTLY
       ix_events_title
  ✓  9/10  9c1e  index the titles  2.4 s, 2 statements done before
10/10  aa00  a column
wait   for 500 ms so far, for session 881
wait   for 10.5 s so far, for session 881
back   others waited for 500 ms, so attempt 1 was taken back; in the way:
       session 881; attempt 2 in 1.0 s
wait   for 500 ms so far, for session 882
  ✓ 10/10  aa00  a column  12 ms
"""


def test_the_screen_of_a_run_that_meets_everything() -> None:
    screen = Screen()
    lines = [click.unstyle(line) for event in EVENTS for line in screen.lines(event, 80)]
    assert "\n".join(lines) + "\n" == SCREEN
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Noted("read this"), {"event": "note", "text": "read this"}),
        (
            Connected("prod", "myapp@db:5432", "PostgreSQL 16.14", ("4f2a",)),
            {
                "event": "connected",
                "environment": "prod",
                "place": "myapp@db:5432",
                "server": "PostgreSQL 16.14",
                "heads": ["4f2a"],
            },
        ),
        (Waiting("web-1", 0.12345), {"event": "waiting", "holder": "web-1", "seconds": 0.123}),
        (
            Orphan("4712", BUILD, ended=True),
            {"event": "orphan", "session": "4712", "statement": BUILD, "ended": True},
        ),
        (
            RevisionBegun("9c1e", "index", is_upgrade=False, number=2, of=3),
            {
                "event": "revision_begun",
                "revision": "9c1e",
                "doc": "index",
                "direction": "downgrade",
                "number": 2,
                "of": 3,
            },
        ),
        (
            StatementBegun("9c1e", 3, "SELECT ?", "9c1e_index.py:12"),
            {
                "event": "statement_begun",
                "revision": "9c1e",
                "number": 3,
                "statement": "SELECT ?",
                "place": "9c1e_index.py:12",
            },
        ),
        (
            Ran("9c1e", 3, "SELECT ?", "9c1e_index.py:12", 2.34567),
            {
                "event": "statement",
                "revision": "9c1e",
                "number": 3,
                "statement": "SELECT ?",
                "place": "9c1e_index.py:12",
                "seconds": 2.346,
            },
        ),
        (
            Skipped("9c1e", 1, "SELECT ?"),
            {"event": "skipped", "revision": "9c1e", "number": 1, "statement": "SELECT ?"},
        ),
        (Repaired("DROP INDEX x"), {"event": "repaired", "statement": "DROP INDEX x"}),
        (
            Applied("9c1e", "index", is_upgrade=False, seconds=1),
            {
                "event": "applied",
                "revision": "9c1e",
                "doc": "index",
                "direction": "downgrade",
                "seconds": 1,
            },
        ),
        (
            Waits(0.50441, 2, 0.51, "session 881", 1.2, "9c1e"),
            {
                "event": "waits",
                "seconds": 0.504,
                "attempts": 2,
                "waited": 0.51,
                "blockers": "session 881",
                "held": 1.2,
                "revision": "9c1e",
            },
        ),
        (Watched(2.10412), {"event": "watched", "seconds": 2.104}),
        (Finished(("9c1e",)), {"event": "finished", "heads": ["9c1e"]}),
        (DatabaseCreated("myapp@db"), {"event": "database_created", "place": "myapp@db"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_event_is_an_object_with_its_name(event: Event, expected: object) -> None:
    assert json.loads(json_line(event_object(event) or {})) == expected


def test_the_finer_points_of_a_run_are_for_nobody_s_screen() -> None:
    assert event_object(Passed("locked")) is None
    assert Screen().lines(Passed("locked"), 80) == []


def test_a_line_is_one_line_and_shows_no_secret() -> None:
    password = Secret("s3cr3t-of-this-test")
    line = json_line(event_object(Repaired(f"DROP\nUSER {password}")) or {})
    assert line == '{"event": "repaired", "statement": "DROP\\nUSER ***"}'


WAITS = {
    "all of it": (
        Waits(0.504, 2, 0.51, "session 881", 1.2, "9c1e"),
        "nobody waited for this run for longer than 504 ms; it stepped back 2 times; it waited "
        "for up to 510 ms itself, for session 881; its locks were held for up to 1.2 s, by 9c1e",
    ),
    "locks for long": (
        Waits(0.0, 0, 0.0, "", 0.5, "9c1e"),
        "nobody was seen to wait for this run; its locks were held for up to 500 ms, by 9c1e",
    ),
    "nobody looked": (
        Waits(None, 0, 0.0, "", 3.0, "9c1e"),
        "how long others waited for this run was not seen; "
        "its locks were held for up to 3.0 s, by 9c1e",
    ),
    "an index that was built beside the work of others": (
        Waits(0.0, 0, 4.0, "session 881", 0.0, ""),
        "nobody was seen to wait for this run; it waited for up to 4.0 s itself, for session 881",
    ),
    "nothing that anybody noticed": (Waits(0.0, 0, 0.0, "", 0.49, "9c1e"), ""),
}


@pytest.mark.parametrize(("event", "said"), WAITS.values(), ids=WAITS)
def test_at_the_end_it_is_said_who_waited_and_how_long_locks_were_held(
    event: Waits, said: str
) -> None:
    lines = Screen().lines(event, 500)
    assert [click.unstyle(line) for line in lines] == ([f"others {said}"] if said else [])
