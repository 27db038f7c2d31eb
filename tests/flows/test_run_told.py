"""What a run tells while it waits, resumes and repairs: on the screen, in JSON lines, in a log."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import daybreak
from daybreak.core.events import Applied, Connected, Event, Finished, Ran
from generated import generate
from killing.runs import until
from projects import BIN, CLEAN, VENUES, Done, Project, make_project
from servers.mysql import MySQL
from servers.postgresql import PostgreSQL
from servers.server import Server

# A revision that is under way for as long as a file is there.
PAUSES = """
from pathlib import Path
from time import sleep
op.execute("CREATE TABLE first (id integer)")
pause = Path({pause!r})
pause.touch()
while pause.exists():
    sleep(0.02)
"""


def body(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip(), "    ").lstrip()


def plain(text: str) -> str:
    """Without what differs from run to run: times, processes, ports and databases."""
    text = re.sub(r"\d+ ms|\d+\.\d s|\d+ s\b", "TIME", text)
    text = re.sub(r"process\s+\d+ \(session\s+\d+\)", "process N (session N)", text)
    return re.sub(r"test_\w+@127\.0\.0\.1:\d+ \(\w+ [\d.]+\)", "PLACE", text)


@pytest.fixture
def project(tmp_path: Path, server: Server, database: str) -> Project:
    return make_project(tmp_path / "app", server.dialect, DEV_DATABASE_URL=server.url(database))


@contextlib.contextmanager
def under_way(project: Project) -> Iterator[Callable[[], Done]]:
    """A run that is in the middle of a revision, during the block; it goes on when called."""
    pause = project.root / "pause"
    project.add_revision("a1", None, body(PAUSES.format(pause=str(pause))))
    with _start(project, "daybreak", "upgrade", "head") as process:
        until(pause.exists, "the revision is under way")

        def go_on() -> Done:
            pause.unlink()
            out, err = process.communicate(timeout=60)
            return Done(process.returncode, out, err)

        yield go_on


@contextlib.contextmanager
def _start(project: Project, command: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [BIN / command, *words],
        cwd=project.root,
        env={**CLEAN, **project.variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # if the test failed: one that ended does not mind


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_run_that_waits_says_for_whom_and_has_nothing_to_do_afterwards(project: Project) -> None:
    with under_way(project) as go_on, _start(project, "daybreak", "upgrade", "head") as second:
        waiting = _first_line(second)
        assert re.match(r"wait   another run is at work: .+, process\s+\d+", waiting)
        assert go_on().code == 0
        rest, errors = second.communicate(timeout=60)
    assert (second.returncode, errors) == (0, "")
    assert plain(rest).splitlines()[-2:] == [
        "dev    PLACE   at a1",
        "done   nothing to do, at a1, after TIME behind another run",
    ]
    assert rest.count("another run is at work") == 0, "it is said once, and every ten seconds"


def test_whoever_does_not_want_to_wait_ends_with_4(project: Project) -> None:
    with under_way(project) as go_on:
        done = project.run("daybreak", "upgrade", "head", "--wait", "0")
        assert done.code == 4
        assert plain(done.err).endswith(
            "Waited TIME for it. Nothing was run\n"
            "next   let it finish and run the command again, or wait longer: --wait SECONDS\n"
        )
        told = project.run("daybreak", "upgrade", "head", "--wait", "0.1", "--json")
        first, last = [json.loads(line) for line in told.out.splitlines()]
        assert (told.code, told.err) == (4, "")
        assert (first["event"], first["seconds"]) == ("waiting", pytest.approx(0, abs=0.2))
        assert (last["event"], last["exit_code"], last["error"]["kind"]) == ("error", 4, "LockHeld")
        assert go_on().code == 0


def test_a_signal_ends_a_run_that_waits(project: Project) -> None:
    with under_way(project) as go_on, _start(project, "daybreak", "upgrade", "head") as second:
        assert _first_line(second).startswith("wait   another run")
        os.kill(second.pid, signal.SIGTERM)
        _, errors = second.communicate(timeout=60)
        assert second.returncode == 7
        assert errors.startswith(
            "error  stopped by SIGTERM: no revision was applied or taken back\n"
        )
        assert go_on().code == 0


def test_plain_alembic_logs_it_with_or_without_logging_in_the_ini(
    project: Project, tmp_path: Path, server: Server
) -> None:
    """`daybreak init` writes an ini with logging."""
    with_logging = generate(tmp_path / "new", "--dialect", server.dialect).root / "alembic.ini"
    with under_way(project) as go_on:
        silent = project.run("alembic", "-x", "wait=0.1", "upgrade", "head")
        (project.root / "alembic.ini").write_text(with_logging.read_text())
        logged = project.run("alembic", "-x", "wait=0.1", "upgrade", "head")
        assert go_on().code == 0
    assert (silent.code, logged.code) == (255, 255)
    assert silent.err.startswith("another run is at work: ")
    assert re.search(r"^WARNI? \[daybreak\] another run is at work: ", logged.err, re.MULTILINE)


def test_a_run_on_one_database_of_a_server_lets_runs_on_others_alone(
    project: Project, server: Server
) -> None:
    with under_way(project) as go_on, server.fresh_database() as other:
        done = project.run(
            "daybreak", "upgrade", "base", "--wait", "0", DEV_DATABASE_URL=server.url(other)
        )
        assert done.code == 0, done.said
        assert "wait" not in done.out
        assert go_on().code == 0


FAILS = """
with op.get_context().autocommit_block():
    op.execute("INSERT INTO venues (name) VALUES ('one')")
    op.execute("INSERT INTO venues (name) VALUES ('two')")
