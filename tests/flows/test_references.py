"""Installed commands whose database is a reference: looked up in moto, and on real servers."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from daybreak.edges.pgtemporary import free_port
from projects import BIN, CLEAN, VENUES, Done, Project, make_project
from servers.account import Account
from servers.door import open_door
from servers.moto import REGION, Moto
from servers.server import Server

pytestmark = pytest.mark.server

# Waits until its password is no more, and opens another connection of the run's engine.
ROTATED = """\
import pathlib, time
    pathlib.Path("waiting").touch()
    while not pathlib.Path("rotated").exists():
        time.sleep(0.02)
    with op.get_bind().engine.connect() as another:
        assert another.scalar(sa.text("SELECT 1")) == 1
    op.add_column("venues", sa.Column("city", sa.String(99)))"""


@dataclass
class Scene:
    project: Project
    account: Account
    aws: Moto
    name: str

    @property
    def place(self) -> str:
        server = self.account.server
        return f"{self.account.database}@{server.host}:{server.port}"

    def run(self, *command: str, **variables: str) -> Done:
        done = self.project.run(*command, **variables)
        assert self.account.password not in done.said
        return done

    def rotate(self) -> None:
        self.account.change_password(secrets.token_urlsafe(12))
        self.aws.rotate(self.name, self.account.whole)


@pytest.fixture(params=["postgresql16", "mysql"])
def scene(request: pytest.FixtureRequest, moto: Moto, tmp_path: Path) -> Iterator[Scene]:
    server: Server = request.getfixturevalue(request.param)
    with server.fresh_database() as database:
        password = secrets.token_urlsafe(12)
        with server.fresh_user(password, database) as user:
            account = Account(server, database, user, password)
            name = moto.secret(account.whole)
            named = {"ENV": "prod", "PROD_DATABASE_URL": f"secretsmanager://{name}"}
            project = make_project(tmp_path / "myapp", server.dialect, **named, **moto.variables)
            project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
            yield Scene(project, account, moto, name)


def test_every_command_finds_its_database_and_tells_it_by_its_address(scene: Scene) -> None:
    for command in ("upgrade head", "upgrade head", "current", "check", "wait --timeout 0"):
        done = scene.run("daybreak", *command.split())
        assert (done.code, scene.place in done.said) == (0, True), (command, done.said)
    assert scene.run("alembic", "-x", "yes=true", "downgrade", "base").code == 0
    assert scene.run("daybreak", "upgrade", "head", "--plan").code == 0


def test_a_run_with_nothing_to_do_looks_up_and_loads_nothing_else(scene: Scene) -> None:
    assert scene.run("daybreak", "upgrade", "head").code == 0
    loaded = (
        "import sys; from daybreak.cli.main import main\n"
        "try: main(['upgrade', 'head'])\n"
        "except SystemExit as end: print(end.code, "
        "*(name for name in ('boto3', 'sqlalchemy', 'alembic') if name in sys.modules))"
    )
    done = scene.run("python", "-c", loaded)
    assert done.out.splitlines()[-1] == "0 boto3"


def test_what_only_shows_and_writes_asks_aws_nothing(scene: Scene) -> None:
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    url = f"secretsmanager://{scene.name}?region={REGION}"
    shown = scene.run("daybreak", "doctor", "--settings", PROD_DATABASE_URL=url, **nowhere)
    assert (shown.code, shown.out.count(url)) == (0, 2)
    for command in ("heads", "history", "upgrade head --sql"):
        assert scene.run("daybreak", *command.split(), **nowhere).code == 0
    imported = "import database, models; from daybreak import Database; Database('.').engine"
    assert scene.run("python", "-c", imported, **nowhere).code == 0


@pytest.mark.parametrize("command", ["daybreak", "alembic"])
def test_an_upgrade_survives_a_rotation(scene: Scene, command: str) -> None:
    """A connection that is made in the middle has the password of then."""
    scene.project.add_revision("0002", "0001", ROTATED)
    first = scene.account.password
    with subprocess.Popen(
        [BIN / command, "upgrade", "head"],
        cwd=scene.project.root,
        env={**CLEAN, **scene.project.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        deadline = time.monotonic() + 30
        while not (scene.project.root / "waiting").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        scene.rotate()
        (scene.project.root / "rotated").touch()
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert {first, scene.account.password}.isdisjoint(said.split())
    server, database = scene.account.server, scene.account.database
    assert server.execute("SELECT version_num FROM alembic_version", database=database) == [
        ("0002",)
    ]
    assert server.execute("SELECT city FROM venues", database=database) == []


def test_every_connection_of_a_run_has_a_token(scene: Scene, tmp_path: Path) -> None:
    """The run's own, its lock's and its watcher's; and those of the way with nothing to do."""
    with open_door(scene.account, tmp_path) as door:
        place = f"{scene.account.database}@127.0.0.1:{door.port}"
        for command in ("upgrade head", "upgrade head", "current", "check", "wait --timeout 0"):
            before = len(door.tokens)
            done = scene.run("daybreak", *command.split(), PROD_DATABASE_URL=door.reference)
            assert (done.code, place in done.said) == (0, True), (command, done.said)
            assert len(door.tokens) > before
        plain = scene.run("alembic", "current", PROD_DATABASE_URL=door.reference)
        assert (plain.code, "0001 (head)" in plain.out) == (0, True), plain.said
    assert door.heard == []


