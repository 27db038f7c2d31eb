"""No password appears anywhere: a property over random passwords.

Each path below is a way to use Daybreak, or to fail at it. It runs with random passwords, one in
the quick lane and DAYBREAK_TEST_EXAMPLES in the long one; afterwards the password is looked for in
all that was said and logged, in every file of the project and in the process list meanwhile.

A password has at least eight characters, five of them different: `000000` or `ab` stands in
honest output by chance. (Daybreak itself masks from six characters on, for the same reason.)
"""

from __future__ import annotations

import json
import os
import re
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from daybreak.edges.pgtemporary import free_port
from flows.secrecy_files import (
    BROKEN_REVISION,
    HALF_WAY,
    LOSES_CONNECTION,
    LOUD_LOGGING,
    OWN_ENV,
    PROBE,
    TELLING_MODELS,
)
from projects import VENUES, Done, Project, make_project
from servers.moto import Moto
from servers.server import Server

pytestmark = pytest.mark.server

EXAMPLES = int(os.environ.get("DAYBREAK_TEST_EXAMPLES", "1"))
ALPHABET = string.ascii_letters + string.digits + string.punctuation * 2 + " éü雪😀"
# Hypothesis likes words that it finds in the code, such as daybreak, which are said on purpose.
# So each password has a part that nothing else says.
_part = st.text(ALPHABET, max_size=10)
passwords = st.tuples(_part, _part).map(lambda parts: parts[0] + "k7Qz" + parts[1])
passwords = passwords.filter(lambda text: len(text) >= 8)


@dataclass
class Watched:
    """A project whose commands are overheard."""

    project: Project
    server: Server
    database: str
    user: str
    password: str
    aws: Moto
    heard: list[str] = field(default_factory=list)

    def url(self, **different: object) -> str:
        parts = {"host": self.server.host, "port": self.server.port, "database": self.database}
        parts |= {"password": self.password, **different}
        password = quote(str(parts["password"]), safe="")
        return (
            f"{self.server.dialect}://{self.user}:{password}@{parts['host']}:{parts['port']}"
            f"/{parts['database']}"
        )

    def run(self, *command: str, code: int, **variables: str | None) -> Done:
        """The command with the database's URL in its variables; None leaves a variable out."""
        given = {"DEV_DATABASE_URL": self.url(), **variables}
        with _process_list() as commands:
            done = self.project.run(
                *command, **{name: value for name, value in given.items() if value is not None}
            )
        assert any(command[0] in line for line in commands), "the process list was not read"
        self.heard += [done.out, done.err, *commands]
        assert done.code == code, f"{command} ended with {done.code}"
        return done


def succeed(watched: Watched) -> None:
    watched.run("daybreak", "upgrade", "head", code=0)
    watched.run("daybreak", "revision", "-m", "nothing differs", code=0)
    watched.run("alembic", "downgrade", "base", code=0)


def answer_in_json(watched: Watched) -> None:
    for command in ("upgrade head --json", "current --json", "upgrade head --sql"):
        watched.run("daybreak", *command.split(), code=0)


def look_it_up(watched: Watched) -> None:
    """A secret that is a URL, one that is JSON, one that is broken; and after a rotation."""
    login = {"username": watched.user, "password": watched.password}
    address = {"host": watched.server.host, "port": watched.server.port, "dbname": watched.database}
    engine = {"postgresql": "postgres", "mysql": "mysql"}[watched.server.dialect]
    whole = json.dumps({"engine": engine, **login, **address})
    watched.project.write("probe.py", PROBE)
    for text in (watched.url(), whole):
        for named in (f"secretsmanager://{watched.aws.secret(text)}", _parameter(watched, text)):
            variables = _from(watched, named)
            watched.run("daybreak", "upgrade", "head", "--traceback", code=0, **variables)
    shown = watched.run("daybreak", "doctor", "--settings", code=0, **variables)
    assert named in shown.out
    probed = watched.run("python", "probe.py", code=0, **variables)
    assert "DEBUG:urllib3" in probed.err
    wrong = f"secretsmanager://{watched.aws.secret(watched.url(password=watched.password + 'x'))}"
    refused = watched.run("daybreak", "current", "--traceback", code=6, **_from(watched, wrong))
    assert "was looked up twice" in refused.err
    broken = f"secretsmanager://{watched.aws.secret(whole[:-1])}"
    watched.run("daybreak", "current", "--traceback", code=2, **_from(watched, broken))


