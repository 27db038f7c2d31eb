"""Folders of Daybreak's own on this machine, where the account of a server can reach them.

Nothing here changes a folder that somebody else made: as root the places lie below `/var`,
because the servers run as another user, who can't look into root's home.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from daybreak.core.errors import DaybreakError
from daybreak.edges.account import Account, run_as


def data_place(account: Account | None, *below: str) -> Path:
    """For what must not be lost: the databases of `daybreak dev`. It may not exist yet."""
    if account:
        place = Path("/var/lib/daybreak")
    elif sys.platform == "darwin":
        place = Path.home() / "Library" / "Application Support" / "daybreak"
    else:
        place = _xdg("XDG_DATA_HOME", ".local/share") / "daybreak"
    return place.joinpath(*below).resolve()


def cache_place(account: Account | None) -> Path:
    """For what can be made or fetched again. It exists."""
    if account:
        return made(Path("/var/cache/daybreak"))
    if sys.platform == "darwin":
        return made(Path.home() / "Library" / "Caches" / "daybreak")
    return made(_xdg("XDG_CACHE_HOME", ".cache") / "daybreak")


def temporary_folder(account: Account | None) -> Path:
    """A new empty folder that only the account (and root) can look into."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 mkdtemp is safe there
        if reaches(account, Path(parent)):
            folder = Path(tempfile.mkdtemp(prefix="daybreak-", dir=parent)).resolve()
            if account:
                os.chown(folder, account.uid, account.gid)
            return folder
    raise DaybreakError(
        f"user {account.name if account else ''} can reach no folder for temporary files",
        "set TMPDIR to a folder that every user can enter",
    )


def reaches(account: Account | None, folder: Path) -> bool:
    """Whether this account can enter the folder, as the machine itself decides it."""
    if account is None:
        return True
    return run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0


def made(folder: Path) -> Path:
    """The folder, made with those above it; what root makes is open to the server's user."""
    try:
        if not folder.exists():
            made(folder.parent)
            folder.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                folder.chmod(0o755)  # whatever root's umask
    except OSError as error:
        raise DaybreakError(
            f"cannot make the folder {folder}: {error.strerror}",
            "run this as a user whose home can be written",
        ) from error
    return folder


def _xdg(variable: str, fallback: str) -> Path:
    """The folder of the XDG base directory specification, which ignores relative values."""
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else Path.home() / fallback
