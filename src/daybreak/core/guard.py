"""May this command change this schema here? A decision over values."""

from __future__ import annotations

from collections.abc import Mapping

from daybreak.core.deployment import on_lambda
from daybreak.core.errors import OnLambda

# The commands after which the old data or the old record can't be had back.
_DESTRUCTIVE = {
    "downgrade": "What it drops does not come back by itself",
    "stamp": "What it skips is not run later",
}


def refuse_on_lambda(command: str, environ: Mapping[str, str]) -> None:
    """Raise OnLambda if this process runs in AWS Lambda."""
    if on_lambda(environ):
        raise OnLambda(command)


def needs_consent(command: str, *, protected: bool) -> bool:
    """Whether a person has to agree before `command` runs."""
    return protected and command in _DESTRUCTIVE


def question(command: str, protected: str) -> str:
    """What a person is asked who is to agree: `protected` is what is, in a sentence."""
    return f"{protected}. {command.capitalize()} it? {_DESTRUCTIVE[command]}"
