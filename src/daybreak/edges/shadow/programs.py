"""The database servers that are installed on this machine, as folders of programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from daybreak.edges.account import Account, run_as
from daybreak.edges.pgwheel import INSTALLATIONS, binaries
from daybreak.edges.shadow.postgresql import OLDEST

# Debian and Ubuntu; Red Hat; Homebrew on either processor; Postgres.app.
POSTGRESQL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


def postgresql_programs(account: Account | None) -> dict[int, Path]:
    """For each major version found, the folder of its `postgres` and `initdb`."""
    found: dict[int, Path] = {}
    for folder in dict.fromkeys(_postgresql_folders()):
        major = _major(folder, account)
        if major is not None and major >= OLDEST:
            found.setdefault(major, folder)
    return found


def embedded_programs(wanted: int, account: Account | None) -> tuple[int, Path]:
    """The wheel's nearest major version to the wanted one. Raises ExtraMissing without it."""
    major = min(INSTALLATIONS, key=lambda known: (abs(known - wanted), known))
    return major, binaries(major, account)


def mysqld() -> Path | None:
    """MySQL's server program; it is found in /usr/sbin also where the PATH lacks that."""
    found = shutil.which("mysqld", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def mysqld_version(program: Path, account: Account | None) -> str:
    """`9.7.0`; empty where it does not run, which its start will tell."""
    try:
        said = run_as(account, [program, "--version"])
    except OSError:
        return ""
    found = re.search(r"Ver (\d+\.\d+\.\d+)", said.stdout)
    return found[1] if found else ""


def _postgresql_folders() -> Iterator[Path]:
    config = shutil.which("pg_config")
    if config:
        said = subprocess.run(
            [config, "--bindir"], capture_output=True, text=True, check=False, timeout=10
        )
        if said.returncode == 0 and said.stdout.strip():
            yield Path(said.stdout.strip())
    for name in os.environ.get("PATH", "").split(os.pathsep):
        if name and Path(name, "postgres").is_file():
            yield Path(name).resolve()
    for pattern in POSTGRESQL_PLACES:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


def _major(folder: Path, account: Account | None) -> int | None:
    """The version of what is in the folder; None if it is no whole server, or does not run."""
    if not (folder / "initdb").exists():
        return None
    try:
        said = run_as(account, [folder / "postgres", "--version"])
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(version[1]) if version and said.returncode == 0 else None
