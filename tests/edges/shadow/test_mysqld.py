"""A MySQL of our own: started from an installed program, kept for the next command."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybreak.edges.account import server_account
from daybreak.edges.pgcluster import command_line
from daybreak.edges.places import cache_place, temporary_folder
from edges.shadow.open_shadow import open_with, settings_of
from servers import Server
from servers.mysql import URL_VARIABLE
from servers.mysqld import _mysqld

pytestmark = pytest.mark.slow

NOWHERE = {"DEV_DATABASE_URL": "mysql://nobody@127.0.0.1:1/none"}

# A program of the usual name, which finds its libraries where the tests' MySQL has them.
PROGRAM = """#!/bin/sh
[ "$1" = --no-defaults ] && shift
exec {command} "$@"
"""


@pytest.fixture
def program(mysql: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The tests' own MySQL as an installed one; it is in the cache once the fixture ran."""
    folder = cache_place(server_account()) / "mysql"
    if not folder.exists():
        pytest.skip(f"the MySQL of {URL_VARIABLE} is not on this machine")
    place = temporary_folder(server_account())
    place.chmod(0o755)
    file = place / "mysqld"
    file.write_text(PROGRAM.format(command=" ".join(map(str, _mysqld(folder)))))
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")
    yield file
    shutil.rmtree(place)


def test_an_installed_mysql_is_started_and_its_templates_stay(program: Path, root: Path) -> None:
    settings = settings_of(root, NOWHERE)
    with open_with(settings) as first:
        name = first.template("one", lambda c: c.exec_driver_sql("CREATE TABLE t (id int)"))
        label, dedicated = first.label, first.dedicated
    with open_with(settings) as second:
        kept = second.templates()

    assert label.startswith("MySQL ")
    assert label.endswith(f", {program}")
    assert dedicated
    assert kept == [name]


def test_its_password_is_random_and_shows_nowhere(program: Path, root: Path) -> None:
    with open_with(settings_of(root, NOWHERE)) as shadow:
        password = shadow.place.target.url.password
        lines = [command_line(int(each.name)) for each in Path("/proc").glob("[0-9]*")]

    assert password
    assert len(password) == 32
    assert [line for line in lines if password in line] == []
    assert any("mysqld" in line for line in lines)
