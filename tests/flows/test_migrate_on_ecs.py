"""deploy/migrate_on_ecs.py ends with the true exit code of the migration, or says why it can't.

moto can't play these failures (its tasks always exit 0), so they are answers of ECS's shape,
played back by botocore's Stubber, which checks requests and answers against the API's model.
"""

import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from flows.ecs_script import AWS, IMAGE, REGION, follow, write_script
from flows.pipeline_files import render

CLUSTER = f"arn:aws:ecs:{REGION}:123456789012:cluster/prod"
TASK = f"arn:aws:ecs:{REGION}:123456789012:task/prod/0123456789abcdef"
DEFINITION = f"arn:aws:ecs:{REGION}:123456789012:task-definition/myapp-migrate:7"
ARGUMENTS = ["--cluster", "prod", "--image", IMAGE]
ARGUMENTS += ["--subnets", "subnet-1,subnet-2", "--security-groups", "sg-1"]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return write_script(tmp_path)


class Clock:
    """Time that passes only in sleep()."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Script:
    """The script as a module whose client is a stub and whose clock is played."""

    module: ModuleType
    stub: Stubber
    definition: dict[str, Any]

    def started(self) -> None:
        self.registered()
        self.ran(tasks=[{"taskArn": TASK}])

    def registered(self) -> None:
        self.stub.add_response(
            "register_task_definition",
            {"taskDefinition": {"taskDefinitionArn": DEFINITION}},
            self.definition,
        )

    def ran(self, tasks: list[Any] | None = None, failures: list[Any] | None = None) -> None:
        network = {
            "subnets": ["subnet-1", "subnet-2"],
            "securityGroups": ["sg-1"],
            "assignPublicIp": "DISABLED",
        }
        self.stub.add_response(
            "run_task",
            {"tasks": tasks or [], "failures": failures or []},
            {
                "cluster": "prod",
                "taskDefinition": DEFINITION,
                "launchType": "FARGATE",
                "networkConfiguration": {"awsvpcConfiguration": network},
                "startedBy": "migrate_on_ecs",
            },
        )

    def described(self, *tasks: dict[str, Any]) -> None:
        self.stub.add_response(
            "describe_tasks", {"tasks": list(tasks)}, {"cluster": "prod", "tasks": [TASK]}
        )

    def run(self) -> int:
        code: int = self.module.main()
        self.stub.assert_no_pending_responses()
        return code


@pytest.fixture
def ecs(script: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", [str(script), *ARGUMENTS])
    spec = importlib.util.spec_from_file_location("migrate_on_ecs", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    client = boto3.client("ecs")
    monkeypatch.setattr(module, "boto3", SimpleNamespace(client=lambda *_args, **_more: client))
    monkeypatch.setattr(module, "time", Clock())
    monkeypatch.setattr(module.signal, "signal", lambda *_: None)
    definition = json.loads(script.with_name("ecs-task-definition.json").read_text())
    definition["containerDefinitions"][0]["image"] = IMAGE
    with Stubber(client) as stub:
        yield Script(module, stub, definition)


def stopped(reason: str, *containers: dict[str, Any]) -> dict[str, Any]:
    return {"lastStatus": "STOPPED", "stoppedReason": reason, "containers": list(containers)}


def migrate(code: int | None = None, reason: str | None = None) -> dict[str, Any]:
    return container("migrate", code, reason)


def container(name: str, code: int | None = None, reason: str | None = None) -> dict[str, Any]:
    given = {"exitCode": code, "reason": reason}
    return {"name": name, **{key: value for key, value in given.items() if value is not None}}


EXITED = "Essential container in task exited"
PULL = "CannotPullContainerError: pull image manifest has been retried 7 time(s): not found"
SECRET = "ResourceInitializationError: unable to pull secrets or registry auth: AccessDenied"


@pytest.mark.parametrize(
    ("task", "code", "line"),
    [
        pytest.param(stopped(EXITED, migrate(0)), 0, "done    exit code 0", id="done"),
        pytest.param(
            stopped(EXITED, migrate(1)),
            1,
            f"failed  exit code 1: see the log ({EXITED})",
            id="failed",
        ),
        pytest.param(
            stopped(EXITED, migrate(4)),
            4,
            f"failed  exit code 4: another run holds the lock ({EXITED})",
            id="the lock is taken",
        ),
        pytest.param(
            stopped(EXITED, migrate(137, "OutOfMemoryError: Container killed")),
            137,
            "failed  exit code 137: killed, often for want of memory"
            f" ({EXITED}; migrate: OutOfMemoryError: Container killed)",
            id="out of memory",
        ),
        pytest.param(
            stopped(SECRET, migrate()), 1, f"the migration never ran: {SECRET}", id="no secret"
        ),
        pytest.param(
            stopped("Task failed to start", migrate(reason=PULL)),
            1,
            f"the migration never ran: Task failed to start; migrate: {PULL}",
            id="no image",
        ),
        pytest.param(
            stopped("", migrate()),
            1,
            "the migration never ran: ECS gives no reason",
            id="no reason",
        ),
        pytest.param(
            stopped(EXITED, container("logs", 0), migrate(7), container("proxy", 0)),
            7,
            f"failed  exit code 7: stopped half-way ({EXITED})",
            id="a sidecar that succeeds hides no failure",
        ),
        pytest.param(
            stopped(EXITED, container("logs", 143), migrate(0)),
            0,
            "done    exit code 0",
            id="a sidecar that is stopped spoils no success",
        ),
        pytest.param(
            stopped("Task failed to start", container("logs", reason=PULL), migrate()),
            1,
            f"the migration never ran: Task failed to start; logs: {PULL}",
            id="a sidecar that never started",
        ),
    ],
)
def test_the_exit_code_is_that_of_the_migration(
    ecs: Script, capsys: pytest.CaptureFixture[str], task: dict[str, Any], code: int, line: str
) -> None:
    ecs.started()
    ecs.described({"lastStatus": "RUNNING"})
    ecs.described(task)
    assert ecs.run() == code
    assert capsys.readouterr().out.splitlines()[2:] == ["task    RUNNING", "task    STOPPED", line]


def test_a_task_that_can_not_be_found_yet_is_waited_for(
    ecs: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    ecs.started()
    ecs.described()
    ecs.described(stopped(EXITED, migrate(0)))
    assert ecs.run() == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "task    not visible yet",
        "task    STOPPED",
        "done    exit code 0",
    ]


def test_ecs_that_starts_no_task_is_quoted(ecs: Script) -> None:
    ecs.registered()
    ecs.ran(failures=[{"arn": CLUSTER, "reason": "RESOURCE:ENI", "detail": "no address left"}])
    with pytest.raises(SystemExit) as end:
        ecs.run()
    # A text makes Python print it to stderr and end with 1.
    assert end.value.code == "not started: RESOURCE:ENI no address left"


def test_a_refused_request_starts_nothing(ecs: Script) -> None:
    ecs.registered()
    ecs.stub.add_client_error("run_task", "AccessDeniedException", "not allowed to PassRole")
    with pytest.raises(SystemExit) as end:
        ecs.run()
    assert end.value.code == (
        "not started: An error occurred (AccessDeniedException) when calling the RunTask"
        " operation: not allowed to PassRole"
    )


def test_a_task_that_goes_out_of_sight_is_no_success(
    ecs: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    ecs.started()
    ecs.stub.add_client_error("describe_tasks", "ExpiredTokenException", "the token has expired")
    assert ecs.run() == 124
    output = capsys.readouterr().out
    assert "out of sight: An error occurred (ExpiredTokenException)" in output
    assert output.endswith(follow(TASK))


def test_a_task_that_is_not_over_in_time_goes_on(
    ecs: Script, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--timeout", "1"])
    ecs.started()
    for _ in range(12):  # one minute, a look every five seconds
        ecs.described({"lastStatus": "RUNNING"})
    assert ecs.run() == 124
    assert capsys.readouterr().out.endswith(f"task    RUNNING\n{follow(TASK)}")


def test_a_definition_that_nobody_filled_in_is_refused(ecs: Script, script: Path) -> None:
    render(script.parent.parent)
    with pytest.raises(SystemExit) as end:
        ecs.run()
    assert str(end.value.code).startswith("not started: fill in ACCOUNT_ID, AWS_REGION, SUFFIX in ")


def test_a_request_that_is_repeated_starts_no_second_task(ecs: Script) -> None:
    """The script retries, which is safe only as botocore adds a token to this operation."""
    operation = ecs.stub.client.meta.service_model.operation_model("RunTask")
    assert operation.idempotent_members == ["clientToken"]
