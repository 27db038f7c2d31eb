"""Projects that the tests of the reference system share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from generated import FIRST, Generated, generate, on_fresh_database
from servers.server import Server


@pytest.fixture
def new(server: Server, database: str, tmp_path: Path) -> Generated:
    """What `daybreak init` makes, without a revision; `dev` is an empty database."""
    return generate(tmp_path, "--dialect", server.dialect).on(server, database)


@pytest.fixture(scope="session")
def made_before() -> dict[str, Generated]:
    """By server: making one takes seconds, and nobody changes it."""
    return {}


@pytest.fixture(scope="module")
def made(
    server: Server,
    made_before: dict[str, Generated],
    tmp_path_factory: pytest.TempPathFactory,
) -> Generated:
    """A generated project with its first revision, for reading and for copies."""
    if server.version not in made_before:
        project = generate(tmp_path_factory.mktemp("made"), "--dialect", server.dialect)
        with on_fresh_database(project, server) as (at_database, _):
            at_database.run("revision", "-m", FIRST)
        made_before[server.version] = project
    return made_before[server.version]


@pytest.fixture
def project(made: Generated, server: Server, database: str, tmp_path: Path) -> Generated:
    """A project with its first revision, which a test may change; `dev` is an empty database."""
    shutil.copytree(made.root, tmp_path / "myapp")
    return Generated(tmp_path / "myapp").on(server, database)


@pytest.fixture(scope="module")
def migrated(made: Generated, server: Server) -> Iterator[tuple[Generated, str]]:
    """`made` at head on a database of its own, whose name is the second; for reading."""
    with on_fresh_database(made, server) as (project, database):
        project.run("upgrade", "head")
        yield project, database
