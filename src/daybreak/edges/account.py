"""The user that a server of ours runs as. Database servers refuse to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from daybreak.core.errors import DaybreakError

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Another, existing user when we are root; None when the server may run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid)
    raise DaybreakError(
        "a database server does not run as root, and this machine has none of the users "
        f"{', '.join(CANDIDATES)} to run it as",
        "run this as an ordinary user",
    )


def run_as(
    account: Account | None, command: Sequence[str | Path], *, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as this account; its output, errors included, is in `stdout`.

    Raises OSError where the account can't reach the program, `TimeoutExpired` after `timeout`
    seconds.
    """
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=timeout,
        cwd="/",
        env=clean_environment(),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def clean_environment() -> dict[str, str]:
    """What a server gets to see: none of our secrets, which it would keep as long as it lives."""
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}
