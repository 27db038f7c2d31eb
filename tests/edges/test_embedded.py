"""`daybreak dev`'s server, with real processes: started, stopped, killed, taken for another."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from daybreak.core.devserver import Standing
from daybreak.core.errors import DevServerFailed, DevServerRefused
from daybreak.edges import embedded
from daybreak.edges.pgcluster import Server, command_line
from daybreak.edges.pgtemporary import free_port
from daybreak.edges.psql import provision
from servers.postgresql import PostgreSQL

pytestmark = pytest.mark.server


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose server, if one was started, is gone afterwards with its data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    folder = tmp_path / "my app"
    folder.mkdir()
    yield folder
    embedded.stop(folder)
    shutil.rmtree(embedded.data_folder(folder).parent, ignore_errors=True)


@pytest.fixture
def port() -> int:
    return free_port()


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


def test_after_a_crash_it_is_stale_and_starts_with_what_was_committed(
    project: Path, port: int
) -> None:
    server = embedded.start(project, port=port)
    ask(port, "CREATE TABLE t AS SELECT 7 AS n")
    kill_hard(server)
    after_crash = embedded.status(project, port).standing
    embedded.start(project, port=port)

    assert after_crash is Standing.STALE
    assert ask(port, "SELECT n FROM t") == [(7,)]


def test_a_session_that_outlives_the_crash_is_waited_for(project: Path, port: int) -> None:
    server = embedded.start(project, port=port)
    busy = "DO 'BEGIN PERFORM n FROM generate_series(1, 5000000) n; END'"  # does not look around
    session = threading.Thread(target=ask, args=[port, busy])
    session.start()
    while not ask(port, f"SELECT 1 FROM pg_stat_activity WHERE query = $q${busy}$q$"):
        pass
    kill_hard(server)
    embedded.start(project, port=port)
    session.join()

    assert ask(port, "SELECT 1") == [(1,)]


def test_a_number_that_passed_to_a_stranger_is_stale(project: Path, port: int) -> None:
    embedded.start(project, port=port)
    embedded.stop(project)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        data = embedded.data_folder(project)
        pid_file = data / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{data}\n1700000000\n{port}\n\n127.0.0.1\n")
        shutil.chown(pid_file, data.owner(), data.group())
        before = embedded.status(project, port).standing
        stopped = embedded.stop(project)
        embedded.start(project, port=port)

        assert (before, stopped) == (Standing.STALE, False)
        assert ask(port, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_stranger_on_the_port_is_refused(project: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)) as listening:
        stranger = threading.Thread(target=hang_up_on_everybody, args=[listening])
        stranger.start()
        finding = embedded.status(project, port)
        with pytest.raises(DevServerRefused) as refused:
            embedded.start(project, port=port)
        listening.shutdown(socket.SHUT_RDWR)
        stranger.join()

    assert finding.standing is Standing.FOREIGN
    assert refused.value.problem == (
        f"port {port} is taken by a server that `daybreak dev` did not start "
        "(it answers at 127.0.0.1)"
    )
    assert not embedded.data_folder(project).exists()


def test_another_postgresql_on_the_port_is_foreign_though_it_lets_us_in(
    project: Path, postgresql16: PostgreSQL
) -> None:
    assert embedded.status(project, postgresql16.port).standing is Standing.FOREIGN


def test_the_server_of_another_project_is_named(project: Path, port: int) -> None:
    embedded.start(project, port=port)
    newcomer = project.with_name("newcomer")
    with pytest.raises(DevServerRefused) as refused:
        embedded.start(newcomer, port=port)
    shutil.rmtree(embedded.data_folder(newcomer).parent)

    assert refused.value.problem == (
        f"port {port} is taken by the dev server of another project: {project.resolve()}"
    )


def test_our_own_server_on_another_port_is_named(project: Path, port: int) -> None:
    embedded.start(project, port=port)
    with pytest.raises(DevServerRefused) as refused:
        embedded.start(project, port=free_port())

    assert refused.value.problem.startswith(
        f"this project's server already runs, on port {port}, not "
    )


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
        "from daybreak.edges.psql import Admin, provision\n"
        f"provision(Admin('127.0.0.1', {port}), role='app', database='app',"
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


def ask(port: int, sql: str, **access: str) -> list[tuple[Any, ...]]:
    """Through the application's driver, at the name that the fallback URL has."""
    given = {"user": "postgres", "password": "postgres", "dbname": "postgres"} | access
    with closing(psycopg2.connect(host="localhost", port=port, **given)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []


def kill_hard(server: Server) -> None:
    """And wait until the kernel has closed its port, which is after the process has died."""
    os.kill(server.pid, signal.SIGKILL)
    with suppress(ConnectionError):
        while True:
            socket.create_connection(("127.0.0.1", server.port)).close()


def hang_up_on_everybody(listening: socket.socket) -> None:
    try:
        while True:
            listening.accept()[0].close()
    except OSError:  # the test is over
        return


def run_python(script: str, project: Path) -> None:
    process = start_python(script, project)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def start_python(script: str, project: Path, stdin: int | None = None) -> subprocess.Popen[str]:
    beginning = (
        "import sys; from pathlib import Path; from daybreak.edges import embedded; "
        f"project = Path({str(project)!r})\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", beginning + script],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def every_command_line() -> list[str]:
    return [command_line(int(path.name)) for path in Path("/proc").glob("[0-9]*")]
