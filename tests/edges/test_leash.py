"""Temporary servers end with the process that asked for them, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daybreak.core.errors import DevServerFailed
from daybreak.edges import pgtemporary
from daybreak.edges.account import server_account
from daybreak.edges.leash import start_on_leash
from daybreak.edges.pgcluster import command_line
from daybreak.edges.pgtemporary import temporary_server
from daybreak.edges.places import temporary_folder

HOLDER = """
import time
from daybreak.edges.pgtemporary import temporary_server
with temporary_server() as server:
    print(server.pid, server.data, flush=True)
    {then}
"""


@pytest.mark.server
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_process_takes_its_server_along(end: signal.Signals) -> None:
    command = [sys.executable, "-c", HOLDER.format(then="time.sleep(60)")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as holder:
        assert holder.stdout
        pid, data = holder.stdout.readline().split()
        ran = "postgres" in command_line(int(pid))
        os.kill(holder.pid, end)
    wait_until_gone(int(pid), Path(data).parent)

    assert ran


@pytest.mark.server
def test_an_ordinary_end_leaves_nothing(tmp_path: Path) -> None:
    with temporary_server(18) as server:
        there = server.data.exists()

    assert there
    assert command_line(server.pid) == ""
    assert not server.data.parent.exists()


@pytest.mark.server
def test_a_server_that_does_not_start_shows_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pgtemporary.FORGETFUL, "no_such_setting", "1")

    with pytest.raises(DevServerFailed) as failed, temporary_server():
        pytest.fail("it started")
    assert failed.value.problem.startswith("PostgreSQL 16 did not start: \n")
    assert failed.value.problem.endswith('parameter "no_such_setting"')


def test_a_command_that_ends_by_itself_is_noticed_and_its_output_kept() -> None:
    account = server_account()
    folder = temporary_folder(account)
    command = ["/bin/sh", "-c", "echo out; echo err >&2"]
    leash = start_on_leash(command, folder=folder, signal="KILL", account=account)
    leash.shell.wait(timeout=10)

    assert leash.ended()
    assert leash.log() == "out\nerr\n"
    leash.stop()
    assert not folder.exists()


def wait_until_gone(pid: int, folder: Path) -> None:
    deadline = time.monotonic() + 10
    while command_line(pid) or folder.exists():
        assert time.monotonic() < deadline, f"process {pid} or {folder} is still there"
        time.sleep(0.02)