def sign_a_token(watched: Watched) -> None:
    """Refused for want of TLS, or by the server; a signature stands in no output."""
    reference = f"rds-iam://{watched.user}@{watched.server.host}:{watched.server.port}/shop"
    watched.project.write("probe.py", PROBE)
    for command in ("daybreak current --traceback", "daybreak wait --timeout 0 --json"):
        watched.run(*command.split(), code=6, **_from(watched, reference))
    watched.run("alembic", "--raiseerr", "current", code=1, **_from(watched, reference))
    watched.run("python", "probe.py", code=0, **_from(watched, reference))
    signature = re.compile(r"X-Amz-Signature(=|%3D)[0-9a-f]|botocore\.auth")
    assert not any(signature.search(heard) for heard in watched.heard)


def _parameter(watched: Watched, text: str) -> str:
    return f"ssm://{watched.aws.parameter(text)}"


def _from(watched: Watched, reference: str) -> dict[str, str]:
    return {**watched.aws.variables, "DEV_DATABASE_URL": reference}


def show_settings(watched: Watched) -> None:
    shown = watched.run("daybreak", "doctor", "--settings", code=0)
    assert f"://{watched.user}:***@" in shown.out
    watched.run("daybreak", "doctor", "--settings", "--json", code=0)


def adopt_a_project_that_holds_it(watched: Watched) -> None:
    """The recipe with the URL in its env.py, of which `init` shows how it differs from ours."""
    env = watched.project.root / "alembic" / "env.py"
    env.write_text(OWN_ENV.format(url=watched.url(), password=watched.password))
    (watched.project.root / "alembic.ini").unlink()
    for command in ("init", "init --json"):
        watched.run("daybreak", *command.split(), code=0, DEV_DATABASE_URL=None)
    assert "+daybreak.env.run()" in watched.heard[0]
    env.unlink()


def log_everything(watched: Watched) -> None:
    ini = watched.project.root / "alembic.ini"
    ini.write_text(ini.read_text() + LOUD_LOGGING)
    logged = watched.run("alembic", "upgrade", "head", code=0)
    assert "DEBUG [sqlalchemy.pool" in logged.err
    watched.run("daybreak", "--traceback", "downgrade", "base", code=0)


def use_dotenv(watched: Watched) -> None:
    watched.project.write(".env", f"DEV_DATABASE_URL={watched.url()}\n")
    watched.run("daybreak", "current", code=0, DEV_DATABASE_URL=None)
    watched.run("daybreak", "upgrade", "nowhere", code=2, DEV_DATABASE_URL=None)


def give_a_wrong_password(watched: Watched) -> None:
    wrong = watched.url(password=watched.password + "x")
    watched.run("daybreak", "upgrade", "head", "--traceback", code=6, DEV_DATABASE_URL=wrong)
    watched.run("alembic", "--raiseerr", "upgrade", "head", code=1, DEV_DATABASE_URL=wrong)


def find_no_server(watched: Watched) -> None:
    down = watched.url(port=free_port())
    watched.run("daybreak", "current", "--json", "--traceback", code=6, DEV_DATABASE_URL=down)
    watched.run("alembic", "current", code=255, DEV_DATABASE_URL=down)


def find_no_database(watched: Watched) -> None:
    missing = watched.url(database="missing")
    watched.run("daybreak", "upgrade", "head", "--traceback", code=6, DEV_DATABASE_URL=missing)


