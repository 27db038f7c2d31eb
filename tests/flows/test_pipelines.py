"""What the pipeline files say: they fit their formats, and nothing deploys before it migrates."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator

from flows.pipeline_files import DIALECTS, PIPELINES, render

WORKFLOWS = [name for name in PIPELINES if name.startswith(".github/")]
# Majors that were released when this was written: a tag that does not exist fails each run.
ACTIONS = {
    *("actions/checkout@v5", "astral-sh/setup-uv@v7"),
    "aws-actions/configure-aws-credentials@v6",
}
URL = "${{ secrets.PROD_DATABASE_URL || vars.PROD_DATABASE_URL }}"


@pytest.fixture(params=DIALECTS)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return render(tmp_path, request.param)


def read_yaml(path: Path) -> dict[str, Any]:
    """Every scalar as the text it is, so that the key `on` stays a key and not a boolean."""
    document: dict[str, Any] = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
    return document


def steps_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def check_workflow(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.github-workflows", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_fits_the_schema(project: Path, name: str) -> None:
    result = check_workflow(project / name)
    assert result.returncode == 0, result.stdout


def test_the_schema_refuses_a_broken_workflow(project: Path) -> None:
    path = project / ".github/workflows/deploy.yml"
    path.write_text(path.read_text().replace("    needs: migrate", "    need: migrate"))
    assert check_workflow(path).returncode == 1


@pytest.mark.parametrize("name", PIPELINES)
def test_no_placeholder_is_left(project: Path, name: str) -> None:
    assert "@@" not in (project / name).read_text()


@pytest.mark.parametrize("name", PIPELINES)
def test_no_file_holds_a_database_url(project: Path, name: str) -> None:
    assert not re.search(r"(postgres\w*|mysql)(\+\w+)?://", (project / name).read_text())


def test_the_workflow_builds_then_migrates_then_deploys(project: Path) -> None:
    jobs = read_yaml(project / ".github/workflows/deploy.yml")["jobs"]
    assert list(jobs) == ["build", "migrate", "deploy"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "build": None,
        "migrate": "build",
        "deploy": "migrate",
    }
    # `if: always()` on a job would run it after a failed migration.
    assert not any("if" in job or "continue-on-error" in job for job in jobs.values())
    assert not any("continue-on-error" in step for job in jobs.values() for step in job["steps"])


def test_one_deployment_at_a_time_and_none_is_cancelled(project: Path) -> None:
    workflow = read_yaml(project / ".github/workflows/deploy.yml")
    assert workflow["concurrency"] == {"group": "deploy-prod", "cancel-in-progress": "false"}


def test_only_the_migration_sees_the_url(project: Path) -> None:
    workflow = read_yaml(project / ".github/workflows/deploy.yml")
    assert "env" not in workflow
    assert not any("env" in job for job in workflow["jobs"].values())
    assert [step["env"] for step in steps_of(workflow) if "env" in step] == [
        {"ENV": "prod", "PROD_DATABASE_URL": URL}
    ]
    (step,) = (step for step in workflow["jobs"]["migrate"]["steps"] if "env" in step)
    assert step["run"] == "exec uv run --no-sync daybreak upgrade head"
    assert workflow["jobs"]["migrate"]["environment"] == "prod"


def test_the_migration_takes_a_role_of_aws_where_one_is_named(project: Path) -> None:
    """By OIDC: no key of AWS is kept, and the job alone that migrates may ask."""
    jobs = read_yaml(project / ".github/workflows/deploy.yml")["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items() if "permissions" in job} == {
        "migrate": {"contents": "read", "id-token": "write"}
    }
    steps = jobs["migrate"]["steps"]
    (at,) = (at for at, step in enumerate(steps) if "if" in step)
    assert steps[at] == {
        "name": "Take the role of AWS",
        "if": "vars.AWS_ROLE_ARN != ''",
        "uses": "aws-actions/configure-aws-credentials@v6",
        "with": {
            "role-to-assume": "${{ vars.AWS_ROLE_ARN }}",
            "aws-region": "${{ vars.AWS_REGION }}",
        },
    }
    assert steps[at + 1]["run"] == "exec uv run --no-sync daybreak upgrade head"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_only_read_the_code(project: Path, name: str) -> None:
    workflow = read_yaml(project / name)
    assert workflow["permissions"] == {"contents": "read"}
    jobs = workflow["jobs"].values()
    assert all(job.get("permissions", {}).get("contents", "read") == "read" for job in jobs)
    checkouts = [s for s in steps_of(workflow) if s.get("uses", "").startswith("actions/checkout")]
    assert checkouts
    assert all(step["with"] == {"persist-credentials": "false"} for step in checkouts)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_to_majors_that_exist(project: Path, name: str) -> None:
    used = {step["uses"] for step in steps_of(read_yaml(project / name)) if "uses" in step}
    assert used <= ACTIONS


@pytest.mark.parametrize(
    ("dialect", "image", "port"),
    [("postgresql", "postgres:16", 5432), ("mysql", "mysql:8.4", 3306)],
)
def test_a_pull_request_is_checked_on_a_server_of_the_dialect(
    tmp_path: Path, dialect: str, image: str, port: int
) -> None:
    workflow = read_yaml(render(tmp_path, dialect) / ".github/workflows/check.yml")
    job = workflow["jobs"]["check"]
    service = job["services"]["database"]
    assert (service["image"], service["ports"]) == (image, [f"{port}:{port}"])
    # The named "dev" falls back to exactly this server, so that no URL is written down.
    assert job["env"] == {"ENV": "dev"}
    assert "myapp_dev" in service["env"].values()
    assert "secrets" not in json.dumps(workflow)
    assert [step["run"] for step in job["steps"] if "daybreak" in step.get("run", "")] == [
        "uv run --no-sync daybreak upgrade head",
        "uv run --no-sync daybreak check",
    ]


def test_the_buildspec_takes_the_url_from_secrets_manager(project: Path) -> None:
    buildspec = read_yaml(project / "buildspec.yml")
    assert buildspec["env"] == {
        "shell": "bash",
        "variables": {"ENV": "prod"},
        "secrets-manager": {"PROD_DATABASE_URL": "myapp/prod/database-url"},
    }


def test_the_buildspec_has_no_phase_after_the_one_that_migrates(project: Path) -> None:
    phases = read_yaml(project / "buildspec.yml")["phases"]
    assert list(phases) == ["install", "pre_build", "build"]
    assert phases["build"]["on-failure"] == "ABORT"
    assert phases["build"]["commands"][0] == "uv run --no-sync daybreak upgrade head"


def test_the_task_definition_fits_the_api(project: Path) -> None:
    definition = json.loads((project / "deploy/ecs-task-definition.json").read_text())
    service = botocore.session.get_session().get_service_model("ecs")
    shape = service.operation_model("RegisterTaskDefinition").input_shape
    report = ParamValidator().validate(definition, shape)
    assert not report.has_errors(), report.generate_report()
    # The validator does not look at enumerations.
    assert definition["networkMode"] in shape.members["networkMode"].enum
    assert set(definition["requiresCompatibilities"]) <= set(
        shape.members["requiresCompatibilities"].member.enum
    )


def test_the_task_definition_migrates_and_has_time_to_stop(project: Path) -> None:
    definition = json.loads((project / "deploy/ecs-task-definition.json").read_text())
    (container,) = definition["containerDefinitions"]
    # The entry point is ours, whatever the image starts otherwise.
    assert container["entryPoint"] + container["command"] == ["daybreak", "upgrade", "head"]
    assert container["environment"] == [{"name": "ENV", "value": "prod"}]
    (secret,) = container["secrets"]
    assert secret["name"] == "PROD_DATABASE_URL"
    assert secret["valueFrom"].startswith("arn:aws:secretsmanager:")
    assert container["stopTimeout"] == 120  # seconds; the most that Fargate grants
    assert container["logConfiguration"]["logDriver"] == "awslogs"
    assert "taskRoleArn" not in definition  # the migration itself calls no AWS API


@pytest.mark.parametrize("name", PIPELINES)
def test_what_a_person_must_replace_says_so(project: Path, name: str) -> None:
    text = (project / name).read_text()
    assert "TODO" not in text
    if name in (".github/workflows/deploy.yml", "buildspec.yml"):
        assert text.count("Nothing was built") == 1
        assert text.count("Nothing was deployed") == 1


@pytest.mark.parametrize("name", PIPELINES)
def test_the_documentation_names_every_file(name: str) -> None:
    documentation = Path(__file__).parents[2] / "docs" / "pipelines.md"
    assert f"`{name}`" in documentation.read_text()
