"""A project, its settings, and shadows on each real server."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybreak.edges.account import server_account
from daybreak.edges.shadow.kept import kept_folder
from daybreak.edges.shadow.server import ShadowServer
from edges.shadow.open_shadow import open_on
from servers import Server


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A project's folder; what was kept for it in the cache is gone afterwards.

    No other run's project has its name: the cache is that of the machine.
    """
    folder = tmp_path / f"my shop {secrets.token_hex(4)}"
    folder.mkdir()
    yield folder
    account = server_account()
    kept = kept_folder(folder, Path(), "", account)
    for each in kept.parent.glob(f"{kept.name.partition('-')[0]}-*"):
        shutil.rmtree(each)


@pytest.fixture
def shadow(server: Server, root: Path) -> Iterator[ShadowServer]:
    """A shadow on each server, as if the project had configured it.

    Its templates go with it. Those of the tests before it went, too, whichever they were.
    """
    with open_on(server, root) as opened:
        _drop_templates(opened)
        yield opened
        _drop_templates(opened)


def _drop_templates(shadow: ShadowServer) -> None:
    for name in shadow.templates():
        shadow.drop_template(name)
