"""Tables that a reader of catalogs is told to leave out, such as the table of the version."""

from __future__ import annotations

from sqlalchemy import create_engine

from daybreak.edges.catalog import read_catalog
from servers.server import Server

DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql"}


def test_a_table_of_the_default_schema_is_left_out_on_every_engine(
    server: Server, database: str
) -> None:
    for name in ("alembic_version", "venues"):
        server.execute(f"CREATE TABLE {name} (id int)", database=database)
    engine = create_engine(server.url(database, DRIVERS[server.dialect]))
    with engine.connect() as connection:
        found = read_catalog(connection, leave_out=frozenset({(None, "alembic_version")}))
    engine.dispose()

    assert [table.name for table in found.tables] == ["venues"]
