"""Each kind of change on MySQL, carried out by the SQL made from the two catalogs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from daybreak.core.catalog import Catalog
from daybreak.core.change import Rename
from daybreak.core.diff import diff
from daybreak.core.engine import Engine
from daybreak.dialects import mysql as dialect
from daybreak.edges.catalog import read_catalog
from dialects.mysql_changes import CASES, Case
from servers.mysql import MySQL

ENGINE = Engine(keys_pin=True, late_bound=True)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_change_leads_to_what_was_asked_for_and_keeps_the_rows(mysql: MySQL, case: Case) -> None:
    with mysql.fresh_database() as old, mysql.fresh_database() as new:
        run(mysql, old, case.before)
        run(mysql, new, case.after)
        before, after = read(mysql, old), read(mysql, new)
        statements = changing(before, after)
        assert statements

        run(mysql, old, statements)

        assert columns_by_name(read(mysql, old)) == columns_by_name(after)
        if case.rows:
            query, expected = case.rows
            assert mysql.execute(query, database=old) == expected


def changing(before: Catalog, after: Catalog, renames: Sequence[Rename] = ()) -> list[str]:
    changes = diff(before, after, fold=dialect.fold, engine=ENGINE, renames=renames)
    return [sql for change in changes for sql in dialect.ddl(change, before, after)]


def columns_by_name(catalog: Catalog) -> Catalog:
    """A new column stands at the end, wherever the model has it."""
    return replace(
        catalog,
        default_schema="",
        tables=tuple(
            replace(table, columns=tuple(sorted(table.columns, key=lambda c: c.name)))
            for table in catalog.tables
        ),
    )


def read(mysql: MySQL, database: str) -> Catalog:
    engine = create_engine(mysql.url(database, "pymysql"), poolclass=NullPool)
    with engine.connect() as connection:
        return read_catalog(connection)


def run(mysql: MySQL, database: str, statements: Sequence[str]) -> None:
    engine = create_engine(mysql.url(database, "pymysql"), poolclass=NullPool)
    with engine.connect() as connection:
        for sql in statements:
            connection.exec_driver_sql(sql.replace("%", "%%"))
        connection.commit()
