"""AWS, as far as a reference needs it: a moto server on loopback, which ends with the run.

Each test names its secrets and clusters anew, as one server serves them all.
"""

from __future__ import annotations

import secrets
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
# Nothing of the machine's own: no profile, no role of an instance.
ALONE = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Moto:
    url: str

    @property
    def variables(self) -> Mapping[str, str]:
        """What leads boto3 here."""
        region = {"AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": self.url}
        return {**ALONE, **CREDENTIALS, **region}

    def client(self, service: str, region: str = REGION, **keys: str) -> Any:
        given = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", **keys}
        return boto3.client(service, endpoint_url=self.url, region_name=region, **given)

    def secret(self, text: str, region: str = REGION) -> str:
        """The name of a new secret with this value."""
        name = f"prod/app-{secrets.token_hex(4)}"
        self.client("secretsmanager", region).create_secret(Name=name, SecretString=text)
        return name

    def rotate(self, name: str, text: str) -> None:
        self.client("secretsmanager").put_secret_value(SecretId=name, SecretString=text)

    def parameter(self, text: str) -> str:
        """The name of a new SecureString with this value."""
        name = f"/app/{secrets.token_hex(4)}/url"
        self.client("ssm").put_parameter(Name=name, Value=text, Type="SecureString")
        return name

    def cluster(self, engine: str = "aurora-postgresql", **parts: Any) -> dict[str, Any]:
        """A new cluster, as it is described. Its endpoint leads nowhere."""
        made: dict[str, Any] = self.client("rds").create_db_cluster(
            DBClusterIdentifier=f"shop-{secrets.token_hex(4)}",
            **{"Engine": engine, "MasterUsername": "admin", **parts},
        )["DBCluster"]
        return made

    @contextmanager
    def asking_for_rights(self) -> Iterator[None]:
        """While it lasts, moto refuses what IAM does not allow."""
        self._post("/moto-api/reset-auth", b"0")
        try:
            yield
        finally:
            self._post("/moto-api/reset-auth", b"Infinity")

    def _post(self, path: str, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=body, headers=headers)
        urllib.request.urlopen(request).close()


@contextmanager
def running_moto() -> Iterator[Moto]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Moto(f"http://{host}:{port}")
    finally:
        server.stop()
