"""Runs of other shapes are killed, too: other drivers and options, downgrades, several heads."""

from __future__ import annotations

import py_compile
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from killing.histories import HISTORIES, write_history
from killing.runs import ALL, SEED, Asked, Ended, forks_in, state
from projects import Project, make_project
from servers.postgresql import PostgreSQL
from servers.server import Server

SAMPLE = 1000 if ALL else 4
DRIVERS = {"postgresql": "psycopg2", "mysql": "pymysql"}
NO_FAULTS: Mapping[int, str] = {}
ENV = "import daybreak.env\n\ndaybreak.env.run({options})\n"

# What env.py says, the driver, and how far: e5 executes a COMMIT, behind which psycopg 3 begins a
# new transaction, so that no CREATE INDEX CONCURRENTLY can follow, with plain Alembic neither.
SHAPES = {
    "one transaction for all revisions": ("transaction_per_migration=False", "psycopg2", "head"),
    "psycopg 3": ("", "psycopg", "d4"),
    "a version table of another name": ("version_table='versions'", "psycopg2", "head"),
    "a version table in a schema": (
        "version_table='its versions', version_table_schema='Odd'",
        "psycopg2",
        "head",
    ),
}
DOWN = 'with op.get_context().autocommit_block():\n        op.execute("{first}")\n    {rest}'


@pytest.mark.parametrize("shape", list(SHAPES))
def test_a_killed_run_is_finished_by_the_next_one_in_every_shape(
    postgresql16: PostgreSQL, tmp_path: Path, shape: str
) -> None:
    options, driver, goal = SHAPES[shape]
    project = make_project(tmp_path / "app")
    write_history(project, HISTORIES["postgresql"])
    project.write("alembic/env.py", ENV.format(options=options))
    _kill_and_finish(postgresql16, project, Asked("", goal=goal), driver)


def test_a_killed_run_whose_version_table_is_in_another_database_is_finished_by_the_next_one(
    mysql: Server, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "app")
    write_history(project, HISTORIES["mysql"])
    with mysql.fresh_database() as elsewhere:
        options = f"version_table='its versions', version_table_schema={elsewhere!r}"
        project.write("alembic/env.py", ENV.format(options=options))
        _kill_and_finish(mysql, project, Asked(""), "pymysql", elsewhere=elsewhere)


def test_a_killed_downgrade_is_finished_by_the_next_one(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "app")
    project.add_revision("a1", None, 'op.execute("CREATE TABLE a (x int)")', "op.drop_table('a')")
    project.add_revision(
        "b2",
        "a1",
        'op.execute("ALTER TABLE a ADD y int")\n    op.execute("CREATE INDEX ix ON a (y)")',
        DOWN.format(
            first="DROP INDEX CONCURRENTLY ix",
            rest='op.execute("INSERT INTO a (x) VALUES (1)")\n    op.drop_column("a", "y")',
        ),
    )
    project.add_revision("c3", "b2", 'op.execute("CREATE TABLE c (x int)")', "op.drop_table('c')")
    _kill_and_finish(postgresql16, project, Asked("", command="downgrade", goal="a1"), "psycopg2")


def test_a_killed_run_to_several_heads_is_finished_by_the_next_one(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "app")
    project.add_revision("a1", None, 'op.execute("CREATE TABLE a (x int)")')
    for name in ("b2", "c3"):
        first = f"CREATE INDEX CONCURRENTLY ix_{name} ON a (x)"
        rest = 'op.execute("INSERT INTO a VALUES (1)")'
        project.add_revision(name, "a1", DOWN.format(first=first, rest=rest))
    _kill_and_finish(postgresql16, project, Asked("", goal="heads"), "psycopg2")


def test_a_killed_run_over_two_branches_to_their_merge_is_finished_by_the_next_one(
    server: Server, tmp_path: Path
) -> None:
    _kill_and_finish(server, _merging(tmp_path, server), Asked(""), DRIVERS[server.dialect])


def test_a_killed_run_of_revisions_without_their_sources_is_finished_by_the_next_one(
    server: Server, tmp_path: Path
) -> None:
    """As in an image of bytecode alone, for which alembic.ini says `sourceless = true`."""
    project = _merging(tmp_path, server)
    ini = project.root / "alembic.ini"
    ini.write_text(f"{ini.read_text()}sourceless = true\n")
    for path in (project.root / "alembic/versions").glob("*.py"):
        py_compile.compile(str(path), cfile=str(path.with_suffix(".pyc")))
        path.unlink()
    _kill_and_finish(server, project, Asked(""), DRIVERS[server.dialect])


def _merging(folder: Path, server: Server) -> Project:
    """Two branches from a1 that meet in d4."""
    project = make_project(folder / "app", server.dialect)
    project.add_revision("a1", None, 'op.execute("CREATE TABLE a (x int)")')
    branch = {
        "postgresql": DOWN.format(first="CREATE INDEX CONCURRENTLY ix_{0} ON a (x)", rest="{1}"),
        "mysql": 'op.execute("CREATE INDEX ix_{0} ON a (x)")\n    {1}',
    }[server.dialect]
    for name in ("b2", "c3"):
        body = branch.format(name, 'op.execute("INSERT INTO a VALUES (1)")')
        project.add_revision(name, "a1", body)
    project.add_revision(
        "d4",
        "of both",
        'op.execute("INSERT INTO a VALUES (2)")\n    op.execute("ALTER TABLE a ADD y int")\n'
        '    op.execute("UPDATE a SET y = x")',
    )
    path = project.root / "alembic/versions/d4_.py"
    path.write_text(path.read_text().replace("'of both'", "('b2', 'c3')"))
    return project


def _kill_and_finish(
    server: Server, project: Project, asked: Asked, driver: str, *, elsewhere: str | None = None
) -> None:
    """Kill the run that is asked for at some of its points; each time the next one finishes it."""
    with forks_in(project.root) as forks:

        def run(database: str, faults: Mapping[int, str] = NO_FAULTS) -> Ended:
            return forks.run(replace(asked, url=server.url(database, driver), faults=faults))

        def prepare(database: str) -> None:
            if server.dialect == "postgresql":
                server.execute('CREATE SCHEMA "Odd"', database=database)
            for table in ("its versions", "daybreak_journal") if elsewhere else ():
                server.execute(f"DROP TABLE IF EXISTS `{table}`", database=elsewhere)
            if asked.command == "downgrade":
                assert forks.run(Asked(server.url(database, driver))).code == 0

        with server.fresh_database() as database:
            prepare(database)
            undisturbed = run(database)
            assert undisturbed.code == 0, undisturbed
            wanted = state(server.url(database))
        points = range(1, len(undisturbed.events) + 1)
        chosen = random.Random(SEED).sample(points, min(SAMPLE, len(points)))
        wrong = []
        for point in chosen:
            with server.fresh_database() as database:
                prepare(database)
                killed = run(database, {point: "SIGKILL"})
                assert killed.signal == 9, killed
                after = run(database)
                if after.code != 0 or state(server.url(database)) != wanted:
                    wrong.append(f"{point}, {killed.events[-1]}: {after}")
    assert not wrong, f"seed {SEED}:\n" + "\n".join(wrong)
