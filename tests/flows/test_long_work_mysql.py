"""On MySQL no table is copied in silence: the server is told how, and refuses what would lock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import Project, make_project
from servers.mysql import MySQL

TABLES = (
    "CREATE TABLE events (id INT PRIMARY KEY, venue INT, title VARCHAR(10))",
    "INSERT INTO events SELECT n, n, 'x' FROM "
    "(SELECT ROW_NUMBER() OVER () AS n FROM information_schema.columns LIMIT 1000) AS numbers",
)
FILLED = (
    "ALTER TABLE events ADD COLUMN body VARCHAR(8000) CHARACTER SET latin1",
    "UPDATE events SET body = REPEAT('x', 7900)",
    "INSERT INTO events SELECT id + 1000, venue, title, body FROM events",
    "ANALYZE TABLE events",
)
TO_BIGINT = 'op.execute("ALTER TABLE events MODIFY venue BIGINT")'
ALLOWS = "pass\n\n\ndaybreak_allows = ('copy of events',)"
SENT = """
SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log
WHERE command_type = 'Query' AND (argument LIKE 'ALTER%%' OR argument LIKE 'CREATE INDEX%%')
    AND thread_id IN (
        SELECT thread_id FROM mysql.general_log
        WHERE command_type = 'Connect' AND argument LIKE %s)
ORDER BY event_time
"""


@pytest.fixture
def database(mysql: MySQL) -> Iterator[str]:
    with mysql.fresh_database() as name:
        for sql in TABLES:
            mysql.execute(sql, database=name)
        yield name


@pytest.fixture
def large(mysql: MySQL, database: str) -> None:
    for sql in FILLED:
        mysql.execute(sql, database=database)


@pytest.fixture
def project(mysql: MySQL, database: str, tmp_path: Path) -> Project:
    return make_project(tmp_path / "app", "mysql", DEV_DATABASE_URL=mysql.url(database))


def type_of_venue(mysql: MySQL, database: str) -> str:
    [(_, text)] = mysql.execute("SHOW CREATE TABLE events", database=database)
    return "bigint" if "`venue` bigint" in text else "int"


@pytest.mark.usefixtures("large")
def test_a_copy_of_a_large_table_is_refused_in_the_servers_words(
    project: Project, mysql: MySQL, database: str
) -> None:
    project.add_revision("a1", None, TO_BIGINT)

    done = project.run("daybreak", "upgrade", "head")

    assert done.code == 3
    first, *_, last = done.err.splitlines()
    assert first.startswith("error  a1_.py:12 was refused, since others would wait for it: copy of")
    assert first.endswith(
        "under LOCK=SHARED: the server says: Cannot change column type INPLACE, and writes wait. "
        "Nothing was changed"
    )
    assert last == '    daybreak_allows = ("copy of events",)'
    assert type_of_venue(mysql, database) == "int"


@pytest.mark.usefixtures("large")
def test_a_copy_that_the_file_allows_is_made(project: Project, mysql: MySQL, database: str) -> None:
    project.add_revision("a1", None, TO_BIGINT, ALLOWS)
    assert project.run("daybreak", "upgrade", "head").code == 0
    assert type_of_venue(mysql, database) == "bigint"


def test_a_small_table_is_copied(project: Project, mysql: MySQL, database: str) -> None:
    project.add_revision("a1", None, TO_BIGINT)
    assert project.run("daybreak", "upgrade", "head").code == 0
    assert type_of_venue(mysql, database) == "bigint"


@pytest.mark.usefixtures("large")
def test_to_ask_for_a_lock_is_refused(project: Project) -> None:
    project.add_revision(
        "a1", None, 'op.execute("ALTER TABLE events ADD COLUMN b INT, LOCK=EXCLUSIVE")'
    )
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 3
    assert "under LOCK=EXCLUSIVE: it says so itself, and reads and writes wait" in done.err


@pytest.mark.usefixtures("large")
def test_a_refusal_is_no_half_done_statement(project: Project, mysql: MySQL, database: str) -> None:
    """The file is corrected, and the run goes on with it."""
    project.add_revision("a1", None, f'op.execute("CREATE TABLE b (id INT)")\n    {TO_BIGINT}')
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 7
    assert "1 statement of a1 stayed done and recorded" in done.err

    project.add_revision(
        "a1", None, f'op.execute("CREATE TABLE b (id INT)")\n    {TO_BIGINT}', ALLOWS
    )
    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.err
    assert type_of_venue(mysql, database) == "bigint"


@pytest.mark.usefixtures("large")
def test_each_alter_tells_the_server_how(project: Project, mysql: MySQL, database: str) -> None:
    project.add_revision(
        "a1",
        None,
        'op.add_column("events", sa.Column("b", sa.Integer()))\n'
        '    op.create_index("ix_b", "events", ["b"])\n'
        "    op.execute(\"ALTER TABLE events COMMENT 'x'\")\n"
        '    op.execute("ALTER TABLE events ADD COLUMN c INT, ALGORITHM=INPLACE")',
    )
    mysql.execute("SET GLOBAL log_output = 'TABLE'")
    mysql.execute("SET GLOBAL general_log = ON")
    try:
        done = project.run("daybreak", "upgrade", "head")
    finally:
        mysql.execute("SET GLOBAL general_log = OFF")
    assert done.code == 0, done.err
    assert [sql for (sql,) in mysql.execute(SENT, [f"%{database}%"])] == [
        "ALTER TABLE events ALGORITHM=INSTANT, ADD COLUMN b INTEGER",
        "CREATE INDEX ix_b ON events (b)\nALGORITHM=INPLACE LOCK=NONE",
        "ALTER TABLE events ALGORITHM=INSTANT, COMMENT 'x'",
        "ALTER TABLE events ALGORITHM=INPLACE, LOCK=NONE, COMMENT 'x'",
        "ALTER TABLE events ADD COLUMN c INT, ALGORITHM=INPLACE",
    ]
