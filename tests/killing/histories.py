"""Histories that hold every kind of statement that a run can be killed at."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from projects import Project


@dataclass(frozen=True)
class Revision:
    """One revision: the body of its upgrade."""

    id: str
    body: str


TABLE = """
op.create_table(
    "events",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(50)),
    sa.Column("token", sa.String(36)),
)
events = sa.table("events", sa.column("title"), sa.column("token"))
op.bulk_insert(events, [{"title": f"event {n}", "token": str(uuid4())} for n in range(6)])
"""

POSTGRESQL = (
    Revision("a1", TABLE),
    Revision(
        "b2",
        """
        op.add_column("events", sa.Column("price", sa.Integer))
        with op.get_context().autocommit_block():
            op.create_index("ix_title", "events", ["title"], postgresql_concurrently=True)
            op.execute("INSERT INTO events (title) VALUES ('in an autocommit block')")
        op.execute("UPDATE events SET price = 1")
        """,
    ),
    Revision(
        "c3",
        """
        bind = op.get_bind()
        found = bind.execute(sa.text("SELECT id, title FROM events ORDER BY id")).all()
        for row in found:
            bind.execute(sa.text("UPDATE events SET title = :t WHERE id = :i"),
                         {"t": row.title + "!", "i": row.id})
        op.execute("CREATE VIEW titles AS SELECT title FROM events")
        op.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
        """,
    ),
    Revision(
        "d4",
        """
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE mood ADD VALUE 'happy'")
            op.execute("VACUUM events")
            done = None
            while done != 0:
                done = op.get_bind().execute(sa.text(
                    "UPDATE events SET price = price + 10 WHERE id IN"
                    " (SELECT id FROM events WHERE price < 10 ORDER BY id LIMIT 2)")).rowcount
            op.drop_index("ix_title", "events", postgresql_concurrently=True)
            op.execute(f"INSERT INTO events (title, token) VALUES ('by hand', '{uuid4()}')")
        """,
    ),
    Revision(
        "e5",
        """
        op.execute("CREATE TABLE copies (LIKE events)")
        op.execute("COMMIT")
        op.execute("INSERT INTO copies SELECT * FROM events")
        op.execute("CREATE INDEX CONCURRENTLY ix_copies ON copies (title)")
        """,
    ),
    Revision(
        "f6",
        """
        op.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
        with op.get_context().autocommit_block():
            op.execute("REINDEX INDEX CONCURRENTLY ix_copies")
            op.execute("DO $$ BEGIN INSERT INTO copies (id, title) VALUES (0, 'do'); END $$")
        op.drop_column("copies", "token")
        """,
    ),
)

MYSQL = (
    Revision("a1", TABLE),
    Revision(
        "b2",
        """
        op.add_column("events", sa.Column("price", sa.Integer))
        op.execute("INSERT INTO events (title) VALUES ('between')")
        op.create_index("ix_title", "events", ["title"])
        op.execute("UPDATE events SET price = 1")
        op.alter_column("events", "title", existing_type=sa.String(50), type_=sa.String(80))
        """,
    ),
    Revision(
        "c3",
        """
        bind = op.get_bind()
        found = bind.execute(sa.text("SELECT id, title FROM events ORDER BY id")).all()
        for row in found:
            bind.execute(sa.text("UPDATE events SET title = :t WHERE id = :i"),
                         {"t": row.title + "!", "i": row.id})
        op.execute("CREATE VIEW titles AS SELECT title FROM events")
        """,
    ),
    Revision(
        "d4",
        """
        op.execute("CREATE TABLE copies LIKE events")
        op.execute("INSERT INTO copies SELECT * FROM events")
        op.rename_table("copies", "kept")
        op.drop_index("ix_title", "events")
        op.execute(f"INSERT INTO events (title, token) VALUES ('by hand', '{uuid4()}')")
        op.drop_column("kept", "token")
        """,
    ),
    Revision(
        "e5",
        """
        op.execute("CREATE TRIGGER t BEFORE INSERT ON kept FOR EACH ROW SET NEW.price = 7")
        op.execute("CREATE PROCEDURE p() INSERT INTO kept (id, title) VALUES (100, 'p')")
        op.execute("INSERT INTO kept (id, title) VALUES (99, 'by a trigger')")
        op.execute("CREATE TABLE plain (id INT) ENGINE = MyISAM")
        op.create_table("gone", sa.Column("id", sa.Integer, primary_key=True))
        op.drop_table("gone")
        """,
    ),
    Revision(
        "f6",
        """
        op.create_table("more", sa.Column("id", sa.Integer, primary_key=True))
        op.add_column("more", sa.Column("name", sa.String(20)))
        op.create_index("ix_name", "more", ["name"])
        op.execute("CREATE VIEW names AS SELECT name FROM more")
        op.execute("INSERT INTO more (name) VALUES ('first')")
        op.create_index("ix_both", "more", ["name", "id"])
        """,
    ),
)

HISTORIES = {"postgresql": POSTGRESQL, "mysql": MYSQL}


def write_history(project: Project, revisions: tuple[Revision, ...]) -> None:
    """Write the revisions, each building on the one before it, into the project."""
    down = None
    for revision in revisions:
        body = textwrap.indent(textwrap.dedent(revision.body).strip(), "    ").lstrip()
        project.add_revision(revision.id, down, f"from uuid import uuid4\n    {body}")
        down = revision.id
