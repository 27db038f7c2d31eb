"""What is read from a real MySQL, exactly; in a fixed number of queries; without waiting."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event

from daybreak.core.catalog import (
    Catalog,
    Column,
    Constraint,
    Event,
    Index,
    IndexKey,
    Routine,
    Schema,
    Table,
    Trigger,
    View,
    address_of,
)
from daybreak.core.errors import LockNotGranted
from daybreak.edges.catalog import read_catalog
from dialects.test_mysql_ddl import read, run
from servers.mysql import MySQL

EVERYTHING = [
    """
    CREATE TABLE parents (
        id INT UNSIGNED AUTO_INCREMENT,
        `na``me` VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL
            DEFAULT 'it''s' COMMENT 'c''s \\\\',
        at TIMESTAMP(3) NOT NULL DEFAULT NOW(3) ON UPDATE NOW(3),
        doc JSON DEFAULT (JSON_ARRAY('ü', 'b\\'c')),
        hidden INT INVISIBLE DEFAULT 3,
        sum INT AS (hidden + 1) VIRTUAL,
        kept VARCHAR(9) AS (CONCAT(`na``me`, '\\n')) STORED NOT NULL,
        place POINT NOT NULL SRID 4326,
        kind ENUM('a','it''s') COLLATE utf8mb4_bin DEFAULT 'a',
        octets VARBINARY(4) DEFAULT 0x00ff00,
        words TEXT,
        PRIMARY KEY (id) COMMENT 'pk',
        UNIQUE KEY u (`na``me` DESC, words(5)) COMMENT 'u',
        KEY f ((hidden + 1), at) INVISIBLE,
        SPATIAL KEY s (place),
        FULLTEXT KEY w (words) WITH PARSER ngram,
        CONSTRAINT positive CHECK (hidden > 0 AND words <> 'ü''\\\\') NOT ENFORCED
    ) COMMENT 'p''s' ROW_FORMAT DYNAMIC STATS_PERSISTENT 1 AUTO_INCREMENT 77
    """,
    """
    CREATE TABLE children (
        parent INT UNSIGNED, place INT,
        CONSTRAINT belongs FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE SET NULL
    ) CHARSET latin1
    """,
    "CREATE TABLE parted (id INT PRIMARY KEY) ENGINE InnoDB "
    "PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (9), PARTITION b VALUES LESS THAN "
    "MAXVALUE)",
    "CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW seen AS "
    "SELECT id, '{schema}.`x`' AS said FROM {schema}.parents WITH CASCADED CHECK OPTION",
    "CREATE TRIGGER second BEFORE INSERT ON children FOR EACH ROW SET NEW.place = 1",
    "CREATE TRIGGER first BEFORE INSERT ON children FOR EACH ROW PRECEDES second "
    "BEGIN SET @said = 'it''s \\\\'; END",
    "CREATE FUNCTION twice(n INT, `w``d` VARCHAR(3)) RETURNS TEXT CHARSET latin1 DETERMINISTIC "
    "NO SQL COMMENT 'f''s' RETURN CONCAT(n, 'n''s')",
    "CREATE PROCEDURE none(INOUT n INT) SQL SECURITY INVOKER BEGIN END",
    "CREATE EVENT often ON SCHEDULE EVERY 2 HOUR ENDS '2037-01-01' ON COMPLETION PRESERVE DISABLE "
    "COMMENT 'e' DO DELETE FROM children WHERE place = 'x'",
]


@pytest.fixture
def name(mysql: MySQL) -> Iterator[str]:
    with mysql.fresh_database() as name:
        yield name


def test_everything_is_read(mysql: MySQL, name: str) -> None:
    run(mysql, name, [sql.replace("{schema}", name) for sql in EVERYTHING])

    assert read(mysql, name) == expected(name)


def expected(name: str) -> Catalog:
    return Catalog(
        dialect="mysql",
        version=9,
        default_schema="",
        tables=(
            Table(
                "",
                "children",
                columns=(Column("parent", "int unsigned"), Column("place", "int")),
                constraints=(
                    Constraint(
                        "belongs",
                        "foreign key",
                        "FOREIGN KEY (`parent`) REFERENCES `parents` (`id`) ON DELETE SET NULL",
                        columns=("parent",),
                        referred=("", "parents"),
                        referred_columns=("id",),
                        on_delete="SET NULL",
                    ),
                ),
                indexes=(Index("belongs", "INDEX (`parent`)", (IndexKey("parent"),)),),
                triggers=(
                    Trigger(
                        "first",
                        "BEFORE INSERT ON `children` FOR EACH ROW "
                        r"BEGIN SET @said = 'it''s \\'; END",
                    ),
                    Trigger(
                        "second",
                        "BEFORE INSERT ON `children` FOR EACH ROW FOLLOWS `first` "
                        "SET NEW.place = 1",
                    ),
                ),
                engine="InnoDB",
                charset="latin1",
                collation="latin1_swedish_ci",
            ),
            _parents(),
            Table(
                "",
                "parted",
                columns=(Column("id", "int", not_null=True),),
                constraints=(
                    Constraint("PRIMARY", "primary key", "PRIMARY KEY (`id`)", columns=("id",)),
                ),
                partition_by="PARTITION BY RANGE (`id`)\n(\n  PARTITION `a` VALUES LESS THAN (9),\n"
                "  PARTITION `b` VALUES LESS THAN MAXVALUE\n)",
                engine="InnoDB",
                charset="utf8mb4",
                collation="utf8mb4_0900_ai_ci",
            ),
        ),
        views=(
            View(
                "",
                "seen",
                f"select `parents`.`id` AS `id`,'{name}.`x`' AS `said` from `parents`",
                settings=(
                    ("algorithm", "MERGE"),
                    ("check_option", "CASCADED"),
                    ("security", "INVOKER"),
                ),
            ),
        ),
        routines=(
            Routine(
                "",
                "none",
                "",
                "procedure",
                "(INOUT `n` int)\nSQL SECURITY INVOKER\nBEGIN END",
            ),
            Routine(
                "",
                "twice",
                "",
                "function",
                "(`n` int, `w``d` varchar(3) CHARSET utf8mb4 COLLATE utf8mb4_0900_ai_ci) "
                "RETURNS text CHARSET latin1 COLLATE latin1_swedish_ci\n"
                "DETERMINISTIC\nNO SQL\nRETURN CONCAT(n, 'n''s')",
                comment="f's",
            ),
        ),
        events=(
            Event(
                "",
                "often",
                "ON SCHEDULE EVERY 2 HOUR ENDS '2037-01-01 00:00:00' ON COMPLETION PRESERVE "
                "DISABLE\nDO DELETE FROM children WHERE place = 'x'",
                comment="e",
            ),
        ),
    )


def _parents() -> Table:
    check = r"((`hidden` > 0) and (`words` <> _utf8mb4'ü\'\\'))"
    return Table(
        "",
        "parents",
        columns=(
            Column("id", "int unsigned", not_null=True, auto_increment=True),
            Column(
                "na`me",
                "varchar(9)",
                not_null=True,
                default="'it''s'",
                charset="latin1",
                collation="latin1_bin",
                comment="c's \\",
            ),
            Column(
                "at",
                "timestamp(3)",
                not_null=True,
                default="CURRENT_TIMESTAMP(3)",
                on_update="CURRENT_TIMESTAMP(3)",
            ),
            Column("doc", "json", default=r"(json_array(_utf8mb4'ü',_utf8mb4'b\'c'))"),
            Column("hidden", "int", default="'3'", invisible=True),
            Column("sum", "int", generated="(`hidden` + 1)"),
            Column(
                "kept",
                "varchar(9)",
                not_null=True,
                generated=r"concat(`na``me`,_utf8mb4'\n')",
                stored=True,
            ),
            Column("place", "point", not_null=True, srid=4326),
            Column("kind", "enum('a','it''s')", default="'a'", collation="utf8mb4_bin"),
            Column("octets", "varbinary(4)", default="0x00FF00"),
            Column("words", "text"),
        ),
        constraints=(
            Constraint(
                "PRIMARY",
                "primary key",
                "PRIMARY KEY (`id`)",
                columns=("id",),
                index_comment="pk",
            ),
            Constraint(
                "positive",
                "check",
                f"CHECK ({check}) NOT ENFORCED",
                expression=check,
                enforced=False,
            ),
        ),
        indexes=(
            Index(
                "f",
                "INDEX (((`hidden` + 1)), `at`)",
                (IndexKey(expression="(`hidden` + 1)"), IndexKey("at")),
                invisible=True,
            ),
            Index("s", "SPATIAL INDEX (`place`)", (IndexKey("place"),), method="spatial"),
            Index(
                "u",
                "UNIQUE INDEX (`na``me` DESC, `words`(5))",
                (IndexKey("na`me", descending=True), IndexKey("words", length=5)),
                unique=True,
                comment="u",
            ),
            Index(
                "w",
                "FULLTEXT INDEX (`words`) WITH PARSER `ngram`",
                (IndexKey("words"),),
                method="fulltext",
                parser="ngram",
            ),
        ),
        engine="InnoDB",
        charset="utf8mb4",
        collation="utf8mb4_0900_ai_ci",
        comment="p's",
        options=(("ROW_FORMAT", "DYNAMIC"), ("STATS_PERSISTENT", "1")),
    )


def test_two_databases_with_the_same_in_them_give_one_catalog(mysql: MySQL, name: str) -> None:
    with mysql.fresh_database() as other:
        for schema in (name, other):
            run(mysql, schema, [sql.replace("{schema}", schema) for sql in EVERYTHING])
        one, two = read(mysql, name), read(mysql, other)

    assert one.tables == two.tables
    assert (one.routines, one.events) == (two.routines, two.events)


def test_another_schema_keeps_its_name(mysql: MySQL, name: str) -> None:
    with mysql.fresh_database() as other:
        run(mysql, other, ["CREATE TABLE far (id INT PRIMARY KEY)"])
        run(
            mysql,
            name,
            [
                f"CREATE TABLE near (far INT, CONSTRAINT k FOREIGN KEY (far) REFERENCES {other}.far"
                " (id))",
                f"CREATE VIEW {other}.v AS SELECT near.far FROM near JOIN {other}.far",
            ],
        )
        with engine(mysql, name).connect() as connection:
            catalog = read_catalog(connection, schemas=[name, other])
        run(mysql, name, ["DROP TABLE near"])

    assert [(table.schema, table.name) for table in catalog.tables] == [
        ("", "near"),
        (other, "far"),
    ]
    assert catalog.tables[0].constraints[0].referred == (other, "far")
    assert catalog.schemas == (Schema(other),)
    assert [(v.schema, v.definition) for v in catalog.views] == [
        (other, f"select `near`.`far` AS `far` from (`near` join `{other}`.`far`)")
    ]


def test_the_number_of_queries_does_not_grow_with_tables_and_schemas(
    mysql: MySQL, name: str
) -> None:
    def queries(schemas: list[str]) -> int:
        asked: list[str] = []
        database = engine(mysql, name)

        def note(*arguments: object) -> None:
            asked.append(str(arguments[2]))

        with database.connect() as connection:
            connection.rollback()
            event.listen(database, "before_cursor_execute", note)
            read_catalog(connection, schemas=schemas)
        return len(asked)

    none = queries([name])
    run(mysql, name, [f"CREATE TABLE t{n} (id INT PRIMARY KEY, a INT, KEY (a))" for n in range(20)])
    with mysql.fresh_database() as other:
        run(mysql, other, ["CREATE TABLE t (id INT PRIMARY KEY)"])

        assert queries([name, other]) == none


def test_the_session_does_not_matter_and_keeps_its_settings(mysql: MySQL, name: str) -> None:
    run(mysql, name, [sql.replace("{schema}", name) for sql in EVERYTHING])
    settings = "SELECT @@sql_mode, @@time_zone, @@lock_wait_timeout, @@sql_quote_show_create"
    with engine(mysql, name).connect() as connection:
        for sql in (
            "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', time_zone = '+05:00'",
            "SET sql_quote_show_create = 0, lock_wait_timeout = 77",
        ):
            connection.exec_driver_sql(sql)
        connection.commit()
        before = connection.exec_driver_sql(settings).one()
        connection.rollback()

        assert read_catalog(connection) == expected(name)
        assert connection.exec_driver_sql(settings).one() == before


def test_it_waits_a_second_for_a_lock_and_names_who_holds_it(mysql: MySQL, name: str) -> None:
    run(mysql, name, ["CREATE TABLE a (t TEXT, FULLTEXT KEY (t))", "CREATE TABLE b (id INT)"])
    with (
        engine(mysql, name).connect() as reader,
        engine(mysql, name).connect() as holder,
        engine(mysql, name).connect() as connection,
        ThreadPoolExecutor() as threads,
    ):
        reader.exec_driver_sql("SELECT * FROM b")  # so that the rename has `a` and waits for `b`
        [pid] = holder.exec_driver_sql("SELECT CONNECTION_ID()").one()
        rename = threads.submit(holder.exec_driver_sql, "RENAME TABLE a TO c, b TO d")
        while not waiting(mysql, pid):
            time.sleep(0.02)
        started = time.monotonic()
        with pytest.raises(LockNotGranted) as refused:
            read_catalog(connection)
        waited = time.monotonic() - started
        reader.rollback()
        rename.result()

    assert re.fullmatch(
        rf"the schema could not be read: a lock was not granted in 1 s; {name}\.a is held by pid "
        rf"{pid}, user {mysql.user}( \(.+\))?, query for \d+ s",
        refused.value.args[0],
    ), refused.value.args
    assert 1 <= waited < 5


def waiting(mysql: MySQL, pid: int) -> bool:
    query = "SELECT state FROM information_schema.processlist WHERE id = %s"
    return "metadata lock" in str(mysql.execute(query, [pid]))


def engine(mysql: MySQL, name: str) -> Engine:
    return mysql.engine(name)


def test_a_function_and_a_procedure_may_share_a_name(mysql: MySQL, name: str) -> None:
    run(
        mysql,
        name,
        [
            "CREATE PROCEDURE twice() SELECT 1",
            "CREATE FUNCTION twice() RETURNS int NO SQL RETURN 1",
        ],
    )

    found = {str(address_of(routine)) for routine in read(mysql, name).routines}

    assert found == {"twice()", "twice(procedure)"}
