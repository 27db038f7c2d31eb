"""The ECS script of a generated project, made ready as a person makes it ready."""

from pathlib import Path

from flows.pipeline_files import render

REGION = "eu-central-1"
AWS = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
IMAGE = "registry.example/myapp:1a2b3c"


def write_script(folder: Path) -> Path:
    """The script in a new project whose task definition is filled in."""
    deploy = render(folder) / "deploy"
    definition = deploy / "ecs-task-definition.json"
    text = definition.read_text().replace("ACCOUNT_ID", "123456789012")
    definition.write_text(text.replace("AWS_REGION", REGION).replace("SUFFIX", "AbCdEf"))
    return deploy / "migrate_on_ecs.py"


def follow(arn: str) -> str:
    """What the script says last when it leaves a task alone."""
    return (
        "The task goes on; deploy nothing before it has ended with exit code 0. Follow it with:\n"
        f"  aws ecs wait tasks-stopped --cluster prod --tasks {arn}\n"
        f"  aws ecs describe-tasks --cluster prod --tasks {arn}"
        " --query 'tasks[].containers[].[name, exitCode, reason]'\n"
    )
