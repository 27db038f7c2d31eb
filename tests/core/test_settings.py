"""`[tool.daybreak]` becomes a value, and every mistake in it is named with its place and cure."""

from __future__ import annotations

from typing import Any

import pytest

from daybreak.core.errors import InvalidUrl, PlainPassword, ProjectInvalid
from daybreak.core.settings import (
    EnvironmentSettings,
    ProjectSettings,
    UrlSetting,
    duration_text,
    read_settings,
)
from daybreak.core.target import Policy

FILE = "myapp/pyproject.toml"


def test_no_table_is_no_setting() -> None:
    assert read_settings({}, FILE) == ProjectSettings(
        dialect=None, models=None, metadata=None, shadow=None, environments={}
    )


def test_every_key_is_read() -> None:
    table = {
        "dialect": "postgresql+asyncpg",
        "models": ["models", "billing.models"],
        "metadata": "database:Base.metadata",
        "shadow": {"env": "SCRATCH_URL"},
        "lock_budget": "1s",
        "attempts": 5,
        "tls_ca": "certs/all.pem",
        "environments": {
            "prod": {
                "url": {"env": "MAIN_URL"},
                "migration_url": "ssm:///app/prod/migrations",
                "protected": False,
                "role": "owner",
                "statement_timeout": "10min",
                "lock_budget": "200ms",
                "attempts": 9,
                "tls": "verify-full",
                "tls_ca": "certs/prod.pem",
            },
            "qa": {},
        },
    }
    assert read_settings(table, FILE) == ProjectSettings(
        dialect="postgresql+asyncpg",
        models=("models", "billing.models"),
        metadata="database:Base.metadata",
        shadow=UrlSetting(variable="SCRATCH_URL"),
        policy=Policy(lock_budget_ms=1000, attempts=5),
        tls_ca="certs/all.pem",
        environments={
            "prod": EnvironmentSettings(
                url=UrlSetting(variable="MAIN_URL"),
                migration_url=UrlSetting(text="ssm:///app/prod/migrations"),
                role="owner",
                policy=Policy(
                    protected=False, statement_timeout_ms=600_000, lock_budget_ms=200, attempts=9
                ),
                tls="verify-full",
                tls_ca="certs/prod.pem",
            ),
            "qa": EnvironmentSettings(
                policy=Policy(lock_budget_ms=1000, attempts=5), tls_ca="certs/all.pem"
            ),
        },
    )


def test_one_module_of_models_may_stand_without_a_list() -> None:
    assert read_settings({"models": "models"}, FILE).models == ("models",)


@pytest.mark.parametrize(
    ("environments", "name", "protected"),
    [
        ({}, "prod", True),
        ({"prod": {}}, "prod", True),
        ({"prod": {"protected": False}}, "prod", False),
        ({}, "staging", False),
        ({"staging": {"protected": True}}, "staging", True),
        ({}, "unnamed", False),
    ],
)
def test_prod_is_protected_unless_its_table_says_otherwise(
    environments: dict[str, Any], name: str, protected: bool
) -> None:
    settings = read_settings({"environments": environments}, FILE)
    assert settings.environment(name).policy.protected is protected


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("500ms", 500), ("30s", 30_000), ("30 s", 30_000), ("10min", 600_000), ("1h", 3_600_000)],
)
def test_a_duration_is_a_number_with_its_unit(text: str, milliseconds: int) -> None:
    settings = read_settings({"environments": {"qa": {"statement_timeout": text}}}, FILE)
    assert settings.environment("qa").policy.statement_timeout_ms == milliseconds


WITHOUT_A_PASSWORD = [
    "postgresql://app@db.example.com:5432/app",
    "mysql+pymysql://db.example.com/app?charset=utf8mb4",
    "secretsmanager://prod/app?region=eu-west-1",
    "ssm:///app/prod/url",
]


@pytest.mark.parametrize("text", WITHOUT_A_PASSWORD)
def test_a_url_without_a_password_may_stand_in_the_file(text: str) -> None:
    settings = read_settings({"environments": {"prod": {"url": text}}}, FILE)
    assert settings.environment("prod").url == UrlSetting(text=text)


