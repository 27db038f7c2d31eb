"""What makes others wait long is refused before it starts, and what nobody waits for is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import Project, make_project
from servers.postgresql import PostgreSQL

# 11 MB, and a table beside it that is small.
TABLES = (
    "CREATE TABLE events (id int NOT NULL, title text)",
    "INSERT INTO events SELECT n, repeat('x', 80) FROM generate_series(1, 100000) AS n",
    "ANALYZE events",
    "CREATE TABLE venues (id int, title text)",
    "INSERT INTO venues SELECT n, 'x' FROM generate_series(1, 1000) AS n",
)
INDEX = 'op.create_index("ix_title", "{}", ["title"])'
TO_BIGINT = 'op.alter_column("{}", "id", type_=sa.BigInteger())'
AUTOCOMMIT = "with op.get_context().autocommit_block():\n        "
ALLOWS = "pass\n\n\ndaybreak_allows = ({!r},)"


@pytest.fixture(scope="module")
def template(postgresql16: PostgreSQL) -> Iterator[str]:
    with postgresql16.fresh_database() as name:
        for sql in TABLES:
            postgresql16.execute(sql, database=name)
        yield name


@pytest.fixture
def database(postgresql16: PostgreSQL, template: str) -> Iterator[str]:
    with postgresql16.copied_database(template) as name:
        yield name


@pytest.fixture
def project(postgresql16: PostgreSQL, database: str, tmp_path: Path) -> Project:
    return make_project(tmp_path / "app", DEV_DATABASE_URL=postgresql16.url(database))


def test_an_index_is_refused_with_the_way_by_which_nobody_waits(project: Project) -> None:
    project.add_revision("a1", None, INDEX.format("events"))

    done = project.run("daybreak", "upgrade", "head")

    assert done.code == 3
    assert done.err == (
        "error  a1_.py:12 was refused, since others would wait for it: index build on "
        "events (about 100,000 rows, 11 MB) under SHARE: it builds an index, and writes wait. "
        "Nothing was changed\n"
        "next   do it so that nobody waits:\n"
        "    with op.get_context().autocommit_block():\n"
        '        op.execute("CREATE INDEX CONCURRENTLY ix_title ON events (title)")\n'
        "or, if they may wait that long, say so in the revision's file:\n"
        '    daybreak_allows = ("index build on events",)\n'
    )
    assert project.run("daybreak", "current").out.splitlines()[1:] == []


def test_what_the_file_allows_is_run(project: Project) -> None:
    project.add_revision("a1", None, TO_BIGINT.format("events"), ALLOWS.format("rewrite of events"))
    assert project.run("daybreak", "upgrade", "head").code == 0


def test_to_allow_one_thing_allows_no_other(project: Project) -> None:
    project.add_revision("a1", None, TO_BIGINT.format("events"), ALLOWS.format("scan of events"))
    assert project.run("daybreak", "upgrade", "head").code == 3


def test_what_nobody_can_be_allowed_is_named(project: Project) -> None:
    project.add_revision("a1", None, "pass", ALLOWS.format("everything"))
    done = project.run("daybreak", "upgrade", "head")
    assert (done.code, done.err.splitlines()[0]) == (
        2,
        "error  daybreak_allows in a1_.py has 'everything', which is nothing that can be allowed",
    )


def test_a_small_table_is_worked_on(project: Project) -> None:
    project.add_revision("a1", None, f"{INDEX.format('venues')}\n    {TO_BIGINT.format('venues')}")
    assert project.run("daybreak", "upgrade", "head").code == 0


def test_a_table_that_the_run_has_made_is_worked_on_however_large(project: Project) -> None:
    project.add_revision(
        "a1",
        None,
        f'op.execute("CREATE TABLE copied AS SELECT * FROM events")\n    {INDEX.format("copied")}',
    )
    project.add_revision("b2", "a1", TO_BIGINT.format("copied"))
    assert project.run("daybreak", "upgrade", "head").code == 0


def test_what_took_its_place_is_not_taken_for_it(project: Project) -> None:
    project.add_revision(
        "a1",
        None,
        'op.execute("CREATE TABLE copied (id int)")\n'
        '    op.rename_table("copied", "other")\n'
        '    op.rename_table("events", "copied")\n'
        f"    {TO_BIGINT.format('copied')}",
    )
    assert project.run("daybreak", "upgrade", "head").code == 3


def test_what_stays_of_the_run_before_it_is_said(project: Project) -> None:
    project.add_revision("a1", None, 'op.execute("CREATE TABLE first (id int)")')
    project.add_revision("b2", "a1", TO_BIGINT.format("events"))

    done = project.run("daybreak", "upgrade", "head")

    assert done.code == 7
    [error] = [line for line in done.err.splitlines() if line.startswith("error")]
    assert error == (
        "error  b2_.py:12 was refused, since others would wait for it: rewrite of events "
        "(about 100,000 rows, 11 MB) under ACCESS EXCLUSIVE: id becomes BIGINT, which is not "
        "stored as it was, and reads and writes wait. What was open was rolled back; 1 revision "
        "before it stayed applied"
    )


def test_a_revision_that_catches_the_refusal_goes_no_further(
    project: Project, postgresql16: PostgreSQL, database: str
) -> None:
    project.add_revision(
        "a1",
        None,
        f"try:\n        {INDEX.format('events')}\n    except Exception:\n        pass\n"
        '    op.execute("CREATE TABLE behind (id int)")',
    )
    assert project.run("daybreak", "upgrade", "head").code == 3
    assert postgresql16.execute("SELECT to_regclass('behind')", database=database) == [(None,)]


def test_to_take_back_is_no_lighter(project: Project) -> None:
    project.add_revision(
        "a1", None, 'op.execute("ALTER TABLE events ADD COLUMN b int")', INDEX.format("events")
    )
    assert project.run("daybreak", "upgrade", "head").code == 0
    assert project.run("daybreak", "downgrade", "base").code == 3


ONLINE = {
    "an index": [f'{AUTOCOMMIT}op.execute("CREATE INDEX CONCURRENTLY ix ON events (title)")'],
    "a key": [
        f'{AUTOCOMMIT}op.execute("CREATE UNIQUE INDEX CONCURRENTLY k ON events (id)")\n'
        '    op.execute("ALTER TABLE events ADD CONSTRAINT k PRIMARY KEY USING INDEX k")'
    ],
    "a check": [
        'op.execute("ALTER TABLE events ADD CONSTRAINT c CHECK (id > 0) NOT VALID")',
        'op.execute("ALTER TABLE events VALIDATE CONSTRAINT c")',
    ],
    "NOT NULL": [
        'op.execute("ALTER TABLE events ADD CONSTRAINT n CHECK (title IS NOT NULL) NOT VALID")',
        'op.execute("ALTER TABLE events VALIDATE CONSTRAINT n")\n'
        '    op.execute("ALTER TABLE events ALTER COLUMN title SET NOT NULL")\n'
        '    op.execute("ALTER TABLE events DROP CONSTRAINT n")',
    ],
    "a column": ['op.add_column("events", sa.Column("n", sa.Integer(), server_default="1"))'],
    "a longer text": ['op.alter_column("events", "title", type_=sa.String())'],
}


@pytest.mark.parametrize("upgrades", ONLINE.values(), ids=ONLINE)
def test_the_way_by_which_nobody_waits_is_open(project: Project, upgrades: list[str]) -> None:
    down = None
    for number, upgrade in enumerate(upgrades):
        project.add_revision(f"a{number}", down, upgrade)
        down = f"a{number}"
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.err


def test_to_validate_behind_another_lock_of_the_same_transaction_is_refused(
    project: Project,
) -> None:
    project.add_revision("a0", None, "\n    ".join(ONLINE["a check"]))
    assert project.run("daybreak", "upgrade", "head").code == 3


def test_a_plan_shows_what_is_refused_and_what_is_allowed(project: Project) -> None:
    project.add_revision("a1", None, INDEX.format("events"), ALLOWS.format("index build on events"))
    project.add_revision("b2", "a1", TO_BIGINT.format("events"))

    done = project.run("daybreak", "upgrade", "head", "--plan")

    assert done.out.splitlines()[1:] == [
        "↑ a1  revision a1",
        "  ── transaction",
        "  versions/a1_.py:12",
        "      CREATE INDEX ix_title ON events (title)",
        "      allowed index build on events (about 100,000 rows, 11 MB) under SHARE: it builds an "
        "index, and writes wait",
        "↑ b2  revision b2",
        "  ── transaction",
        "  versions/b2_.py:12",
        "      ALTER TABLE events ALTER COLUMN id TYPE BIGINT",
        "      refused rewrite of events (about 100,000 rows, 11 MB) under ACCESS EXCLUSIVE: id "
        "becomes BIGINT, which is not stored as it was, and reads and writes wait",
        "done   a plan, from no revision to b2: 2 revisions, 2 statements; nothing was changed",
    ]


def test_a_plan_tells_machines_the_same(project: Project) -> None:
    project.add_revision("a1", None, INDEX.format("events"))

    done = project.run("daybreak", "upgrade", "head", "--plan", "--json")

    [step] = json.loads(done.out)["steps"]
    [statement] = step["statements"]
    [work] = statement["works"]
    assert step["allows"] == []
    assert work.pop("bytes") > 10 * 2**20
    assert work == {
        "work": "index build on events",
        "allowed": False,
        "rows": 100000,
        "lock": "SHARE",
        "blocks": "writes",
        "why": "it builds an index",
        "online": "with op.get_context().autocommit_block():\n"
        '    op.execute("CREATE INDEX CONCURRENTLY ix_title ON events (title)")',
    }
