"""What a reference says: a name, where to look for it, and what completes it."""

from __future__ import annotations

from typing import Any

import pytest

from daybreak.core.errors import InvalidUrl
from daybreak.core.reference import (
    SecretRef,
    cluster_of,
    parse_reference,
    read_login,
    with_cluster,
    with_options,
)
from daybreak.core.secret import Secret
from daybreak.core.url import Url

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf"
REFERENCES = {
    "secretsmanager://prod/app": SecretRef("secretsmanager", "prod/app"),
    "secretsmanager://rds!cluster-1a2b3c4d-5e6f": SecretRef(
        "secretsmanager", "rds!cluster-1a2b3c4d-5e6f"
    ),
    f"secretsmanager://{ARN}": SecretRef("secretsmanager", ARN),
    "secretsmanager://a%2Fb @:+=,#c": SecretRef("secretsmanager", "a%2Fb @:+=,#c"),
    "secretsmanager://app?region=eu-west-1&sslmode=verify-full": SecretRef(
        "secretsmanager", "app", (("region", "eu-west-1"), ("sslmode", "verify-full"))
    ),
    "ssm:///app/prod/url": SecretRef("ssm", "/app/prod/url"),
    "ssm://app.url?region=eu-west-1": SecretRef("ssm", "app.url", (("region", "eu-west-1"),)),
    "rds-iam://app@shop/shop": SecretRef("rds-iam", "app@shop/shop"),
    "postgresql://h/d": None,
    "ssm:app": None,
}


@pytest.mark.parametrize(("text", "reference"), REFERENCES.items(), ids=REFERENCES)
def test_a_reference_keeps_its_name_verbatim(text: str, reference: SecretRef | None) -> None:
    assert parse_reference(text, "X") == reference


WRONG = {
    "secretsmanager://": "PROD_DATABASE_URL says secretsmanager:// and names nothing",
    "ssm://?region=eu-west-1": "PROD_DATABASE_URL says ssm:// and names nothing",
    "secretsmanager://app?port=54.32": (
        "port=54.32 in PROD_DATABASE_URL is not a number between 1 and 65535"
    ),
    "rds-iam://app:hunter22@shop/shop": (
        "PROD_DATABASE_URL has a password, and rds-iam:// is for a token instead"
    ),
    "rds-iam://shop/shop": "PROD_DATABASE_URL is rds-iam:// without a user",
    "rds-iam://app@/shop": "PROD_DATABASE_URL is rds-iam:// without a cluster or host",
    "rds-iam://app@db.example.com": (
        "PROD_DATABASE_URL is rds-iam:// to a host without a database"
    ),
}


@pytest.mark.parametrize(("text", "problem"), WRONG.items(), ids=WRONG)
def test_a_wrong_reference_is_refused_before_anything_is_looked_up(text: str, problem: str) -> None:
    with pytest.raises(InvalidUrl) as caught:
        parse_reference(text, "PROD_DATABASE_URL")
    assert caught.value.problem == problem
    assert caught.value.cure


LOGINS = {
    "rds-iam://app@shop": Url("mysql", username="app", host="shop"),
    "rds-iam://app@shop/other": Url("mysql", username="app", host="shop", database="other"),
    "rds-iam://a%40b@db.example.com:3307/shop?region=eu-west-1&charset=utf8": Url(
        *("mysql", None, "a@b", None, "db.example.com", 3307, "shop", (("charset", "utf8"),))
    ),
}


