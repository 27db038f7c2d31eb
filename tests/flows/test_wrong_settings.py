"""Each wrong setting has one clear error, before any connection is tried."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.wrong_inputs import NOWHERE, Wrong, file, prove, pyproject
from projects import Project, make_project

pytestmark = pytest.mark.slow

FILE = "[tool.daybreak] in {root}/pyproject.toml"
PROD = "[tool.daybreak.environments.prod] in {root}/pyproject.toml"


def _no_project(project: Project) -> None:
    shutil.rmtree(project.root / "alembic")
    (project.root / "alembic.ini").unlink()
    (project.root / "pyproject.toml").unlink()


FILES = {
    "no project": Wrong(
        "no project here: neither {root} nor a folder above it has an alembic.ini, a "
        "[tool.alembic] or a [tool.daybreak]",
        "cd into the project, or make one with: daybreak init",
        _no_project,
    ),
    "no TOML": Wrong(
        "{root}/pyproject.toml can't be read: Expected ']' at the end of a table declaration "
        "(at line 1, column 15)",
        "correct that place; nothing was changed",
        file("pyproject.toml", "[tool.daybreak\n"),
    ),
    "tool is a number": Wrong(
        "tool in {root}/pyproject.toml is not a table",
        "write [tool] as a heading of its own",
        file("pyproject.toml", "tool = 3\n"),
    ),
    "tool.daybreak is a number": Wrong(
        "[tool.daybreak] in {root}/pyproject.toml is not a table",
        "write [tool.daybreak] as a heading of its own",
        file("pyproject.toml", "[tool]\ndaybreak = 3\n"),
        plain=True,
    ),
    "alembic.ini is no .ini file": Wrong(
        "{root}/alembic.ini can't be read at line 1",
        "correct that place",
        file("alembic.ini", "[alembic\n"),
    ),
    "no script_location": Wrong(
        "{root}/alembic.ini has no script_location in its section [alembic]",
        "write script_location = %(here)s/alembic there",
        file("alembic.ini", "[alembic]\n"),
    ),
    "no such folder": Wrong(
        "script_location names {root}/migrations, and there is no such folder",
        "write script_location = %(here)s/alembic, which holds from every folder; or bring the "
        "folder back (git checkout)",
        file("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n"),
    ),
    "no env.py": Wrong(
        "{root}/alembic/env.py can't be read: No such file or directory",
        "bring it back (git checkout), or let daybreak init write it",
        lambda project: (project.root / "alembic" / "env.py").unlink(),
    ),
    "env.py is no Python": Wrong(
        "{root}/alembic/env.py:1 is no Python: invalid syntax",
        "correct it",
        file("alembic/env.py", "import daybreak env\n"),
    ),
}

SETTINGS = {
    "an unknown setting": Wrong(
        f"unknown setting 'dialct' in {FILE}; known: dialect, models, metadata, environments",
        "correct its name, or remove it",
        pyproject('dialct = "postgresql"'),
    ),
    "an unknown setting of an environment": Wrong(
        f"unknown setting 'protectd' in {PROD}; known: url, migration_url, protected, role, "
        "statement_timeout",
        "correct its name, or remove it",
        pyproject("environments.prod.protectd = true"),
    ),
    "a dialect that is a number": Wrong(
        f"dialect in {FILE} is not a text",
        'write, for example, dialect = "postgresql"',
        pyproject("dialect = 3"),
    ),
    "an unknown dialect": Wrong(
        "unknown dialect 'oracle' (from dialect in {root}/pyproject.toml); Daybreak knows: "
        "postgresql, mysql",
        "name one of these there; a URL starts with postgresql:// or mysql://",
        pyproject('dialect = "oracle"'),
        plain=True,
    ),
    "an unknown driver": Wrong(
        "unknown driver 'pg8000' for postgresql (from dialect in {root}/pyproject.toml); "
        "Daybreak knows: psycopg2, psycopg, asyncpg",
        "write postgresql+psycopg2, or leave the driver out: postgresql",
        pyproject('dialect = "postgresql+pg8000"'),
    ),
    "metadata without an attribute": Wrong(
        f"metadata = 'database' in {FILE} is not of the form module:attribute",
        'write, for example, metadata = "database:Base.metadata"',
        pyproject('metadata = "database"'),
    ),
    "protected is a text": Wrong(
        f"protected in {PROD} is not true or false",
        "write protected = true, or protected = false",
        pyproject('environments.prod.protected = "yes"'),
    ),
    "a timeout without a unit": Wrong(
        f"statement_timeout = 30 in {PROD} is not a duration",
        'write "500ms", "30s", "10min" or "1h"',
        pyproject("environments.prod.statement_timeout = 30"),
    ),
    "a URL that is a number": Wrong(
        f"url in {PROD} is neither a text nor {{ env = … }}",
        'write url = { env = "PROD_DATABASE_URL" }',
        pyproject("environments.prod.url = 3"),
    ),
    "a plain password": Wrong(
        f"url in {PROD} holds a password, and that file is committed",
        'write url = { env = "PROD_DATABASE_URL" }, put the URL into that variable, and change '
        "the password: whoever has the repository has it",
        pyproject(f'environments.prod.url = "{NOWHERE}"'),
        plain=True,
    ),
}

EVERY = FILES | SETTINGS


@pytest.mark.parametrize("wrong", EVERY.values(), ids=EVERY)
def test_a_wrong_setting_has_one_clear_error(wrong: Wrong, tmp_path: Path) -> None:
    prove(make_project(tmp_path / "myapp", DEV_DATABASE_URL=NOWHERE), wrong)
