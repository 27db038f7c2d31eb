"""Models in several databases of one MySQL server: written, proved, run and checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import Project, make_project
from servers.mysql import MySQL

# Every table says where it is, so that keys can lead from one database to the other and back.
MODELS = """\
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from database import Base


class Venue(Base):
    __tablename__ = "venues"
    __table_args__ = {{"schema": "{home}"}}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))


class Payer(Base):
    __tablename__ = "payers"
    __table_args__ = {{"schema": "{beside}"}}
    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("{home}.venues.id", name="of_venue"))
    name: Mapped[str] = mapped_column(String(50))
    {line}
"""
FIRST = """\
op.execute("CREATE TABLE venues (id int AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL)")
    op.execute(
        "CREATE TABLE {beside}.payers (id int AUTO_INCREMENT PRIMARY KEY, venue_id int NOT NULL, "
        "name varchar(50) NOT NULL, "
        "CONSTRAINT of_venue FOREIGN KEY (venue_id) REFERENCES {home}.venues (id))"
    )"""
LAST = 'op.execute("DROP TABLE {beside}.payers"); op.drop_table("venues")'


@pytest.fixture
def home(mysql: MySQL) -> Iterator[str]:
    with mysql.fresh_database() as name:
        yield name


@pytest.fixture
def beside(mysql: MySQL, home: str) -> Iterator[str]:
    """Dropped first: its tables refer to those of the other."""
    with mysql.fresh_database() as name:
        yield name


@pytest.fixture
def project(mysql: MySQL, home: str, beside: str, tmp_path: Path) -> Project:
    """A project with tables in two databases; the dev database is at the head of its history."""
    made = make_project(tmp_path / "myapp", "mysql", DEV_DATABASE_URL=mysql.url(home, "pymysql"))
    made.write("models/__init__.py", "from models.payer import Payer, Venue\n")
    (made.root / "models" / "venue.py").unlink()
    made.write("models/payer.py", MODELS.format(home=home, beside=beside, line=""))
    names = {"home": home, "beside": beside}
    made.add_revision("0001", None, FIRST.format(**names), LAST.format(**names))
    done = made.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    mysql.execute(f"INSERT INTO {home}.venues VALUES (1, 'hall')")
    mysql.execute(f"INSERT INTO {beside}.payers VALUES (5, 1, 'ann')")
    return made


def test_what_is_equal_is_equal_in_both(project: Project) -> None:
    for _ in range(2):
        done = project.run("daybreak", "check")
        assert done.code == 0, done.said
    assert "nothing differs" in project.run("daybreak", "revision", "-m", "again").out


def test_a_change_in_the_other_database_is_written_proved_and_taken_back(
    mysql: MySQL, project: Project, home: str, beside: str
) -> None:
    line = "email: Mapped[str | None] = mapped_column(String(80), index=True)"
    project.write("models/payer.py", MODELS.format(home=home, beside=beside, line=line))
    columns = f"SHOW COLUMNS FROM {beside}.payers"
    before = mysql.execute(columns)
    done = project.run("daybreak", "revision", "-m", "email")
    assert done.code == 0, done.said
    assert "not proved" not in done.said
    assert mysql.execute(columns) == before
    (file,) = (project.root / "alembic" / "versions").glob("*_email.py")
    assert "op.add_column('payers', sa.Column('email', " in file.read_text()
    assert f"schema='{beside}')" in file.read_text()
    assert "daybreak_shadow" not in file.read_text()

    assert project.run("daybreak", "upgrade", "head").code == 0
    assert project.run("daybreak", "check").code == 0
    assert project.run("daybreak", "downgrade", "-1").code == 0
    assert mysql.execute(columns) == before
    assert mysql.execute(f"SELECT name FROM {beside}.payers") == [("ann",)]


def test_a_table_that_goes_from_the_other_database_comes_back_with_its_key(
    mysql: MySQL, project: Project, home: str, beside: str
) -> None:
    models = MODELS.format(home=home, beside=beside, line="")
    project.write("models/payer.py", models.partition("class Payer")[0])
    project.write("models/__init__.py", "from models.payer import Venue\n")
    told = f"SHOW CREATE TABLE {beside}.payers"
    [(_, before)] = mysql.execute(told)
    done = project.run("daybreak", "revision", "-m", "gone", "--drop", f"table:{beside}.payers")
    assert done.code == 0, done.said
    for command in ("upgrade", "head"), ("downgrade", "-1"):
        done = project.run("daybreak", *command)
        assert done.code == 0, done.said
    [(_, text)] = mysql.execute(told)
    assert text == before.replace(" AUTO_INCREMENT=6", "")


def test_a_change_by_hand_in_the_other_database_is_drift(
    mysql: MySQL, project: Project, beside: str
) -> None:
    mysql.execute(f"ALTER TABLE {beside}.payers MODIFY name varchar(60) NOT NULL")
    mysql.execute(f"CREATE TABLE {beside}.extra (id int PRIMARY KEY)")
    assert project.run("daybreak", "check").code == 8
    done = project.run("daybreak", "check", "--fix-sql")
    assert done.out.splitlines()[1:] == [
        f"DROP TABLE `{beside}`.`extra`;",
        f"ALTER TABLE `{beside}`.`payers` MODIFY COLUMN `name` varchar(50) NOT NULL;",
    ]


def test_a_database_is_created_where_it_is_missing_and_never_dropped(
    mysql: MySQL, project: Project, home: str, beside: str
) -> None:
    models = MODELS.format(home=home, beside=beside, line="")
    more = f"{beside}_more"
    text = models + (
        "\n\nclass Log(Base):\n"
        '    __tablename__ = "logs"\n'
        f'    __table_args__ = {{"schema": "{more}"}}\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    )
    project.write("models/payer.py", text)
    done = project.run("daybreak", "revision", "-m", "logs")
    assert done.code == 0, done.said
    asked = f"SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{more}'"
    assert mysql.execute(asked) == [(0,)]
    try:
        assert project.run("daybreak", "upgrade", "head").code == 0
        assert mysql.execute(f"SHOW TABLES FROM {more}") == [("logs",)]
        assert project.run("daybreak", "check").code == 0
        assert project.run("daybreak", "downgrade", "-1").code == 0
        assert mysql.execute(f"SHOW TABLES FROM {more}") == []
        assert mysql.execute(asked) == [(1,)]
    finally:
        mysql.execute(f"DROP DATABASE IF EXISTS {more}")
