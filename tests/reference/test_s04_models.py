"""S4: the reference models, as the server itself describes their tables."""

from __future__ import annotations

from typing import Any

from generated import MIGRATED, Generated, tables
from servers.server import Server

Migrated = tuple[Generated, str]

# name, type, nullable, default
VENUES = {
    "postgresql": [
        ("id", "integer", "NO", "nextval('venues_id_seq'::regclass)"),
        ("name", "character varying(255)", "NO", None),
        ("address", "character varying(500)", "NO", None),
        ("city", "character varying(100)", "NO", None),
        ("capacity", "integer", "NO", None),
        ("created_at", "timestamp without time zone", "NO", "now()"),
    ],
    "mysql": [
        ("id", "int auto_increment", "NO", None),
        ("name", "varchar(255)", "NO", None),
        ("address", "varchar(500)", "NO", None),
        ("city", "varchar(100)", "NO", None),
        ("capacity", "int", "NO", None),
        ("created_at", "datetime DEFAULT_GENERATED", "NO", "now()"),
    ],
}
EVENTS = {
    "postgresql": [
        ("id", "integer", "NO", "nextval('events_id_seq'::regclass)"),
        ("name", "character varying(255)", "NO", None),
        ("description", "text", "YES", None),
        ("start_at", "timestamp without time zone", "NO", None),
        ("venue_id", "integer", "NO", None),
        ("created_at", "timestamp without time zone", "NO", "now()"),
    ],
    "mysql": [
        ("id", "int auto_increment", "NO", None),
        ("name", "varchar(255)", "NO", None),
        ("description", "text", "YES", None),
        ("start_at", "datetime", "NO", None),
        ("venue_id", "int", "NO", None),
        ("created_at", "datetime DEFAULT_GENERATED", "NO", "now()"),
    ],
}
# table, constraint's kind, its column, what it refers to
KEYS = [
    ("events", "FOREIGN KEY", "venue_id", "venues.id"),
    ("events", "PRIMARY KEY", "id", None),
    ("venues", "PRIMARY KEY", "id", None),
]


def test_the_reference_tables_have_exactly_the_described_columns(
    migrated: Migrated, server: Server
) -> None:
    _, database = migrated
    assert tables(server, database) == MIGRATED
    assert columns(server, database, "venues") == VENUES[server.dialect]
    assert columns(server, database, "events") == EVENTS[server.dialect]


def test_an_event_belongs_to_a_venue_that_exists(migrated: Migrated, server: Server) -> None:
    _, database = migrated
    assert keys(server, database) == KEYS


def test_the_server_numbers_the_rows_and_dates_them(migrated: Migrated) -> None:
    """Through the application's own session, and with a description left out."""
    project, _ = migrated
    said = project.python(
        """
from datetime import datetime
from database import SessionLocal
from models import Event, Venue

with SessionLocal.begin() as session:
    venue = Venue(name="Hall", address="1 Main St", city="Bern", capacity=300)
    venue.events.append(Event(name="Opening", start_at=datetime(2026, 5, 1, 20)))
    session.add(venue)
with SessionLocal() as session:
    event = session.query(Event).one()
    print(event.id, event.venue.id, event.description, type(event.created_at).__name__)
"""
    ).stdout
    assert said == "1 1 None datetime\n"


def test_a_model_file_that_is_not_registered_refuses_revision_and_is_named(
    migrated: Migrated,
) -> None:
    project, _ = migrated
    text = (project.root / "models" / "venue.py").read_text()
    ticket = project.root / "models" / "ticket.py"
    ticket.write_text(text.replace("Venue", "Ticket").replace("venues", "tickets"))
    before = project.version_files()
    try:
        done = project.run("revision", "-m", "anything", code=3)
        assert "not registered: models/ticket.py" in done.stderr
        assert "add to models/__init__.py: import models.ticket" in done.stderr
        plain = project.run(
            "revision", "--autogenerate", "-m", "anything", tool="alembic", code=255
        )
        assert "not registered: models/ticket.py" in plain.stdout + plain.stderr
    finally:
        ticket.unlink()
    assert project.version_files() == before


def columns(server: Server, database: str, table: str) -> list[tuple[Any, ...]]:
    if server.dialect == "postgresql":
        return server.execute(
            """
            SELECT attname, format_type(atttypid, atttypmod),
                   CASE WHEN attnotnull THEN 'NO' ELSE 'YES' END, pg_get_expr(adbin, adrelid)
            FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """,
            [table],
            database=database,
        )
    return server.execute(
        """
        SELECT column_name, trim(concat(column_type, ' ', extra)), is_nullable,
               if(column_default = 'CURRENT_TIMESTAMP', 'now()', column_default)
        FROM information_schema.columns
        WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position
        """,
        [database, table],
    )


def keys(server: Server, database: str) -> list[tuple[Any, ...]]:
    if server.dialect == "postgresql":
        return server.execute(
            """
            SELECT conrelid::regclass::text,
                   CASE contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'FOREIGN KEY' END,
                   a.attname::text, nullif(confrelid, 0)::regclass::text || '.' || f.attname
            FROM pg_constraint
            JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
            LEFT JOIN pg_attribute f ON f.attrelid = confrelid AND f.attnum = confkey[1]
            WHERE contype IN ('p', 'f') AND connamespace = 'public'::regnamespace
              AND conrelid::regclass::text NOT IN ('alembic_version', 'daybreak_journal')
            ORDER BY 1, 2
            """,
            database=database,
        )
    return server.execute(
        """
        SELECT table_name, constraint_type, column_name,
               concat(referenced_table_name, '.', referenced_column_name)
        FROM information_schema.key_column_usage JOIN information_schema.table_constraints
             USING (table_schema, table_name, constraint_name)
        WHERE table_schema = %s AND table_name NOT IN ('alembic_version', 'daybreak_journal')
        ORDER BY 1, 2
        """,
        [database],
    )
