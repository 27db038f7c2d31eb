"""The queries that a catalog is built from: information_schema alone, a fixed number of them.

Source: "INFORMATION_SCHEMA Tables" in the manuals of MySQL 8.0 and 9.7; each column named here is
in both. Columns that need a storage engine's statistics (TABLE_ROWS, AUTO_INCREMENT, CARDINALITY)
are left alone: they are no part of a schema and cost an open of each table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from daybreak.dialects import base

# The schemas that are asked for, or the current one. Names compare as the dictionary's own do,
# which lets the server look them up instead of reading every schema that it has.
_ASKED = """
WITH asked AS (
    SELECT given.name
    FROM JSON_TABLE(
        COALESCE(:schemas, JSON_ARRAY(DATABASE())), '$[*]'
        COLUMNS (name VARCHAR(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin PATH '$')
    ) AS given
)"""

SCHEMAS = """
SELECT schema_name
FROM information_schema.schemata
WHERE schema_name IN (SELECT name FROM asked)
"""

# CREATE_OPTIONS holds what was said explicitly: ROW_FORMAT itself also tells a default.
TABLES = """
SELECT t.table_schema, t.table_name, t.engine, c.character_set_name, t.table_collation,
    t.create_options, t.table_comment
FROM information_schema.tables AS t
LEFT JOIN information_schema.collations AS c ON c.collation_name = t.table_collation
WHERE t.table_type = 'BASE TABLE' AND t.table_schema IN (SELECT name FROM asked)
"""

COLUMNS = """
SELECT table_schema, table_name, column_name, ordinal_position, column_default, is_nullable,
    data_type, column_type, character_set_name, collation_name, extra, generation_expression,
    srs_id, column_comment
FROM information_schema.columns
WHERE table_schema IN (SELECT name FROM asked)
ORDER BY table_schema, table_name, ordinal_position
"""

# One row for each column or expression of each index, the primary key's among them.
INDEXES = """
SELECT table_schema, table_name, index_name, non_unique, column_name, expression, collation,
    sub_part, index_type, is_visible, index_comment
FROM information_schema.statistics
WHERE table_schema IN (SELECT name FROM asked)
ORDER BY table_schema, table_name, index_name, seq_in_index
"""

FOREIGN_KEYS = """
SELECT constraint_schema, table_name, constraint_name, update_rule, delete_rule
FROM information_schema.referential_constraints
WHERE constraint_schema IN (SELECT name FROM asked)
"""

FOREIGN_KEY_COLUMNS = """
SELECT table_schema, table_name, constraint_name, column_name,
    referenced_table_schema, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage
WHERE referenced_table_name IS NOT NULL AND table_schema IN (SELECT name FROM asked)
ORDER BY table_schema, table_name, constraint_name, ordinal_position
"""

# Two queries, because joining them here takes the server seconds at 1000 tables.
CHECKS = """
SELECT constraint_schema, constraint_name, check_clause
FROM information_schema.check_constraints
WHERE constraint_schema IN (SELECT name FROM asked)
"""

CHECKED_TABLES = """
SELECT constraint_schema, constraint_name, table_name, enforced
FROM information_schema.table_constraints
WHERE constraint_type = 'CHECK' AND constraint_schema IN (SELECT name FROM asked)
"""

PARTITIONS = """
SELECT table_schema, table_name, partition_name, subpartition_name, partition_method,
    subpartition_method, partition_expression, subpartition_expression, partition_description,
    partition_comment
FROM information_schema.partitions
WHERE partition_name IS NOT NULL AND table_schema IN (SELECT name FROM asked)
ORDER BY table_schema, table_name, partition_ordinal_position, subpartition_ordinal_position
"""

# The text is told by SHOW CREATE VIEW, as information_schema does not know the algorithm.
VIEWS = """
SELECT table_schema, table_name, check_option, security_type
FROM information_schema.views
WHERE table_schema IN (SELECT name FROM asked)
"""

TRIGGERS = """
SELECT trigger_schema, event_object_table, trigger_name, action_timing, event_manipulation,
    action_order, action_statement
FROM information_schema.triggers
WHERE trigger_schema IN (SELECT name FROM asked)
ORDER BY trigger_schema, event_object_table, action_timing, event_manipulation, action_order
"""

ROUTINES = """
SELECT routine_schema, routine_name, routine_type, dtd_identifier, character_set_name,
    collation_name, routine_definition, external_language, is_deterministic, sql_data_access,
    security_type, routine_comment
FROM information_schema.routines
WHERE routine_schema IN (SELECT name FROM asked)
"""

# Position 0 is what a function returns, which ROUTINES has as well.
PARAMETERS = """
SELECT specific_schema, specific_name, routine_type, parameter_mode, parameter_name,
    dtd_identifier, character_set_name, collation_name
FROM information_schema.parameters
WHERE ordinal_position > 0 AND specific_schema IN (SELECT name FROM asked)
ORDER BY specific_schema, specific_name, routine_type, ordinal_position
"""

# An event without STARTS begins when it is made or altered, and the server keeps that moment.
EVENTS = """
SELECT event_schema, event_name, event_type, execute_at, interval_value, interval_field,
    starts, ends, on_completion, status, event_definition, event_comment,
    LEAST(
        ABS(TIMESTAMPDIFF(SECOND, created, CONVERT_TZ(starts, time_zone, @@time_zone))),
        ABS(TIMESTAMPDIFF(SECOND, last_altered, CONVERT_TZ(starts, time_zone, @@time_zone)))
    ) <= 1 AS starts_when_made
FROM information_schema.events
WHERE event_schema IN (SELECT name FROM asked)
"""

QUERIES = {
    "schemas": _ASKED + SCHEMAS,
    "tables": _ASKED + TABLES,
    "columns": _ASKED + COLUMNS,
    "indexes": _ASKED + INDEXES,
    "foreign keys": _ASKED + FOREIGN_KEYS,
    "foreign key columns": _ASKED + FOREIGN_KEY_COLUMNS,
    "checks": _ASKED + CHECKS,
    "checked tables": _ASKED + CHECKED_TABLES,
    "partitions": _ASKED + PARTITIONS,
    "views": _ASKED + VIEWS,
    "triggers": _ASKED + TRIGGERS,
    "routines": _ASKED + ROUTINES,
    "parameters": _ASKED + PARAMETERS,
    "events": _ASKED + EVENTS,
}

# What texts depend on. SHOW CREATE quotes by ANSI_QUOTES and SQL_QUOTE_SHOW_CREATE.
SESSION = (
    "SET @daybreak_lock_wait_timeout = @@lock_wait_timeout, @daybreak_sql_mode = @@sql_mode, "
    "@daybreak_time_zone = @@time_zone, @daybreak_quote = @@sql_quote_show_create",
    "SET lock_wait_timeout = {seconds}, sql_mode = '', time_zone = '+00:00', "
    "sql_quote_show_create = 1",
)
SESSION_END = (
    "SET lock_wait_timeout = @daybreak_lock_wait_timeout, sql_mode = @daybreak_sql_mode, "
    "time_zone = @daybreak_time_zone, sql_quote_show_create = @daybreak_quote",
)

# Who holds, or waits for, an exclusive metadata lock, longest first: that is what stops readers.
# The instrument is on by default; without it, or without the right to look, there is no row.
LOCK_HOLDERS = """
SELECT CONCAT_WS('.', l.object_schema, l.object_name), t.processlist_id,
    COALESCE(t.processlist_user, ''),
    COALESCE(
        (SELECT a.attr_value
        FROM performance_schema.session_connect_attrs AS a
        WHERE a.processlist_id = t.processlist_id AND a.attr_name = 'program_name'),
        ''
    ),
    LOWER(t.processlist_command),
    COALESCE(t.processlist_time, 0)
FROM performance_schema.metadata_locks AS l
JOIN performance_schema.threads AS t ON t.thread_id = l.owner_thread_id
WHERE l.object_type = 'TABLE'
    AND l.lock_type IN ('EXCLUSIVE', 'SHARED_NO_READ_WRITE')
    AND t.processlist_id <> CONNECTION_ID()
ORDER BY l.lock_status = 'PENDING', t.processlist_time DESC
LIMIT 1
"""


def catalog_session(version: int, *, fresh: bool) -> Sequence[str]:
    """The catalog has no snapshots here, so a fresh transaction is told nothing more."""
    return [sql.format(seconds=base.CATALOG_LOCK_TIMEOUT_S) for sql in SESSION]


def catalog_session_end(version: int) -> Sequence[str]:
    return SESSION_END


def catalog_queries(version: int) -> Mapping[str, str]:
    return QUERIES
