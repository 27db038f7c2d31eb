"""S2: what `database.py` gives, when it resolves the environment, and how its engine heals."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from generated import DRIVER, FIRST, Generated, environment, generate, snapshot
from servers.server import Server


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_base_needs_nothing_and_the_others_fail_loudly(
    tmp_path_factory: pytest.TempPathFactory, dialect: str
) -> None:
    """The models can be imported without any variable; an engine for prod can't."""
    project = generate(tmp_path_factory.mktemp("names"), "--dialect", dialect)
    prod = {"ENV": "prod"}
    said = project.python(
        "import os; os.environ.clear(); import models; from database import Base;"
        "print(sorted(Base.metadata.tables))",
        env=prod,
    ).stdout
    assert said == "['events', 'venues']\n"
    done = project.python("from database import engine", env=prod, code=1)
    assert done.stderr.splitlines()[-2:] == [
        "daybreak.core.errors.usage.MissingVariable: PROD_DATABASE_URL is not set; it names the "
        "database of prod (chosen by ENV)",
        "Next: set PROD_DATABASE_URL in the process's environment or in .env beside pyproject.toml",
    ]
    said = project.python(
        """
for name in ("engine", "SessionLocal", "DATABASE_URL"):
    try:
        exec(f"from database import {name}")
    except Exception as error:
        print(name, error.variable)
""",
        env=prod,
    ).stdout
    assert said.splitlines() == [
        f"{name} PROD_DATABASE_URL" for name in ("engine", "SessionLocal", "DATABASE_URL")
    ]


def test_all_four_names_serve_the_database_of_the_environment(
    migrated: tuple[Generated, str], server: Server
) -> None:
    project, database = migrated
    said = project.python(
        """
from database import Base, DATABASE_URL, SessionLocal, engine
from models import Venue
from sqlalchemy import select
with SessionLocal() as session:
    print(session.scalars(select(Venue)).all(), session.bind is engine)
print(DATABASE_URL == engine.url.render_as_string(hide_password=False), engine.url.database)
print(engine.driver, Venue.metadata is Base.metadata)
"""
    ).stdout
    assert said.splitlines() == [
        "[] True",
        f"True {database}",
        f"{DRIVER[server.dialect]} True",
    ]


def test_the_engine_heals_after_its_idle_connections_were_dropped(
    migrated: tuple[Generated, str], server: Server
) -> None:
    """Three connections of the pool are ended by the server; the next queries see nothing of it."""
    project, database = migrated
    process = subprocess.Popen(
        [sys.executable, "-c", POOL],
        cwd=project.root.parent,
        env=environment(
            project.root.parent, PYTHONPATH=str(project.root), DEV_DATABASE_URL=server.url(database)
        ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        pooled = {int(number) for number in process.stdout.readline().split()}
        assert len(pooled) == 3
        for number in pooled:
            end_session(server, number)
        said, _ = process.communicate("go\n", timeout=60)
        assert process.returncode == 0
        healed = {int(number) for number in said.split()}
        assert len(healed) == 3
        assert not healed & pooled
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_the_url_stands_in_no_file(new: Generated, server: Server, database: str) -> None:
    """Not after init, a revision, a run and a look at the settings; nor any part of it."""
    password = "Tr0ub4dor-and-3"
    with server.fresh_user(password, database) as user:
        url = server.url(database, user=user, password=password)
        project = Generated(new.root, {"ENV": "staging", "STAGING_DATABASE_URL": url})
        said = [
            project.run("revision", "-m", FIRST),
            project.run("upgrade", "head"),
            project.run("doctor", "--settings"),
        ]
    for content in snapshot(project.root.parent).values():
        assert password.encode() not in content
        assert user.encode() not in content
    for done in said:
        assert password not in done.stdout + done.stderr


def end_session(server: Server, number: int) -> None:
    """End a session on the server, and return once it is gone."""
    ended, left = (
        (f"SELECT pg_terminate_backend({number})", "SELECT pid FROM pg_stat_activity")
        if server.dialect == "postgresql"
        else (f"KILL {number}", "SELECT id FROM information_schema.processlist")
    )
    server.execute(ended)
    deadline = time.monotonic() + 10
    while (number,) in server.execute(left):
        assert time.monotonic() < deadline
        time.sleep(0.05)


POOL = """
from contextlib import ExitStack
from database import engine

QUERY = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT connection_id()"}

def sessions():
    with ExitStack() as stack:
        connections = [stack.enter_context(engine.connect()) for _ in range(3)]
        query = QUERY[engine.dialect.name]
        return [connection.exec_driver_sql(query).scalar() for connection in connections]

print(*sessions(), flush=True)
input()
print(*sessions())
"""
