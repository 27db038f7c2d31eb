"""dev start, stop, status, url and psql: the embedded PostgreSQL that serves `dev`'s own URL."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from daybreak.core.devserver import Finding, Standing
from daybreak.core.errors import DevServerRefused, InvalidUrl, ServerDown
from daybreak.core.secret import Secret
from daybreak.core.target import Target
from daybreak.edges import embedded
from daybreak.edges.connect import LOOPBACK, dialect_of
from daybreak.edges.pgcluster import HOST, Server
from daybreak.edges.project import Project
from daybreak.edges.psql import Access, provision, talk
from daybreak.edges.settings import load_settings, resolve_target

DEFAULT_PORT = 5432


@dataclass(frozen=True)
class DevDatabase:
    """What `dev`'s URL asks of the server of the project in `root`."""

    root: Path
    target: Target
    access: Access
    name: str


@dataclass(frozen=True)
class Started:
    database: DevDatabase
    server: Server
    changed: bool


@dataclass(frozen=True)
class Status:
    database: DevDatabase
    finding: Finding
    data: Path
    other_project: str | None


def start(project: Project, *, major: int | None = None) -> Started:
    """Start the project's server if it does not run; make the URL's user and database.

    Raises DevServerRefused for a URL that it can't serve and a port that is somebody else's.
    """
    database = _dev_database(project)
    before = embedded.status(database.root, database.access.port).pid_file
    server = embedded.start(database.root, port=database.access.port, major=major)
    provision(
        server.admin,
        role=database.access.user,
        password=database.access.password,
        database=database.name,
    )
    return Started(database, server, changed=before is None or before.pid != server.pid)


def stop(project: Project) -> bool:
    """End the project's server; False when none runs."""
    return embedded.stop(project.root)


def status(project: Project) -> Status:
    """Who is at the address of `dev`'s URL."""
    database = _dev_database(project)
    finding = embedded.status(database.root, database.access.port)
    theirs = finding.listener.data if finding.listener else None
    ours = embedded.data_folder(database.root)
    other = embedded.project_of(theirs) if theirs and theirs != ours else None
    return Status(database, finding, ours, other)


def url(project: Project) -> str:
    """The URL of `dev`. A password of the user's own is masked; the fallback's is no secret."""
    target = _dev_database(project).target
    return str(target.url.render()) if target.fallback else target.shown


def psql(project: Project, arguments: list[str]) -> int:
    """Give the terminal to `psql` on `dev`'s database; its exit code. Raises ServerDown."""
    database = _dev_database(project)
    found = embedded.status(database.root, database.access.port).standing
    if found in (Standing.NOTHING, Standing.STALE, Standing.ELSEWHERE):
        raise ServerDown(f"nothing answers at {database.target.place}", "daybreak dev start")
    return talk(database.access, database.name, arguments)


def _dev_database(project: Project) -> DevDatabase:
    # This is about dev, whatever environment is in force
    target = resolve_target(load_settings(project, {**os.environ, "DAYBREAK_ENV": "dev"}))
    dialect, url = dialect_of(target), target.url
    if not dialect.EMBEDDED:
        raise DevServerRefused(
            f"the embedded server is PostgreSQL, and {target.source} asks for {dialect.LABEL}",
            f"start {dialect.LABEL} at {target.place}",
        )
    if url.host not in LOOPBACK:
        raise DevServerRefused(
            f"the embedded server serves localhost, and {target.source} names "
            f"{url.host or target.reference or 'no host'}",
            "use that server, or write localhost in DEV_DATABASE_URL",
        )
    if url.username is None or url.password is None or url.database is None:
        raise InvalidUrl(
            f"{target.source} lacks the user, the password or the database",
            "write postgresql://user:password@localhost:5432/database",
        )
    access = Access(url.host, url.port or DEFAULT_PORT, url.username, Secret(url.password))
    admin = Access(HOST, access.port)
    if access.user == admin.user and access.password != admin.password:
        raise DevServerRefused(
            f"{target.source} gives another password to {admin.user}, the embedded server's own "
            "superuser",
            f"write {admin.user}:{admin.password}, or another user, in DEV_DATABASE_URL",
        )
    return DevDatabase(project.root, target, access, url.database)
