"""Where no change can be made, every command that makes one is refused by name before all else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from projects import VENUES, Project, make_project
from servers.debian import NoDebianMirror
from servers.mysql import described, fail_or_skip
from servers.mysqld import temporary_mysqld
from servers.server import Server

# The admin may write on such a server all the same, and would.
CLOSE = {
    "postgresql": (
        "ALTER DATABASE {database} SET default_transaction_read_only = on",
        "read-only (default_transaction_read_only is on for this database)",
    ),
    "mysql": (
        "SET GLOBAL super_read_only = ON",
        "a read-only server (super_read_only is on)",
    ),
}
OPEN = {
    "postgresql": ["ALTER DATABASE {database} SET default_transaction_read_only = off"],
    "mysql": ["SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF"],
}
COMMANDS = ("upgrade head", "upgrade 0001", "downgrade base", "stamp 0001", "ensure_version")


@contextmanager
def closed(server: Server, database: str) -> Iterator[str]:
    """What the server is, which takes no changes during the block."""
    close, what = CLOSE[server.dialect]
    server.execute(close.format(database=database))
    try:
        yield what
    finally:
        for sql in OPEN[server.dialect]:
            server.execute(sql.format(database=database))


def with_rows(folder: Path, server: Server, database: str, **variables: str) -> Project:
    """A downgrade of it would drop a row."""
    project = make_project(folder / "myapp", server.dialect, **variables)
    project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
    assert project.run("daybreak", "upgrade", "head").code == 0
    server.execute("INSERT INTO venues (name) VALUES ('x')", database=database)
    return project


def test_a_reader_is_named_before_anything_else(
    server: Server, database: str, tmp_path: Path
) -> None:
    project = with_rows(tmp_path, server, database, DEV_DATABASE_URL=server.url(database))
    project.add_revision("0002", "0001", 'op.create_table("tours", sa.Column("id", sa.Integer()))')

    with closed(server, database) as what:
        at = f"{database}@{server.host}:{server.port}"
        for words in COMMANDS:
            command, *_ = words.split()
            refused = f"{command} was refused: {at} is {what}. Nothing was changed\n"
            ours = project.run("daybreak", *words.split())
            assert (ours.code, ours.out) == (3, "")
            assert ours.err.startswith(f"error  {refused}")
            plain = project.run("alembic", *words.split())
            assert plain.out.startswith(f"FAILED: {refused}")


@pytest.mark.parametrize("command", ["downgrade", "stamp"])
def test_a_person_is_not_asked_for_what_a_reader_refuses(
    server: Server, database: str, tmp_path: Path, command: str
) -> None:
    prod = {"ENV": "prod", "PROD_DATABASE_URL": server.url(database)}
    project = with_rows(tmp_path, server, database, **prod)

    with closed(server, database) as what:
        done = project.answer("y", "daybreak", command, "base")

    assert done.code == 3
    assert done.out.startswith(f"error  {command} was refused: ")
    assert f" is {what}. Nothing was changed\n" in done.out


@pytest.mark.server
def test_a_mysql_that_reads_only_by_its_storage_engine_is_named(tmp_path: Path) -> None:
    """As Aurora's readers are. It has none of our databases: one of its own is as good."""
    try:
        with temporary_mysqld("--innodb-read-only") as port:
            server = described("127.0.0.1", port, "root", "")
            url = server.url("sys")
            project = make_project(tmp_path / "myapp", "mysql", DEV_DATABASE_URL=url)
            project.add_revision("0001", None, VENUES)
            done = project.run("daybreak", "upgrade", "head")
    except NoDebianMirror as reason:
        fail_or_skip(reason)
    assert (done.code, done.err.splitlines()[0]) == (
        3,
        f"error  upgrade was refused: sys@127.0.0.1:{port} is a read-only server (innodb_read_only "
        "is on). Nothing was changed",
    )
