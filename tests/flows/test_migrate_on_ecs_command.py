"""deploy/migrate_on_ecs.py as a command, against a moto server.

What moto does (5.2.5, seen here): its tasks always exit 0, carry that code while they still run,
and never fail to start. So it serves where a task succeeds or goes on; the failures are in
test_migrate_on_ecs.py.
"""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from flows.ecs_script import AWS, IMAGE, REGION, follow, write_script


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return write_script(tmp_path)


@dataclass(frozen=True)
class Moto:
    url: str
    arguments: list[str]

    def move_tasks(self, **transition: Any) -> None:
        """How tasks go from state to state: at once, or by one with each N-th description."""
        body = json.dumps({"model_name": "ecs::task", "transition": transition}).encode()
        request = urllib.request.Request(
            f"{self.url}/moto-api/state-manager/set-transition",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request).close()

    def tasks(self) -> list[dict[str, Any]]:
        ecs = self.client("ecs")
        arns = ecs.list_tasks(cluster="prod")["taskArns"]
        tasks: list[dict[str, Any]] = ecs.describe_tasks(cluster="prod", tasks=arns)["tasks"]
        return tasks

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )


@pytest.fixture
def moto(script: Path) -> Iterator[Moto]:
    # moto alone wants a memory limit per container, where Fargate takes the task's.
    definition = script.with_name("ecs-task-definition.json")
    content = json.loads(definition.read_text())
    content["containerDefinitions"][0]["memory"] = 512
    definition.write_text(json.dumps(content))
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        moto = Moto(f"http://{host}:{port}", [])
        moto.client("ecs").create_cluster(clusterName="prod")
        ec2 = moto.client("ec2")
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        moto.arguments.extend(["--cluster", "prod", "--image", IMAGE])
        moto.arguments.extend(["--subnets", subnet, "--security-groups", group])
        yield moto
        reset = urllib.request.Request(f"{moto.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
        moto.move_tasks(progression="manual", times=1)
    finally:
        server.stop()


def start(script: Path, moto: Moto, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(script), *moto.arguments, *more],
        env={**AWS, "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": moto.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_task_that_is_over_before_the_first_look_is_not_missed(script: Path, moto: Moto) -> None:
    moto.move_tasks(progression="immediate")
    process = start(script, moto)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    arn = re.escape(moto.client("ecs").list_tasks(cluster="prod")["taskArns"][0])
    assert re.fullmatch(
        rf"started (?P<arn>{arn})\n"
        r"log     aws logs tail /ecs/myapp-migrate"
        r" --log-stream-names migrate/migrate/[0-9a-f-]{36} --follow\n"
        r"task    STOPPED\n"
        r"done    exit code 0\n",
        output,
    )


def test_the_task_runs_the_image_that_is_about_to_be_deployed(script: Path, moto: Moto) -> None:
    moto.move_tasks(progression="immediate")
    start(script, moto).communicate(timeout=60)
    (task,) = moto.tasks()
    assert task["launchType"] == "FARGATE"
    ecs = moto.client("ecs")
    used = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
    assert used["containerDefinitions"][0]["image"] == IMAGE


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_a_signal_leaves_the_task_running_and_says_how_to_follow_it(
    script: Path, moto: Moto, number: int, code: int
) -> None:
    moto.move_tasks(progression="manual", times=1000)
    process = start(script, moto)
    assert process.stdout is not None
    for line in process.stdout:
        if line == "task    RUNNING\n":
            break
    process.send_signal(number)
    output, errors = process.communicate(timeout=7.5)  # GitHub's patience, in seconds
    (task,) = moto.tasks()
    assert (process.returncode, errors) == (code, "")
    assert task["desiredStatus"] == task["lastStatus"] == "RUNNING"
    assert output == follow(task["taskArn"])
