"""What only one process at a time may do: make a folder, whole or not at all; write into one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def make_once(target: Path, make: Callable[[Path], None]) -> Path:
    """`target`, made by `make(staging)` if it is missing. Others wait until it is there.

    `make` gets a path beside the target that does not exist yet. What a killed process left
    there is removed first, so a half-made target is never seen.
    """
    if target.exists():
        return target
    with locked(target.with_name(f"{target.name}.making")):
        if not target.exists():
            staging = target.with_name(f"{target.name}.new")
            shutil.rmtree(staging, ignore_errors=True)
            try:
                make(staging)
                staging.rename(target)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    return target


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is inside. The lock ends with its holder, however that ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """The same for a folder that is there, into which no file is put for it.

    Where the file system can't lock a folder, everybody is inside.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
