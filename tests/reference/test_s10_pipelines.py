"""S10 and S12: the pipelines of a generated project, with the real uv, the real daybreak and a
real database: they migrate, and only then deploy.

Only the hosts are played (tests/flows/pipeline_hosts.py), and `pip install uv`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uv

from flows.pipeline_hosts import Host, stand_in_for_pip
from generated import MIGRATED, Generated, environment, tables, uv_environment
from servers.server import Server

pytestmark = pytest.mark.slow

PASSWORD = "pip3line-secret"
NOTHING_DEPLOYED = "Nothing was deployed"  # what the generated step says in its place

BROKEN = """
from alembic import op

revision = "2222"
down_revision = "{first}"


def upgrade():
    op.execute("INSERT INTO nowhere VALUES (1)")


def downgrade():
    pass
"""


@pytest.fixture(scope="module")
def installed(made: Generated, tmp_path_factory: pytest.TempPathFactory) -> Host:
    """A checked-out project with its history; the first pipeline makes its environment."""
    folder = tmp_path_factory.mktemp("pipelines")
    # Beside the original, so that its relative path to Daybreak is right here too.
    project = made.root.with_name(folder.name)
    shutil.copytree(made.root, project)
    stand_in_for_pip(folder / "bin")
    variables = uv_environment(folder)
    return Host(project, {**variables, "PATH": f"{folder / 'bin'}:/usr/bin:/bin"}, "")


@pytest.fixture
def host(installed: Host, server: Server, database: str) -> Iterator[Host]:
    """The project, and in the pipeline's store the URL of an empty database."""
    with server.fresh_user(PASSWORD, database) as user:
        yield replace(installed, url=server.url(database, user=user, password=PASSWORD))


@pytest.fixture
def broken(host: Host) -> Iterator[None]:
    """The history ends with a revision that the database refuses."""
    versions = host.folder / "alembic" / "versions"
    (first,) = versions.glob("*.py")
    file = versions / "2222_broken.py"
    file.write_text(BROKEN.format(first=first.name.partition("_")[0]))
    yield
    file.unlink()


def test_the_workflow_migrates_the_database_of_the_secret_and_then_deploys(
    host: Host, server: Server, database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    install_uv(host)
    assert host.run_workflow("deploy.yml") == {"build": 0, "migrate": 0, "deploy": 0}
    said = "".join(capfd.readouterr())
    assert tables(server, database) == MIGRATED
    assert said.index("1 revision") < said.index(NOTHING_DEPLOYED)
    assert PASSWORD not in said


def test_the_workflow_deploys_nothing_after_a_migration_that_failed(
    host: Host,
    broken: None,
    server: Server,
    database: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """What came before the broken revision is kept, and said; hence 7, stopped half-way."""
    install_uv(host)
    assert host.run_workflow("deploy.yml") == {"build": 0, "migrate": 7}
    said = "".join(capfd.readouterr())
    assert "versions/2222_broken.py:" in said
    assert NOTHING_DEPLOYED not in said
    assert PASSWORD not in said
    assert tables(server, database) == MIGRATED


def test_a_pull_request_whose_models_have_no_revision_fails_its_check(
    host: Host, server: Server, database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    install_uv(host)
    # In place of the host's throw-away server, whose user may create databases, too.
    dev = {"DEV_DATABASE_URL": server.url(database)}
    project = Generated(host.folder)
    original = (host.folder / "models" / "event.py").read_text()
    project.add_ticket_price()
    try:
        assert host.run_workflow("check.yml", **dev) == {"check": 8}
    finally:
        (host.folder / "models" / "event.py").write_text(original)
    assert "+ events.ticket_price" in capfd.readouterr().out


def test_the_buildspec_migrates_and_then_deploys(
    host: Host, server: Server, database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    codes = host.run_buildspec(host.read_buildspec(), **CODEBUILD)
    assert codes == {"install": 0, "pre_build": 0, "build": 0}
    said = "".join(capfd.readouterr())
    assert tables(server, database) == MIGRATED
    assert said.index("1 revision") < said.index(NOTHING_DEPLOYED)
    assert PASSWORD not in said


def test_the_buildspec_deploys_nothing_when_the_database_can_not_be_reached(
    host: Host, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    away = replace(host, url=f"{server.dialect}://app:{PASSWORD}@127.0.0.1:1/myapp")
    codes = away.run_buildspec(away.read_buildspec(), **CODEBUILD)
    assert codes == {"install": 0, "pre_build": 0, "build": 6}
    said = "".join(capfd.readouterr())
    assert "error  nothing answers at 127.0.0.1:1 (prod, from PROD_DATABASE_URL)" in said
    assert NOTHING_DEPLOYED not in said
    assert PASSWORD not in said


def test_the_container_of_the_ecs_task_migrates_and_ends_with_its_exit_code(
    host: Host, server: Server, database: str, tmp_path: Path
) -> None:
    """The task definition's own command, environment and secret, in a copy of the project."""
    definition = json.loads((host.folder / "deploy" / "ecs-task-definition.json").read_text())
    (container,) = definition["containerDefinitions"]
    variables = {item["name"]: item["value"] for item in container["environment"]}
    (secret,) = (item["name"] for item in container["secrets"])
    image = tmp_path / "image"
    shutil.copytree(host.folder, image, ignore=shutil.ignore_patterns(".venv"))

    def run(**fetched: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*container["entryPoint"], *container["command"]],
            cwd=image,
            env={**environment(tmp_path), **ECS, **variables, **fetched},
            capture_output=True,
            text=True,
            check=False,
        )

    # As Secrets Manager keeps a database's credentials, and ECS hands them on.
    done = run(**{secret: secret_of(server, host.url, database)})
    assert done.returncode == 0, done.stderr
    assert "prod   " in done.stdout
    assert "1 revision" in done.stdout
    assert tables(server, database) == MIGRATED
    absent = run()
    assert absent.returncode == 2
    assert absent.stderr.startswith("error  PROD_DATABASE_URL is not set")


def test_an_application_can_ask_at_its_start_whether_its_schema_is_old(
    host: Host, migrated: tuple[Generated, str]
) -> None:
    """S12, with the command that exists: it reads, and ends with 9."""
    project, _ = migrated
    project.run("current", "--check-heads")
    old = {"ENV": "prod", "PROD_DATABASE_URL": host.url}
    done = project.run("current", "--check-heads", env=old, code=9)
    assert done.stderr.splitlines()[-1] == "next   daybreak upgrade head"


CODEBUILD = {"CODEBUILD_BUILD_ID": "myapp:1", "CI": "true"}
ECS = {"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/1"}


def install_uv(host: Host) -> None:
    """What the action setup-uv does."""
    bin_folder = Path(host.environment["PATH"].partition(":")[0])
    link = bin_folder / "uv"
    link.unlink(missing_ok=True)
    link.symlink_to(uv.find_uv_bin())


def secret_of(server: Server, url: str, database: str) -> str:
    user = url.partition("://")[2].partition(":")[0]
    return json.dumps(
        {
            "engine": {"postgresql": "postgres"}.get(server.dialect, server.dialect),
            "host": server.host,
            "port": server.port,
            "username": user,
            "password": PASSWORD,
            "dbname": database,
        }
    )
