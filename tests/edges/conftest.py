"""A project and a port for its dev server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybreak.edges import embedded
from daybreak.edges.pgtemporary import free_port


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose server, if one was started, is gone afterwards with its data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    folder = tmp_path / "my app"
    folder.mkdir()
    yield folder
    embedded.stop(folder)
    shutil.rmtree(embedded.data_folder(folder).parent, ignore_errors=True)


@pytest.fixture
def port() -> int:
    return free_port()
