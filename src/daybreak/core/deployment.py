"""Is this process a deployment, and which? Decided from its variables and its process id."""

from __future__ import annotations

from collections.abc import Mapping

# Variables that the platforms set by themselves, as their documentation names them.
_MARKS = (
    ("AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"),
    ("ECS_CONTAINER_METADATA_URI_V4", "Amazon ECS"),
    ("ECS_CONTAINER_METADATA_URI", "Amazon ECS"),
    ("CODEBUILD_BUILD_ID", "AWS CodeBuild"),
    ("KUBERNETES_SERVICE_HOST", "Kubernetes"),
)


def on_lambda(environ: Mapping[str, str]) -> bool:
    """Whether this process runs inside AWS Lambda, also in a container image made for it."""
    return bool(environ.get("AWS_LAMBDA_FUNCTION_NAME")) or environ.get(
        "AWS_EXECUTION_ENV", ""
    ).startswith("AWS_Lambda_")


def recognise_deployment(environ: Mapping[str, str], pid: int) -> str | None:
    """The platform's name, or None on what looks like a person's machine.

    `pid` 1 is the first process of a container: an application that was deployed, or a shell
    that somebody opened to look; the first is by far the more dangerous to guess wrong.
    """
    if on_lambda(environ):
        return "AWS Lambda"
    for variable, name in _MARKS:
        if environ.get(variable):
            return name
    if environ.get("CI", "").lower() not in {"", "0", "false", "no"}:
        return "CI"
    return "a container (process 1)" if pid == 1 else None
