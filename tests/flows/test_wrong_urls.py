"""Each environment and URL that can't be used has one clear error, before any connection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.wrong_inputs import NOWHERE, Wrong, file, prove, pyproject
from projects import Project, make_project

pytestmark = pytest.mark.slow

KNOWN = "known: dev, staging, prod"
DECLARE = "use one of these, or declare [tool.daybreak.environments.prd] in pyproject.toml"
WRITE = (
    "write postgresql://user:password@host:5432/database, the password percent-encoded: "
    'python -c "from urllib.parse import quote; from getpass import getpass; '
    "print(quote(getpass(), safe=''))\""
)
SECRET = {"username": "u", "password": "hunter-22", "host": "h", "dbname": "d"}


def dev(url: str) -> dict[str, str]:
    return {"DEV_DATABASE_URL": url}


ENVIRONMENTS = {
    "unknown": Wrong(
        f"unknown environment 'prd' (from ENV); {KNOWN}",
        DECLARE,
        variables={"ENV": "prd"},
        plain=True,
    ),
    "unknown, in .env": Wrong(
        f"unknown environment 'prd' (from ENV (.env)); {KNOWN}",
        DECLARE,
        file(".env", "ENV=prd\n"),
    ),
    "unknown, named on the command line": Wrong(
        f"unknown environment 'prd' (from --env); {KNOWN}",
        DECLARE,
        command="current --env prd",
        variables=dev(NOWHERE),
    ),
    "its variable is missing": Wrong(
        "PROD_DATABASE_URL is not set; it names the database of prod (chosen by ENV)",
        "set PROD_DATABASE_URL in the process's environment or in .env beside pyproject.toml",
        variables={"ENV": "prod", **dev(NOWHERE)},
        plain=True,
    ),
    "its variable is empty": Wrong(
        "PROD_DATABASE_URL is set but empty; it names the database of prod (chosen by ENV)",
        "set PROD_DATABASE_URL in the process's environment or in .env beside pyproject.toml",
        variables={"ENV": "prod", "PROD_DATABASE_URL": ""},
    ),
    "its variable has a name of its own": Wrong(
        "THE_URL is not set; it names the database of eu-west (chosen by --env)",
        "set THE_URL in the process's environment or in .env beside pyproject.toml",
        pyproject('environments.eu-west.url = { env = "THE_URL" }'),
        command="upgrade head --env eu-west",
    ),
    "only DATABASE_URL is set": Wrong(
        "PROD_DATABASE_URL is not set; it names the database of prod (chosen by ENV). "
        "DATABASE_URL is set, but not used for a named environment",
        "set PROD_DATABASE_URL in the process's environment or in .env beside pyproject.toml; "
        "or, to use DATABASE_URL, name no environment (now: ENV)",
        variables={"ENV": "prod", "DATABASE_URL": NOWHERE},
    ),
    "none, in CI": Wrong(
        "no environment was chosen, and this is CI, where the local dev database is not used "
        "unasked",
        "set ENV (for example ENV=prod) and that environment's variable (PROD_DATABASE_URL); or "
        "ENV=dev, if the local database is meant",
        variables={"CI": "true"},
        plain=True,
    ),
}

URLS = {
    "an unknown dialect": Wrong(
        "unknown dialect 'oracle' (from DEV_DATABASE_URL); Daybreak knows: postgresql, mysql",
        "name one of these there; a URL starts with postgresql:// or mysql://",
        variables=dev("oracle://u:hunter-22@h/d"),
    ),
    "an unknown driver": Wrong(
        "unknown driver 'asyncmy' for mysql (from DEV_DATABASE_URL); Daybreak knows: pymysql, "
        "aiomysql",
        "write mysql+pymysql, or leave the driver out: mysql",
        variables=dev("mysql+asyncmy://u:hunter-22@h/d"),
    ),
    "no URL": Wrong(
        "DEV_DATABASE_URL is not a database URL: it has no :// in it",
        WRITE,
        variables=dev("hunter-22"),
        plain=True,
    ),
    "quotation marks": Wrong(
        "DEV_DATABASE_URL is not a database URL: it starts with a quotation mark; remove the "
        "quotation marks around it",
        WRITE,
        variables=dev(f"'{NOWHERE}'"),
    ),
    "a port that is no number": Wrong(
        "DEV_DATABASE_URL is not a database URL: what follows :// can't be read as "
        "user:password@host:port/database",
        WRITE,
        variables=dev("postgresql://u:hunter-22@h:port/d"),
    ),
    "a reference to nothing": Wrong(
        "DEV_DATABASE_URL says secretsmanager:// and names nothing",
        "write secretsmanager://NAME, or the ARN",
        variables=dev("secretsmanager://?region=eu-west-1"),
        plain=True,
    ),
    "a token for nobody": Wrong(
        "DEV_DATABASE_URL is rds-iam:// without a user",
        "write rds-iam://user@cluster-or-host/database",
        variables=dev("rds-iam://shop/shop"),
    ),
    "malformed JSON": Wrong(
        "DEV_DATABASE_URL starts like JSON and is none (line 1, column 70)",
        "let it hold the database secret as Secrets Manager shows it, or a URL",
        variables=dev(json.dumps(SECRET)[:-1]),
    ),
    "JSON without a host": Wrong(
        "the database secret in DEV_DATABASE_URL has no host (a secret that RDS manages holds "
        "only username and password)",
        "name the secret instead, and they are looked up: secretsmanager://NAME "
        "(docs/credentials.md); or use a secret that holds them all",
        variables=dev(json.dumps(SECRET | {"host": ""})),
    ),
    "JSON of another engine": Wrong(
        "unknown dialect 'oracle' (from engine in DEV_DATABASE_URL); Daybreak knows: postgresql, "
        "mysql",
        "name one of these there; a URL starts with postgresql:// or mysql://",
        variables=dev(json.dumps(SECRET | {"engine": "oracle"})),
    ),
}

EVERY = ENVIRONMENTS | URLS


@pytest.mark.parametrize("wrong", EVERY.values(), ids=EVERY)
def test_a_url_that_cannot_be_used_has_one_clear_error(wrong: Wrong, tmp_path: Path) -> None:
    prove(make_project(tmp_path / "myapp"), wrong)


# Makes the modules named in HIDDEN as absent as if they had never been installed.
HIDE = """
import os
import sys
from importlib.machinery import PathFinder