def write_a_url_that_cannot_be_read(watched: Watched) -> None:
    for text in (
        watched.url(port="port"),
        watched.url().replace("://", ":/"),
        watched.url().replace(watched.server.dialect, "postgersql"),
        watched.url() + "?surplus",
        json.dumps({"username": "u", "password": watched.password})[:-1],
        json.dumps({"username": "u", "password": watched.password}),
        f"ssm:/a{watched.password}",  # no ssm://PATH, which names a secret and is none
    )[:: 1 if EXAMPLES > 1 else 3]:
        watched.run("daybreak", "current", "--traceback", code=2, DEV_DATABASE_URL=text)


def write_it_into_pyproject(watched: Watched) -> None:
    pyproject = watched.project.root / "pyproject.toml"
    before = pyproject.read_text()
    literal = json.dumps(watched.url(), ensure_ascii=False)
    pyproject.write_text(f"{before}\n[tool.daybreak.environments.dev]\nurl = {literal}\n")
    watched.run("daybreak", "current", "--traceback", code=2)
    watched.run("alembic", "current", code=255)
    pyproject.write_text(before)


def break_a_revision(watched: Watched) -> None:
    half = 7 if watched.server.dialect == "mysql" else 1
    watched.project.add_revision("0002", "0001", BROKEN_REVISION)
    watched.run("daybreak", "upgrade", "head", "--traceback", code=7)
    watched.run("daybreak", "upgrade", "head", "--json", code=half)
    watched.run("alembic", "--raiseerr", "upgrade", "head", code=1)
    for shape in ([], ["--json"], ["--traceback"]):
        watched.run("daybreak", "upgrade", "head", "--plan", *shape, code=0)


def stop_half_way(watched: Watched) -> None:
    """JSON lines, the log of plain Alembic, the journal's rows, and how sessions are called."""
    watched.project.add_revision("0002", "0001", HALF_WAY)
    told = watched.run("daybreak", "upgrade", "head", "--json", "--traceback", code=7)
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [line["event"] for line in lines][-3:] == ["statement", "statement_begun", "error"]
    watched.run("alembic", "upgrade", "head", code=255)
    watched.run("daybreak", "upgrade", "head", code=7)

    def rows(query: str) -> list[str]:
        found = watched.server.execute(query, database=watched.database)
        return [" ".join(map(str, row)) for row in found]

    journal = rows("SELECT * FROM daybreak_journal")
    assert any("INSERT INTO venues ( name ) VALUES ( ? )" in row for row in journal)
    watched.heard += journal
    if watched.server.dialect == "postgresql":
        names = rows("SELECT name FROM venues WHERE name LIKE 'daybreak %'")
        assert [name.split()[1] for name in sorted(names)] == ["lock", "run"]
        watched.heard += names


def lose_the_connection(watched: Watched) -> None:
    watched.project.add_revision("0002", "0001", LOSES_CONNECTION)
    first = watched.run("daybreak", "upgrade", "head", "--traceback", code=7)
    assert "the connection to the database was lost" in first.err
    again = 7 if watched.server.dialect == "mysql" else 6  # whether KILL was done, nobody can tell
    watched.run("daybreak", "upgrade", "head", "--json", code=again)
    watched.run("alembic", "upgrade", "head", code=255)


def wait_for_the_schema(watched: Watched) -> None:
    """New enough, too old, ahead of what anybody knows; and a password that is wrong."""
    wait = ("daybreak", "wait", "--timeout", "0")
    watched.run(*wait, code=9)
    watched.run("daybreak", "upgrade", "head", code=0)
    watched.run(*wait, "--json", code=0)
    watched.server.execute(
        "UPDATE alembic_version SET version_num = 'zz'", database=watched.database
    )
    watched.run(*wait, "--traceback", code=9)
    wrong = watched.url(password=watched.password + "x")
    watched.run(*wait, "--traceback", code=6, DEV_DATABASE_URL=wrong)
    watched.run(*wait, "--json", code=6, DEV_DATABASE_URL=watched.url(port=free_port()))


