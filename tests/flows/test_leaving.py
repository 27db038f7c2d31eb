"""Whoever leaves Daybreak changes two files, as docs/leaving.md has them, and loses nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from contract.markdown import ROOT, blocks
from projects import Project
from servers.server import Server

PAGE = ROOT / "docs" / "leaving.md"
DRIVER = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql"}


@pytest.fixture
def left(server: Server, database: str, tmp_path: Path) -> Project:
    """The example, migrated by Daybreak, after its two files were exchanged for the page's."""
    root = tmp_path / "myapp"
    shutil.copytree(ROOT / "examples" / "myapp", root, ignore=shutil.ignore_patterns(".venv"))
    url = {"DEV_DATABASE_URL": server.url(database)}
    upgraded = Project(root, url).run("daybreak", "upgrade", "head")
    assert upgraded.code == 0, upgraded.said

    database_py, env_py = (block.text for block in blocks("python") if block.page == PAGE)
    plain = database_py.replace(DRIVER["postgresql"], DRIVER[server.dialect])
    (root / "database.py").write_text(plain, encoding="utf-8")
    (root / "alembic" / "env.py").write_text(env_py, encoding="utf-8")
    return Project(root, {**url, "PYTHONPATH": str(_uninstalled(tmp_path))})


def _uninstalled(folder: Path) -> Path:
    """A folder that, put first, makes `import daybreak` fail as if it were not there."""
    package = folder / "uninstalled" / "daybreak"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ModuleNotFoundError('No module named daybreak')\n")
    return package.parent


@pytest.mark.server
def test_without_daybreak_plain_alembic_proposes_nothing(left: Project) -> None:
    gone = left.run("python", "-c", "import daybreak")
    assert gone.code == 1, gone.said

    checked = left.run("alembic", "check")
    assert checked.out == "No new upgrade operations detected.\n", checked.said

    written = left.run("alembic", "revision", "--autogenerate", "-m", "nothing")
    assert written.code == 0, written.said
    (file,) = (left.root / "alembic" / "versions").glob("*_nothing.py")
    bodies = re.findall(r"def \w+\(\) -> None:\n((?:    .*\n?)+)", file.read_text("utf-8"))
    assert [re.sub(r" *#.*\n", "", body).strip() for body in bodies] == ["pass", "pass"]


@pytest.mark.server
def test_without_daybreak_the_history_runs_to_its_base_and_back(left: Project) -> None:
    for command in (("downgrade", "base"), ("upgrade", "head"), ("current",)):
        done = left.run("alembic", *command)
        assert done.code == 0, done.said
    assert done.out.split() == ["9c1e5b8a2d47", "(head)"]
