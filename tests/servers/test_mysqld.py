"""MySQL is fetched once, repaired when broken, and ends with the run; or its absence is clear."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from daybreak.edges.account import Account, server_account
from daybreak.edges.pgcluster import command_line
from daybreak.edges.places import cache_place, temporary_folder
from servers import debian, mysqld
from servers.debian import NoDebianMirror
from servers.mysql import URL_VARIABLE, MySQL, fail_or_skip

HOLDER = """
import time
from servers.mysqld import temporary_mysqld
with temporary_mysqld() as port:
    print(port, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def fetched(mysql: MySQL) -> Path:
    """The installation that this run uses."""
    if URL_VARIABLE in os.environ:
        pytest.skip(f"MySQL is the one of {URL_VARIABLE}, nothing was fetched")
    return cache_place(server_account()) / "mysql"


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache that the server's user can reach, instead of the machine's own."""
    folder = temporary_folder(None)
    folder.chmod(0o755)

    def here(_: Account | None) -> Path:
        return folder

    monkeypatch.setattr(mysqld, "cache_place", here)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.server
@pytest.mark.slow
def test_a_new_machine_fetches_it_once(fetched: Path, cache: Path) -> None:
    for _ in range(2):
        with mysqld.temporary_mysqld() as port:
            assert version(port).startswith("9.7")
        made_at = (cache / "mysql").stat().st_ctime_ns

    assert made_at == (cache / "mysql").stat().st_ctime_ns
    assert sorted(path.name for path in cache.iterdir()) == ["mysql", "mysql.making"]


@pytest.mark.server
def test_a_broken_one_is_fetched_again(
    fetched: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(folder: Path) -> None:
        shutil.copytree(fetched, folder, copy_function=os.link, symlinks=True)

    monkeypatch.setattr(mysqld, "_fetch", fetch)
    (cache / "mysql").mkdir()

    with mysqld.temporary_mysqld() as port:
        assert version(port).startswith("9.7")


@pytest.mark.server
def test_a_killed_run_takes_its_server_along(fetched: Path) -> None:
    paths = os.pathsep.join(sys.path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout
        port = holder.stdout.readline().strip()
        servers = [pid for pid in processes() if f"--port={port}" in command_line(pid)]
        os.kill(holder.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(command_line(pid) for pid in servers):
        assert time.monotonic() < deadline, f"still there: {servers}"
        time.sleep(0.02)

    assert servers


def test_in_ci_an_absent_server_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match=r"^no MySQL: there is no apt-get\. Name one"):
        fail_or_skip(NoDebianMirror("there is no apt-get"))


def test_elsewhere_the_skip_says_how_to_provide_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match=URL_VARIABLE):
        fail_or_skip(NoDebianMirror("there is no apt-get"))


DEB822 = """
Types: deb deb-src
URIs: http://packages.example/debian-security
Suites: {codename}-security
Components: main

Types: deb
Enabled: no
URIs: http://disabled.example/debian
Suites: {codename}
Components: main

Types: deb
URIs: http://mirror.example/debian
Suites: {codename} {codename}-updates
Components: main contrib
"""
ONE_LINE = """
# deb http://comment.example/debian {codename} main
deb http://tools.example/linux {codename} stable
deb [arch=amd64,arm64] http://mirror.example/debian {codename} main contrib
"""


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="reads apt's own files through apt")
@pytest.mark.parametrize(
    ("name", "text"), [("debian.sources", DEB822), ("old.list", ONE_LINE)], ids=["deb822", "list"]
)
def test_the_mirror_is_the_one_that_apt_uses(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / name).write_text(text.format(codename="bookworm"))
    config = tmp_path / "apt.conf"
    config.write_text(
        f'Dir::Etc::sourceparts "{parts}"; Dir::Etc::sourcelist "/dev/null"; '
        f'Dir::State::lists "{tmp_path}";'
    )
    monkeypatch.setenv("APT_CONFIG", str(config))
    monkeypatch.delenv(debian.MIRROR_VARIABLE, raising=False)
    distribution = {"ID": "debian", "NAME": "Debian", "VERSION_CODENAME": "bookworm"}
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: distribution)

    assert debian.mirror() == "http://mirror.example/debian"


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="the reason differs without apt")
def test_ubuntu_needs_to_be_told_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution = {"ID": "ubuntu", "NAME": "Ubuntu", "VERSION_CODENAME": "noble"}
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: distribution)
    monkeypatch.delenv(debian.MIRROR_VARIABLE, raising=False)

    with pytest.raises(NoDebianMirror, match="Ubuntu has other packages than Debian"):
        debian.mirror()
    monkeypatch.setenv(debian.MIRROR_VARIABLE, "http://mirror.example/debian")
    assert debian.mirror() == "http://mirror.example/debian"


def version(port: int) -> str:
    connection = pymysql.connect(host="127.0.0.1", port=port, user="root")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT version()")
        row = cursor.fetchone()
        assert row
        return str(row[0])


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]
