"""Whether changes can be made where we are connected."""

# read_only lets administrators write, and a replica that one has written to stops following: it is
# refused for everybody. aurora_server_id is a variable of Aurora alone.
WRITER = """
SELECT
    @@innodb_read_only OR @@super_read_only OR @@read_only OR @@transaction_read_only AS reader,
    CASE
        WHEN @@innodb_read_only AND EXISTS (
            SELECT 1 FROM performance_schema.global_variables
            WHERE variable_name = 'aurora_server_id'
        ) THEN 'an Aurora reader'
        WHEN @@innodb_read_only THEN 'a read-only server (innodb_read_only is on)'
        WHEN @@super_read_only THEN 'a read-only server (super_read_only is on)'
        WHEN @@read_only THEN 'a read-only server (read_only is on)'
        WHEN @@transaction_read_only THEN
            'read-only (transaction_read_only is on for this session)'
        ELSE 'the writer'
    END AS what
"""