class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in os.environ["HIDDEN"].split():
            return None
        return PathFinder.find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Finder
"""

DRIVERS = {
    "none for PostgreSQL": Wrong(
        "a synchronous PostgreSQL driver is needed, and none is installed (psycopg2, psycopg)",
        "uv add psycopg2-binary",
        variables={"HIDDEN": "psycopg2 psycopg", **dev(NOWHERE)},
        plain=True,
    ),
    "none for MySQL": Wrong(
        "a synchronous MySQL driver is needed, and none is installed (pymysql)",
        "uv add 'pymysql[rsa]'",
        variables={"HIDDEN": "pymysql aiomysql", **dev("mysql://u:hunter-22@127.0.0.1:1/d")},
    ),
    "the one that was named": Wrong(
        "psycopg (from DEV_DATABASE_URL) is not installed",
        "uv add 'psycopg[binary]'",
        variables={"HIDDEN": "psycopg", **dev(NOWHERE.replace(":", "+psycopg:", 1))},
    ),
    "an asynchronous one alone": Wrong(
        "asyncpg (from DEV_DATABASE_URL) is asynchronous; a synchronous PostgreSQL "
        "driver is needed, and none is installed (psycopg2, psycopg)",
        "uv add psycopg2-binary",
        variables={"HIDDEN": "psycopg2 psycopg", **dev(NOWHERE.replace(":", "+asyncpg:", 1))},
    ),
}


@pytest.mark.parametrize("wrong", DRIVERS.values(), ids=DRIVERS)
def test_a_driver_that_is_not_installed_is_named(wrong: Wrong, tmp_path: Path) -> None:
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(HIDE)
    project = make_project(tmp_path / "myapp")

    prove(Project(project.root, {"PYTHONPATH": str(hiding)}), wrong)
