"""AWS, through boto3: the few questions that a reference needs answered, and tokens."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import logging
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from daybreak.core.errors import ExtraMissing, InvalidUrl, LookupRefused
from daybreak.core.reference import SecretRef, cluster_of
from daybreak.core.refusal import why_refused
from daybreak.core.secret import Secret, Token
from daybreak.core.url import Url
from daybreak.dialects.base import CONNECT_TIMEOUT_S

# Whether it is us for whom botocore works, in this thread.
_asking = ContextVar("_asking", default=False)


def _discreet(record: logging.LogRecord) -> bool:
    """At DEBUG botocore tells whole answers, with the secret in them, and signatures."""
    return record.levelno > logging.DEBUG or not _asking.get()


class Value(NamedTuple):
    """What is kept under a name, and the name that AWS itself has for it."""

    text: Secret
    arn: str


class Aws:
    """What AWS tells of one reference, which stood in `source`.

    Region, profile and endpoint are the reference's or else boto3's own, and so are the attempts.
    Each method raises LookupRefused or LookupUnanswered.
    """

    def __init__(self, reference: SecretRef, source: str) -> None:
        """Raises ExtraMissing without boto3, LookupRefused for a profile that is not there."""
        if importlib.util.find_spec("boto3") is None:
            raise ExtraMissing(f"{reference} (from {source})", "aws")
        self._reference, self._source = reference, source
        import boto3

        with self._explained(""):
            self._session = boto3.Session(
                profile_name=reference.option("profile"), region_name=reference.region
            )

    def secret(self) -> Value:
        """The current value of a secret. Raises InvalidUrl, too, for one that is no text."""
        with self._explained("secretsmanager:GetSecretValue"):
            answer = self._client("secretsmanager").get_secret_value(SecretId=self._reference.name)
        if "SecretString" not in answer:
            raise InvalidUrl(
                f"{self._reference} (from {self._source}) is a binary secret",
                "keep the database secret's JSON, or a URL, as its text",
            )
        return Value(Secret(answer["SecretString"].strip()), answer["ARN"])

    def parameter(self) -> Value:
        """The value of a parameter, decrypted."""
        with self._explained("ssm:GetParameter"):
            answer = self._client("ssm").get_parameter(
                Name=self._reference.parameter, WithDecryption=True
            )["Parameter"]
        return Value(Secret(answer["Value"].strip()), answer["ARN"])

    def cluster(self, name: str | None, secret: str) -> Mapping[str, Any]:
        """The description of the cluster `name`, or of the one whose master user has `secret`."""
        with self._explained("rds:DescribeDBClusters"):
            if name is not None:
                found = self._rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
                return dict(found[0])
            pages = self._rds.get_paginator("describe_db_clusters").paginate()
            owner = cluster_of(secret, (each for page in pages for each in page["DBClusters"]))
        if owner is None:
            raise LookupRefused(
                f"{self._reference} (from {self._source}) does not say where the database is, and "
                f"it is not the master secret of a cluster in {self._session.region_name}",
                "name the cluster, or the address: ?cluster=… or ?host=…&database=… behind it",
            )
        return owner

    def token(self, url: Url) -> Token:
        """A password for 15 minutes, signed here for that user, host and port: AWS is not asked."""
        with self._explained("rds-db:connect"):
            return Token(self._rds.generate_db_auth_token(url.host, url.port, url.username))

    @functools.cached_property
    def _rds(self) -> Any:
        return self._client("rds")

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        timeouts = Config(connect_timeout=CONNECT_TIMEOUT_S, read_timeout=CONNECT_TIMEOUT_S)
        client = self._session.client(
            service, endpoint_url=self._reference.option("endpoint_url"), config=timeouts
        )
        for name in list(logging.root.manager.loggerDict):
            if name.startswith("botocore"):
                logging.getLogger(name).addFilter(_discreet)
        return client

    @contextlib.contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        asking = _asking.set(True)
        try:
            yield
        except ClientError as error:
            answer = error.response["Error"]
            code, words = answer.get("Code", ""), answer.get("Message", "")
        except BotoCoreError as error:
            code, words = type(error).__name__, str(error)
        else:
            return
        finally:
            _asking.reset(asking)
        session = getattr(self, "_session", None)
        region = session.region_name if session is not None else None
        raise why_refused(self._reference, self._source, action, code, words, region)
