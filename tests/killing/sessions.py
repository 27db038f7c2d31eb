"""The sessions of a run, as somebody else on the server finds and ends them."""

from __future__ import annotations

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from daybreak.dialects import dialect_named

DRIVERS = {"postgresql": "psycopg2", "mysql": "pymysql"}
# Of a project that says nothing of its version table.
LOCK = ".alembic_version"

OF_DATABASE = {
    "postgresql": """
        SELECT a.pid || ' since ' || extract(epoch FROM a.backend_start)
        FROM pg_stat_activity AS a
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
          AND a.backend_type = 'client backend'
    """,
    "mysql": """
        SELECT CAST(id AS CHAR)
        FROM information_schema.processlist
        WHERE db = DATABASE() AND id <> CONNECTION_ID()
    """,
}


def end(url: str, which: str) -> None:
    """End the sessions that hold the run's lock (`lock`), or all others of the database."""
    with connect(url) as connection:
        name = connection.dialect.name
        server = dialect_named(name, "the test").running
        held = connection.execute(text(server.LOCK_SESSIONS), {"key": server.lock_key(LOCK)})
        holders = {row[1] for row in held}
        of_database = set(connection.scalars(text(OF_DATABASE[name])))
        for session in holders if which == "lock" else of_database - holders:
            try:
                connection.execute(text(server.END_SESSION), {"session": session})
            except DBAPIError:  # it is gone
                connection.rollback()


def connect(url: str) -> Connection:
    """A connection in autocommit, that nothing lends out again."""
    dialect = url.split(":")[0]
    full = url.replace("://", f"+{DRIVERS[dialect]}://", 1) if "+" not in dialect else url
    return create_engine(full, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()