def have_models_that_tell(watched: Watched) -> None:
    watched.project.write("models/venue.py", TELLING_MODELS)
    watched.run("daybreak", "revision", "-m", "x", "--traceback", code=2)
    watched.run("daybreak", "check", "--json", code=2)
    watched.run("alembic", "--raiseerr", "revision", "--autogenerate", "-m", "x", code=1)


def use_the_library(watched: Watched) -> None:
    watched.project.write("probe.py", PROBE)
    watched.project.add_revision("0002", "0001", BROKEN_REVISION)
    for variables in ({}, {"DEV_DATABASE_URL": watched.url(password=watched.password + "x")}):
        probed = watched.run("python", "probe.py", code=0, **variables)
        assert "Database(" in probed.out
        assert "Traceback" in probed.out
        assert "DEBUG" in probed.err


PATHS: list[Callable[[Watched], None]] = [
    succeed,
    answer_in_json,
    log_everything,
    use_dotenv,
    show_settings,
    adopt_a_project_that_holds_it,
    give_a_wrong_password,
    find_no_server,
    find_no_database,
    write_a_url_that_cannot_be_read,
    write_it_into_pyproject,
    break_a_revision,
    stop_half_way,
    lose_the_connection,
    wait_for_the_schema,
    have_models_that_tell,
    use_the_library,
    look_it_up,
    sign_a_token,
]


# MySQL's drivers get, show and complain about a password in their own way.
PLACES = [("postgresql16", path) for path in PATHS] + [
    ("mysql", path)
    for path in (
        *(give_a_wrong_password, find_no_server, break_a_revision, stop_half_way),
        *(lose_the_connection, wait_for_the_schema, use_the_library, look_it_up, sign_a_token),
    )
]
if EXAMPLES > 1:
    PLACES = [(name, path) for name in ("postgresql16", "mysql") for path in PATHS]


@pytest.mark.parametrize(("name", "path"), PLACES, ids=lambda each: getattr(each, "__name__", each))
def test_no_password_appears(
    request: pytest.FixtureRequest, moto: Moto, name: str, path: Callable[[Watched], None]
) -> None:
    server: Server = request.getfixturevalue(name)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # one failing password is enough to see why
        suppress_health_check=list(HealthCheck),
    )
    @given(passwords)
    def prove(password: str) -> None:
        with _watched(server, password, moto) as watched:
            path(watched)
            for form in _forms(password):
                for text in (*watched.heard, *_files(watched.project)):
                    assert form not in text

    prove()


@contextmanager
def _watched(server: Server, password: str, moto: Moto) -> Iterator[Watched]:
    with TemporaryDirectory() as folder, server.fresh_database() as database:
        project = make_project(Path(folder) / "myapp", server.dialect)
        project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
        with server.fresh_user(password, database) as user:
            yield Watched(project, server, database, user, password, moto)


@contextmanager
def _process_list() -> Iterator[set[str]]:
    """Every process's command line, read again and again while the block runs."""
    commands: set[str] = set()
    over = threading.Event()

    def read() -> None:
        while True:
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    commands.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:  # it ended meanwhile
                    continue
            if over.wait(0.02):
                break

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield commands
    finally:
        over.set()
        reader.join()


def _forms(password: str) -> set[str]:
    """How foreign code may have written it."""
    meant = {password, password.encode().decode("latin-1")}  # the second as MySQL's drivers get it
    quoted = {quoted(text) for text in meant for quoted in (quote, quote_plus)}
    quoted |= {quote(text, safe="") for text in meant}
    escaped = {written(text)[1:-1] for text in meant for written in (repr, ascii, json.dumps)}
    return meant | quoted | escaped | {password.replace("%", "%%"), password.replace("'", "''")}


def _files(project: Project) -> Iterator[str]:
    """What the project's files hold afterwards, but for `.env`, whose place it is."""
    for path in project.root.rglob("*"):
        if path.is_file() and path.name != ".env":
            yield path.read_bytes().decode(errors="replace")
