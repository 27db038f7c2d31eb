# /// script
# requires-python = ">=3.11"
# dependencies = ["boto3>=1.35"]
# ///
"""Migrate in a Fargate task: start it, wait until it has ended, end with its exit code.

Between build and deploy, with the image that is about to be deployed:

    uv run deploy/migrate_on_ecs.py --cluster C --image I --subnets S1,S2 --security-groups G

It ends with what `daybreak upgrade head` ended with in the container; 0 is done, or nothing to do.
It also ends with 1 when the task was refused or never ran, and says why. With 124 (not over in
time, or out of sight), 130 (Ctrl-C) and 143 (SIGTERM) the task goes on, and it says how to follow
it: a migration is never cut off because a pipeline lost its patience.
"""

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

DEFINITION = Path(__file__).with_name("ecs-task-definition.json")
CONTAINER = "migrate"
POLL_SECONDS = 5
NEVER_RAN, UNKNOWN = 1, 124
MEANING = {
    2: "usage or configuration",
    3: "refused by a guard",
    4: "another run holds the lock",
    5: "lock budget used up, nothing changed",
    6: "database unreachable",
    7: "stopped half-way",
    137: "killed, often for want of memory",
}

signals: list[int] = []


def main() -> int:
    arguments = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: signals.append(received))
    try:
        ecs = boto3.client("ecs", config=Config(retries={"mode": "standard", "max_attempts": 10}))
        arn = start(ecs, read_definition(arguments.image), arguments)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"not started: {error}")
    try:
        task = wait(ecs, arguments.cluster, arn, time.monotonic() + arguments.timeout * 60)
    except (BotoCoreError, ClientError) as error:
        print(f"out of sight: {error}")
        task = None
    code, message = verdict(task) if task else left_alone(arguments.cluster, arn)
    print(message)
    return code


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cluster", required=True)
    parser.add_argument("--image", required=True, help="the image that is about to be deployed")
    parser.add_argument("--subnets", required=True, type=lambda text: text.split(","))
    parser.add_argument("--security-groups", required=True, type=lambda text: text.split(","))
    parser.add_argument("--assign-public-ip", action="store_true", help="for public subnets")
    parser.add_argument("--timeout", type=float, default=60, help="minutes to wait (60)")
    return parser.parse_args()


def read_definition(image: str) -> dict[str, Any]:
    """The task definition of the file, with this image; otherwise an old history would be run."""
    text = DEFINITION.read_text()
    if blanks := [word for word in ("ACCOUNT_ID", "AWS_REGION", "SUFFIX") if word in text]:
        sys.exit(f"not started: fill in {', '.join(blanks)} in {DEFINITION}")
    definition: dict[str, Any] = json.loads(text)
    migrate_container(definition)["image"] = image
    return definition


def migrate_container(described: dict[str, Any]) -> dict[str, Any]:
    """Ours among the containers of a definition or of a task; the others are sidecars."""
    containers = described.get("containerDefinitions") or described.get("containers") or []
    return next((each for each in containers if each["name"] == CONTAINER), {})


def start(ecs: Any, definition: dict[str, Any], arguments: argparse.Namespace) -> str:
    """Register the definition and run it; the ARN of the task. SystemExit when ECS refuses it."""
    registered = ecs.register_task_definition(**definition)["taskDefinition"]
    network = {
        "subnets": arguments.subnets,
        "securityGroups": arguments.security_groups,
        "assignPublicIp": "ENABLED" if arguments.assign_public_ip else "DISABLED",
    }
    answer = ecs.run_task(
        cluster=arguments.cluster,
        taskDefinition=registered["taskDefinitionArn"],
        launchType="FARGATE",  # never Spot, which may take the machine away half-way
        networkConfiguration={"awsvpcConfiguration": network},
        startedBy="migrate_on_ecs",
    )
    if not answer["tasks"]:
        whys = [f"{each.get('reason')} {each.get('detail', '')}" for each in answer["failures"]]
        sys.exit(f"not started: {'; '.join(whys) or 'ECS gives no reason'}")
    arn: str = answer["tasks"][0]["taskArn"]
    logs = migrate_container(definition).get("logConfiguration", {}).get("options", {})
    stream = f"{logs.get('awslogs-stream-prefix')}/{CONTAINER}/{arn.rpartition('/')[2]}"
    print(f"started {arn}")
    group = logs.get("awslogs-group")
    print(f"log     aws logs tail {group} --log-stream-names {stream} --follow", flush=True)
    return arn


def wait(ecs: Any, cluster: str, arn: str, deadline: float) -> dict[str, Any] | None:
    """The task once it has stopped; None after a signal or past the deadline (monotonic)."""
    seen = ""
    while not signals and time.monotonic() < deadline:
        # Just after its start a task may not be found, and a fast one is never seen RUNNING:
        # so only STOPPED counts (DELETED follows it).
        tasks = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
        status = tasks[0]["lastStatus"] if tasks else "not visible yet"
        if status != seen:
            print(f"task    {status}", flush=True)
            seen = status
        if status in ("STOPPED", "DELETED"):
            return dict(tasks[0])
        for _ in range(POLL_SECONDS):
            if not signals:
                time.sleep(1)
    return None


def verdict(task: dict[str, Any]) -> tuple[int, str]:
    """The exit code and the words for a task that has stopped."""
    reasons = [task.get("stoppedReason")]
    reasons += [f"{c['name']}: {c['reason']}" for c in task["containers"] if c.get("reason")]
    why = "; ".join(filter(None, reasons)) or "ECS gives no reason"
    code = migrate_container(task).get("exitCode")
    if code is None:
        return NEVER_RAN, f"the migration never ran: {why}"
    if code == 0:
        return 0, "done    exit code 0"
    return code, f"failed  exit code {code}: {MEANING.get(code, 'see the log')} ({why})"


def left_alone(cluster: str, arn: str) -> tuple[int, str]:
    """The exit code and the words for a task whose end is not waited for any longer."""
    where = f"--cluster {cluster} --tasks {arn}"
    return (
        128 + signals[0] if signals else UNKNOWN,
        (
            "The task goes on; deploy nothing before it has ended with exit code 0. "
            "Follow it with:\n"
            f"  aws ecs wait tasks-stopped {where}\n"
            f"  aws ecs describe-tasks {where} "
            "--query 'tasks[].containers[].[name, exitCode, reason]'"
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
