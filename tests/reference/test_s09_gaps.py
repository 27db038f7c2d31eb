"""S9: what autogenerate does not compare is closed or named, on the screen and to machines."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from generated import Generated
from servers.server import Server

GAPS = {
    "postgresql": [
        "enum values",
        "CHECK and EXCLUDE constraints",
        "primary keys",
        "an index's WHERE, method, INCLUDE and operator classes",
        "generated columns",
        "views, functions and triggers",
        "sequences, storage parameters and partitioning",
        "renames (they appear as a drop and an add)",
    ],
    "mysql": [
        "CHECK constraints",
        "primary keys",
        "enum and SET members' order",
        "unsigned, fractional seconds, charset and collation",
        "engine and row format",
        "generated and invisible columns",
        "index order, prefix and visibility",
        "views, triggers, routines and partitioning",
        "renames (they appear as a drop and an add)",
    ],
}


@pytest.fixture
def applied(migrated: tuple[Generated, str], tmp_path: Path) -> Generated:
    """A copy of the project that is at head, whose models may be changed."""
    project, _ = migrated
    shutil.copytree(project.root, tmp_path / "myapp")
    return replace(project, root=tmp_path / "myapp")


def test_a_change_that_alembic_does_not_see_is_not_passed_over_in_silence(
    applied: Generated, server: Server
) -> None:
    """A CHECK is added to a model. The comparison finds nothing, and says what it can't find."""
    applied.edit(
        "models/venue.py",
        '    __tablename__ = "venues"\n',
        '    __tablename__ = "venues"\n'
        '    __table_args__ = (CheckConstraint("capacity > 0", name="positive"),)\n',
    )
    applied.edit("models/venue.py", "import String", "import CheckConstraint, String")
    gaps = GAPS[server.dialect]

    said = applied.run("revision", "-m", "a check").stdout
    assert gaps_in(said) == "Alembic does not compare: " + "; ".join(gaps)
    answer = applied.json("revision", "-m", "a check")
    assert answer == {"changed": False, "files": [], "differences": [], "not_compared": gaps}

    said = applied.run("check").stdout
    assert gaps_in(said) == "Alembic does not compare: " + "; ".join(gaps)
    assert said.endswith("equal, as far as Alembic compares\n")


def test_types_nullability_and_server_defaults_are_compared(applied: Generated) -> None:
    """The gaps that Alembic can close itself, closed, in both directions of one revision."""
    applied.edit("models/venue.py", "String(255)", "String(300)")
    applied.edit("models/venue.py", "capacity: Mapped[int]", "capacity: Mapped[int | None]")
    applied.edit("models/event.py", "Mapped[str | None] = mapped_column(Text)", "Mapped[int]")
    applied.edit(
        "models/event.py",
        "start_at: Mapped[datetime]",
        "start_at: Mapped[datetime] = mapped_column(server_default=func.now())",
    )
    found = applied.json("check", code=8)["differences"]
    assert sorted(found) == [
        "modify default: events.start_at",
        "modify nullable: venues.capacity",
        "modify type: events.description; modify nullable: events.description",
        "modify type: venues.name",
    ]
    (written,) = applied.json("revision", "-m", "wider")["files"]
    text = Path(written).read_text()
    for function, old, new in (("upgrade", 255, 300), ("downgrade", 300, 255)):
        body = text[text.index(f"def {function}") :].partition("\n\n\n")[0]
        kind = r"\S*(?:String|VARCHAR)"
        change = rf"existing_type={kind}\(length={old}\),\s+type_={kind}\(length={new}\)"
        assert re.search(change, body)


def gaps_in(said: str) -> str:
    """The sentence about the gaps, its wrapped lines joined."""
    lines = said.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("gaps   "))
    rest = []
    for line in lines[first + 1 :]:
        if not line.startswith("       "):
            break
        rest.append(line.strip())
    return " ".join([lines[first].removeprefix("gaps   "), *rest])
