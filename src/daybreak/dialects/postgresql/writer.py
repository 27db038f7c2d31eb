"""Whether changes can be made where we are connected."""

# pg_settings is slow, and asked only where there is something to explain. Its `source` tells what
# set a setting: https://www.postgresql.org/docs/current/view-pg-settings.html
WRITER = """
SELECT
    CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only')::bool THEN 1 ELSE 0
    END AS reader,
    CASE
        WHEN pg_is_in_recovery() AND to_regproc('aurora_version') IS NOT NULL THEN
            'an Aurora reader'
        WHEN pg_is_in_recovery() THEN 'a hot standby'
        WHEN current_setting('default_transaction_read_only')::bool THEN
            'read-only (default_transaction_read_only is on for ' || (
                SELECT CASE source
                    WHEN 'user' THEN 'this user'
                    WHEN 'database' THEN 'this database'
                    WHEN 'database user' THEN 'this user in this database'
                    WHEN 'client' THEN 'this connection: its options, or PGOPTIONS'
                    WHEN 'session' THEN 'this session'
                    ELSE 'this server'
                END
                FROM pg_settings WHERE name = 'default_transaction_read_only') || ')'
        WHEN current_setting('transaction_read_only')::bool THEN
            'read-only (the transaction on this connection is)'
        ELSE 'the writer'
    END AS what
"""
