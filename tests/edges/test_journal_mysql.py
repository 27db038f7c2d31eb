"""On MySQL the journal costs a revision no statement of its own: the version's is both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import Project, make_project
from servers.mysql import MySQL

# What the session sent that made the table t1.
SENT = """
SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log
WHERE command_type = 'Query' AND thread_id = (
    SELECT thread_id FROM mysql.general_log
    WHERE command_type = 'Query' AND argument LIKE 'CREATE TABLE t1 %'
    ORDER BY event_time DESC LIMIT 1
)
ORDER BY event_time
"""
ROWS = """
SELECT kind, revision, direction, number, state FROM daybreak_journal
WHERE kind NOT IN ('run', 'ancestors')
ORDER BY id
"""
VERSIONS = "SELECT version_num FROM alembic_version ORDER BY version_num"
ENV = "import daybreak.env\n\ndaybreak.env.run({options})\n"


@pytest.fixture
def database(mysql: MySQL) -> Iterator[str]:
    with mysql.fresh_database() as name:
        yield name


@pytest.fixture
def project(mysql: MySQL, database: str, tmp_path: Path) -> Project:
    return make_project(tmp_path / "app", "mysql", DEV_DATABASE_URL=mysql.url(database))


def test_a_revision_that_makes_a_table_is_three_statements_as_with_alembic(
    project: Project, mysql: MySQL
) -> None:
    for number, down in enumerate((None, "a0", "a1", "a2")):
        project.add_revision(f"a{number}", down, f'op.execute("CREATE TABLE t{number} (id INT)")')

    mysql.execute("SET GLOBAL log_output = 'TABLE'")
    mysql.execute("SET GLOBAL general_log = ON")
    try:
        done = project.run("daybreak", "upgrade", "head")
    finally:
        mysql.execute("SET GLOBAL general_log = OFF")

    assert done.code == 0, done.err
    sent = [" ".join(sql.split()[:4]) for (sql,) in mysql.execute(SENT)]
    first = sent.index("CREATE TABLE t1 (id")
    assert sent[first : first + 9] == [
        "CREATE TABLE t1 (id",
        "UPDATE alembic_version LEFT JOIN",
        "COMMIT",
        "CREATE TABLE t2 (id",
        "UPDATE alembic_version LEFT JOIN",
        "COMMIT",
        "CREATE TABLE t3 (id",
        "UPDATE alembic_version LEFT JOIN",
        "COMMIT",
    ]


def test_the_row_of_a_revision_is_planned_then_begun_then_done(
    project: Project, mysql: MySQL, database: str
) -> None:
    """What is planned goes with the next run that has something to do."""
    project.add_revision("a1", None, 'op.execute("CREATE TABLE t1 (id INT)")')
    project.add_revision("a2", "a1", 'op.execute("CREATE TABLE t2 (id INT)")\n    raise OSError')
    project.add_revision("a3", "a2", 'op.execute("CREATE TABLE t3 (id INT)")')

    assert project.run("daybreak", "upgrade", "head").code == 7

    assert mysql.execute(ROWS, database=database) == [
        ("revision", "a1", "upgrade", None, "done"),
        ("statement", "a2", "upgrade", 0, "started"),
        ("planned", "a3", "upgrade", 0, "started"),
        ("statement", "a2", "upgrade", 1, "done"),
        ("statement", "a2", "upgrade", 0, "failed"),
    ]
    assert "lacks a2 and a3" in project.run("daybreak", "wait", "--timeout", "0").err

    project.add_revision("a2", "a1", 'op.execute("CREATE TABLE t2 (id INT)")')
    assert project.run("daybreak", "upgrade", "head").code == 0
    assert project.run("daybreak", "downgrade", "-1", "--yes").code == 0

    assert mysql.execute(ROWS, database=database) == [
        ("revision", "a1", "upgrade", None, "done"),
        ("revision", "a2", "upgrade", None, "done"),
        ("revision", "a3", "upgrade", None, "done"),
        ("revision", "a3", "downgrade", None, "done"),
    ]


# Revisions with what is below each, and the version table's name.
HISTORIES: dict[str, tuple[dict[str, object], str]] = {
    "a line": ({"a1": None, "a2": "a1", "a3": "a2"}, "alembic_version"),
    "two branches": ({"a1": None, "a2": "a1", "b1": None, "b2": "b1"}, "alembic_version"),
    "branches that part and meet": (
        {"a1": None, "b2": "a1", "c2": "a1", "d3": ("b2", "c2"), "d4": "d3"},
        "alembic_version",
    ),
    "names that are SQL": (
        {"50% SET x": None, "a WHERE b": "50% SET x", "; COMMIT": "a WHERE b"},
        "UPDATE `a` SET 1%",
    ),
}


@pytest.mark.parametrize(("history", "table"), HISTORIES.values(), ids=HISTORIES)
def test_each_revision_has_its_row_whatever_statements_record_its_version(
    project: Project, mysql: MySQL, database: str, history: dict[str, object], table: str
) -> None:
    project.write("alembic/env.py", ENV.format(options=f"version_table={table!r}"))
    for number, (revision, down) in enumerate(history.items()):
        project.add_revision(f"r{number}", None)
        path = project.root / f"alembic/versions/r{number}_.py"
        text = path.read_text().replace(f"revision = 'r{number}'", f"revision = {revision!r}")
        path.write_text(text.replace("down_revision = None", f"down_revision = {down!r}"))

    for command, way in (("upgrade", "heads"), ("downgrade", "base")):
        mysql.execute("DROP TABLE IF EXISTS daybreak_journal", database=database)
        done = project.run("daybreak", command, way, *(["--yes"] * (command == "downgrade")))
        assert done.code == 0, done.err
        rows = mysql.execute(ROWS, database=database)
        assert sorted(rows) == sorted(
            ("revision", revision, command, None, "done") for revision in history
        )


# What the second of two revisions does before its version is recorded, and what is said of it.
LOST = {
    "the version's row": (
        "DELETE FROM alembic_version",
        "expected to match one row when updating 'a1' to 'a2' in 'alembic_version'; 0 found",
    ),
    "its row of the journal": (
        "DELETE FROM daybreak_journal WHERE revision = 'a2'",
        "daybreak_journal has lost the row of a2, or of the revision behind it",
    ),
    "that of the next one": (
        "DELETE FROM daybreak_journal WHERE revision = 'a3'",
        "daybreak_journal has lost the row of a2, or of the revision behind it",
    ),
    "none, but the version's is there twice": (
        "INSERT INTO alembic_version VALUES ('a1')",
        "expected to match one row when updating 'a1' to 'a2' in 'alembic_version'; 2 found",
    ),
}


@pytest.mark.parametrize(("sql", "said"), LOST.values(), ids=LOST)
def test_a_row_that_is_lost_is_noticed_and_nothing_is_recorded(
    project: Project, mysql: MySQL, database: str, sql: str, said: str
) -> None:
    project.write("alembic/env.py", ENV.format(options="version_table_pk=False"))
    project.add_revision("a1", None)
    project.add_revision("a2", "a1", f'op.execute("{sql}")')
    project.add_revision("a3", "a2")

    done = project.run("daybreak", "upgrade", "head")

    assert done.code != 0
    assert said in done.err
    assert mysql.execute(VERSIONS, database=database) == [("a1",)]
    rows = mysql.execute(ROWS, database=database)
    assert [row[1] for row in rows if row[0] == "revision"] == ["a1"]


def test_a_row_that_is_lost_is_noticed_where_the_first_version_is_recorded(
    project: Project, mysql: MySQL, database: str
) -> None:
    project.add_revision("a1", None, 'op.execute("DELETE FROM daybreak_journal")')
    project.add_revision("a2", "a1")

    done = project.run("daybreak", "upgrade", "head")

    assert done.code == 1
    assert "daybreak_journal has lost the row of a1, or of the revision behind it" in done.err
    assert mysql.execute(VERSIONS, database=database) == []
