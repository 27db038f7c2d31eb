"""MySQL counts the columns that come and go in an instant; a run knows before they are used up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from projects import Project, make_project
from servers.mysql import AT_ONCE, MySQL

LIMIT = 255
COUNT = "SELECT total_row_versions FROM information_schema.innodb_tables WHERE name = %s"
ADD = 'op.add_column("events", sa.Column("{}", sa.Integer()))'


@pytest.fixture(scope="module")
def database(mysql: MySQL) -> Iterator[str]:
    with mysql.fresh_database() as name:
        mysql.execute("CREATE TABLE events (id INT PRIMARY KEY)", database=name)
        yield name


@pytest.fixture
def project(mysql: MySQL, database: str, tmp_path: Path) -> Project:
    mysql.execute("DROP TABLE IF EXISTS alembic_version, daybreak_journal", database=database)
    return make_project(tmp_path / "app", "mysql", DEV_DATABASE_URL=mysql.url(database))


def count(mysql: MySQL, database: str) -> int:
    [(versions,)] = mysql.execute(COUNT, [f"{database}/events"])
    return int(versions)


def bring_to(goal: int, mysql: MySQL, database: str) -> None:
    """Half of them are columns added, the other half columns dropped."""
    connection = pymysql.connect(
        host=mysql.host,
        port=mysql.port,
        user=mysql.user,
        password=mysql.password,
        database=database,
        **AT_ONCE,
    )
    with connection, connection.cursor() as cursor:
        for step in range(goal - count(mysql, database)):
            verb = "DROP COLUMN" if step % 2 else "ADD COLUMN"
            what = "spare" if step % 2 else "spare INT"
            cursor.execute(f"ALTER TABLE events {verb} {what}, ALGORITHM=INSTANT")


def test_a_run_says_when_few_are_left(project: Project, mysql: MySQL, database: str) -> None:
    bring_to(192, mysql, database)
    project.add_revision("a1", None, ADD.format("a"))

    done = project.run("daybreak", "upgrade", "head")

    assert (done.code, count(mysql, database)) == (0, 193)
    assert (
        "events has 192 of 255 row versions: behind the last one it is rebuilt for a column. "
        "OPTIMIZE TABLE begins anew; it takes its time, and nobody waits for it"
    ) in done.said


def test_when_they_are_used_up_the_table_is_rebuilt_in_place(
    project: Project, mysql: MySQL, database: str
) -> None:
    bring_to(LIMIT, mysql, database)
    project.add_revision("a1", None, f"{ADD.format('b')}\n    {ADD.format('c')}")

    done = project.run("daybreak", "upgrade", "head")

    assert (done.code, count(mysql, database)) == (0, 1)
    assert (
        "events has 255 of 255 row versions: it is rebuilt in place, which takes its time, but "
        "nobody waits for it"
    ) in done.said


def test_an_account_that_may_not_ask_is_told_by_the_server(
    project: Project, mysql: MySQL, database: str
) -> None:
    bring_to(LIMIT, mysql, database)
    project.add_revision("a1", None, ADD.format("d"))
    with mysql.fresh_user("secret", database) as user:
        url = mysql.url(database, user=user, password="secret")
        done = project.run("daybreak", "upgrade", "head", DEV_DATABASE_URL=url)
    assert (done.code, count(mysql, database)) == (0, 0), done.err
