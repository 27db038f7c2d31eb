"""`daybreak dev`'s server, with real processes: started, stopped, killed, taken for another."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg2
import pytest

from daybreak.core.devserver import Standing
from daybreak.core.errors import DevServerFailed, DevServerRefused
from daybreak.edges import embedded
from daybreak.edges.pgcluster import command_line
from daybreak.edges.psql import provision
from edges.dev_server import ask, start_python

pytestmark = pytest.mark.server


def test_it_serves_the_fallback_url_and_keeps_the_data(project: Path, port: int) -> None:
    started = embedded.start(project, port=port)
    ask(port, "CREATE TABLE t AS SELECT 7 AS n")
    stopped = embedded.stop(project)
    after_stop = embedded.status(project, port).standing
    again = embedded.start(project, port=port)

    assert (started.major, started.port) == (16, port)
    assert (stopped, after_stop) == (True, Standing.NOTHING)
    assert again.pid != started.pid
    assert ask(port, "SELECT n FROM t") == [(7,)]
    assert ask(port, "SHOW fsync") == [("on",)]
    assert ask(port, "SHOW server_encoding") == [("UTF8",)]


def test_a_second_start_finds_the_first(project: Path, port: int) -> None:
    assert embedded.start(project, port=port) == embedded.start(project, port=port)


def test_stopping_what_does_not_run_is_no_error(project: Path) -> None:
    assert embedded.stop(project) is False


def test_asking_for_the_status_makes_nothing(project: Path, port: int) -> None:
    embedded.status(project, port)

    assert not embedded.data_folder(project).parent.exists()


def test_it_outlives_the_command_that_started_it(project: Path, port: int) -> None:
    run_python(f"embedded.start(project, port={port})", project)

    finding = embedded.status(project, port)
    assert finding.standing is Standing.RUNNING
    assert finding.pid_file
    assert os.getsid(finding.pid_file.pid) != os.getsid(0)


def test_two_starts_at_once_give_one_server(project: Path, port: int) -> None:
    script = f"print(embedded.start(project, port={port}).pid)"
    both = [start_python(script, project) for _ in range(2)]
    pids = {process.communicate(timeout=60)[0] for process in both}

    assert [process.returncode for process in both] == [0, 0]
    assert len(pids) == 1


def test_it_wants_the_password(project: Path, port: int) -> None:
    embedded.start(project, port=port)

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(port, "SELECT 1", password="wrong")


def test_it_listens_on_loopback_and_on_no_socket(project: Path, port: int) -> None:
    embedded.start(project, port=port)

    assert ask(port, "SHOW listen_addresses") == [("127.0.0.1",)]
    assert ask(port, "SHOW unix_socket_directories") == [("",)]


def test_it_keeps_none_of_our_secrets(
    project: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROD_DATABASE_URL", "postgresql://u:s3cret@h/d")
    server = embedded.start(project, port=port)

    assert b"s3cret" not in Path(f"/proc/{server.pid}/environ").read_bytes()


def test_the_first_start_decides_the_version(project: Path, port: int) -> None:
    first = embedded.start(project, port=port, major=18)
    embedded.stop(project)
    later = embedded.start(project, port=port)
    with pytest.raises(DevServerRefused) as refused:
        embedded.start(project, port=port, major=16)

    assert (first.major, later.major) == (18, 18)
    assert refused.value.problem == "the data of this project are of PostgreSQL 18, not 16"


def test_a_server_that_does_not_start_shows_the_end_of_its_log(project: Path, port: int) -> None:
    embedded.start(project, port=port)
    embedded.stop(project)
    with (embedded.data_folder(project) / "postgresql.conf").open("a") as settings:
        settings.write("\nno_such_setting = 1\n")

    with pytest.raises(DevServerFailed, match="unrecognized configuration parameter") as failed:
        embedded.start(project, port=port)
    assert failed.value.exit_code == 1


def test_a_password_is_in_no_process_list_error_log_or_file(project: Path, port: int) -> None:
    server = embedded.start(project, port=port)
    script = (
        "from daybreak.edges.psql import Access, provision\n"
        f"provision(Access('127.0.0.1', {port}), role='app', database='app',"
        " password=sys.stdin.readline())"
    )
    with start_python(script, project, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write("s3cret")
        process.stdin.close()
        seen: set[str] = set()
        while process.poll() is None:
            seen.update(every_command_line())
    with pytest.raises(DevServerFailed) as failed:  # names with pg_ are PostgreSQL's own
        provision(server.admin, role="pg_app", password="s3cret", database="app")

    assert process.returncode == 0
    assert any("psql" in words for words in seen), "nothing was seen of the run"
    assert not [words for words in seen if "s3cret" in words]
    assert "reserved" in str(failed.value)
    assert "s3cret" not in str(failed.value)
    data = embedded.data_folder(project)
    assert "s3cret" not in (data / "server.log").read_text()
    assert sorted(path.name for path in data.parent.iterdir()) == [
        "data",
        "data.lock",
        "data.making",
        "project",
    ]


def run_python(script: str, project: Path) -> None:
    process = start_python(script, project)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def every_command_line() -> list[str]:
    return [command_line(int(path.name)) for path in Path("/proc").glob("[0-9]*")]
