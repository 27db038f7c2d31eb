"""Which environment, and which variable gives its URL: the rules of the specification, one a row.

A row: the process's variables, those of `.env`, and what follows from them.
"""

from __future__ import annotations

import pytest

from daybreak.core.deployment import recognise_deployment
from daybreak.core.environment import (
    Choice,
    Found,
    Variables,
    choose_environment,
    choose_url,
    variable_of,
)
from daybreak.core.errors import DaybreakError, MissingVariable, UnknownEnvironment
from daybreak.core.secret import Secret

DECLARED = ["eu-west"]


def decide(
    process: dict[str, str],
    dotenv: dict[str, str] | None = None,
    *,
    migration: bool = False,
    written: str | None = None,
    pid: int = 4711,
) -> str:
    """`prod: PROD_DATABASE_URL`, `dev: fallback`, or the error's kind and variable."""
    variables = Variables(process, dotenv or {})
    try:
        choice = choose_environment(variables, DECLARED)
        names = [variable_of(choice.environment)]
        if migration:
            names.insert(0, variable_of(choice.environment, "MIGRATION_DATABASE_URL"))
        text = Found("url in pyproject.toml", Secret(written), "environment") if written else None
        chosen = choose_url(
            variables, choice, names, text, deployment=recognise_deployment(process, pid)
        )
    except MissingVariable as error:
        return f"missing {error.variable}"
    except UnknownEnvironment as error:
        return f"unknown {error.name}"
    return f"{chosen.environment}: {chosen.found.source if chosen.found else 'fallback'}"


ENVIRONMENT = {
    "ENV chooses": ({"ENV": "prod"}, {}, "prod from ENV"),
    "DAYBREAK_ENV wins over ENV": ({"DAYBREAK_ENV": "staging", "ENV": "prod"}, {}, "staging"),
    "without either it is dev": ({}, {}, "dev from the default, not named"),
    ".env may choose": ({}, {"ENV": "staging"}, "staging from ENV (.env)"),
    "the process wins over .env": ({"ENV": "prod"}, {"ENV": "staging"}, "prod from ENV"),
    "even over .env's DAYBREAK_ENV": ({"ENV": "prod"}, {"DAYBREAK_ENV": "staging"}, "prod"),
    "a declared one is known": ({"ENV": "eu-west"}, {}, "eu-west from ENV"),
    "spaces around it are nothing": ({"ENV": " prod "}, {}, "prod from ENV"),
    "empty is unset": ({"ENV": ""}, {}, "dev from the default, not named"),
    "an empty DAYBREAK_ENV leaves ENV": ({"DAYBREAK_ENV": "", "ENV": "prod"}, {}, "prod from ENV"),
    "an empty one hides .env's": ({"ENV": ""}, {"ENV": "prod"}, "dev from the default, not named"),
}


@pytest.mark.parametrize(("process", "dotenv", "expected"), ENVIRONMENT.values(), ids=ENVIRONMENT)
def test_the_environment_is_chosen(
    process: dict[str, str], dotenv: dict[str, str], expected: str
) -> None:
    choice = choose_environment(Variables(process, dotenv), DECLARED)
    described = f"{choice.environment} from {choice.source}{'' if choice.named else ', not named'}"
    assert described.startswith(expected)


@pytest.mark.parametrize("misspelt", ["prdo", "PROD", "production", "unnamed"])
def test_a_misspelt_environment_is_an_error_that_lists_the_known_ones(misspelt: str) -> None:
    with pytest.raises(UnknownEnvironment) as caught:
        choose_environment(Variables({"ENV": misspelt}, {}), DECLARED)
    assert caught.value.problem == (
        f"unknown environment '{misspelt}' (from ENV); known: dev, staging, prod, eu-west"
    )