def test_a_password_that_was_looked_up_twice_is_the_secrets_fault(scene: Scene) -> None:
    scene.account.change_password(secrets.token_urlsafe(12))
    for command in ("upgrade head", "current", "wait --timeout 5", "check"):
        done = scene.run("daybreak", *command.split(), "--json")
        assert done.code == 6, (command, done.said)
        last = done.out.splitlines()[-1] if command.startswith("upgrade") else done.out
        error = json.loads(last)["error"]
        assert error["kind"] == "AuthenticationFailed"
        server = scene.account.server
        assert error["problem"].startswith(
            f"{server.host}:{server.port} refused user '{scene.account.user}' "
            "(prod, from PROD_DATABASE_URL): "
        )
        assert error["next"] == (
            f"secretsmanager://{scene.name} was looked up twice: give the database user its "
            "password, or correct the secret; while a rotation is under way, try again"
        )


def test_a_lookup_that_is_refused_ends_each_command_with_its_cure(scene: Scene) -> None:
    missing = "secretsmanager://prod/none"
    for command in ("upgrade head", "current", "wait --timeout 5", "upgrade head --plan"):
        done = scene.run("daybreak", *command.split(), PROD_DATABASE_URL=missing)
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith(
            f"error  {missing} (from PROD_DATABASE_URL): there is no such secret in {REGION}\n"
            "next   correct the name, or name the right region: ?region=… behind it, or "
            "AWS_REGION\n"
        ), done.err
    plain = scene.run("alembic", "upgrade", "head", PROD_DATABASE_URL=missing)
    assert (plain.code, "there is no such secret" in plain.said) == (255, True)


@pytest.mark.parametrize("scene", ["postgresql16"], indirect=True)
def test_a_start_waits_while_aws_does_not_answer(scene: Scene) -> None:
    nowhere = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}", "AWS_MAX_ATTEMPTS": "1"}
    began = time.monotonic()
    done = scene.run("daybreak", "wait", "--timeout", "1", "--json", **nowhere)
    assert time.monotonic() - began > 1
    error = json.loads(done.out)["error"]
    assert (done.code, error["kind"]) == (6, "LookupUnanswered")


@pytest.mark.parametrize("scene", ["postgresql16"], indirect=True)
def test_migrations_and_scratch_databases_may_be_references_of_their_own(scene: Scene) -> None:
    server = scene.account.server
    admin = Account(server, scene.account.database, server.user, server.password)
    variables = {
        "PROD_DATABASE_URL": "secretsmanager://prod/none",
        "PROD_MIGRATION_DATABASE_URL": f"ssm://{scene.aws.parameter(scene.account.url)}",
        "SHADOW_DATABASE_URL": f"secretsmanager://{scene.aws.secret(admin.whole)}",
    }
    (scene.project.root / ".env").write_text(
        "".join(f"{name}='{text}'\n" for name, text in variables.items())
    )
    given = {name: text for name, text in scene.project.variables.items() if "URL" not in name}
    given["AWS_ENDPOINT_URL"] = scene.aws.url
    project = Project(scene.project.root, given)
    assert project.run("daybreak", "upgrade", "head").code == 0
    checked = project.run("daybreak", "check")
    assert (checked.code, "secretsmanager" in checked.err) == (0, False), checked.said
