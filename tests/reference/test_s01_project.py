"""S1: one command makes a project, and making it again overwrites nothing."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import uv

from generated import BIN, generate, snapshot, uv_environment
from servers.server import Server

# What S1 asks for, and what a project needs beside it: its pipelines and its papers.
CORE = [
    "alembic.ini",
    "alembic/env.py",
    "alembic/script.py.mako",
    "alembic/versions/.gitkeep",
    "database.py",
    "models/__init__.py",
    "models/event.py",
    "models/venue.py",
    "pyproject.toml",
]
BESIDE = [
    ".env.example",
    ".github/workflows/check.yml",
    ".github/workflows/deploy.yml",
    ".gitignore",
    "README.md",
    "buildspec.yml",
    "deploy/ecs-task-definition.json",
    "deploy/migrate_on_ecs.py",
]
DRIVERS = {"postgresql": "psycopg2-binary", "mysql": "pymysql[rsa]"}
DIALECTS = pytest.mark.parametrize("dialect", ["postgresql", "mysql"])


@DIALECTS
def test_init_writes_exactly_these_files(tmp_path: Path, dialect: str) -> None:
    project = generate(tmp_path, "--dialect", dialect)
    files = snapshot(project.root)
    assert sorted(files) == sorted([*CORE, *BESIDE])
    assert not [path for path, content in files.items() if b"@@" in content]


@DIALECTS
def test_no_url_stands_in_alembic_ini_nor_a_password_in_any_file(
    tmp_path: Path, dialect: str
) -> None:
    files = snapshot(generate(tmp_path, "--dialect", dialect).root)
    ini = files["alembic.ini"].decode()
    assert "sqlalchemy.url" not in ini
    assert "://" not in ini
    for path, content in files.items():
        written = re.findall(rb"\w+://[^\s:/@]*:([^\s@]+)@", content)
        # What is known to everybody: the local fallback, and the word that stands for a password.
        assert set(written) <= {b"***", b"password"}, path


@DIALECTS
def test_pyproject_is_managed_by_uv_and_names_what_the_project_needs(
    tmp_path: Path, dialect: str
) -> None:
    root = generate(tmp_path, "--dialect", dialect).root
    pyproject = tomllib.loads((root / "pyproject.toml").read_text())
    needed = [re.split(r"[>=]", item)[0] for item in pyproject["project"]["dependencies"]]
    assert needed == ["sqlalchemy", "alembic", DRIVERS[dialect], f"daybreak[{dialect}]"]
    assert pyproject["tool"]["uv"]["package"] is False
    assert pyproject["tool"]["daybreak"]["dialect"] == dialect


# A new project has no database yet, and what comes first depends on who can make one.
FIRST = {
    "postgresql": "uv run daybreak dev start",
    "mysql": "uv run daybreak upgrade head --create-database",
}


@DIALECTS
def test_the_first_steps_begin_with_a_database(tmp_path: Path, dialect: str) -> None:
    said = subprocess.run(
        [BIN / "daybreak", "init", "myapp", "--dialect", dialect],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    readme = (tmp_path / "myapp" / "README.md").read_text("utf-8")
    steps = [
        FIRST[dialect],
        'uv run daybreak revision -m "create venues and events"',
        "uv run daybreak upgrade head",
    ]
    assert said.endswith("next   cd myapp\n" + "".join(f"       {step}\n" for step in steps))
    commands = [line.partition("  #")[0] for line in readme.splitlines()]
    assert [line.strip() for line in commands if line.startswith("uv run")][:3] == steps


@DIALECTS
def test_init_again_writes_nothing(tmp_path: Path, dialect: str) -> None:
    """Not even where a person has changed a file meanwhile."""
    project = generate(tmp_path, "--dialect", dialect)
    project.add_ticket_price()
    before = snapshot(project.root)
    done = project.execute([str(BIN / "daybreak"), "init", str(project.root)], {})
    assert snapshot(project.root) == before
    assert done.stdout.splitlines()[-1] == "done   nothing to write: myapp has all that init makes"
    kept = [line for line in done.stdout.splitlines() if line.startswith("kept   ")]
    assert len(done.stdout.splitlines()) == len(kept) + 1  # no difference, no hole, nothing to do


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("name", ["postgresql16", "mysql"])
def test_uv_makes_the_project_s_environment_and_runs_its_commands(
    tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    """The whole way of a new user: uv resolves pyproject.toml, installs, and runs the command.

    Its environment is a new one: nothing of this test's is on its path.
    """
    server: Server = request.getfixturevalue(name)
    project = generate(tmp_path, "--dialect", server.dialect)
    with server.fresh_database() as database:
        variables = {**uv_environment(tmp_path), "DEV_DATABASE_URL": server.url(database)}
        for command, said in [
            (["sync"], ""),
            (["run", "daybreak", "revision", "-m", "first"], "wrote  alembic/versions/"),
            (["run", "daybreak", "upgrade", "head"], "1 revision\n"),
            (["run", "alembic", "check"], "No new upgrade operations detected."),
            (["run", "daybreak", "current"], "(head)"),
        ]:
            done = subprocess.run(
                [uv.find_uv_bin(), "--directory", str(project.root), *command],
                cwd=tmp_path,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert said in done.stdout
    python = project.root / ".venv" / "bin" / "python"
    absent = {"postgresql": "pymysql", "mysql": "psycopg2"}[server.dialect]
    lacks = f"import importlib.util as u; assert u.find_spec('{absent}') is None"
    subprocess.run([str(python), "-c", lacks], check=True)


def test_what_stands_in_the_way_is_named_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "deploy").write_text("a file where a folder belongs")
    done = subprocess.run(
        [BIN / "daybreak", "init"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"error  {tmp_path}/deploy is a file, where a folder for deploy/ecs-task-definition.json "
        "belongs. Nothing was written\n"
        "next   move it away and run the same command again\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["deploy"]
