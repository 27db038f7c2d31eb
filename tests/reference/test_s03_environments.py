"""S3: which environment, which variable, and what happens without one. No server is needed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from generated import Generated, generate

DEV = "postgresql://dev:1@dev.example/db"
STAGING = "postgresql://staging:2@staging.example/db"
PROD = "postgresql://prod:3@prod.example/db"
STRAY = "postgresql://stray:4@stray.example/db"
EU = "postgresql://eu:5@eu.example/db"
ALL = {"DEV_DATABASE_URL": DEV, "STAGING_DATABASE_URL": STAGING, "PROD_DATABASE_URL": PROD}

FALLBACK = {
    "postgresql": "postgresql://postgres:***@localhost:5432/myapp_dev",
    "mysql": "mysql://root@localhost:3306/myapp_dev",
}
DEPLOYMENTS = {
    "CI": ("CI", "true"),
    "Amazon ECS": ("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/1"),
    "AWS CodeBuild": ("CODEBUILD_BUILD_ID", "build:1"),
    "Kubernetes": ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
    "AWS Lambda": ("AWS_LAMBDA_FUNCTION_NAME", "migrate"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    project = generate(tmp_path_factory.mktemp("environments"))
    pyproject = project.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text() + "\n[tool.daybreak.environments.eu-west]\n")
    return project


@pytest.mark.parametrize(
    ("variables", "environment", "host", "source"),
    [
        pytest.param(ALL, "dev", "dev", "DEV_DATABASE_URL", id="dev is the default"),
        pytest.param(
            {"ENV": "staging", "STAGING_DATABASE_URL": STAGING},
            "staging",
            "staging",
            "STAGING_DATABASE_URL",
            id="only the chosen one is needed",
        ),
        pytest.param({**ALL, "ENV": "prod"}, "prod", "prod", "PROD_DATABASE_URL", id="ENV"),
        pytest.param(
            {**ALL, "ENV": "prod", "DAYBREAK_ENV": "staging"},
            "staging",
            "staging",
            "STAGING_DATABASE_URL",
            id="DAYBREAK_ENV wins",
        ),
        pytest.param(
            {"ENV": "eu-west", "EU_WEST_DATABASE_URL": EU},
            "eu-west",
            "eu",
            "EU_WEST_DATABASE_URL",
            id="one that the project declares",
        ),
        pytest.param(
            {"DATABASE_URL": STRAY}, "dev", "stray", "DATABASE_URL", id="DATABASE_URL without ENV"
        ),
        pytest.param(
            {**ALL, "ENV": "prod", "DATABASE_URL": STRAY},
            "prod",
            "prod",
            "PROD_DATABASE_URL",
            id="a stray DATABASE_URL is not used with ENV",
        ),
        pytest.param(
            {**ALL, "CI": "true", "ENV": "dev"},
            "dev",
            "dev",
            "DEV_DATABASE_URL",
            id="dev by name where it is deployed",
        ),
    ],
)
def test_the_environment_and_its_variable(
    project: Generated, variables: Mapping[str, str], environment: str, host: str, source: str
) -> None:
    shown = settings(project, variables)
    assert shown["environment"][0] == environment
    assert shown["migration URL"] == (f"postgresql://{host}:***@{host}.example/db", source)
    assert shown["application URL"] == shown["migration URL"]


@pytest.mark.parametrize("command", [("upgrade", "head"), ("current",), ("revision", "-m", "x")])
def test_a_missing_variable_fails_before_any_connection_and_is_named(
    project: Generated, command: tuple[str, ...]
) -> None:
    """Also where the others are set: no other environment stands in for prod."""
    variables = {"ENV": "prod", "DEV_DATABASE_URL": DEV, "DATABASE_URL": STRAY}
    done = project.run(*command, env=variables, code=2)
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error  PROD_DATABASE_URL is not set; it names the database of prod (chosen by ENV). "
        "DATABASE_URL is set, but not used for a named environment",
        "next   set PROD_DATABASE_URL in the process's environment or in .env beside "
        "pyproject.toml; or, to use DATABASE_URL, name no environment (now: ENV)",
    ]


def test_a_variable_that_is_set_to_nothing_counts_as_missing(project: Generated) -> None:
    """As a pipeline sets it whose secret does not exist."""
    done = project.run("upgrade", "head", env={"ENV": "prod", "PROD_DATABASE_URL": ""}, code=2)
    assert done.stderr.startswith("error  PROD_DATABASE_URL is set but empty")


def test_a_misspelt_environment_lists_the_known_ones(project: Generated) -> None:
    done = project.run("current", env={**ALL, "ENV": "porduction"}, code=2)
    assert done.stderr.splitlines()[0] == (
        "error  unknown environment 'porduction' (from ENV); known: dev, staging, prod, eu-west"
    )


def test_plain_alembic_resolves_the_same_way(project: Generated) -> None:
    done = project.run("current", tool="alembic", env={"ENV": "prod"}, code=255)
    assert "PROD_DATABASE_URL is not set" in done.stderr + done.stdout


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_dev_falls_back_to_the_local_server(tmp_path: Path, dialect: str) -> None:
    shown = settings(generate(tmp_path, "--dialect", dialect), {})
    assert shown["migration URL"] == (FALLBACK[dialect], "the local fallback")


@pytest.mark.parametrize(("variable", "value"), DEPLOYMENTS.values(), ids=list(DEPLOYMENTS))
def test_the_fallback_is_refused_where_a_deployment_is_recognised(
    project: Generated, request: pytest.FixtureRequest, variable: str, value: str
) -> None:
    platform = request.node.callspec.id
    done = project.run("current", env={variable: value}, code=2)
    assert done.stderr.splitlines()[0] == (
        f"error  no environment was chosen, and this is {platform}, where the local dev database "
        "is not used unasked"
    )


def test_the_fallback_is_used_in_a_deployment_that_names_dev(project: Generated) -> None:
    shown = settings(project, {**dict(DEPLOYMENTS.values()), "ENV": "dev"})
    assert shown["migration URL"] == (FALLBACK["postgresql"], "the local fallback")


def test_the_fallback_is_refused_as_process_1_of_a_container(project: Generated) -> None:
    """The command itself is the first process of a process namespace, as `docker run` starts it."""
    if subprocess.run([*CONTAINER, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody make a process namespace (unshare failed)")
    ini = str(project.root / "alembic.ini")
    done = project.execute([*CONTAINER, "daybreak", "-c", ini, "current"], {}, 2)
    assert "this is a container (process 1), where the local dev database" in done.stderr


def test_a_dotenv_file_is_read_literally_and_never_over_the_process(
    project: Generated, tmp_path: Path
) -> None:
    shutil.copytree(project.root, tmp_path / "myapp")
    copy = Generated(tmp_path / "myapp")
    (copy.root / ".env").write_text(
        "ENV=staging\n"
        "STAGING_DATABASE_URL='postgresql://app:1@${HOST}$db.example/db'\n"
        f"PROD_DATABASE_URL={STRAY}\n"
    )
    shown = settings(copy, {"HOST": "replaced", "db": "replaced"})
    assert shown["environment"] == ("staging", "ENV (.env)")
    assert shown["migration URL"][0] == "postgresql://app:***@${HOST}$db.example/db"
    shown = settings(copy, {"ENV": "prod", "PROD_DATABASE_URL": PROD})
    assert shown["migration URL"] == (
        "postgresql://prod:***@prod.example/db",
        "PROD_DATABASE_URL",
    )


CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]


def settings(project: Generated, variables: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Value and source by name, as `doctor --settings` shows them from another folder."""
    shown = project.json("doctor", "--settings", env=variables)["settings"]
    return {row["name"]: (row["value"], row["source"]) for row in shown}
