"""`database.py` as `daybreak init` writes it: `Base` needs nothing, the rest the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from edges.project_of import SYNC
from servers.server import Server

NO_VARIABLE = {"ENV": "prod"}
ONLY_DEV = {"ENV": "dev", "DEV_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/d"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with as_file(files("daybreak") / "templates/project/database.py") as template:
        shutil.copy(template, tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "myapp"\n[tool.daybreak]\n')
    return tmp_path


def python(project: Path, code: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `code` with the project importable and these variables alone, from another folder."""
    passed = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**passed, "PYTHONPATH": str(project), **environ},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_base_needs_no_environment(project: Path) -> None:
    done = python(project, "from database import Base; print(Base.metadata.tables)", NO_VARIABLE)
    assert (done.returncode, done.stdout) == (0, "FacadeDict({})\n")


@pytest.mark.parametrize("name", ["engine", "SessionLocal", "DATABASE_URL"])
def test_the_other_names_fail_on_import_and_name_the_variable(project: Path, name: str) -> None:
    done = python(project, f"from database import {name}", NO_VARIABLE)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2] == (
        "daybreak.core.errors.usage.MissingVariable: PROD_DATABASE_URL is not set; it names the "
        "database of prod (chosen by ENV)"
    )


@pytest.mark.parametrize("name", ["engine", "SessionLocal", "DATABASE_URL"])
def test_only_the_chosen_environments_variable_is_needed(project: Path, name: str) -> None:
    done = python(project, f"from database import {name}; print('made')", ONLY_DEV)
    assert (done.returncode, done.stdout, done.stderr) == (0, "made\n", "")


def test_an_unknown_name_is_the_usual_error(project: Path) -> None:
    done = python(project, "import database; database.motor", NO_VARIABLE)
    assert done.stderr.splitlines()[-1] == (
        "AttributeError: module 'database' has no attribute 'motor'"
    )


def test_an_application_loads_no_alembic(project: Path) -> None:
    code = (
        "from database import Base, engine, SessionLocal, DATABASE_URL\nimport sys\n"
        "print([name for name in ('alembic', 'rich', 'click', 'boto3') if name in sys.modules])"
    )
    assert python(project, code, ONLY_DEV).stdout == "[]\n"


def test_the_engine_of_a_generated_project_connects(
    server: Server, database: str, project: Path
) -> None:
    code = (
        "from database import SessionLocal, engine\nfrom sqlalchemy import text\n"
        "with SessionLocal() as session:\n"
        "    print(engine.driver, session.execute(text('SELECT 40 + 2')).scalar())"
    )
    done = python(project, code, {"DATABASE_URL": server.url(database)})
    assert (done.stdout, done.stderr) == (f"{SYNC[server.dialect][0]} 42\n", "")
