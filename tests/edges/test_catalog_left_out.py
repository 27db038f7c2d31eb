"""The version table is no part of a catalog, whether or not its schema is spelled out."""

from __future__ import annotations

import pytest
from sqlalchemy import NullPool, create_engine, inspect

from daybreak.edges.catalog import read_catalog
from servers.server import Server

DRIVERS = {"postgresql": "psycopg2", "mysql": "pymysql"}


@pytest.mark.parametrize("spelled", [False, True])
def test_a_table_of_the_default_schema_is_left_out(
    server: Server, database: str, spelled: bool
) -> None:
    for name in ("kept", "version"):
        server.execute(f"CREATE TABLE {name} (id integer)", database=database)
    engine = create_engine(server.url(database, DRIVERS[server.dialect]), poolclass=NullPool)
    with engine.connect() as connection:
        schema = inspect(connection).default_schema_name if spelled else None
        catalog = read_catalog(connection, leave_out=frozenset({(schema, "version")}))
    assert [table.name for table in catalog.tables] == ["kept"]