@pytest.mark.parametrize(("text", "login"), LOGINS.items(), ids=LOGINS)
def test_a_token_is_for_a_user_at_a_cluster_or_host(text: str, login: Url) -> None:
    reference = parse_reference(text, "X")
    assert reference is not None
    assert read_login(reference, "mysql", "X") == login


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("secretsmanager://app", None),
        ("secretsmanager://app?region=us-east-1", "us-east-1"),
        (f"secretsmanager://{ARN}", "eu-west-1"),
        (f"secretsmanager://{ARN}?region=us-east-1", "us-east-1"),
        ("ssm://arn:aws-cn:ssm:cn-north-1:1:parameter/app", "cn-north-1"),
        ("secretsmanager://app?region=", None),
        ("rds-iam://app@shop.cluster-c2h5.eu-west-1.rds.amazonaws.com/shop", "eu-west-1"),
        ("rds-iam://a@s.cluster-ro-c2h5.us-gov-west-1.rds.amazonaws.com:1/s", "us-gov-west-1"),
        ("rds-iam://app@shop.cluster-c2h5.rds.cn-north-1.amazonaws.com.cn/shop", "cn-north-1"),
        ("rds-iam://app@a.eu-west-1.rds.amazonaws.com/shop?region=us-east-1", "us-east-1"),
        ("rds-iam://app@shop/a.eu-west-1.rds.amazonaws.com", None),
        ("rds-iam://app@a.eu-west-1.rds.amazonaws.com.example.com/shop", None),
    ],
)
def test_the_region_is_named_or_stands_in_the_arn_or_the_host(
    text: str, region: str | None
) -> None:
    reference = parse_reference(text, "X")
    assert reference is not None
    assert reference.region == region


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ssm:///app/url", "/app/url"),
        ("ssm://app/url", "/app/url"),
        ("ssm://app.url", "app.url"),
        (
            "ssm://arn:aws:ssm:eu-west-1:1:parameter/app",
            "arn:aws:ssm:eu-west-1:1:parameter/app",
        ),
    ],
)
def test_a_path_of_parameter_store_begins_with_a_slash(text: str, name: str) -> None:
    reference = parse_reference(text, "X")
    assert reference is not None
    assert reference.parameter == name


def test_what_the_reference_says_wins_over_the_secret() -> None:
    secret = Url(
        *("postgresql", None, "app", Secret("hunter22"), "old", 1, "old"),
        (("sslmode", "require"), ("application_name", "shop")),
    )
    reference = parse_reference(
        "secretsmanager://app?region=eu-west-1&cluster=shop&host=h&port=2&database=d"
        "&sslmode=verify-full",
        "X",
    )
    assert reference is not None
    assert with_options(secret, reference, "X") == Url(
        *("postgresql", None, "app", Secret("hunter22"), "h", 2, "d"),
        (("sslmode", "verify-full"), ("application_name", "shop")),
    )


@pytest.mark.parametrize(
    ("known", "whole"),
    [
        ({}, {"host": "shop.cluster-x", "port": 5433, "database": "shop"}),
        (
            {"host": "h", "port": 1, "database": "d"},
            {"host": "h", "port": 1, "database": "d"},
        ),
        ({"host": "h"}, {"host": "h", "port": 5433, "database": "shop"}),
    ],
)
def test_a_cluster_completes_what_is_not_known(
    known: dict[str, Any], whole: dict[str, Any]
) -> None:
    cluster = {"Endpoint": "shop.cluster-x", "Port": 5433, "DatabaseName": "shop"}
    assert with_cluster(Url("postgresql", **known), cluster) == Url("postgresql", **whole)


def test_a_managed_secret_belongs_to_the_cluster_that_names_it() -> None:
    clusters: list[dict[str, Any]] = [
        {"DBClusterIdentifier": "without"},
        {"DBClusterIdentifier": "other", "MasterUserSecret": {"SecretArn": f"{ARN}x"}},
        {"DBClusterIdentifier": "shop", "MasterUserSecret": {"SecretArn": ARN}},
    ]
    assert cluster_of(ARN, clusters) == clusters[2]
    assert cluster_of(ARN, clusters[:2]) is None


def test_a_reference_is_shown_as_it_is_written_but_for_a_password() -> None:
    reference = parse_reference("ssm://app?region=eu-west-1&sslpassword=hunter22", "X")
    assert reference is not None
    assert reference.written == "ssm://app?region=eu-west-1&sslpassword=***"
    assert str(reference) == "ssm://app"
