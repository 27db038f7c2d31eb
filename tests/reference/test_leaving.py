"""Whoever stops using Daybreak changes `database.py` and `alembic/env.py`, and plain Alembic goes
on from there, once one table is dropped: in an environment where Daybreak was never installed it
proposes nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import uv

from generated import DRIVER, Done, Generated, uv_environment
from servers.server import Server

pytestmark = pytest.mark.slow

PLAIN = Path(__file__).parents[1] / "fixtures" / "plain"
NEEDED = ["sqlalchemy>=2.1", "alembic>=1.20.1", "psycopg2-binary", "pymysql[rsa]"]


@pytest.fixture(scope="session")
def plain_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with SQLAlchemy, Alembic, the drivers, and nothing of ours."""
    venv = tmp_path_factory.mktemp("plain") / "venv"
    variables = uv_environment(venv.parent)
    python = str(venv / "bin" / "python")
    for command in (
        ["venv", "-q", "--python", sys.executable, str(venv)],
        ["pip", "install", "-q", "--python", python, *NEEDED],
    ):
        subprocess.run([uv.find_uv_bin(), *command], env=variables, check=True)
    absent = [python, "-c", "import daybreak"]
    assert (
        b"No module named 'daybreak'"
        in subprocess.run(absent, env=variables, cwd=venv, capture_output=True, check=False).stderr
    )
    return venv / "bin"


def test_without_daybreak_plain_alembic_proposes_nothing(
    project: Generated, server: Server, database: str, plain_environment: Path
) -> None:
    project.run("upgrade", "head")
    leave(project.root, server, database)

    def alembic(*arguments: str) -> Done:
        ini = str(project.root / "alembic.ini")
        return project.execute([str(plain_environment / "alembic"), "-c", ini, *arguments], None)

    assert "No new upgrade operations detected." in alembic("check").stdout
    alembic("revision", "--autogenerate", "-m", "nothing")
    (written,) = (project.root / "alembic" / "versions").glob("*_nothing.py")
    assert operations(written.read_text()) == ["pass", "pass"]
    said = project.execute([str(plain_environment / "python"), "-c", QUERY], with_path(project))
    assert said.stdout == "0\n"


def leave(root: Path, server: Server, database: str) -> None:
    """Put the two files into their plain form, and drop the one table."""
    server.execute("DROP TABLE daybreak_journal", database=database)
    database_py = (PLAIN / "database.py").read_text()
    driver = f"{server.dialect}+{DRIVER[server.dialect]}"
    (root / "database.py").write_text(database_py.replace('"postgresql+psycopg2"', f'"{driver}"'))
    shutil.copyfile(PLAIN / "env.py", root / "alembic" / "env.py")


def operations(text: str) -> list[str]:
    """The lines of upgrade and downgrade, without comments."""
    body = text[text.index("def upgrade") :]
    lines = [line.strip() for line in body.splitlines()]
    return [line for line in lines if line and not re.match(r"#|def ", line)]


def with_path(project: Generated) -> dict[str, str]:
    return {**project.variables, "PYTHONPATH": str(project.root)}


QUERY = """
from database import SessionLocal
from models import Event
with SessionLocal() as session:
    print(session.query(Event).count())
"""
