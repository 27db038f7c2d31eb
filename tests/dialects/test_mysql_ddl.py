"""Each kind of change on MySQL, carried out by the SQL made from the two catalogs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from daybreak.core.catalog import Address, Catalog
from daybreak.core.change import Rename
from daybreak.core.diff import diff
from daybreak.dialects import mysql as dialect
from daybreak.edges.catalog import read_catalog
from daybreak.writing.moving import moved
from dialects.mysql_changes import CASES, Case
from servers.mysql import MySQL

ENGINE = dialect.engine(9)


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
    statements: list[str] = []
    for change in changes:
        statements += dialect.ddl(change, before, after)
        if isinstance(change, Rename):
            before = moved(before, change, ENGINE)
    return statements


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
    with mysql.engine(database).connect() as connection:
        return read_catalog(connection)


def run(mysql: MySQL, database: str, statements: Sequence[str]) -> None:
    with mysql.engine(database).connect() as connection:
        for sql in statements:
            connection.exec_driver_sql(sql.replace("%", "%%"))
        connection.commit()


def test_a_renamed_column_and_table_keep_their_rows(mysql: MySQL) -> None:
    table = (
        "CREATE TABLE {t} (id INT PRIMARY KEY, {c} INT, g INT AS ({c} + 1) STORED, up INT, "
        "KEY k (g), KEY ck ({c}), CONSTRAINT q CHECK ({c} > 0), "
        "FOREIGN KEY (up) REFERENCES {t} (id))"
    )
    with mysql.fresh_database() as old, mysql.fresh_database() as new:
        run(mysql, old, [table.format(t="t", c="a"), "INSERT INTO t (id, a) VALUES (1, 5)"])
        run(mysql, new, [table.format(t="tt", c="`b``c`")])
        before, after = read(mysql, old), read(mysql, new)
        [was] = before.tables
        renames = [
            Rename(Address("table", "", "t"), Address("table", "", "tt"), was),
            Rename(
                Address("column", "", "a", "t"),
                Address("column", "", "b`c", "tt"),
                next(column for column in was.columns if column.name == "a"),
            ),
        ]

        run(mysql, old, changing(before, after, renames))

        assert columns_by_name(read(mysql, old)) == columns_by_name(after)
        assert mysql.execute("SELECT id, `b``c`, g FROM tt", database=old) == [(1, 5, 6)]


def test_the_server_renames_constraints_with_their_table_as_a_catalog_does(mysql: MySQL) -> None:
    """Whether a number or a person named them; in no other case, and not without anything after."""
    table = (
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, CHECK (a > 0), "
        "CONSTRAINT t_chk_007 CHECK (a > 1), CONSTRAINT t_chk_positive CHECK (a > 2), "
        "CONSTRAINT t_chk_ CHECK (a > 3), CONSTRAINT t_CHK_9 CHECK (a > 4), "
        "CONSTRAINT tt_chk_1 CHECK (a > 5), FOREIGN KEY (a) REFERENCES t (id), "
        "CONSTRAINT t_ibfk_x FOREIGN KEY (a) REFERENCES t (id))"
    )
    with mysql.fresh_database() as database:
        run(mysql, database, [table])
        before = read(mysql, database)
        [was] = before.tables
        rename = Rename(Address("table", "", "t"), Address("table", "", "u"), was)

        run(mysql, database, dialect.ddl(rename, before, before))

        assert read(mysql, database) == moved(before, rename, ENGINE)


def test_keys_forget_the_block_size_that_their_table_had(mysql: MySQL) -> None:
    table = "CREATE TABLE t (id INT PRIMARY KEY, a INT, KEY k (a)) ROW_FORMAT=COMPRESSED"
    with mysql.fresh_database() as old, mysql.fresh_database() as new:
        run(mysql, old, [f"{table} KEY_BLOCK_SIZE=4"])
        run(mysql, new, [table])
        before, after = read(mysql, old), read(mysql, new)

        run(mysql, old, changing(before, after))

        shown = [mysql.execute("SHOW CREATE TABLE t", database=name) for name in (old, new)]
        assert shown[0] == shown[1]
