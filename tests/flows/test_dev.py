"""`daybreak dev`, as a person types it: the server of dev's own URL, and who is in its way."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybreak.edges import embedded
from daybreak.edges.pgtemporary import free_port

pytestmark = pytest.mark.server

DAYBREAK = Path(sys.executable).with_name("daybreak")


@pytest.fixture(autouse=True)
def _own_data_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    for variable in ("ENV", "DAYBREAK_ENV", "DATABASE_URL", "DEV_DATABASE_URL"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def project(tmp_path: Path, port: int) -> Iterator[Path]:
    """A project whose dev URL has a user, a difficult password and a database of its own."""
    root = make_project(tmp_path / "myapp", f"postgresql://me:s3%25ret%27@localhost:{port}/myapp")
    yield root
    embedded.stop(root)
    shutil.rmtree(embedded.data_folder(root).parent, ignore_errors=True)


def test_start_status_psql_stop(project: Path, port: int) -> None:
    place = f"myapp@localhost:{port}"
    data = embedded.data_folder(project)

    assert dev(project, "status") == (
        f"dev    {place}: nothing listens\nnext   daybreak dev start\n"
    )
    assert numbers(dev(project, "start")) == (
        f"done   PostgreSQL 16 (process N) serves {place}\n"
        "next   daybreak upgrade head; or, without a history yet: daybreak revision -m '…'\n"
    )
    assert numbers(dev(project, "start")).startswith("done   PostgreSQL 16 (process N) already")
    assert numbers(dev(project, "status")) == (
        f"dev    {place}: our server runs\n       process N, port {port}\n       data in {data}\n"
    )
    assert dev(project, "psql", "-At", "-c", "SELECT current_user, current_database()") == (
        "me|myapp\n"
    )
    assert dev(project, "stop") == "done   stopped; the data stay\n"
    assert dev(project, "stop") == "done   no server of this project runs\n"


def test_the_answers_for_machines(project: Path, port: int) -> None:
    started = json.loads(dev(project, "start", "--major", "18", "--json"))
    status = json.loads(dev(project, "status", "--json"))
    stopped = json.loads(dev(project, "stop", "--json"))

    data = str(embedded.data_folder(project))
    pid = started["pid"]
    assert started == {
        "changed": True,
        "major": 18,
        "pid": pid,
        "port": port,
        "database": "myapp",
        "data": data,
    }
    assert status == {
        "standing": "running",
        "port": port,
        "pid": pid,
        "data": data,
        "other_project": None,
    }
    assert stopped == {"changed": True}


def test_psql_gives_its_own_exit_code_and_needs_the_server(project: Path, port: int) -> None:
    down = run(project, "psql", "-c", "SELECT 1")
    dev(project, "start")
    wrong = run(project, "psql", "-c", "SELECT 1/0")

    assert (down.returncode, down.stderr) == (
        6,
        f"error  nothing answers at myapp@localhost:{port}\nnext   daybreak dev start\n",
    )
    assert (wrong.returncode, wrong.stderr) == (1, "ERROR:  division by zero\n")


def test_the_url_shows_no_password_of_the_users_own(project: Path, tmp_path: Path) -> None:
    assert re.sub(r":\d+/", ":PORT/", dev(project, "url")) == (
        "postgresql://me:***@localhost:PORT/myapp\n"
    )
    assert dev(make_project(tmp_path / "plain"), "url") == (
        "postgresql://postgres:postgres@localhost:5432/plain_dev\n"
    )


def test_dev_means_dev_whatever_environment_is_in_force(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENV", "prod")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@prod.example/app")

    assert "@localhost:" in dev(project, "url")


def test_another_projects_server_is_named(project: Path, port: int, tmp_path: Path) -> None:
    newcomer = make_project(tmp_path / "newcomer", f"postgresql://u:p@127.0.0.1:{port}/newcomer")
    dev(project, "start")
    status = json.loads(dev(newcomer, "status", "--json"))
    refused = run(newcomer, "start")
    shutil.rmtree(embedded.data_folder(newcomer).parent)

    assert (status["standing"], status["other_project"]) == ("other_project", str(project))
    assert (refused.returncode, refused.stderr) == (
        3,
        f"error  port {port} is taken by the dev server of another project: {project}\n"
        "next   daybreak dev stop in that project, or another port in this project's "
        "DEV_DATABASE_URL\n",
    )


def test_a_foreign_server_is_named(project: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        assert dev(project, "status") == (
            f"dev    myapp@localhost:{port}: a server that `daybreak dev` did not start\n"
            f"       at 127.0.0.1, port {port}\n"
        )


@pytest.mark.parametrize(
    ("url", "code", "error"),
    [
        (
            "mysql://root:pw@localhost/app",
            3,
            "error  the embedded server is PostgreSQL, and DEV_DATABASE_URL asks for MySQL\n"
            "next   start MySQL at app@localhost\n",
        ),
        (
            "postgresql://u:pw@db.example/app",
            3,
            "error  the embedded server serves localhost, and DEV_DATABASE_URL names db.example\n"
            "next   use that server, or write localhost in DEV_DATABASE_URL\n",
        ),
        (
            "postgresql://u@localhost/app",
            2,
            "error  DEV_DATABASE_URL lacks the user, the password or the database\n"
            "next   write postgresql://user:password@localhost:5432/database\n",
        ),
        (
            "postgresql://postgres:other@localhost/app",
            3,
            "error  DEV_DATABASE_URL gives another password to postgres, the embedded server's "
            "own superuser\n"
            "next   write postgres:postgres, or another user, in DEV_DATABASE_URL\n",
        ),
    ],
)
def test_a_url_that_it_cannot_serve_is_refused(
    url: str, code: int, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEV_DATABASE_URL", url)
    refused = run(make_project(tmp_path / "myapp"), "start")

    assert (refused.returncode, refused.stderr) == (code, error)


def make_project(root: Path, dev_url: str | None = None) -> Path:
    root.mkdir()
    (root / "pyproject.toml").write_text(f'[project]\nname = "{root.name}"\n[tool.daybreak]\n')
    if dev_url:
        (root / ".env").write_text(f"DEV_DATABASE_URL={dev_url}\n")
    return root


def dev(project: Path, *words: str) -> str:
    done = run(project, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed command, from a folder below the project's."""
    below = project / "below"
    below.mkdir(exist_ok=True)
    command: list[str | Path] = [DAYBREAK, "dev", *words]
    environ = {**os.environ, "PAGER": "cat"}
    return subprocess.run(
        command, cwd=below, env=environ, capture_output=True, text=True, check=False
    )


def numbers(text: str) -> str:
    return re.sub(r"process \d+", "process N", text)