URL = {
    "each environment has its variable": (
        {"ENV": "prod", "PROD_DATABASE_URL": "x"},
        {},
        "prod: PROD_DATABASE_URL",
    ),
    "only the chosen one's is needed": (
        {"ENV": "dev", "DEV_DATABASE_URL": "x"},
        {},
        "dev: DEV_DATABASE_URL",
    ),
    "a declared one's is made of its name": (
        {"ENV": "eu-west", "EU_WEST_DATABASE_URL": "x"},
        {},
        "eu-west: EU_WEST_DATABASE_URL",
    ),
    ".env serves": (
        {"ENV": "prod"},
        {"PROD_DATABASE_URL": "x"},
        "prod: PROD_DATABASE_URL (.env)",
    ),
    "the process wins over .env": (
        {"ENV": "prod", "PROD_DATABASE_URL": "x"},
        {"PROD_DATABASE_URL": "y"},
        "prod: PROD_DATABASE_URL",
    ),
    "a missing one is an error": ({"ENV": "prod"}, {}, "missing PROD_DATABASE_URL"),
    "an empty one is missing": (
        {"ENV": "prod", "PROD_DATABASE_URL": ""},
        {},
        "missing PROD_DATABASE_URL",
    ),
    "so is a blank one": (
        {"ENV": "prod", "PROD_DATABASE_URL": "  "},
        {},
        "missing PROD_DATABASE_URL",
    ),
    "an empty one of the process is not filled from .env": (
        {"ENV": "prod", "PROD_DATABASE_URL": ""},
        {"PROD_DATABASE_URL": "x"},
        "missing PROD_DATABASE_URL",
    ),
    "DATABASE_URL serves without ENV": ({"DATABASE_URL": "x"}, {}, "unnamed: DATABASE_URL"),
    "also from .env": ({}, {"DATABASE_URL": "x"}, "unnamed: DATABASE_URL (.env)"),
    "and wins over dev's": (
        {"DATABASE_URL": "x", "DEV_DATABASE_URL": "y"},
        {},
        "unnamed: DATABASE_URL",
    ),
    "but .env's does not win over the process's": (
        {"DEV_DATABASE_URL": "y"},
        {"DATABASE_URL": "x"},
        "dev: DEV_DATABASE_URL",
    ),
    "an empty DATABASE_URL is none": ({"DATABASE_URL": ""}, {}, "dev: fallback"),
    "with ENV it is not used": (
        {"ENV": "prod", "DATABASE_URL": "x"},
        {},
        "missing PROD_DATABASE_URL",
    ),
    "not for dev either": ({"ENV": "dev", "DATABASE_URL": "x"}, {}, "dev: fallback"),
    "nor beside the right one": (
        {"ENV": "prod", "PROD_DATABASE_URL": "x", "DATABASE_URL": "y"},
        {},
        "prod: PROD_DATABASE_URL",
    ),
    "dev falls back": ({}, {}, "dev: fallback"),
    "named dev too": ({"ENV": "dev"}, {}, "dev: fallback"),
    "staging does not": ({"ENV": "staging"}, {}, "missing STAGING_DATABASE_URL"),
    "a declared one does not": ({"ENV": "eu-west"}, {}, "missing EU_WEST_DATABASE_URL"),
}


@pytest.mark.parametrize(("process", "dotenv", "expected"), URL.values(), ids=URL)
def test_the_url_comes_from(process: dict[str, str], dotenv: dict[str, str], expected: str) -> None:
    assert decide(process, dotenv) == expected


MIGRATION = {
    "the migration variable is preferred": (
        {"ENV": "prod", "PROD_MIGRATION_DATABASE_URL": "x", "PROD_DATABASE_URL": "y"},
        {},
        "prod: PROD_MIGRATION_DATABASE_URL",
    ),
    "without it the application's serves": (
        {"ENV": "prod", "PROD_DATABASE_URL": "y"},
        {},
        "prod: PROD_DATABASE_URL",
    ),
    "an empty one is as good as none": (
        {"ENV": "prod", "PROD_MIGRATION_DATABASE_URL": "", "PROD_DATABASE_URL": "y"},
        {},
        "prod: PROD_DATABASE_URL",
    ),
    "the process's application variable wins over .env's migration variable": (
        {"ENV": "prod", "PROD_DATABASE_URL": "y"},
        {"PROD_MIGRATION_DATABASE_URL": "x"},
        "prod: PROD_DATABASE_URL",
    ),
    "without either the application's is the missing one": (
        {"ENV": "prod"},
        {},
        "missing PROD_DATABASE_URL",
    ),
    "DATABASE_URL without ENV serves migrations too": (
        {"DATABASE_URL": "x", "DEV_MIGRATION_DATABASE_URL": "y"},
        {},
        "unnamed: DATABASE_URL",
    ),
    "and never leads them elsewhere than the application": (
        {"DEV_MIGRATION_DATABASE_URL": "y"},
        {"DATABASE_URL": "x"},
        "unnamed: DATABASE_URL (.env)",
    ),
}


@pytest.mark.parametrize(("process", "dotenv", "expected"), MIGRATION.values(), ids=MIGRATION)
def test_the_url_of_migrations_comes_from(
    process: dict[str, str], dotenv: dict[str, str], expected: str
) -> None:
    assert decide(process, dotenv, migration=True) == expected