TOP = "[tool.daybreak] in myapp/pyproject.toml"
QA = "[tool.daybreak.environments.qa] in myapp/pyproject.toml"
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown key": (
        {"dialekt": "mysql"},
        f"unknown setting 'dialekt' in {TOP}; "
        "known: dialect, models, metadata, base, shadow, lock_budget, attempts, tls_ca, "
        "environments",
    ),
    "dialect is a number": ({"dialect": 5}, f"dialect in {TOP} is not a text"),
    "dialect is empty": ({"dialect": ""}, f"dialect in {TOP} is not a text"),
    "models is a number": ({"models": 5}, f"models in {TOP} is not a text"),
    "models holds a number": ({"models": ["a", 5]}, f"models in {TOP} is not a text"),
    "metadata is a number": ({"metadata": 5}, f"metadata in {TOP} is not a text"),
    "base without a colon": (
        {"base": "first.Base"},
        f"base = 'first.Base' in {TOP} is not of the form module:attribute",
    ),
    "metadata without a colon": (
        {"metadata": "database.Base"},
        f"metadata = 'database.Base' in {TOP} is not of the form module:attribute",
    ),
    "environments is a list": ({"environments": []}, f"environments in {TOP} is not a table"),
    "an environment is a text": ({"environments": {"qa": "x"}}, f"{QA} is not a table"),
    "an unknown key of an environment": (
        {"environments": {"qa": {"role_": "x"}}},
        f"unknown setting 'role_' in {QA}; "
        "known: url, migration_url, protected, role, statement_timeout, lock_budget, attempts, "
        "tls, tls_ca",
    ),
    "protected is a text": (
        {"environments": {"qa": {"protected": "yes"}}},
        f"protected in {QA} is not true or false",
    ),
    "role is a list": ({"environments": {"qa": {"role": []}}}, f"role in {QA} is not a text"),
    "a budget that nobody could keep": (
        {"lock_budget": "10ms"},
        f"lock_budget = '10ms' in {TOP} is less than 50ms, in which nobody could see who waits",
    ),
    "no attempt": ({"attempts": 0}, f"attempts = 0 in {TOP} is not a number of attempts"),
    "attempts that are true": (
        {"environments": {"qa": {"attempts": True}}},
        f"attempts = True in {QA} is not a number of attempts",
    ),
    "a duration without a unit": (
        {"environments": {"qa": {"statement_timeout": 30}}},
        f"statement_timeout = 30 in {QA} is not a duration",
    ),
    "a duration with another unit": (
        {"environments": {"qa": {"statement_timeout": "3d"}}},
        f"statement_timeout = '3d' in {QA} is not a duration",
    ),
    "tls that is none of the three": (
        {"environments": {"qa": {"tls": "verify-ca"}}},
        f"tls = 'verify-ca' in {QA} is none of off, require, verify-full",
    ),
    "tls that is true": (
        {"environments": {"qa": {"tls": True}}},
        f"tls = True in {QA} is none of off, require, verify-full",
    ),
    "tls_ca is a list": ({"tls_ca": []}, f"tls_ca in {TOP} is not a text"),
    "url is a number": (
        {"environments": {"qa": {"url": 5}}},
        f"url in {QA} is neither a text nor {{ env = … }}",
    ),
    "url with another key": (
        {"environments": {"qa": {"url": {"environment": "X"}}}},
        f"url in {QA} is neither a text nor {{ env = … }}",
    ),
    "url with an empty variable": (
        {"environments": {"qa": {"url": {"env": ""}}}},
        f"the variable of url in {QA} is not a text",
    ),
    "migration_url is a list": (
        {"environments": {"qa": {"migration_url": []}}},
        f"migration_url in {QA} is neither a text nor {{ env = … }}",
    ),
}


@pytest.mark.parametrize(("table", "problem"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_place_and_a_cure(table: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        read_settings(table, FILE)
    assert caught.value.problem == problem
    assert caught.value.cure.startswith(("write", "put", "correct"))


PLAIN = {
    "in the URL": "postgresql://u:hunter22@h/d",
    "not encoded": "postgresql://u:hunter22@22@h/d",
    "in the query": "postgresql://h/d?user=u&password=hunter22",
    "of MySQL's query": "mysql://h/d?passwd=hunter22",
}


def test_a_password_in_the_shadows_url_is_refused_too() -> None:
    with pytest.raises(PlainPassword) as caught:
        read_settings({"shadow": "postgresql://u:hunter22@h/d"}, FILE)
    assert caught.value.problem == (f"shadow in {TOP} holds a password, and that file is committed")
    assert caught.value.cure.startswith('write shadow = { env = "SHADOW_DATABASE_URL" }')


@pytest.mark.parametrize("key", ["url", "migration_url"])
@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_a_password_in_the_file_is_refused_and_not_repeated(text: str, key: str) -> None:
    with pytest.raises(PlainPassword) as caught:
        read_settings({"environments": {"prod": {key: text}}}, FILE)
    assert caught.value.problem == (
        f"{key} in [tool.daybreak.environments.prod] in {FILE} holds a password, "
        "and that file is committed"
    )
    assert "hunter22" not in str(caught.value)


def test_a_url_that_cannot_be_read_is_named_by_its_place_and_not_repeated() -> None:
    with pytest.raises(InvalidUrl) as caught:
        read_settings({"environments": {"prod": {"url": "u:hunter22@h/d"}}}, FILE)
    assert caught.value.problem == (
        f"url of [tool.daybreak.environments.prod] in {FILE} is not a database URL: "
        "it has no :// in it"
    )


WRITTEN = {500: "500ms", 30_000: "30s", 600_000: "10min", 3_600_000: "1h", 90_000: "90s", 0: "0h"}


@pytest.mark.parametrize(("milliseconds", "text"), WRITTEN.items(), ids=WRITTEN.values())
def test_a_duration_is_shown_as_it_would_be_written(milliseconds: int, text: str) -> None:
    assert duration_text(milliseconds) == text
