"""Opening a shadow as a command does, in this process and in another one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from daybreak.edges.project import project_at
from daybreak.edges.settings import Settings, load_settings, resolve_target
from daybreak.edges.shadow.choose import choose_shadow
from daybreak.edges.shadow.server import ShadowServer
from servers import Server

SCRIPT = """
import os, sys, time
from pathlib import Path
from edges.shadow.open_shadow import settings_of, open_with
from daybreak.edges.shadow import choose
choose.postgresql_programs = lambda _: {{}}
with open_with(settings_of(Path({root!r}), {variables!r})) as shadow:
    {body}
"""


def settings_of(root: Path, variables: Mapping[str, str], pyproject: str = "") -> Settings:
    if pyproject:
        (root / "pyproject.toml").write_text(pyproject)
    return load_settings(project_at(root), variables)


def open_with(settings: Settings, wanted_major: int | None = None) -> ShadowServer:
    return choose_shadow(settings, resolve_target(settings), wanted_major)


def variables_of(server: Server) -> dict[str, str]:
    """The server as a configured shadow, and a target of its kind where nothing answers."""
    return {
        "SHADOW_DATABASE_URL": server.url(""),
        "DEV_DATABASE_URL": f"{server.dialect}://nobody@127.0.0.1:1/none",
    }


def open_on(server: Server, root: Path) -> ShadowServer:
    return open_with(settings_of(root, variables_of(server)))


def start_python(body: str, root: Path, variables: Mapping[str, str]) -> subprocess.Popen[str]:
    """Another process with a `shadow`; what it prints can be read."""
    text = SCRIPT.format(root=str(root), variables=dict(variables), body=body)
    return subprocess.Popen(
        [sys.executable, "-c", text],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
