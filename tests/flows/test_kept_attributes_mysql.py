"""What a column of MySQL has, no `op.alter_column` takes away by leaving it out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import Project, make_project
from servers.mysql import MySQL

EVENTS = """
CREATE TABLE events (
    id INT PRIMARY KEY AUTO_INCREMENT,
    title VARCHAR(10) NOT NULL DEFAULT 'none' COMMENT 'the title',
    code VARCHAR(10) COLLATE utf8mb4_bin NULL,
    hidden INT NULL INVISIBLE,
    doubled INT GENERATED ALWAYS AS (hidden * 2) VIRTUAL,
    at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    plain INT NULL
)
"""
ALTER = 'op.alter_column("events", {})'
WIDER = "type_=sa.String(40)"

# What the operation says, and what it would take away.
LEFT_OUT = {
    "a comment": (
        f'"title", {WIDER}, existing_nullable=False, existing_server_default="none"',
        ["comment of events.title"],
    ),
    "a default": (
        f'"title", {WIDER}, existing_nullable=False, existing_comment="the title"',
        ["default of events.title"],
    ),
    "NOT NULL": (
        f'"title", {WIDER}, existing_server_default="none", existing_comment="the title"',
        ["NOT NULL of events.title"],
    ),
    "all at once": (
        f'"title", {WIDER}',
        ["NOT NULL of events.title", "default of events.title", "comment of events.title"],
    ),
    "what a new name takes along": (
        '"title", new_column_name="name", existing_type=sa.String(10), existing_nullable=False',
        ["default of events.title", "comment of events.title"],
    ),
    "a counter": (
        '"id", type_=sa.BigInteger(), existing_nullable=False',
        ["AUTO_INCREMENT of events.id"],
    ),
    "a collation": (f'"code", {WIDER}', ["collation of events.code"]),
    "invisibility": ('"hidden", type_=sa.BigInteger()', ["INVISIBLE of events.hidden"]),
    "a generated value": (
        '"doubled", type_=sa.BigInteger()',
        ["generated value of events.doubled"],
    ),
    "a time of change": (
        '"at", existing_type=sa.TIMESTAMP(), comment="when", existing_server_default='
        'sa.text("CURRENT_TIMESTAMP")',
        ["ON UPDATE of events.at"],
    ),
}
REPEATED = {
    "all that it has": (
        f'"title", {WIDER}, existing_nullable=False, existing_server_default="none", '
        'existing_comment="the title"'
    ),
    "a counter": (
        '"id", type_=sa.BigInteger(), existing_nullable=False, existing_autoincrement=True'
    ),
    "a collation": '"code", type_=sa.String(40, collation="utf8mb4_bin")',
    "what is said to go": (
        '"title", existing_type=sa.String(10), nullable=True, server_default=None, comment=None'
    ),
    "a column that has nothing": '"plain", type_=sa.BigInteger()',
    "another default": '"title", server_default="other"',
}


@pytest.fixture
def database(mysql: MySQL) -> Iterator[str]:
    with mysql.fresh_database() as name:
        mysql.execute(EVENTS, database=name)
        yield name


@pytest.fixture
def project(mysql: MySQL, database: str, tmp_path: Path) -> Project:
    return make_project(tmp_path / "app", "mysql", DEV_DATABASE_URL=mysql.url(database))


def columns(mysql: MySQL, database: str) -> str:
    [(_, text)] = mysql.execute("SHOW CREATE TABLE events", database=database)
    return str(text)


@pytest.mark.parametrize(("said", "gone"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_left_out_is_named_and_stays(
    project: Project, mysql: MySQL, database: str, said: str, gone: list[str]
) -> None:
    project.add_revision("a1", None, ALTER.format(said))
    before = columns(mysql, database)

    done = project.run("daybreak", "upgrade", "head")

    assert done.code == 3, done.err
    allowed = ", ".join(f'"loss of {one}"' for one in gone)
    assert done.err.splitlines()[-1] == f"    daybreak_allows = ({allowed},)"
    assert columns(mysql, database) == before


def test_the_error_says_how_to_repeat_it(project: Project) -> None:
    project.add_revision("a1", None, ALTER.format(LEFT_OUT["a comment"][0]))
    assert project.run("daybreak", "upgrade", "head").err == (
        "error  a1_.py:12 was refused: MySQL takes away what op.alter_column leaves out, "
        "COMMENT 'the title' of events.title. Nothing was changed\n"
        "next   repeat it there: existing_nullable, existing_server_default, existing_comment, "
        "existing_autoincrement; or write the column out with op.execute; or, if it is to go, say "
        "so in the revision's file:\n"
        '    daybreak_allows = ("loss of comment of events.title",)\n'
    )


@pytest.mark.parametrize("said", REPEATED.values(), ids=REPEATED)
def test_what_is_repeated_or_said_to_go_is_run(project: Project, said: str) -> None:
    project.add_revision("a1", None, ALTER.format(said))
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.err


def test_what_the_file_allows_goes(project: Project, mysql: MySQL, database: str) -> None:
    said, [gone] = LEFT_OUT["a comment"]
    allows = f"pass\n\n\ndaybreak_allows = ('loss of {gone}',)"
    project.add_revision("a1", None, ALTER.format(said), allows)
    assert project.run("daybreak", "upgrade", "head").code == 0
    assert "COMMENT" not in columns(mysql, database)


def test_a_table_that_the_run_has_made_is_as_its_revisions_say(project: Project) -> None:
    project.add_revision(
        "a1",
        None,
        'op.create_table("new", sa.Column("a", sa.String(5), comment="why"))\n'
        '    op.alter_column("new", "a", type_=sa.String(9))',
    )
    assert project.run("daybreak", "upgrade", "head").code == 0


def test_a_column_that_the_run_has_added_is_as_its_revisions_say(project: Project) -> None:
    """A public history does that: whoever builds a database from it is not to edit it."""
    added = 'op.add_column("events", sa.Column("a", sa.String(5), server_default="x"))'
    project.add_revision("a1", None, added)
    project.add_revision("b2", "a1", 'op.alter_column("events", "a", type_=sa.String(9))')
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.err


def test_a_column_that_was_there_when_it_was_to_be_added_is_kept(project: Project) -> None:
    added = 'op.add_column("events", sa.Column("title", sa.String(5)))'
    project.add_revision(
        "a1",
        None,
        f"try:\n        {added}\n    except sa.exc.OperationalError:\n        pass\n"
        f"    {ALTER.format(LEFT_OUT['a comment'][0])}",
    )
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 3, done.said
    assert 'daybreak_allows = ("loss of comment of events.title",)' in done.err


def test_sql_of_ones_own_is_run_and_what_it_takes_away_is_told(project: Project) -> None:
    project.add_revision(
        "a1", None, "op.execute(\"ALTER TABLE events MODIFY title VARCHAR(40) DEFAULT 'none'\")"
    )
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0
    assert (
        "a1_.py:12 leaves out, and so takes away: NOT NULL of events.title, "
        "COMMENT 'the title' of events.title"
    ) in done.said