op.execute("INSERT INTO {table} (name) VALUES ('three')")
"""


def halfway(project: Project) -> None:
    """A database on which a revision failed behind two statements that stay; it is mended now."""
    project.add_revision("a1", None, VENUES)
    project.add_revision("b2", "a1", body(FAILS.format(table="nothing")))
    assert project.run("daybreak", "upgrade", "head").code == 7
    project.add_revision("b2", "a1", body(FAILS.format(table="venues")))


def test_a_run_that_resumes_says_so_once(project: Project, server: Server, database: str) -> None:
    halfway(project)
    done = project.run("daybreak", "upgrade", "head")
    assert (done.code, done.err) == (0, "")
    assert plain(done.out) == (
        "dev    PLACE   at a1\n"
        "resume b2 was interrupted: what is done of it is not run again\n"
        "  ✓ b2  revision b2  TIME, 2 statements done before\n"
        "done   at b2 in TIME, 1 revision\n"
    )
    rows = server.execute("SELECT name FROM venues ORDER BY id", database=database)
    assert rows == [("one",), ("two",), ("three",)]


def test_machines_get_a_line_for_each_event_and_one_for_the_outcome(project: Project) -> None:
    halfway(project)
    done = project.run("daybreak", "upgrade", "head", "--json")
    assert (done.code, done.err) == (0, "")
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.out.splitlines()]
    insert = "INSERT INTO venues ( name ) VALUES ( ? )"
    assert [(line["event"], line.get("number"), line.get("statement")) for line in lines] == [
        ("connected", None, None),
        ("revision_begun", 1, None),
        ("skipped", 1, insert),
        ("skipped", 2, insert),
        ("statement_begun", 3, insert),
        ("statement", 3, insert),
        ("applied", None, None),
        ("waits", None, None),
        ("finished", None, None),
        ("outcome", None, None),
    ]
    assert (lines[1]["revision"], lines[1]["of"]) == ("b2", 1)
    assert [lines[number]["place"] for number in (4, 5)] == ["b2_.py:15"] * 2
    outcome = lines[-1]
    applied = outcome.pop("applied")
    assert [(one["revision"], one["direction"], one["doc"]) for one in applied] == [
        ("b2", "upgrade", "revision b2")
    ]
    assert outcome.pop("seconds") > 0
    assert outcome == {
        "event": "outcome",
        "changed": True,
        "before": ["a1"],
        "after": ["b2"],
        "waited": 0.0,
    }


def test_each_revision_is_told_with_its_place_among_all_of_the_run(project: Project) -> None:
    for revision, before in (("a1", None), ("b2", "a1"), ("c3", "b2"), ("d4", "c3")):
        project.add_revision(revision, before)
    assert project.run("daybreak", "upgrade", "a1").code == 0

    def told(*words: str) -> list[tuple[Any, ...]]:
        out = project.run("daybreak", *words, "--json").out
        fields = ("revision", "direction", "number", "of")
        lines = [json.loads(line) for line in out.splitlines()]
        return [
            tuple(line[field] for field in fields)
            for line in lines
            if line["event"] == "revision_begun"
        ]

    assert told("upgrade", "head") == [
        ("b2", "upgrade", 1, 3),
        ("c3", "upgrade", 2, 3),
        ("d4", "upgrade", 3, 3),
    ]
    assert told("downgrade", "b2") == [("d4", "downgrade", 1, 2), ("c3", "downgrade", 2, 2)]


SLOW = {
    "postgresql": "DO $$ BEGIN PERFORM pg_sleep(2.5); END $$",
    "mysql": "DO SLEEP(2.5)",
}


def test_machines_hear_of_a_slow_statement_while_it_runs(project: Project, server: Server) -> None:
    project.add_revision("a1", None, f'op.execute("{SLOW[server.dialect]}")')
    done = project.run("daybreak", "upgrade", "head", "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    names = [line["event"] for line in lines]
    first, last = names.index("statement_begun"), names.index("statement")
    told = [line for line in lines if line["event"] == "progress"]
    assert told != []
    assert names[first + 1 : last] == ["progress"] * len(told)
    for line in told:
        assert 1 <= line.pop("seconds") <= lines[last]["seconds"]
        # The server tells nothing of it.
        nothing = {"phase": "", "done": 0, "total": 0, "unit": "", "whole": False, "left": None}
        assert line == {"event": "progress", **nothing}


def test_on_a_terminal_one_line_says_how_far_a_slow_statement_is_and_goes(
    project: Project, server: Server
) -> None:
    project.add_revision("a1", None, f'op.execute("{SLOW[server.dialect]}")')
    done = project.answer("", "daybreak", "upgrade", "head")
    assert done.code == 0
    # Without the carriage returns: it is written, and blanks over it, before anything else is.
    drawn = re.search(r"\nrun    DO .*\n(.+)       took \d\.\d s\n", done.out)
    assert drawn, done.out
    foot = "       N s  at work"
    assert re.sub(r"\d s", "N s", drawn[1]) in {(foot + " " * len(foot)) * n for n in (1, 2)}


def test_the_sql_of_an_offline_run_is_all_there_is_on_its_output(project: Project) -> None:
    project.add_revision("a1", None, VENUES)
    with_json = project.run("daybreak", "upgrade", "head", "--sql", "--json")
    assert with_json.out == project.run("daybreak", "upgrade", "head", "--sql").out


def test_plain_alembic_logs_that_it_resumes_and_what_it_repairs(
    project: Project,
) -> None:
    halfway(project)
    done = project.run("alembic", "upgrade", "head")
    assert (done.code, done.err) == (
        0,
        "b2 was interrupted: what is done of it is not run again\n",
    )


def test_python_calls_upgrade_and_hears_each_event(
    postgresql16: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql16.fresh_database() as database:
        monkeypatch.setenv("ENV", "dev")
        monkeypatch.setenv("DEV_DATABASE_URL", postgresql16.url(database))
        project = make_project(tmp_path / "app")
        project.add_revision("a1", None, VENUES)
        heard: list[Event] = []
        outcome = daybreak.upgrade(project.root, on_event=heard.append)
    assert (outcome.changed, outcome.after) == (True, ("a1",))
    kinds = [type(event) for event in heard if type(event) in {Connected, Ran, Applied, Finished}]
    assert kinds == [Connected, Ran, Applied, Finished]


def test_what_a_callback_raises_ends_the_run_and_the_next_one_finishes(
    mysql: MySQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listen(event: Event) -> None:
        if isinstance(event, Ran):
            raise RuntimeError("the listener's own")

    with mysql.fresh_database() as database:
        monkeypatch.setenv("ENV", "dev")
        monkeypatch.setenv("DEV_DATABASE_URL", mysql.url(database))
        project = make_project(tmp_path / "app", "mysql")
        project.add_revision("a1", None, VENUES)
        with pytest.raises(daybreak.DaybreakError, match="the listener's own"):
            daybreak.upgrade(project.root, "a1", on_event=listen)
        assert daybreak.upgrade(project.root, "a1").after == ("a1",)
