"""Packages of one of Debian's suites, unpacked into a folder: nothing is installed, no root.

apt gets a state of its own: its lists, its cache, an empty idea of what is installed. Only how to
reach a mirror (proxies, credentials) and the mirror itself come from the machine.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from daybreak.edges.once import locked, make_once

MIRROR_VARIABLE = "DAYBREAK_TEST_DEBIAN_MIRROR"
KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"


class NoDebianMirror(Exception):
    """This machine knows no mirror of Debian."""


class AptFailed(Exception):
    """apt or dpkg ended with an error, which is the text."""


def mirror() -> str:
    """The mirror that the machine already uses, or that the variable names (needed on Ubuntu)."""
    if shutil.which("apt-get") is None:
        raise NoDebianMirror("there is no apt-get")
    if named := os.environ.get(MIRROR_VARIABLE):
        return named
    release = platform.freedesktop_os_release()
    if release.get("ID") != "debian":
        raise NoDebianMirror(f"{release.get('NAME')} has other packages than Debian")
    # apt reads its own files best: both formats, disabled entries, mirror lists. Without
    # --no-release-info it would keep silent about what was never downloaded.
    wanted = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    targets = _run(["apt-get", "indextargets", "--no-release-info", "--format", wanted], {})
    suites = {release.get("VERSION_CODENAME", "sid"), "stable", "testing", "unstable", "sid"}
    for target in targets.splitlines():
        address, _, rest = target.partition(" ")
        suite, _, component = rest.partition(" ")
        if suite in suites and component == "main" and not address.startswith("cdrom"):
            return address.rstrip("/")
    raise NoDebianMirror("apt has no entry for Debian's own suites")


def unpack(package: str, suite: str, folder: Path) -> None:
    """The package of the suite with all that it depends on, below `folder`."""
    work = folder / "apt"
    keyring = _keyring(work / "keyring")
    source = f"deb [signed-by={keyring}] {mirror()} {suite} main"
    apt = _private_apt(work / suite, source)
    _run(["apt-get", "update"], apt)
    _run(
        ["apt-get", "install", "--yes", "--no-install-recommends", "--download-only", package], apt
    )
    _unpack_downloaded(work / suite, folder)
    shutil.rmtree(work)


def working(folder: Path, fetch: Callable[[Path], None], works: Callable[[], bool]) -> Path:
    """`folder`, fetched when it is missing and once more when it is broken."""
    make_once(folder, fetch)
    if not works():
        with locked(folder.with_name(f"{folder.name}.repair")):
            if not works():  # nobody else has repaired it meanwhile
                shutil.rmtree(folder)
                make_once(folder, fetch)
    return folder


def _keyring(folder: Path) -> Path:
    """Debian's public keys: the machine's, or those in the machine's own package of them."""
    installed = Path("/", KEYRING)
    if installed.exists():
        return installed
    apt = _private_apt(folder, source=None)
    _run(["apt-get", "update"], apt)
    _run(["apt-get", "install", "--yes", "--download-only", "debian-archive-keyring"], apt)
    _unpack_downloaded(folder, folder)
    return folder / KEYRING


def _private_apt(folder: Path, source: str | None) -> dict[str, str]:
    """The environment of an apt that has its state in `folder`; None: the machine's sources."""
    for name in ("parts", "lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    lines = [
        f'Dir::Etc::parts "{folder}/parts";',  # the machine's hooks after an update are not ours
        'Dir::Etc::main "/dev/null";',
        'Dir::Etc::preferences "/dev/null";',
        f'Dir::Etc::preferencesparts "{folder}/parts";',
        f'Dir::State "{folder}";',
        f'Dir::State::lists "{folder}/lists";',
        f'Dir::State::status "{folder}/status";',
        f'Dir::Cache "{folder}";',
        f'Dir::Cache::archives "{folder}/archives";',
        f'Dir::Log "{folder}";',
        'APT::Sandbox::User "";',
        'APT::Update::Error-Mode "any";',  # else an unreachable mirror is only a warning
        'Acquire::Languages "none";',
    ]
    if source is not None:
        (folder / "sources.list").write_text(f"{source}\n")
        lines.append(f'Dir::Etc::sourcelist "{folder}/sources.list";')
        lines.append(f'Dir::Etc::sourceparts "{folder}/parts";')
    dump = _run(["apt-config", "dump"], {}).splitlines()
    lines += [line for line in dump if line.startswith("Acquire::")]
    config = folder / "apt.conf"
    config.touch(mode=0o600)  # a proxy's password may be among the lines
    config.write_text("\n".join(lines))
    return {"APT_CONFIG": str(config)}


def _unpack_downloaded(folder: Path, into: Path) -> None:
    for package in sorted((folder / "archives").glob("*.deb")):
        _run(["dpkg", "-x", package, into], {})


def _run(command: list[str | Path], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AptFailed(f"{command[0]} {command[1]}: {done.stderr.strip()[-1000:]}")
    return done.stdout
