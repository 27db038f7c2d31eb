"""A deployment is recognised by what its platform sets."""

from __future__ import annotations

import pytest

from daybreak.core.deployment import on_lambda, recognise_deployment

MARKS = {
    "CI": ({"CI": "true"}, "CI"),
    "a CI that says 1": ({"CI": "1"}, "CI"),
    "ECS": ({"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4"}, "Amazon ECS"),
    "older ECS": ({"ECS_CONTAINER_METADATA_URI": "http://169.254.170.2/v3"}, "Amazon ECS"),
    "CodeBuild": ({"CODEBUILD_BUILD_ID": "app:1"}, "AWS CodeBuild"),
    "Kubernetes": ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "Kubernetes"),
    "Lambda": ({"AWS_LAMBDA_FUNCTION_NAME": "app"}, "AWS Lambda"),
    "a Lambda image": ({"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}, "AWS Lambda"),
    "Lambda before CI": ({"AWS_LAMBDA_FUNCTION_NAME": "app", "CI": "true"}, "AWS Lambda"),
    "CodeBuild before CI": ({"CODEBUILD_BUILD_ID": "app:1", "CI": "true"}, "AWS CodeBuild"),
    "a CI that says no": ({"CI": "false"}, None),
    "a CI that says nothing": ({"CI": ""}, None),
    "a laptop": ({"AWS_EXECUTION_ENV": "CloudShell", "AWS_PROFILE": "dev"}, None),
}


@pytest.mark.parametrize(("environ", "platform"), MARKS.values(), ids=MARKS)
def test_a_platform_is_known_by_its_variables(
    environ: dict[str, str], platform: str | None
) -> None:
    assert recognise_deployment(environ, pid=4711) == platform


def test_the_first_process_of_a_container_is_a_deployment() -> None:
    assert recognise_deployment({}, pid=1) == "a container (process 1)"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"AWS_LAMBDA_FUNCTION_NAME": "app"}, True),
        ({"AWS_EXECUTION_ENV": "AWS_Lambda_Image"}, True),
        ({"AWS_LAMBDA_FUNCTION_NAME": ""}, False),
        ({"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE"}, False),
        ({}, False),
    ],
)
def test_lambda_is_told_from_everything_else(environ: dict[str, str], expected: bool) -> None:
    assert on_lambda(environ) is expected
