"""S6 and S8: a model changes, and a correct revision takes the database there and back."""

from __future__ import annotations

import re

from generated import FIRST, Generated, schema
from servers.server import Server

NOTHING = (
    "done   nothing differs, so no file was written; an empty one: daybreak revision --empty -m '…'"
)


def test_from_nothing_to_ticket_price_and_back(
    new: Generated, server: Server, database: str
) -> None:
    """Every state before an upgrade is, by the server's own description, the one after its
    downgrade."""
    new.run("revision", "--autogenerate", "-m", FIRST)
    new.run("upgrade", "head")
    before, first = schema(server, database), new.first_revision()

    new.add_ticket_price()
    said = new.run("revision", "-m", "add ticket_price to events").stdout
    kind = {"postgresql": "integer", "mysql": "int"}[server.dialect]
    assert f"  + events.ticket_price  {kind} null" in said.splitlines()
    assert "    ALTER TABLE events ADD COLUMN ticket_price INTEGER" in said.splitlines()
    assert "proof  upgrade = models ✓   downgrade = before ✓ " in said
    (written,) = re.findall(r"^wrote  (.*_add_ticket_price_to_events\.py)$", said, re.MULTILINE)
    text = (new.root.parent / "elsewhere" / written).read_text()
    column = "op.add_column('events', sa.Column('ticket_price', sa.Integer(), nullable=True))"
    assert body(text, "upgrade") == [column]
    assert body(text, "downgrade") == ["op.drop_column('events', 'ticket_price')"]

    sql = new.run("upgrade", f"{first}:head", "--sql").stdout
    assert "ALTER TABLE events ADD COLUMN ticket_price INTEGER;" in sql
    assert schema(server, database) == before  # reading it changed nothing

    new.run("upgrade", "head")
    after = schema(server, database)
    assert after != before
    assert NOTHING in new.run("revision", "-m", "nothing is left").stdout
    new.run("downgrade", "-1")
    assert schema(server, database) == before


def test_plain_alembic_does_the_same_loop(
    project: Generated, server: Server, database: str
) -> None:
    project.run("upgrade", "head", tool="alembic")
    project.add_ticket_price()
    project.run("revision", "--autogenerate", "-m", "price", tool="alembic")
    project.run("upgrade", "head", tool="alembic")
    assert ("ticket_price",) in server.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'events'",
        database=database,
    )


def test_a_revision_is_built_on_the_history_and_needs_no_database_at_head(
    project: Generated,
) -> None:
    """Two changes are written one after the other before the first one is applied."""
    project.add_ticket_price()
    project.run("revision", "-m", "price")
    said = project.run("revision", "-m", "nothing new").stdout
    assert NOTHING in said
    assert len(project.version_files()) == 2
    project.run("upgrade", "head")
    assert project.run("check").stdout.endswith(
        "done   the models, the history and the database are equal\n"
    )


def test_the_files_are_plain_alembic(made: Generated) -> None:
    """A revision imports only Alembic and SQLAlchemy."""
    (file,) = made.version_files()
    imports = re.findall(r"^(?:from|import) (\w+)", file.read_text(), re.MULTILINE)
    assert set(imports) == {"collections", "sqlalchemy", "alembic"}


def body(text: str, function: str) -> list[str]:
    """The statements of a function of a revision, without comments."""
    (found,) = re.findall(rf"def {function}\(\).*?:\n((?:    .*\n|\n)+)", text)
    lines = [line.strip() for line in found.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
