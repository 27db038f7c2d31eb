"""A server of our own: one command at a time on the kept folder, secret, and gone with us."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest

from daybreak.core.errors import DevServerFailed
from daybreak.edges.account import server_account
from daybreak.edges.pgcluster import command_line, read_pid_file
from daybreak.edges.pgwheel import binaries
from daybreak.edges.shadow import choose
from daybreak.edges.shadow.cluster import start_cluster
from daybreak.edges.shadow.kept import kept_folder
from edges.shadow.open_shadow import open_with, settings_of, start_python

pytestmark = pytest.mark.server

NOWHERE = {"DEV_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


@pytest.fixture(autouse=True)
def _only_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "postgresql_programs", lambda _: {})


def home_of(root: Path) -> Path:
    account = server_account()
    return kept_folder(root, binaries(16, account), "16", account)


def test_templates_survive_the_server(root: Path) -> None:
    settings = settings_of(root, NOWHERE)
    with open_with(settings) as first:
        name = first.template("one", lambda _: None)
    with open_with(settings) as second:
        assert second.templates() == [name]


def test_the_data_are_made_anew_after_the_machine_was_started_anew(root: Path) -> None:
    settings = settings_of(root, NOWHERE)
    with open_with(settings) as first:
        first.template("one", lambda _: None)
    (home_of(root) / "boot").write_text("another")
    with open_with(settings) as second:
        assert second.templates() == []


def test_data_that_do_not_start_are_made_anew_by_the_next_command(root: Path) -> None:
    settings = settings_of(root, NOWHERE)
    open_with(settings).close()
    (home_of(root) / "data" / "global" / "pg_control").unlink()
    with pytest.raises(DevServerFailed, match="did not start"):
        start_cluster(root, binaries(16, server_account()), 16)
    open_with(settings).close()


def test_while_one_command_uses_the_folder_another_gets_its_own(root: Path) -> None:
    programs = binaries(16, server_account())
    first = start_cluster(root, programs, 16)
    second = start_cluster(root, programs, 16)
    ports = {first.port, second.port}
    kept_by_first = read_pid_file(home_of(root) / "data")
    second.end.close()
    first.end.close()

    assert len(ports) == 2
    assert kept_by_first
    assert kept_by_first.port == first.port


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_command_takes_its_server_along_and_the_next_has_the_folder(
    root: Path, end: signal.Signals
) -> None:
    body = "shadow.template('one', lambda _: None); print('there', flush=True); time.sleep(60)"
    with start_python(body, root, NOWHERE) as process:
        assert process.stdout
        assert process.stdout.readline() == "there\n"
        running = read_pid_file(home_of(root) / "data")
        os.kill(process.pid, end)
    with open_with(settings_of(root, NOWHERE)) as shadow:
        assert len(shadow.templates()) == 1

    assert running
    assert command_line(running.pid) == ""


def test_the_password_is_random_and_shows_nowhere(root: Path) -> None:
    with open_with(settings_of(root, NOWHERE)) as shadow:
        password = shadow.place.target.url.password
        lines = [command_line(int(each.name)) for each in Path("/proc").glob("[0-9]*")]
    file = home_of(root) / "password"

    assert password
    assert len(password) == 32
    assert file.read_text() == password
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [line for line in lines if password in line] == []
    assert password not in repr(shadow.place)


def test_folders_of_an_earlier_start_of_the_machine_are_removed(root: Path) -> None:
    home = home_of(root)
    old = home.with_name(f"{home.name.partition('-')[0]}-00000000-16")
    (old / "data").mkdir(parents=True)
    (old / "boot").write_text("another")
    (old / "lock").touch()
    open_with(settings_of(root, NOWHERE)).close()

    assert not old.exists()