DEPLOYMENTS = {
    "CI": ({"CI": "true"}, 4711),
    "Amazon ECS": ({"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/x"}, 4711),
    "AWS CodeBuild": ({"CODEBUILD_BUILD_ID": "app:1"}, 4711),
    "Kubernetes": ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, 4711),
    "AWS Lambda": ({"AWS_LAMBDA_FUNCTION_NAME": "app"}, 4711),
    "a container (process 1)": ({}, 1),
}


@pytest.mark.parametrize(("platform", "where"), DEPLOYMENTS.items(), ids=DEPLOYMENTS)
def test_a_deployment_gets_no_dev_fallback_unless_dev_was_named(
    platform: str, where: tuple[dict[str, str], int]
) -> None:
    marks, pid = where
    assert decide(marks, pid=pid) == "missing DEV_DATABASE_URL"
    assert decide({**marks, "ENV": "dev"}, pid=pid) == "dev: fallback"
    assert decide(marks, {"DAYBREAK_ENV": "dev"}, pid=pid) == "dev: fallback"
    assert decide({**marks, "DEV_DATABASE_URL": "x"}, pid=pid) == "dev: DEV_DATABASE_URL"
    assert decide({**marks, "DATABASE_URL": "x"}, pid=pid) == "unnamed: DATABASE_URL"


def test_a_url_written_in_pyproject_serves_where_no_variable_is_set() -> None:
    prod = {"ENV": "prod"}
    assert decide(prod, written="postgresql://h/d") == "prod: url in pyproject.toml"
    assert decide({**prod, "PROD_DATABASE_URL": "x"}, written="postgresql://h/d") == (
        "prod: PROD_DATABASE_URL"
    )


def sentence(process: dict[str, str], *, deployment: str | None = None) -> tuple[str, str]:
    """What the error says, and its cure."""
    variables = Variables(process, {})
    choice = choose_environment(variables, [])
    with pytest.raises(DaybreakError) as caught:
        choose_url(variables, choice, [variable_of(choice.environment)], deployment=deployment)
    return caught.value.problem, caught.value.cure


def test_a_missing_variable_is_named_with_what_chose_its_environment() -> None:
    assert sentence({"ENV": "prod"}) == (
        "PROD_DATABASE_URL is not set; it names the database of prod (chosen by ENV)",
        "set PROD_DATABASE_URL in the process's environment or in .env beside pyproject.toml",
    )


def test_an_empty_variable_is_said_to_be_empty() -> None:
    problem, _ = sentence({"ENV": "prod", "PROD_DATABASE_URL": ""})
    assert problem.startswith("PROD_DATABASE_URL is set but empty; ")


def test_a_stray_database_url_is_mentioned_with_the_way_to_use_it() -> None:
    problem, cure = sentence({"DAYBREAK_ENV": "prod", "DATABASE_URL": "x"})
    assert problem.endswith(". DATABASE_URL is set, but not used for a named environment")
    assert cure.endswith("to use DATABASE_URL, name no environment (now: DAYBREAK_ENV)")


def test_a_refused_fallback_names_the_platform() -> None:
    problem, cure = sentence({}, deployment="Amazon ECS")
    assert problem == (
        "no environment was chosen, and this is Amazon ECS, where the local dev database is not "
        "used unasked"
    )
    assert cure.startswith("set ENV ")


def test_a_stray_database_url_beside_named_dev_is_noted() -> None:
    variables = Variables({"ENV": "dev", "DATABASE_URL": "x"}, {})
    choice = Choice("dev", "ENV", named=True)
    chosen = choose_url(variables, choice, ["DEV_DATABASE_URL"], deployment=None)
    assert (chosen.found, chosen.notes) == (
        None,
        (
            "DATABASE_URL is set and not used: ENV names the environment dev, whose variable is "
            "DEV_DATABASE_URL",
        ),
    )


def test_what_cannot_stand_in_a_variable_becomes_an_underscore() -> None:
    assert variable_of("eu-west.1 é") == "EU_WEST_1___DATABASE_URL"


def test_no_repr_shows_what_a_variable_holds() -> None:
    variables = Variables({"PROD_DATABASE_URL": "postgresql://u:hunter22@h/d"}, {"X": "hunter23"})
    assert "hunter2" not in repr(variables) + repr(variables.find("PROD_DATABASE_URL"))
