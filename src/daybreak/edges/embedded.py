"""The embedded PostgreSQL of `daybreak dev`: one server per project, its data kept for the user.

The data are not in the project's folder: there `git clean`, a container's bind mount or a
synchronised folder would harm them, and root's project may be closed to the server's user.
"""

from __future__ import annotations

import re
import shlex
import socket
import time
from hashlib import sha256
from pathlib import Path

from daybreak.core.devserver import CLUSTER_NAME, Facts, Finding, Listener, Standing, judge
from daybreak.core.errors import DevServerFailed, DevServerRefused
from daybreak.edges.account import Account, run_as, server_account
from daybreak.edges.once import locked, make_once
from daybreak.edges.pgcluster import (
    HOST,
    Server,
    free_from_dead_server,
    log_end,
    major_of,
    make_cluster,
    options,
    read_pid_file,
)
from daybreak.edges.pgwheel import binaries
from daybreak.edges.places import data_place, made, reaches
from daybreak.edges.psql import Access, run_sql

DEFAULT_MAJOR = 16
SECONDS_TO_START = 60  # recovery after a crash included
SECONDS_FOR_ORPHANS = 10  # how long the processes of a killed server may outlive it
NAMED = {"cluster_name": CLUSTER_NAME}
WHO = "SELECT current_setting('cluster_name'), current_setting('data_directory')"


def data_folder(project: Path) -> Path:
    """Where the data of this project's server are, or will be."""
    project = project.resolve()
    name = re.sub(r"[^A-Za-z0-9_-]", "_", project.name)
    key = sha256(str(project).encode()).hexdigest()[:8]
    return data_place(server_account(), "dev", f"{name}-{key}", "data")


def project_of(data: Path) -> str:
    """The project that a data folder belongs to; the folder itself if that can't be read."""
    try:
        return (data.parent / "project").read_text(encoding="utf-8").strip()
    except OSError:
        return str(data)


def start(project: Path, *, port: int, major: int | None = None) -> Server:
    """The server of this project on this port, started if need be; it outlives us.

    The first start decides the version: PostgreSQL `major`, or 16. Raises DevServerRefused when
    the port is somebody else's or the data have another version, DevServerFailed with the end of
    the server's log, ExtraMissing without the wheel.
    """
    account, data = server_account(), data_folder(project)
    (made(data.parent) / "project").write_text(f"{project.resolve()}\n", encoding="utf-8")
    with locked(data.with_name(f"{data.name}.lock")):
        _refuse_other_version(data, major)
        finding = status(project, port)
        if finding.standing is Standing.RUNNING:
            return _running(data)
        _refuse_other_server(finding, port)
        if not reaches(account, data.parent):
            raise DevServerFailed(
                f"the server would run as {account.name if account else 'you'}, "
                f"who cannot enter {data.parent}",
                "run this as the user whom the folder belongs to",
            )
        make_once(
            data,
            lambda staging: make_cluster(
                staging, binaries(major or DEFAULT_MAJOR, account), account, durable=True
            ),
        )
        if finding.standing is Standing.STALE:
            free_from_dead_server(data)
        _launch(data, port, account)
        return _running(data)


def stop(project: Path) -> bool:
    """End the server of this project and wait until it is gone; False when none runs."""
    data = data_folder(project)
    pid_file = read_pid_file(data)
    if pid_file is None or not pid_file.alive:
        return False
    account = server_account()
    pg_ctl = binaries(major_of(data), account) / "pg_ctl"
    done = run_as(account, [pg_ctl, "stop", "-D", data, "-m", "fast", "-w", "-t", "60"])
    if done.returncode != 0:
        raise DevServerFailed(
            f"the server of {data} (process {pid_file.pid}) did not stop: {log_end(done.stdout)}",
            f"look at process {pid_file.pid}",
        )
    return True


def status(project: Path, port: int) -> Finding:
    """Who is at the port, and what became of the server of this project."""
    data = data_folder(project)
    pid_file = read_pid_file(data)
    # clients come to "localhost", which is either of these
    listeners = tuple(_ask(host, port) for host in (HOST, "::1") if _listens(host, port))
    return judge(Facts(data, port, pid_file, listeners))


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _ask(host: str, port: int) -> Listener:
    """Who listens there, in its own words if it lets our password in."""
    try:
        [[cluster_name, data]] = run_sql(Access(host, port), WHO)
    except DevServerFailed:
        return Listener(host)
    return Listener(host, cluster_name, Path(data))


def _refuse_other_version(data: Path, major: int | None) -> None:
    if major and data.exists() and major_of(data) != major:
        raise DevServerRefused(
            f"the data of this project are of PostgreSQL {major_of(data)}, not {major}",
            f"leave the version out; or, to begin anew without the data: daybreak dev stop, "
            f"then remove {data}",
        )


def _refuse_other_server(finding: Finding, port: int) -> None:
    if finding.standing is Standing.ELSEWHERE and finding.pid_file:
        raise DevServerRefused(
            f"this project's server already runs, on port {finding.pid_file.port}, not {port}",
            "daybreak dev stop, then daybreak dev start",
        )
    other_port = "or another port in this project's DEV_DATABASE_URL"
    if finding.standing is Standing.OTHER_PROJECT and finding.listener and finding.listener.data:
        owner = project_of(finding.listener.data)
        raise DevServerRefused(
            f"port {port} is taken by the dev server of another project: {owner}",
            f"daybreak dev stop in that project, {other_port}",
        )
    if finding.standing is Standing.FOREIGN and finding.listener:
        raise DevServerRefused(
            f"port {port} is taken by a server that `daybreak dev` did not start "
            f"(it answers at {finding.listener.host})",
            f"use that one as it is, or stop it, {other_port}",
        )


def _launch(data: Path, port: int, account: Account | None) -> None:
    log = data / "server.log"
    before = log.stat().st_size if log.exists() else 0
    major = major_of(data)
    command: list[str | Path] = [
        *(binaries(major, account) / "pg_ctl", "start", "-D", data, "-l", log),
        *("-w", "-t", str(SECONDS_TO_START), "-o", shlex.join(options(port, NAMED))),
    ]
    deadline = time.monotonic() + SECONDS_FOR_ORPHANS
    while (done := run_as(account, command)).returncode != 0:
        written = log.read_bytes()[before:].decode(errors="replace") if log.exists() else ""
        if "shared memory" in written and time.monotonic() < deadline:
            time.sleep(0.2)
            continue
        raise DevServerFailed(
            f"PostgreSQL {major} did not start on port {port}: {log_end(written or done.stdout)}",
            f"the lines above are from {log}",
        )


def _running(data: Path) -> Server:
    pid_file = read_pid_file(data)
    if pid_file is None:
        raise DevServerFailed(f"the server of {data} ended by itself", f"see {data / 'server.log'}")
    return Server(data, pid_file.port, major_of(data), pid_file.pid)
