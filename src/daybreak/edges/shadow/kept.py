"""Folders in the cache for servers of our own: each serves one command at a time, and stays.

With it stay the templates. What was written before the machine was started anew is not used
again: these servers synchronise nothing, so a crash of the machine may have spoilt it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from daybreak.core.secret import Secret
from daybreak.edges.account import Account
from daybreak.edges.places import cache_place, made, temporary_folder

SECONDS_TO_WAIT = 2  # for another command of this project; a server of one's own costs half of it
SECONDS_UNUSED = 30 * 24 * 3600
LOCK, PASSWORD, BOOT = "lock", "password", "boot"


@dataclass(frozen=True)
class Home:
    """A folder with a server's `data` in it, for us alone.

    `lock` is the open file whose lock says so, to be shared with the server; None for a folder
    that goes away with the command, because another command was using the kept one.
    """

    folder: Path
    lock: int | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def password(self) -> Secret:
        return Secret((self.folder / PASSWORD).read_text())

    def discard(self) -> None:
        """Let the next command begin anew."""
        (self.folder / BOOT).unlink(missing_ok=True)


def take_home(
    project: Path,
    programs: Path,
    version: str,
    account: Account | None,
    make: Callable[[Path, str], None],
    end: contextlib.ExitStack,
) -> Home:
    """The folder for a server of these programs, with what `make(folder, password)` put into it.

    It is given up with `end`, or when the server that shares its lock has ended.
    """
    home = _locked_home(project, programs, version, account, end)
    if not _is_good(home.folder):
        shutil.rmtree(home.data, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        make(home.folder, password)
        file = home.folder / PASSWORD
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(password)
        (home.folder / BOOT).write_text(boot())  # the last: it says that the rest is whole
    return home


def kept_folder(project: Path, programs: Path, version: str, account: Account | None) -> Path:
    name = re.sub(r"[^A-Za-z0-9_-]", "_", project.name)
    # Other programs of the same version may not read the same data: they were built otherwise.
    key = sha256(f"{project.resolve()}\0{programs}".encode()).hexdigest()[:8]
    return made(cache_place(account) / "shadow") / f"{name}-{key}-{version}"


def _locked_home(
    project: Path, programs: Path, version: str, account: Account | None, end: contextlib.ExitStack
) -> Home:
    kept = kept_folder(project, programs, version, account)
    _forget_others(kept)
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < deadline:
        if lock := _lock(kept):
            end.enter_context(lock)
            return Home(kept, lock.fileno())
        time.sleep(0.02)
    own = temporary_folder(account)
    end.callback(shutil.rmtree, own, ignore_errors=True)
    return Home(own, None)


def _lock(folder: Path) -> IO[str] | None:
    """The folder's lock, if nobody has it; the folder is made."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)  # to be entered by the server's account, and read by nobody
    file = (folder / LOCK).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It may have been removed with its folder between the two steps.
        if os.fstat(file.fileno()).st_ino == (folder / LOCK).stat().st_ino:
            os.utime(folder / LOCK)
            return file
    except OSError:
        pass
    file.close()
    return None


def _forget_others(kept: Path) -> None:
    """Remove the folders that no command will use again."""
    for folder in kept.parent.iterdir():
        if folder == kept or _is_good(folder):
            continue
        with contextlib.suppress(OSError):
            if lock := _lock(folder):
                with lock:
                    shutil.rmtree(folder)


def _is_good(folder: Path) -> bool:
    """Whether it is whole, of this run of the machine, and not forgotten."""
    try:
        used = (folder / LOCK).stat().st_mtime
        return (folder / BOOT).read_text() == boot() and time.time() - used < SECONDS_UNUSED
    except OSError:
        return False


def boot() -> str:
    """What names the time since this machine was started."""
    file = Path("/proc/sys/kernel/random/boot_id")
    if file.exists():
        return file.read_text().strip()
    if sys.platform == "darwin":
        sysctl = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(sysctl, capture_output=True, text=True, check=False).stdout.strip()
    return str(os.getpid())  # unknown: the data are made anew each time
