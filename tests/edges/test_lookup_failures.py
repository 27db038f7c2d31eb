"""Why a reference can't be looked up: one sentence with its name, the cure, and never a value.

AWS is moto, through real clients; what moto never answers is in test_lookup_stubbed.py.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from daybreak.core.errors import InvalidUrl, LookupRefused, UnknownDialect
from edges.lookup_errors import VALUE, Look, looking, said
from servers.moto import REGION, Moto

LOGIN = json.dumps({"username": "app", "password": VALUE})
NAME = "correct the name, or name the right region: ?region=… behind it, or AWS_REGION"


@pytest.fixture
def look(aws: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    return looking(tmp_path, monkeypatch)


ABSENT = {
    "secretsmanager://prod/none": "secret",
    "ssm:///prod/none": "parameter",
    "rds-iam://app@none/shop": "cluster",
}


@pytest.mark.parametrize(("text", "kind"), ABSENT.items(), ids=ABSENT)
def test_what_is_not_there_is_named_with_the_region_in_which_it_is_not(
    text: str, kind: str, look: Look
) -> None:
    assert said(look(text)) == (
        *(LookupRefused, 2),
        f"{text} (from PROD_DATABASE_URL): there is no such {kind} in {REGION}",
        NAME,
    )


def test_the_wrong_region_is_told(aws: Moto, look: Look) -> None:
    name = aws.secret(LOGIN)
    assert look(f"secretsmanager://{name}?region=us-east-1").problem == (
        f"secretsmanager://{name} (from PROD_DATABASE_URL): there is no such secret in us-east-1"
    )


def test_a_secret_that_is_scheduled_for_deletion_can_be_restored(aws: Moto, look: Look) -> None:
    name = aws.secret(LOGIN)
    aws.client("secretsmanager").delete_secret(SecretId=name)
    assert said(look(f"secretsmanager://{name}")) == (
        *(LookupRefused, 2),
        f"secretsmanager://{name} (from PROD_DATABASE_URL) is scheduled for deletion",
        f"aws secretsmanager restore-secret --secret-id '{name}', or name another",
    )


def test_a_secret_without_a_value_is_told_from_one_that_is_not_there(aws: Moto, look: Look) -> None:
    name = f"empty-{secrets.token_hex(4)}"
    aws.client("secretsmanager").create_secret(Name=name)
    assert said(look(f"secretsmanager://{name}")) == (
        *(LookupRefused, 2),
        f"secretsmanager://{name} (from PROD_DATABASE_URL) has no value: Secrets Manager can't "
        "find the specified secret value for staging label: AWSCURRENT",
        "give the secret its first value",
    )


def test_a_missing_permission_is_named_with_who_lacks_it(
    aws: Moto, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = f"deploy-{secrets.token_hex(4)}"
    iam = aws.client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    with aws.asking_for_rights():
        assert said(look("rds-iam://app@denied/shop")) == (
            *(LookupRefused, 2),
            "rds-iam://app@denied/shop (from PROD_DATABASE_URL) was refused: User: "
            f"arn:aws:iam::123456789012:user/{user} is not authorized to perform: "
            "rds:DescribeDBClusters",
            "allow this identity rds:DescribeDBClusters",
        )


WRONG = {
    '{"password": "hunter22': (
        "{what} starts like JSON and is none (line 1, column 14)",
        "let it hold the database secret as Secrets Manager shows it, or a URL",
    ),
    '{"password": "hunter22"}': (
        "the database secret in {what} has no username",
        "let it hold the database secret as Secrets Manager shows it, or a URL",
    ),
    VALUE: (
        "{what} is not a database URL: it has no :// in it",
        "write postgresql://user:password@host:5432/database, the password percent-encoded: python "
        '-c "from urllib.parse import quote; from getpass import getpass; print(quote(getpass(), '
        "safe=''))\"",
    ),
    f"postgresql://:{VALUE}@h": (
        "{what} names no user",
        "let the secret hold user and password",
    ),
    f"mysql://u:{VALUE}@h/d": (
        "{what} is of mysql, and the project's dialect is postgresql",
        'write dialect = "mysql" in [tool.daybreak], or correct the name',
    ),
}


@pytest.mark.parametrize(("value", "told"), WRONG.items(), ids=range(len(WRONG)))
def test_a_value_that_is_no_database_is_named_and_not_repeated(
    value: str, told: tuple[str, str], aws: Moto, look: Look
) -> None:
    for text in (f"secretsmanager://{aws.secret(value)}", f"ssm://{aws.parameter(value)}"):
        what = f"{text} (from PROD_DATABASE_URL)"
        error = look(f"{text}?host=h")
        assert said(error) == (InvalidUrl, 2, told[0].format(what=what), told[1])


def test_a_value_that_is_a_reference_is_not_followed(aws: Moto, look: Look) -> None:
    first = f"secretsmanager://{aws.secret(f'ssm:///{VALUE}')}"
    assert said(look(first))[:3] == (
        *(UnknownDialect, 2),
        f"unknown dialect 'ssm' (from {first} (from PROD_DATABASE_URL)); Daybreak knows: "
        "postgresql, mysql",
    )


def test_a_binary_secret_is_told(aws: Moto, look: Look) -> None:
    name = f"binary-{secrets.token_hex(4)}"
    aws.client("secretsmanager").create_secret(Name=name, SecretBinary=VALUE.encode())
    assert said(look(f"secretsmanager://{name}")) == (
        *(InvalidUrl, 2),
        f"secretsmanager://{name} (from PROD_DATABASE_URL) is a binary secret",
        "keep the database secret's JSON, or a URL, as its text",
    )


def test_a_login_of_no_cluster_needs_an_address(aws: Moto, look: Look) -> None:
    name = aws.secret(LOGIN)
    assert said(look(f"secretsmanager://{name}")) == (
        *(LookupRefused, 2),
        f"secretsmanager://{name} (from PROD_DATABASE_URL) does not say where the database is, and "
        f"it is not the master secret of a cluster in {REGION}",
        "name the cluster, or the address: ?cluster=… or ?host=…&database=… behind it",
    )


def test_a_cluster_without_a_database_needs_its_name(aws: Moto, look: Look) -> None:
    cluster = aws.cluster(MasterUserPassword="password")["DBClusterIdentifier"]
    name = aws.secret(LOGIN)
    told = "(from PROD_DATABASE_URL) leads to a cluster whose first database has no name"
    for text in (f"secretsmanager://{name}?cluster={cluster}", f"rds-iam://app@{cluster}"):
        assert said(look(text)) == (
            *(InvalidUrl, 2),
            f"{text.partition('?')[0]} {told}",
            "add ?database=… behind it"
            if "?" in text
            else "add it: rds-iam://user@cluster/database",
        )


def test_without_credentials_it_says_how_to_get_some(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert said(look("secretsmanager://prod/nobody")) == (
        *(LookupRefused, 2),
        "secretsmanager://prod/nobody (from PROD_DATABASE_URL) can't be looked up: Unable to "
        "locate credentials",
        "give the process a role (of its task, build or workflow), or log in: aws sso login",
    )


def test_without_a_region_it_says_where_to_name_one(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert said(look("ssm:///prod/nowhere")) == (
        *(LookupRefused, 2),
        "ssm:///prod/nowhere (from PROD_DATABASE_URL) does not say in which region it is",
        "add ?region=… to it, or set AWS_REGION",
    )


def test_a_profile_that_is_not_there_is_named(look: Look) -> None:
    assert said(look("ssm:///prod/profile?profile=staging")) == (
        *(LookupRefused, 2),
        "ssm:///prod/profile (from PROD_DATABASE_URL): The config profile (staging) could not be "
        "found",
        "correct ?profile=… or AWS_PROFILE",
    )
