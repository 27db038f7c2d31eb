"""What a protected environment and Lambda allow."""

from __future__ import annotations

import pytest

from daybreak.core.errors import OnLambda
from daybreak.core.guard import needs_consent, refuse_on_lambda


@pytest.mark.parametrize(
    ("command", "asks"),
    [
        ("downgrade", True),
        ("stamp", True),
        ("upgrade", False),
        ("ensure_version", False),
        ("current", False),
        ("", False),
    ],
)
def test_a_protected_environment_asks_before_what_cannot_be_had_back(
    command: str, asks: bool
) -> None:
    assert needs_consent(command, protected=True) is asks
    assert needs_consent(command, protected=False) is False


def test_lambda_is_refused_with_the_alternatives_named() -> None:
    with pytest.raises(OnLambda) as caught:
        refuse_on_lambda("upgrade", {"AWS_LAMBDA_FUNCTION_NAME": "app"})
    assert caught.value.problem == (
        "upgrade was refused: this is AWS Lambda, which ends a run after 15 minutes at the latest, "
        "in the middle of a statement. Nothing was changed"
    )
    assert caught.value.cure == (
        "run it from the pipeline, CodeBuild or an ECS task (docs/pipelines.md); "
        "in Lambda itself: daybreak current, history, heads and check"
    )


def test_anywhere_else_is_not_lambda() -> None:
    refuse_on_lambda("upgrade", {"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4"})
