"""Each history that can't be used, and each revision that fails, has one clear error."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.wrong_inputs import NOWHERE, Wrong, file, prove
from projects import VENUES, Project, make_project
from servers.mysql import MySQL
from servers.postgresql import PostgreSQL
from servers.server import Server

pytestmark = pytest.mark.server

NOTHING = "no revision was applied or taken back"
AGAIN = "correct the file and run the command again"

FILES = {
    "a revision that is no Python": Wrong(
        "versions/0002_.py:2 can't be read: SyntaxError: invalid syntax",
        "correct the file",
        file("alembic/versions/0002_.py", "revision = '0002'\ndown_revision =\n"),
        plain=True,
    ),
    "a revision that can't be imported": Wrong(
        "versions/0002_.py:1 can't be read: NameError: name 'op' is not defined",
        "correct the file",
        file("alembic/versions/0002_.py", "op.execute('SELECT 1')\n"),
    ),
    "a revision that builds on none": Wrong(
        "a revision builds on '0002', which has no file in {root}/alembic/versions",
        "get the code that has it (git pull, or the other branch), or correct down_revision",
        lambda project: project.add_revision("0003", "0002"),
    ),
    "a revision twice": Wrong(
        "two files say that they are revision 0001",
        "give one of them another: grep -rl '0001' {root}/alembic/versions",
        file("alembic/versions/copy.py", "revision = '0001'\ndown_revision = None\n"),
    ),
    "two heads, and an empty revision": Wrong(
        "the history has 2 heads: 0001, 000a",
        "join them with daybreak merge heads -m '…', or mean them all with daybreak upgrade heads",
        lambda project: project.add_revision("000a", None),
        command="revision --empty -m x",
    ),
    "a revision that is nowhere": Wrong(
        "there is no revision 'nowhere' in the files",
        "daybreak history lists them",
        command="show nowhere",
    ),
    "a way back without its beginning": Wrong(
        "SQL for a way back needs both ends, since no database is asked where it is",
        "daybreak downgrade FROM:TO --sql",
        command="downgrade base --sql",
    ),
}


def _project(folder: Path, dialect: str, url: str) -> Project:
    project = make_project(folder, dialect, DEV_DATABASE_URL=url)
    project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
    return project


@pytest.mark.parametrize("wrong", FILES.values(), ids=FILES)
def test_a_history_that_cannot_be_read_has_one_clear_error(wrong: Wrong, tmp_path: Path) -> None:
    prove(_project(tmp_path / "myapp", "postgresql", NOWHERE), wrong)


def _applied(project: Project) -> None:
    assert project.run("daybreak", "upgrade", "head").code == 0


def _ahead(project: Project) -> None:
    """The database is at 0002, and then its file goes."""
    project.add_revision("0002", "0001")
    _applied(project)
    (project.root / "alembic" / "versions" / "0002_.py").unlink()


def _forked(project: Project) -> None:
    _applied(project)
    project.add_revision("0002", "0001")
    project.add_revision("000b", "0001")


def _diverged(project: Project) -> None:
    """Both heads are applied and a table is new, so that the fork alone is in the way."""
    _forked(project)
    assert project.run("daybreak", "upgrade", "heads").code == 0
    venue = project.root / "models" / "venue.py"
    venue.write_text(venue.read_text() + "    city: Mapped[str]\n")


DATABASES: dict[str, tuple[Callable[[Project], None], Wrong]] = {
    "two heads, and an upgrade": (
        _forked,
        Wrong(
            "the history has 2 heads: 0002, 000b",
            "join them with daybreak merge heads -m '…', or mean them all with daybreak upgrade "
            "heads",
        ),
    ),
    "two heads, and a revision": (
        _diverged,
        Wrong(
            "the history has 2 heads: 0002, 000b",
            "join them with daybreak merge heads -m '…', or mean them all with daybreak upgrade "
            "heads",
            command="revision -m x",
        ),
    ),
    "a revision without a file": (
        _ahead,
        Wrong(
            "{place} is at revision 0002, which has no file in {root}/alembic. Nothing was changed",
            "get the code that has it (git pull, or the branch that was deployed); if its file is "
            "gone for good, record where the schema really is: daybreak stamp --purge REVISION",
            code=3,
            plain=True,
        ),
    ),
}


@pytest.mark.parametrize(("before", "wrong"), DATABASES.values(), ids=DATABASES)
def test_a_history_that_does_not_fit_the_database_has_one_clear_error(
    postgresql16: PostgreSQL, tmp_path: Path, before: Callable[[Project], None], wrong: Wrong
) -> None:
    with postgresql16.fresh_database() as database:
        project = _project(tmp_path / "myapp", "postgresql", postgresql16.url(database))
        before(project)
        schema = _schema(postgresql16, database)
        place = f"{database}@127.0.0.1:{postgresql16.port}"
        problem = wrong.problem.replace("{place}", place)

        prove(project, Wrong(**{**vars(wrong), "problem": problem}))

        assert _schema(postgresql16, database) == schema


def _schema(server: Server, database: str) -> tuple[list[str], list[str]]:
    """The tables, and the revisions that are recorded as applied."""
    rows = server.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public', %s)",
        [database],
        database=database,
    )
    tables = sorted(name for (name,) in rows)
    if "alembic_version" not in tables:
        return tables, []
    versions = server.execute("SELECT version_num FROM alembic_version", database=database)
    return tables, sorted(version for (version,) in versions)


MADE = ["alembic_version", "daybreak_journal", "venues"]
# Makes a table and fails at the next line, which is line 13 of the revision's file.
FAILING = """op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("SELECT nothing FROM nowhere")"""
UNDEFINED = (
    "ProgrammingError: (psycopg2.errors.UndefinedTable) relation "
    '"nowhere" does not exist\nLINE 1: SELECT nothing FROM nowhere\n'
    "                            ^\n\n[SQL: SELECT nothing FROM nowhere]\n"
)
MYSQL_UNDEFINED = (
    "ProgrammingError: (pymysql.err.ProgrammingError) (1146, \"Table '{database}.nowhere' doesn't "
    'exist")\n[SQL: SELECT nothing FROM nowhere]\n'
)
FROM_THERE = (
    "correct the file from that statement on, leave what stands above it as it is, and run the "
    "command again: it goes on where this one stopped"
)


def test_a_failing_revision_on_postgresql_is_rolled_back_whole(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    with postgresql16.fresh_database() as database:
        project = make_project(tmp_path / "a", DEV_DATABASE_URL=postgresql16.url(database))
        project.add_revision("0001", None, FAILING)
        failed = "versions/0001_.py:13 failed: " + UNDEFINED
        prove(
            project,
            Wrong(f"{failed}What was open was rolled back; {NOTHING}", AGAIN, code=1),
        )
        assert _schema(postgresql16, database) == (["alembic_version", "daybreak_journal"], [])


def test_a_first_run_that_fails_at_once_leaves_the_tables_that_record_and_says_no_more(
    server: Server, database: str, tmp_path: Path
) -> None:
    url = server.url(database)
    project = make_project(tmp_path / "a", server.dialect, DEV_DATABASE_URL=url)
    project.add_revision("0001", None, 'op.execute("ALTER TABLE nowhere ADD x INT")')
    done = project.run("daybreak", "upgrade", "head")
    assert (done.code, NOTHING in done.err) == (1, True)
    assert _schema(server, database) == (["alembic_version", "daybreak_journal"], [])


def test_what_was_applied_before_a_failing_revision_stays(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    with postgresql16.fresh_database() as database:
        project = _project(tmp_path / "a", "postgresql", postgresql16.url(database))
        project.add_revision("0002", "0001", FAILING)
        failed = "versions/0002_.py:13 failed: " + UNDEFINED
        stayed = "What was open was rolled back; 1 revision before it stayed applied"
        prove(project, Wrong(failed + stayed, AGAIN, code=7))
        assert _schema(postgresql16, database) == (MADE, ["0001"])


def test_a_failing_revision_on_mysql_goes_on_behind_what_stayed(
    mysql: MySQL, tmp_path: Path
) -> None:
    with mysql.fresh_database() as database:
        project = _project(tmp_path / "a", "mysql", mysql.url(database))
        project.add_revision("0002", "0001", FAILING)
        failed = "versions/0002_.py:13 failed: " + MYSQL_UNDEFINED.format(database=database)
        stayed = (
            "What was open was rolled back; 1 revision before it stayed applied; 1 statement of "
            "0002 stayed done and recorded, the rest is not"
        )
        prove(project, Wrong(failed + stayed, FROM_THERE, code=7))
        there = ["alembic_version", "daybreak_journal", "half", "venues"]
        assert _schema(mysql, database) == (there, ["0001"])

        project.add_revision("0002", "0001", FAILING.replace("nothing FROM nowhere", "1"))
        assert project.run("daybreak", "upgrade", "head").code == 0
        assert _schema(mysql, database) == (there, ["0002"])


def test_plain_alembic_shows_where_a_revision_failed(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    """With 255, its code for every error. What it leaves behind is the same."""
    with postgresql16.fresh_database() as database:
        project = _project(tmp_path / "a", "postgresql", postgresql16.url(database))
        project.add_revision("0002", "0001", FAILING)
        done = project.run("alembic", "upgrade", "head")
        stayed = "What was open was rolled back; 1 revision before it stayed applied"
        told = f"FAILED: versions/0002_.py:13 failed: {UNDEFINED}{stayed}\nNext: {AGAIN}\n"
        assert (done.code, re.sub(r"\n +", "\n", done.said)) == (255, re.sub(r"\n +", "\n", told))
        assert _schema(postgresql16, database) == (MADE, ["0001"])


# What it inserts is known only to a database: offline there is no text for it.
NO_LITERAL = """\
op.bulk_insert(sa.table("venues", sa.column("name", sa.LargeBinary)), [{"name": object()}])"""


def test_a_revision_that_cannot_be_printed_as_sql_is_named(tmp_path: Path) -> None:
    project = _project(tmp_path / "myapp", "postgresql", NOWHERE)
    project.add_revision("0002", "0001", NO_LITERAL)

    done = project.run("daybreak", "upgrade", "0001:head", "--sql")

    assert done.code == 1
    failed, ended, cure = done.err.splitlines()
    assert failed.startswith("error  versions/0002_.py:12 failed: CompileError: ")
    assert ended == "The SQL above ends before it; no database was touched"
    assert cure.startswith("next   apply it to a throw-away database instead")
