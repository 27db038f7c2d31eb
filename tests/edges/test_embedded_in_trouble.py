"""The dev server after crashes, and ports that are somebody else's: each case is told apart."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from daybreak.core.devserver import Standing
from daybreak.core.errors import DevServerRefused
from daybreak.edges import embedded
from daybreak.edges.pgtemporary import free_port
from edges.dev_server import ask, kill_hard
from servers.postgresql import PostgreSQL

pytestmark = pytest.mark.server


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


def hang_up_on_everybody(listening: socket.socket) -> None:
    try:
        while True:
            listening.accept()[0].close()
    except OSError:  # the test is over
        return
