"""What PostgreSQL tells of the work that is under way.

A role sees the progress of its own sessions without any further right. Nothing is told of VALIDATE
CONSTRAINT, of an ALTER TABLE that rewrites the table, and of changes of rows (The Statistics
Collector, "Progress Reporting").
"""

from __future__ import annotations

from daybreak.dialects.watching import Progress

# A phase has blocks, rows, or sessions to wait for. While an index's rows are sorted, nothing is
# counted, and the figures are still those of the phase before.
_QUERY = """
WITH worker AS (
    SELECT split_part(:session, ' ', 1)::int AS pid
)
SELECT i.phase
       || CASE WHEN i.partitions_total > 0
               THEN format(', partition %s of %s', least(i.partitions_done + 1, i.partitions_total),
                           i.partitions_total) ELSE '' END AS phase,
       CASE WHEN i.phase LIKE 'waiting for %' THEN i.lockers_done
            WHEN i.phase LIKE '%sorting%' THEN 0
            WHEN i.phase LIKE '%loading%' THEN i.tuples_done
            ELSE i.blocks_done END AS done,
       CASE WHEN i.phase LIKE 'waiting for %' THEN i.lockers_total
            WHEN i.phase LIKE '%sorting%' THEN 0
            WHEN i.phase LIKE '%loading%' THEN i.tuples_total
            ELSE i.blocks_total END AS total,
       CASE WHEN i.phase LIKE 'waiting for %' THEN 'sessions'
            WHEN i.phase LIKE '%loading%' THEN 'rows' ELSE 'blocks' END AS unit,
       false AS whole
FROM pg_stat_progress_create_index AS i JOIN worker USING (pid)
UNION ALL
SELECT c.phase,
       CASE WHEN c.phase = 'seq scanning heap' THEN c.heap_blks_scanned
            WHEN c.phase = 'writing new heap' THEN c.heap_tuples_written
            WHEN c.phase = 'rebuilding index' THEN c.index_rebuild_count
            ELSE c.heap_tuples_scanned END,
       CASE WHEN c.phase = 'seq scanning heap' THEN c.heap_blks_total
            WHEN c.phase = 'writing new heap' THEN c.heap_tuples_scanned ELSE 0 END,
       CASE WHEN c.phase = 'seq scanning heap' THEN 'blocks'
            WHEN c.phase = 'rebuilding index' THEN 'indexes' ELSE 'rows' END,
       false
FROM pg_stat_progress_cluster AS c JOIN worker USING (pid)
UNION ALL
SELECT v.phase,
       CASE WHEN v.phase = 'scanning heap' THEN v.heap_blks_scanned
            WHEN v.phase = 'vacuuming heap' THEN v.heap_blks_vacuumed ELSE 0 END,
       CASE WHEN v.phase IN ('scanning heap', 'vacuuming heap') THEN v.heap_blks_total ELSE 0 END,
       'blocks',
       false
FROM pg_stat_progress_vacuum AS v JOIN worker USING (pid)
UNION ALL
SELECT 'copying',
       CASE WHEN y.bytes_total > 0 THEN y.bytes_processed ELSE y.tuples_processed END,
       y.bytes_total,
       CASE WHEN y.bytes_total > 0 THEN 'bytes' ELSE 'rows' END,
       true
FROM pg_stat_progress_copy AS y JOIN worker USING (pid)
"""

PROGRESS = Progress(None, _QUERY, "")
