"""Each wrong setting has one clear error, before any connection is tried."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.wrong_inputs import NOWHERE, Wrong, file, prove, pyproject
from projects import FILES as PROJECT
from projects import Project, make_project

pytestmark = pytest.mark.slow

FILE = "[tool.daybreak] in {root}/pyproject.toml"
INI = PROJECT["alembic.ini"]
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
        f"unknown setting 'dialct' in {FILE}; "
        "known: dialect, models, metadata, base, shadow, lock_budget, attempts, tls_ca, "
        "environments",
        "correct its name, or remove it",
        pyproject('dialct = "postgresql"'),
    ),
    "an unknown setting of an environment": Wrong(
        f"unknown setting 'protectd' in {PROD}; known: url, migration_url, protected, role, "
        "statement_timeout, lock_budget, attempts, tls, tls_ca",
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


def test_a_url_that_a_program_sets_is_refused_rather_than_another_database_used(
    tmp_path: Path,
) -> None:
    """As many a test-suite does, whose next line is a downgrade to base."""
    project = make_project(tmp_path / "myapp", DEV_DATABASE_URL=NOWHERE)
    project.write(
        "app.py",
        "from alembic import command\n"
        "from alembic.config import Config\n"
        "from alembic.util import CommandError\n"
        "config = Config('alembic.ini')\n"
        "config.set_main_option('sqlalchemy.url', 'postgresql://app@127.0.0.1:1/test')\n"
        "try:\n"
        "    command.downgrade(config, 'base')\n"
        "except CommandError as error:\n"
        "    print(error)\n",
    )

    done = project.run("python", "app.py")

    assert done.out == (
        "this call sets sqlalchemy.url, which is not what chooses the database here: ENV and that "
        "environment's variable do. Nothing was changed\n"
        'Next: give Alembic the connection, config.attributes["connection"] = connection, or set '
        "the variable (daybreak doctor --settings names it)\n"
    )


def test_a_percent_sign_in_a_folders_name_is_named(tmp_path: Path) -> None:
    project = make_project(tmp_path / "100%" / "myapp", DEV_DATABASE_URL=NOWHERE)

    done = project.run("daybreak", "heads")

    assert done.code == 2
    assert done.err == (
        f"error  a folder of {project.root} has a % in its name, which breaks %(here)s in "
        "alembic.ini\n"
        "next   give it another name, or move what alembic.ini says to [tool.alembic] of "
        "pyproject.toml, which takes a %\n"
    )


@pytest.mark.parametrize("options", [[], ["--traceback"]])
def test_a_percent_sign_in_a_written_url_is_named_and_not_quoted(
    options: list[str], tmp_path: Path
) -> None:
    """The parser's own words quote the password from its % on."""
    project = make_project(tmp_path / "myapp")
    project.write("alembic.ini", f"{INI}sqlalchemy.url = postgresql://app:pine%40apple@host/app\n")
    project.write(
        "alembic/env.py",
        "from alembic import context\ncontext.config.get_main_option('sqlalchemy.url')\n",
    )

    done = project.run("daybreak", "current", *options)

    assert done.code == 2
    assert "apple" not in done.said
    assert done.err.splitlines()[-2:] == [
        f"error  sqlalchemy.url in section [alembic] of {project.root}/alembic.ini has a % that "
        "stands for nothing",
        "next   write %% for a %",
    ]
