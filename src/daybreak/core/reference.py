"""A reference: a credential that is named where a URL can stand, and looked up when it is used.

    secretsmanager://NAME-or-ARN     a secret of AWS Secrets Manager
    ssm://PATH                       a parameter of AWS Systems Manager
    rds-iam://user@cluster/database  no secret at all: a token, signed for each connection

What follows a `?` says where to look (`region`, `profile`, `endpoint_url`), what the secret leaves
out (`cluster`, `host`, `port`, `database`), and else is the query of the URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from daybreak.core.errors import InvalidUrl
from daybreak.core.url import Url, parse_url

_SHAPE = re.compile(
    r"(?P<scheme>secretsmanager|ssm|rds-iam)://(?P<name>[^?]*)(?:\?(?P<options>.*))?", re.DOTALL
)
_WHERE_TO_LOOK = ("region", "profile", "endpoint_url")
_LEFT_OUT = ("cluster", "host", "port", "database")

# `arn:aws:ssm:eu-west-1:…`, and `app@shop.cluster-c2h5.eu-west-1.rds.amazonaws.com:5432/shop`.
_REGION = re.compile(
    r"^arn:[\w-]+:(?:secretsmanager|ssm):(?P<arn>[a-z0-9-]+):"
    r"|^[^/]*\.(?P<host>[a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?=[:/]|$)"
    r"|^[^/]*\.rds\.(?P<china>cn-[a-z]+-\d)\.amazonaws\.com\.cn(?=[:/]|$)"
)


class SecretRef(NamedTuple):
    """A reference, taken apart. It holds no secret."""

    scheme: str
    name: str
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """As people know it, without what follows the `?`."""
        return f"{self.scheme}://{self.name}"

    @property
    def written(self) -> str:
        """As it stands in the settings; what calls itself a password is masked."""
        told = [(name, "***" if "pass" in name.lower() else text) for name, text in self.options]
        query = "&".join(f"{name}={text}" for name, text in told)
        return f"{self}?{query}" if query else str(self)

    def option(self, name: str) -> str | None:
        return dict(self.options).get(name) or None

    @property
    def region(self) -> str | None:
        """The region that the reference names itself; None leaves it to boto3.

        A token that is signed for another region than the cluster's is refused.
        """
        match = _REGION.search(self.name)
        told = match and (match["arn"] or match["host"] or match["china"])
        return self.option("region") or told

    @property
    def parameter(self) -> str:
        """The name as Parameter Store takes it: a path begins with a slash, or is not one."""
        is_path = "/" in self.name and not self.name.startswith(("/", "arn:"))
        return f"/{self.name}" if is_path else self.name


def parse_reference(text: str, source: str) -> SecretRef | None:
    """The reference that `text` is, None for any other text. `source` says where it stood.

    All between `://` and `?` is the secret's name, verbatim. Raises InvalidUrl.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    options = tuple(parse_qsl(match["options"] or "", keep_blank_values=True))
    reference = SecretRef(match["scheme"], match["name"], options)
    if not reference.name:
        raise InvalidUrl(
            f"{source} says {reference} and names nothing",
            f"write {reference}NAME, or the ARN",
        )
    if reference.scheme == "rds-iam":
        read_login(reference, "postgresql", source)
    _port(reference, source)
    return reference


def read_login(reference: SecretRef, dialect: str, source: str) -> Url:
    """Who connects where by a token: `rds-iam://user@host:port/database`. Raises InvalidUrl."""
    shape = "write rds-iam://user@cluster-or-host/database"
    query = tuple(pair for pair in reference.options if pair[0] not in _WHERE_TO_LOOK)
    url = parse_url(f"{dialect}://{reference.name}", source)
    if url.password is not None:
        raise InvalidUrl(f"{source} has a password, and rds-iam:// is for a token instead", shape)
    if url.username is None or url.host is None:
        lacks = "user" if url.username is None else "cluster or host"
        raise InvalidUrl(f"{source} is rds-iam:// without a {lacks}", shape)
    if url.database is None and not is_cluster(url):
        raise InvalidUrl(f"{source} is rds-iam:// to a host without a database", shape)
    return url._replace(query=query)


def is_cluster(url: Url) -> bool:
    """Whether the host is the bare name of a cluster, which has no dot."""
    host = url.host or ""
    return not {".", ":"} & {*host}


def with_options(url: Url, reference: SecretRef, source: str) -> Url:
    """`url`, in which what the reference says itself wins over what the secret says."""
    ours = {*_WHERE_TO_LOOK, *_LEFT_OUT}
    more = {name: text for name, text in reference.options if name not in ours}
    return url._replace(
        host=reference.option("host") or url.host,
        port=_port(reference, source) or url.port,
        database=reference.option("database") or url.database,
        query=tuple({**dict(url.query), **more}.items()),
    )


def with_cluster(url: Url, cluster: Mapping[str, Any]) -> Url:
    """`url`, completed from what DescribeDBClusters tells of the cluster."""
    return url._replace(
        host=url.host or cluster.get("Endpoint"),
        port=url.port or cluster.get("Port"),
        database=url.database or cluster.get("DatabaseName"),
    )


def cluster_of(secret: str, clusters: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The one of `clusters` whose master user has the secret of that ARN."""
    for cluster in clusters:
        if cluster.get("MasterUserSecret", {}).get("SecretArn") == secret:
            return cluster
    return None


def _port(reference: SecretRef, source: str) -> int | None:
    text = reference.option("port")
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise InvalidUrl(
            f"port={text} in {source} is not a number between 1 and 65535",
            "correct it, or leave it out",
        )
    return int(text)
