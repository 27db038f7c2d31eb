"""S7: the commands that apply a history and take it back, under both names."""

from __future__ import annotations

import re

import pytest

from generated import MIGRATED, TAKEN_BACK, Generated, tables
from servers.server import Server


@pytest.mark.parametrize("tool", ["daybreak", "alembic"])
def test_a_history_is_applied_once_and_taken_back(
    project: Generated, server: Server, database: str, tool: str
) -> None:
    """From nothing to head, a second run that does nothing, one step back, all the way back."""

    def run(*arguments: str) -> str:
        done = project.run(*arguments, tool=tool)
        return re.sub(r"\d+ ms|\d\.\d s", "TIME", done.stdout + done.stderr)

    def recorded() -> list[str]:
        rows = server.execute("SELECT version_num FROM alembic_version", database=database)
        return [version for (version,) in rows]

    first = project.first_revision()
    second = project.root / "alembic" / "versions" / "2222_ticket_price.py"
    second.write_text(TICKET_PRICE.format(first=first))
    assert tables(server, database) == []

    said = run("upgrade", "head")
    assert recorded() == ["2222"]
    assert tables(server, database) == MIGRATED
    assert said.index(first) < said.rindex("2222")

    again = run("upgrade", "head")
    if tool == "daybreak":
        assert again.splitlines()[-1] == "done   nothing to do, at 2222"
    assert recorded() == ["2222"]

    assert "2222" in run("current")
    history = run("history")
    assert history.index("2222") < history.index("create venues and events")

    run("downgrade", "-1")
    assert recorded() == [first]

    run("downgrade", "base")
    assert recorded() == []
    assert tables(server, database) == TAKEN_BACK


def test_machines_are_told_whether_anything_changed(project: Generated) -> None:
    first = project.first_revision()
    done = project.lines("upgrade", "head")[-1]
    assert (done["changed"], done["before"], done["after"]) == (True, [], [first])
    assert [applied["revision"] for applied in done["applied"]] == [first]
    again = project.lines("upgrade", "head")[-1]
    assert (again["changed"], again["before"], again["after"]) == (False, [first], [first])
    assert again["applied"] == []


TICKET_PRICE = '''"""ticket price"""

import sqlalchemy as sa
from alembic import op

revision = "2222"
down_revision = "{first}"


def upgrade() -> None:
    op.add_column("events", sa.Column("ticket_price", sa.Integer()))


def downgrade() -> None:
    op.drop_column("events", "ticket_price")
'''
