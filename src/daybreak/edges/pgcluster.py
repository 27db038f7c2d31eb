"""A PostgreSQL data folder of ours: made, described, and its `postmaster.pid` read.

Its superuser is `postgres`, with the password `postgres` (as the dev fallback URL says) or one of
its own. The server listens on 127.0.0.1 over TCP only, so nobody reaches it from another machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from daybreak.core.devserver import PidFile
from daybreak.core.errors import DevServerFailed
from daybreak.edges.account import Account, run_as
from daybreak.edges.psql import Access

HOST = "127.0.0.1"
DEV_PASSWORD = Access(HOST, 0).password
IMPOSSIBLE_PID = 99_999_999  # above the highest that any system gives
LOCALE = "C" if sys.platform == "darwin" else "C.UTF-8"
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server of ours."""

    data: Path
    port: int
    major: int
    pid: int

    @property
    def admin(self) -> Access:
        return Access(HOST, self.port)


def make_cluster(
    data: Path,
    programs: Path,
    account: Account | None,
    *,
    durable: bool,
    secret: str = DEV_PASSWORD,
) -> None:
    """A new data folder at `data`, whose parent the account can enter.

    `programs` is the folder of `initdb`, `secret` the superuser's password.
    """
    data.mkdir(mode=0o700)
    handle, name = tempfile.mkstemp(prefix="pw-", dir=data.parent)  # mode 0600
    password = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secret)
        if account:
            os.chown(data, account.uid, account.gid)
            os.chown(password, account.uid, account.gid)
        done = run_as(
            account,
            [
                *(programs / "initdb", f"--pgdata={data}"),
                *("--username=postgres", f"--pwfile={password}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", f"--locale={LOCALE}"),
                *([] if durable else ["--no-sync"]),
            ],
        )
    finally:
        password.unlink()
    if done.returncode != 0:
        raise DevServerFailed(
            f"{programs / 'initdb'} can't make a data folder at {data}: {log_end(done.stdout)}",
            "check the space and the permissions of that folder",
        )


def options(port: int, settings: dict[str, str]) -> list[str]:
    """The server's command line after `-D`."""
    pairs = [f"{name}={value}" for name, value in {**SETTINGS, **settings}.items()]
    return ["-p", str(port), *(part for pair in pairs for part in ("-c", pair))]


def major_of(data: Path) -> int:
    return int((data / "PG_VERSION").read_text())


def read_pid_file(data: Path) -> PidFile | None:
    """None without the file, and while the server is still writing its first lines."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 4:
        return None
    pid = int(lines[0])
    return PidFile(pid, int(lines[3]), alive=serves(pid, data))


def is_ready(data: Path) -> bool:
    """Whether the server accepts connections, as it says on line 8 of its `postmaster.pid`."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def serves(pid: int, data: Path) -> bool:
    """Whether this process exists and is the server of this folder.

    A number alone proves nothing: it is given to a new process after a crash, and a dead process
    that nobody waited for (common in containers) still answers to signal 0.
    """
    words = command_line(pid)
    program = Path(words.split(" -D ", 1)[0]).name
    return program == "postgres" and f" -D {data} " in f"{words} "


def free_from_dead_server(data: Path) -> None:
    """Let PostgreSQL see that the process of `postmaster.pid` is not its own.

    It takes any living process of that number for a server, also a stranger's and a dead one that
    nobody waited for. The rest of the file stays: by it PostgreSQL finds out whether the dead
    server's processes still use the data.
    """
    file = data / "postmaster.pid"
    _, rest = file.read_text().split("\n", 1)
    file.write_text(f"{IMPOSSIBLE_PID}\n{rest}")


def command_line(pid: int) -> str:
    """The words of a process's command line; empty when there is none."""
    if not Path("/proc/self/cmdline").exists():  # macOS
        ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).replace("\0", " ").strip()
    except OSError:
        return ""


def log_end(log: str, lines: int = 12) -> str:
    """The last lines of a server's log, for an error's text."""
    return "\n  ".join(["", *log.strip().splitlines()[-lines:]]) or "it said nothing"
