"""What moto (5.2.5) never answers: no time for anybody, no way to AWS, and refusals in AWS's words.

It refuses Secrets Manager and Parameter Store in XML, which their clients can't read, knows no keys
of one's own, and takes any credentials: so botocore's Stubber speaks in its place. Throttling is a
server that says nothing else.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from daybreak.core.errors import ExtraMissing, LookupRefused, LookupUnanswered
from daybreak.edges.aws import Aws
from daybreak.edges.pgtemporary import free_port
from edges.lookup_errors import Look, looking, said
from servers.moto import REGION, Moto

RENEW = "for example by aws sso login; aws sts get-caller-identity tells whose they are"


@pytest.fixture
def look(aws: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    return looking(tmp_path, monkeypatch)


@contextmanager
def throttling() -> Iterator[tuple[str, list[str]]]:
    """A server that has no time for anybody, and the requests that it got."""
    asked: list[str] = []

    class Busy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.headers["X-Amz-Target"])
            body = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_throttling_is_met_by_boto3s_own_attempts_and_then_told(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    with throttling() as (endpoint, asked):
        error = look(f"secretsmanager://prod/busy?endpoint_url={endpoint}")
    assert asked == ["secretsmanager.GetSecretValue"] * 2
    assert said(error) == (
        *(LookupUnanswered, 6),
        "secretsmanager://prod/busy (from PROD_DATABASE_URL): AWS did not answer, also when asked "
        "again (ThrottlingException): Rate exceeded",
        "try again",
    )


def test_an_endpoint_that_does_not_answer_is_told_from_a_refusal(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    endpoint = f"http://127.0.0.1:{free_port()}"
    assert said(look(f"ssm:///prod/silent?endpoint_url={endpoint}")) == (
        *(LookupUnanswered, 6),
        "ssm:///prod/silent (from PROD_DATABASE_URL): AWS can't be reached: Could not connect to "
        f'the endpoint URL: "{endpoint}/"',
        "check the way to it: in a VPC without internet access it is an interface endpoint for ssm",
    )


STUBBED = {
    "AccessDenied": (
        "User: arn:aws:sts::123456789012:assumed-role/deploy/1 is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: prod/app because no identity-based policy "
        "allows the secretsmanager:GetSecretValue action",
        "was refused: User: arn:aws:sts::123456789012:assumed-role/deploy/1 is not authorized to "
        "perform: secretsmanager:GetSecretValue on resource: prod/app because no identity-based "
        "policy allows the secretsmanager:GetSecretValue action",
        "allow this identity secretsmanager:GetSecretValue, and kms:Decrypt if a key of your own "
        "encrypts it",
    ),
    "AccessDeniedException": (
        "Access to KMS is not allowed",
        "was refused: Access to KMS is not allowed",
        "allow this identity secretsmanager:GetSecretValue, and kms:Decrypt if a key of your own "
        "encrypts it",
    ),
    "DecryptionFailure": (
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
        "was refused: Secrets Manager can't decrypt the protected secret text using the provided "
        "KMS key",
        "allow this identity secretsmanager:GetSecretValue, and kms:Decrypt if a key of your own "
        "encrypts it",
    ),
    "InvalidRequestException": (
        "You can't perform this operation on the secret because it was marked for deletion.",
        "is scheduled for deletion",
        "aws secretsmanager restore-secret --secret-id '{name}', or name another",
    ),
    "ExpiredTokenException": (
        "The security token included in the request is expired",
        "is not given to these credentials: The security token included in the request is expired",
        f"renew them, {RENEW}",
    ),
    "UnrecognizedClientException": (
        "The security token included in the request is invalid.",
        "is not given to these credentials: The security token included in the request is invalid",
        f"renew them, {RENEW}",
    ),
    "SomethingNew": (
        "Nobody has heard of it.",
        "can't be looked up (SomethingNew): Nobody has heard of it",
        "mend it in AWS; aws sts get-caller-identity tells whose the credentials are",
    ),
}


@pytest.mark.parametrize(("code", "told"), STUBBED.items(), ids=STUBBED)
def test_what_moto_never_answers_is_told_too(
    code: str, told: tuple[str, str, str], look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    monkeypatch.setattr(Aws, "_client", lambda *_: client)
    words, problem, cure = told
    name = f"stubbed-{code}"
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", code, words)
        assert said(look(f"secretsmanager://{name}")) == (
            *(LookupRefused, 2),
            f"secretsmanager://{name} (from PROD_DATABASE_URL) {problem}",
            cure.format(name=name),
        )


def test_a_role_that_can_not_be_taken_is_told_from_a_right_that_is_missing(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("rds", region_name=REGION)
    denied = ClientError(
        {
            "Error": {
                "Code": "AccessDenied",
                "Message": "User: ci is not authorized to perform: sts:AssumeRole on resource: x",
            }
        },
        "AssumeRole",
    )

    def refuse(*_: Any) -> str:
        raise denied

    monkeypatch.setattr(client, "generate_db_auth_token", refuse)
    monkeypatch.setattr(Aws, "_client", lambda *_: client)
    assert said(look("rds-iam://app@db.example.com/role")) == (
        *(LookupRefused, 2),
        "rds-iam://app@db.example.com/role (from PROD_DATABASE_URL): the role that asks can't be "
        "taken: User: ci is not authorized to perform: sts:AssumeRole on resource: x",
        "allow what is named there, or take another role: AWS_PROFILE, or that of the process",
    )


def test_without_boto3_the_error_says_what_to_install(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "boto3" else find(name)
    )
    assert said(look("secretsmanager://prod/none-installed?host=h")) == (
        *(ExtraMissing, 2),
        "secretsmanager://prod/none-installed (from PROD_DATABASE_URL) needs a part of Daybreak "
        "that is not installed",
        "uv add 'daybreak[aws]', or: pip install \"daybreak[aws]\"",
    )
