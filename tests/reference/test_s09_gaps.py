"""S9: what Alembic's comparison misses is found, written and proved.

Where there is no shadow server and Alembic has to compare, its gaps are named.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from generated import Generated
from servers.mysql import MySQL
from servers.server import Server


@pytest.fixture
def applied(migrated: tuple[Generated, str], tmp_path: Path) -> Generated:
    """A copy of the project that is at head, whose models may be changed."""
    project, _ = migrated
    shutil.copytree(project.root, tmp_path / "myapp")
    return replace(project, root=tmp_path / "myapp")


def add_check(project: Generated) -> None:
    """A CHECK on a model, which Alembic does not see."""
    project.edit(
        "models/venue.py",
        '    __tablename__ = "venues"\n',
        '    __tablename__ = "venues"\n'
        '    __table_args__ = (CheckConstraint("capacity > 0", name="positive"),)\n',
    )
    project.edit("models/venue.py", "import String", "import CheckConstraint, String")


def test_a_change_that_alembic_does_not_see_is_written_and_proved(
    applied: Generated, server: Server
) -> None:
    add_check(applied)
    found = applied.json("check", "--no-database", code=8)["models"]["changes"]
    assert [(one["change"], one["kind"], one["name"]) for one in found] == [
        ("create", "constraint", "ck_venues_positive")
    ]
    answer = applied.json("revision", "-m", "a check")
    assert (answer["changed"], answer["proved"], answer["by_hand"]) == (True, True, [])
    (file,) = answer["files"]
    check = r"op\.create_check_constraint\(.*'ck_venues_positive'.*, 'venues', '\W*capacity\W* > 0"
    assert re.search(check, Path(file).read_text())
    assert applied.json("check", "--no-database")["equal"]


def test_plain_alembic_writes_the_same(applied: Generated) -> None:
    add_check(applied)
    said = applied.run("revision", "--autogenerate", "-m", "a check", tool="alembic").stdout
    assert "ck_venues_positive" in said
    assert "proof  upgrade = models ✓   downgrade = before ✓ " in said
    done = applied.run("check", tool="alembic")
    assert "No new upgrade operations detected" in done.stdout


def test_plain_alembics_check_finds_it_too(applied: Generated) -> None:
    add_check(applied)
    done = applied.run("check", tool="alembic", code=255)
    assert "ck_venues_positive" in done.stdout + done.stderr


def test_types_nullability_and_server_defaults_are_compared(
    applied: Generated, server: Server
) -> None:
    """Several changes of columns in one revision, in both directions."""
    applied.edit("models/venue.py", "String(255)", "String(300)")
    applied.edit("models/venue.py", "capacity: Mapped[int]", "capacity: Mapped[int | None]")
    applied.edit(
        "models/event.py",
        "start_at: Mapped[datetime]",
        "start_at: Mapped[datetime] = mapped_column(server_default=func.now())",
    )
    found = applied.json("check", code=8)["models"]["changes"]
    assert sorted((one["table"], one["name"], one["fields"]) for one in found) == [
        ("events", "start_at", ["default"]),
        ("venues", "capacity", ["not_null"]),
        ("venues", "name", ["type"]),
    ]
    answer = applied.json("revision", "-m", "wider")
    assert answer["proved"]
    (written,) = answer["files"]
    text = Path(written).read_text()
    for function, width in (("upgrade", 300), ("downgrade", 255)):
        body = text[text.index(f"def {function}") :].partition("\n\n\n")[0]
        assert re.search(rf"(?i)venues\b.*\bname\b[\s\S]*?(length=|varchar\(){width}\)", body)


def test_without_a_shadow_alembic_compares_and_its_gaps_are_named(
    migrated: tuple[Generated, str], tmp_path: Path, server: Server
) -> None:
    """Nothing is created on the server of an environment other than dev."""
    if not isinstance(server, MySQL):
        pytest.skip("PostgreSQL always has a shadow where these tests run: the embedded one")
    project, _ = migrated
    shutil.copytree(project.root, tmp_path / "myapp")
    prod = {"ENV": "prod", "PROD_DATABASE_URL": project.variables["DEV_DATABASE_URL"]}
    applied = replace(project, root=tmp_path / "myapp", variables=prod)
    add_check(applied)
    answer = applied.json("revision", "-m", "a check")
    assert (answer["changed"], answer["differences"]) == (False, [])
    assert answer["not_compared"][0] == "CHECK constraints"
    done = applied.run("check")
    assert "there is no MySQL server for scratch databases" in done.stderr
    assert done.stdout.endswith("equal, as far as Alembic compares\n")
