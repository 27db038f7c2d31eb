"""What a reference stands for: looked up when a connection is made, kept in memory alone.

A value that the server refuses is looked up again, once: it may have been rotated meanwhile. A
token is signed for each connection. boto3 is loaded with the first lookup.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeVar

from daybreak.core.errors import InvalidUrl
from daybreak.core.reference import SecretRef, is_cluster, read_login, with_cluster, with_options
from daybreak.core.target import Target
from daybreak.core.url import Url
from daybreak.dialects import dialect_named
from daybreak.dialects.base import Trouble
from daybreak.edges.credential import read_secret

if TYPE_CHECKING:
    from daybreak.edges.aws import Aws

Made = TypeVar("Made")
Look = Callable[[Callable[[], Url]], Url]


def located(target: Target) -> Target:
    """`target` with the address that its reference stands for, looked up unless it is known.

    Raises LookupRefused, LookupUnanswered, ExtraMissing, InvalidUrl and its kin.
    """
    if target.reference is None:
        return target
    from daybreak.edges.tls import protected

    return protected(target.with_credential(_lookup(target.reference, target).url()))


def home_of(target: Target) -> str | None:
    """The name of the database, where a statement can name it: where it is a schema.

    Raises what `located` does.
    """
    dialect = dialect_named(target.url.dialect, target.source)
    return located(target).url.database if dialect.engine(0).schemas_stay else None


def at_once(look: Callable[[], Url]) -> Url:
    return look()


def connecting(target: Target, connect: Callable[[Target], Made], looking: Look = at_once) -> Made:
    """What `connect` makes of `target` with its credential of now.

    One that the server refuses is looked up again, and if it is another one by now, `connect` is
    called once more. `looking` calls what asks AWS, which may take seconds. Raises what `connect`
    does, and what `located` does.
    """
    if target.reference is None:
        return connect(target)
    from daybreak.edges.tls import protected

    lookup = _lookup(target.reference, target)
    dialect = dialect_named(target.url.dialect, target.source)
    found = looking(lookup.url)
    try:
        return connect(protected(target.with_credential(found)))
    except Exception as error:
        if dialect.trouble(error) is not Trouble.AUTHENTICATION:
            raise
        newer = looking(lambda: lookup.renewed(found))
        if newer == found:
            raise
    return connect(protected(target.with_credential(newer)))


class _Lookup(Protocol):
    def url(self) -> Url:
        """The whole URL, with a credential that was not refused yet."""
        ...

    def renewed(self, refused: Url) -> Url:
        """The URL after `refused` was; the same where nothing newer can be had."""
        ...


def _lookup(reference: SecretRef, target: Target) -> _Lookup:
    return _kept(reference, target.url.dialect, target.source)


@functools.cache  # so that all engines of a process share what was looked up
def _kept(reference: SecretRef, dialect: str, source: str) -> _Lookup:
    if reference.scheme == "rds-iam":
        return _Signed(reference, dialect, source)
    return _Stored(reference, dialect, source)


class _Stored:
    """A value of Secrets Manager or Parameter Store."""

    def __init__(self, reference: SecretRef, dialect: str, source: str) -> None:
        self._reference, self._dialect, self._source = reference, dialect, source
        self._lock = Lock()  # many connections are refused at once after a rotation
        self._found: Url | None = None

    def url(self) -> Url:
        return self._unless(None)

    def renewed(self, refused: Url) -> Url:
        return self._unless(refused)

    def _unless(self, useless: Url | None) -> Url:
        """What was found, looked up if nothing was or if that is of no use."""
        with self._lock:
            if self._found is None or self._found == useless:
                self._found = self._look()
            return self._found

    def _look(self) -> Url:
        from daybreak.edges.aws import Aws

        aws = Aws(self._reference, self._source)
        stored = aws.secret() if self._reference.scheme == "secretsmanager" else aws.parameter()
        what = f"{self._reference} (from {self._source})"
        secret = read_secret(stored.text, what, self._dialect)
        if secret.url.dialect != self._dialect:
            raise InvalidUrl(
                f"{what} is of {secret.url.dialect}, and the project's dialect is {self._dialect}",
                f'write dialect = "{secret.url.dialect}" in [tool.daybreak], or correct the name',
            )
        if not secret.url.username:
            raise InvalidUrl(f"{what} names no user", "let the secret hold user and password")
        url = with_options(secret.url, self._reference, self._source)
        if not url.host or not url.database:
            name = self._reference.option("cluster") or secret.cluster
            url = with_cluster(url, aws.cluster(name, stored.arn))
        return _whole(url, what, "add ?database=… behind it")


class _Signed:
    """A token for each connection, of which the address alone is kept."""

    def __init__(self, reference: SecretRef, dialect: str, source: str) -> None:
        self._reference, self._dialect, self._source = reference, dialect, source
        self._lock = Lock()

    def url(self) -> Url:
        with self._lock:
            login, aws = self._login, self._aws
        port = login.port or dialect_named(login.dialect, self._source).DEFAULT_PORT
        return login._replace(password=aws.token(login._replace(port=port)))

    def renewed(self, refused: Url) -> Url:
        """A new token would be refused like the one that was signed a moment ago."""
        return refused

    @functools.cached_property
    def _aws(self) -> Aws:
        from daybreak.edges.aws import Aws

        return Aws(self._reference, self._source)

    @functools.cached_property
    def _login(self) -> Url:
        url = read_login(self._reference, self._dialect, self._source)
        if is_cluster(url):
            cluster = self._aws.cluster(url.host, "")
            url = with_cluster(url._replace(host=None), cluster)
        what = f"{self._reference} (from {self._source})"
        return _whole(url, what, "add it: rds-iam://user@cluster/database")


def _whole(url: Url, what: str, cure: str) -> Url:
    """`url` without a driver, which the engine has chosen. Raises InvalidUrl without a database."""
    if not url.database:
        raise InvalidUrl(f"{what} leads to a cluster whose first database has no name", cure)
    return url._replace(driver=None)
