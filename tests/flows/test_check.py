"""`daybreak check`: what its screen says of a database, what counts, and what it waits for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine

from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL

# Beside the models' tables a view that only the history makes.
FIRST = f"""{VENUES}
    op.execute("CREATE VIEW named AS SELECT id, name FROM venues WHERE name <> 'x'")
    op.execute("CREATE TABLE visits (at date NOT NULL) PARTITION BY RANGE (at)")"""
VISITS = """
day = Column("at", Date, nullable=False)
visits = Table("visits", Base.metadata, day, postgresql_partition_by="RANGE (at)")
"""
PARTITION = (
    "CREATE TABLE visits_{0} PARTITION OF visits FOR VALUES FROM ('{0}-01-01') TO ('{0}-12-31')"
)
EQUAL = "done   the models, the history and the database are equal"


@pytest.fixture
def database(postgresql16: PostgreSQL) -> Iterator[str]:
    with postgresql16.fresh_database() as name:
        yield name


@pytest.fixture
def project(postgresql16: PostgreSQL, database: str, tmp_path: Path) -> Project:
    """A project whose database is at the head of its history."""
    url = postgresql16.url(database, "psycopg2")
    project = make_project(tmp_path / "myapp", DEV_DATABASE_URL=url)
    project.add_revision("0001", None, FIRST)
    venue = project.root / "models" / "venue.py"
    imported = "from sqlalchemy import Column, Date, String, Table"
    text = venue.read_text().replace("from sqlalchemy import String", imported)
    venue.write_text(text + VISITS)
    assert project.run("daybreak", "upgrade", "head").code == 0
    return project


def test_each_side_s_difference_is_a_line_and_the_sql_mends_it(
    project: Project, postgresql16: PostgreSQL, database: str
) -> None:
    for sql in (
        "DROP VIEW named",
        "ALTER TABLE venues ALTER name TYPE text",
        "ALTER TABLE venues ADD more int",
    ):
        postgresql16.execute(sql, database=database)
    place = f"{database}@{postgresql16.host}:{postgresql16.port}"

    checked = project.run("daybreak", "check")
    assert checked.out.splitlines()[1:] == [
        f"history (0001) ≠ {place}",
        "  - view named",
        "  ~ venues.name  type character varying(255) → text",
        "  + venues.more  integer null",
    ]
    assert checked.err.splitlines() == [
        "error  the database differs from its history in 3 places",
        "next   daybreak check --fix-sql shows what would bring the database into line",
    ]
    assert checked.code == 8

    told = json.loads(project.run("daybreak", "check", "--json").out)
    assert told["equal"] is False
    changes = {(each["kind"], each["name"], each["in"]) for each in told["database"]["changes"]}
    assert changes == {
        ("column", "name", "both"),
        ("column", "more", "database"),
        ("view", "named", "history"),
    }

    for statement in told["database"]["fix_sql"]:
        postgresql16.execute(statement, database=database)
    mended = project.run("daybreak", "check")
    assert (mended.code, mended.out.splitlines()[-1]) == (0, EQUAL)


def test_a_database_that_is_behind_is_compared_with_where_it_is(
    project: Project, postgresql16: PostgreSQL, database: str
) -> None:
    project.add_revision("0002", "0001", "op.execute('CREATE VIEW later AS SELECT 1 AS a')")
    behind = (
        "behind the files are at 0002; compared with the history as the database has it",
        "done   the models equal the history, and the database is where it says",
    )
    checked = project.run("daybreak", "check")
    assert (checked.code, tuple(checked.out.splitlines()[-2:])) == (0, behind)

    postgresql16.execute("CREATE VIEW later AS SELECT 1 AS a", database=database)
    early = project.run("daybreak", "check")
    assert (early.code, early.out.splitlines()[-1]) == (8, "  + view later")


def test_partitions_made_at_run_time_are_counted_and_no_drift(
    project: Project, postgresql16: PostgreSQL, database: str
) -> None:
    for year in (2026, 2027):
        postgresql16.execute(PARTITION.format(year), database=database)
    checked = project.run("daybreak", "check")
    assert checked.out.splitlines()[-2:] == [
        "       2 partitions made or dropped at run time, not compared",
        EQUAL,
    ]
    assert checked.code == 0


def test_a_shadow_of_another_major_finds_no_drift_and_leaves_texts_undecided(
    project: Project, postgresql16: PostgreSQL, postgresql18: PostgreSQL, database: str
) -> None:
    shadow = {"SHADOW_DATABASE_URL": postgresql18.url("postgres", "psycopg2")}
    checked = project.run("daybreak", "check", **shadow)
    assert checked.out.startswith("models = history (0001)              shadow: PostgreSQL 18.")
    assert (checked.code, checked.out.splitlines()[-1]) == (0, EQUAL)

    postgresql16.execute(
        "CREATE OR REPLACE VIEW named AS SELECT id, name FROM venues WHERE 'x' <> name",
        database=database,
    )
    unsure = project.run("daybreak", "check", **shadow)
    _, _, head, view, last = unsure.out.splitlines()
    assert head == (
        "undecided: the shadow is of another major version, which may write these texts otherwise"
    )
    assert view.startswith("  ~ view named  ")
    assert (unsure.code, last) == (0, EQUAL)

    postgresql16.execute("ALTER TABLE venues ADD more int", database=database)
    drifted = project.run("daybreak", "check", **shadow)
    assert (drifted.code, "  + venues.more  integer null" in drifted.out.splitlines()) == (8, True)


def test_a_lock_ends_the_check_after_a_second_and_its_holder_is_named(
    project: Project, postgresql16: PostgreSQL, database: str
) -> None:
    engine = create_engine(postgresql16.url(database, "psycopg2"), poolclass=NullPool)
    with engine.connect() as holder:
        holder.exec_driver_sql("LOCK TABLE named IN ACCESS EXCLUSIVE MODE")
        [pid] = holder.exec_driver_sql("SELECT pg_backend_pid()").scalars()
        checked = project.run("daybreak", "check")
    assert checked.code == 5
    assert f"is held by pid {pid}, user {postgresql16.user}" in checked.err
    assert "a lock was not granted in 1 s" in checked.err


def test_what_a_post_write_hook_made_of_a_revision_is_found(project: Project) -> None:
    """The proof was of the text before it."""
    ini = project.root / "alembic.ini"
    project.write(
        "hook.py",
        "import sys\nfrom pathlib import Path\n\n"
        "file = Path(sys.argv[1])\nfile.write_text(file.read_text().replace('300', '200'))\n",
    )
    ini.write_text(
        f"{ini.read_text()}\n[post_write_hooks]\nhooks = narrow\nnarrow.type = exec\n"
        "narrow.executable = python\nnarrow.options = hook.py REVISION_SCRIPT_FILENAME\n"
    )
    venue = project.root / "models" / "venue.py"
    venue.write_text(venue.read_text().replace("255", "300"))
    written = project.run("daybreak", "revision", "-m", "wider")
    assert "proof  upgrade = models ✓   downgrade = before ✓" in written.out, written.said

    checked = project.run("daybreak", "check", "--no-database")
    assert "  ~ venues.name  type character varying(200) → character varying(300)" in (
        checked.out.splitlines()
    )
    assert checked.code == 8
