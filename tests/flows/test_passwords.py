"""A password may hold any character: for the application, its drivers, and both commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import aiomysql
import asyncpg
import psycopg
import psycopg2
import pymysql
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from daybreak import Database
from projects import VENUES, Project, make_project
from servers.server import Server

pytestmark = pytest.mark.server

NASTY = "%@:/?#$'\"\\ `é ü雪+&=;{}[]<>|!*~^, %41 ${HOME} %(here)s"
PASSWORDS = {
    "percent": "before%after",
    "percent that looks encoded": "before%41after",
    "at": "before@after",
    "colon": "before:after",
    "slash": "before/after",
    "question mark": "before?after",
    "hash": "before#after",
    "dollar": "before$HOME${HOME}after",
    "single quote": "before'after",
    "double quote": 'before"after',
    "backslash": "before\\after\\",
    "space": "before  after",
    "plus": "before+after",
    "latin": "beforeéafter",
    "unicode": "before雪😀after",
    "all of them": NASTY,
}


@pytest.fixture(params=["postgresql16", "mysql"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_the_application_connects_every_way(
    server: Server,
    database: str,
    password: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project(tmp_path / "myapp", server.dialect)
    with server.fresh_user(password, database) as user:
        url = server.url(database, user=user, password=password)
        monkeypatch.setenv("DEV_DATABASE_URL", url)
        monkeypatch.setenv("ENV", "dev")
        made = Database(project.root)

        seen = asyncio.run(_users_async(made)) | _users(made)

    assert seen == dict.fromkeys(WAYS[server.dialect], user)


WAYS = {
    "postgresql": [
        *("engine", "async_engine", "url psycopg2", "url psycopg"),
        *("dsn psycopg2", "dsn psycopg", "dsn asyncpg"),
    ],
    "mysql": ["engine", "async_engine", "url pymysql", "dsn pymysql", "dsn aiomysql"],
}
WHO = "SELECT current_user"


def _users(database: Database) -> dict[str, str]:
    """Who the server says we are, by each synchronous way of connecting."""
    postgresql = database.target.url.dialect == "postgresql"
    seen = {"engine": _user(database.engine.connect())}
    database.engine.dispose()
    for driver in ("psycopg2", "psycopg") if postgresql else ("pymysql",):
        engine = create_engine(database.url(driver))
        seen[f"url {driver}"] = _user(engine.connect())
        engine.dispose()
    if postgresql:
        for module in (psycopg2, psycopg):
            with closing(module.connect(database.dsn(module.__name__))) as connection:
                cursor = connection.cursor()
                cursor.execute(WHO)
                seen[f"dsn {module.__name__}"] = cursor.fetchone()[0]
    else:
        with closing(pymysql.connect(**database.dsn("pymysql"))) as mysql:
            cursor = mysql.cursor()
            cursor.execute(WHO)
            seen["dsn pymysql"] = cursor.fetchone()[0].split("@")[0]
    return seen


async def _users_async(database: Database) -> dict[str, str]:
    seen = {}
    async with database.async_engine.connect() as engine:
        seen["async_engine"] = str(await engine.scalar(text(WHO))).split("@")[0]
    await database.async_engine.dispose()
    if database.target.url.dialect == "postgresql":
        connection = await asyncpg.connect(database.dsn("asyncpg"))
        seen["dsn asyncpg"] = await connection.fetchval(WHO)
        await connection.close()
    else:
        mysql = await aiomysql.connect(**database.dsn("aiomysql"))
        async with mysql.cursor() as cursor:
            await cursor.execute(WHO)
            seen["dsn aiomysql"] = (await cursor.fetchone())[0].split("@")[0]
        mysql.close()
    return seen


def _user(connection: Connection) -> str:
    with connection:
        return str(connection.scalar(text(WHO))).split("@")[0]


# A password that a person may also write as it is: no % before two hexadecimal digits.
AS_IT_IS = "%@:/?#$'\"\\ `é ü雪+&=;{}[]<>|!*~^, ${HOME} %(here)s"


@contextmanager
def _project_for(
    server: Server, database: str, folder: Path, password: str, form: str
) -> Iterator[Project]:
    """A project whose dev URL holds `password` in the given form; afterwards its user is gone."""
    project = make_project(folder, server.dialect)
    project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
    with server.fresh_user(password, database) as user:
        place = f"{server.host}:{server.port}/{database}"
        encoded = f"{server.dialect}://{user}:{quote(password, safe='')}@{place}"
        secret = json.dumps(
            {
                "engine": "postgres" if server.dialect == "postgresql" else "mysql",
                "host": server.host,
                "port": server.port,
                "username": user,
                "password": password,
                "dbname": database,
            }
        )
        values = {
            "variable, encoded": encoded,
            "variable, as it is": f"{server.dialect}://{user}:{password}@{place}",
            "variable, secret": secret,
            ".env, encoded": encoded,
            ".env, quoted": f"'{encoded}'",
            ".env, secret": "'" + secret.replace("\\", "\\\\").replace("'", "\\'") + "'",
        }
        where = form.split(",")[0]
        if where == ".env":
            project.write(".env", f"DEV_DATABASE_URL={values[form]}\n")
            yield project
        else:
            yield Project(project.root, {"DEV_DATABASE_URL": values[form]})


FORMS = {
    "variable, encoded": NASTY,
    "variable, as it is": AS_IT_IS,
    "variable, secret": NASTY,
    ".env, encoded": NASTY,
    ".env, quoted": NASTY,
    ".env, secret": NASTY,
}


@pytest.mark.parametrize(("form", "password"), FORMS.items(), ids=FORMS)
def test_the_commands_connect(
    server: Server, database: str, tmp_path: Path, form: str, password: str
) -> None:
    with _project_for(server, database, tmp_path / "myapp", password, form) as project:
        upgraded = project.run("daybreak", "upgrade", "head")
        assert (upgraded.code, upgraded.err) == (0, ""), upgraded.said
        assert upgraded.out.splitlines()[-1].startswith("done   at 0001 in ")

        plain = project.run("alembic", "current")
        assert (plain.code, plain.out, plain.err) == (0, "0001 (head)\n", "")


def test_offline_and_plain_alembic_take_it_too(
    server: Server, database: str, tmp_path: Path
) -> None:
    with _project_for(server, database, tmp_path / "a", NASTY, "variable, encoded") as project:
        for command in ("daybreak", "alembic"):
            offline = project.run(command, "upgrade", "head", "--sql")
            assert (offline.code, offline.err) == (0, "")
            assert "CREATE TABLE venues" in offline.out

        upgraded = project.run("alembic", "upgrade", "head")
        assert (upgraded.code, upgraded.said) == (0, "")

        current = project.run("daybreak", "current")
        assert current.out.endswith("   at 0001 (head)\n")


def test_a_wrong_password_is_refused(server: Server, database: str) -> None:
    """A server that lets everybody in would make the tests above worthless."""
    driver = {"postgresql": "psycopg2", "mysql": "pymysql"}[server.dialect]
    with server.fresh_user("right", database) as user:
        url = server.url(database, driver, user=user, password="wrong")
        with pytest.raises(OperationalError, match=r"password authentication|Access denied"):
            create_engine(url).connect()
