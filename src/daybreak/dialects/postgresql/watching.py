"""What a run's watcher asks PostgreSQL: who waits for the worker, and for whom it waits.

An ordinary role may read pg_locks and call pg_blocking_pids; of other roles' sessions it sees
neither state nor statement (The Statistics Collector, "Viewing statistics").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daybreak.dialects.postgresql.progress import PROGRESS as PROGRESS
from daybreak.dialects.watching import Look

# Waits that a migration can cause: for a table, a row, a transaction. A wait for an advisory lock
# is another run's. pg_blocking_pids is slow, so it is asked of those alone that wait for what the
# worker holds or wants, the longest first. Who would wait without the worker as well does not wait
# because of it: somebody else is in the way, who does not wait himself. Nor does maintenance behind
# maintenance count: a VACUUM behind CREATE INDEX CONCURRENTLY.
_WAITERS = """
WITH locks AS MATERIALIZED (
    SELECT l.pid, l.locktype, l.mode, l.granted, l.waitstart, l.relation,
           (l.locktype, l.database, l.relation, l.page, l.tuple, l.transactionid)::text AS what
    FROM pg_locks AS l
    WHERE (l.pid = split_part(:session, ' ', 1)::int OR NOT l.granted)
      AND l.locktype IN ('relation', 'tuple', 'transactionid')
), worker AS (
    SELECT a.pid, extract(epoch FROM a.query_start)::text AS statement
    FROM pg_stat_get_activity(split_part(:session, ' ', 1)::int) AS a
), behind AS (
    SELECT w.pid, min(w.waitstart) AS since
    FROM locks AS w JOIN worker ON w.pid <> worker.pid
    JOIN locks AS o ON o.pid = worker.pid AND o.what = w.what
    WHERE NOT w.granted
      AND NOT (o.mode = 'ShareUpdateExclusiveLock' AND w.mode = 'ShareUpdateExclusiveLock')
    GROUP BY w.pid
    ORDER BY 2
    LIMIT 20
)
SELECT '' AS session,
       extract(epoch FROM clock_timestamp() - (
           SELECT min(l.waitstart) FROM locks AS l WHERE l.pid = worker.pid AND NOT l.granted
       ))::float8 AS seconds,
       worker.statement
FROM worker
UNION ALL
SELECT b.pid::text,
       coalesce(extract(epoch FROM clock_timestamp() - b.since), 0)::float8,
       NULL
FROM behind AS b CROSS JOIN worker CROSS JOIN LATERAL pg_blocking_pids(b.pid) AS blocked(by_pids)
WHERE worker.pid = ANY (blocked.by_pids)
  AND NOT EXISTS (
      SELECT FROM unnest(blocked.by_pids) AS other(pid)
      WHERE other.pid <> worker.pid
        AND other.pid NOT IN (SELECT l.pid FROM locks AS l WHERE NOT l.granted)
  )
"""

# The sessions that the worker waits for, and those that they wait for. A prepared transaction is a
# session 0: its name is found by its number, which is locked beside what is waited for. The worker
# may have a search path of its own, and only a table can be locked: not what an autovacuum may also
# work at, a materialized view or a table of long values.
_BLOCKERS = """
WITH RECURSIVE worker AS (
    SELECT split_part(:session, ' ', 1)::int AS pid
), chain(pid, depth) AS (
    SELECT b.pid, 1 FROM worker CROSS JOIN LATERAL unnest(pg_blocking_pids(worker.pid)) AS b(pid)
    UNION
    SELECT b.pid, c.depth + 1
    FROM chain AS c CROSS JOIN worker
    CROSS JOIN LATERAL unnest(pg_blocking_pids(c.pid)) AS b(pid)
    WHERE c.pid <> 0 AND c.depth < 8 AND b.pid <> worker.pid
), members AS (
    SELECT c.pid, min(c.depth) AS depth FROM chain AS c GROUP BY c.pid
), wanted AS MATERIALIZED (
    SELECT l.pid, l.relation, l.transactionid
    FROM pg_locks AS l
    WHERE NOT l.granted
      AND l.pid IN (SELECT m.pid FROM members AS m UNION ALL SELECT w.pid FROM worker AS w)
), of_worker AS (
    SELECT max(quote_ident(n.nspname) || '.' || quote_ident(c.relname)) AS relation
    FROM wanted AS w JOIN worker USING (pid)
    JOIN pg_class AS c ON c.oid = w.relation AND c.relkind IN ('r', 'p')
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
)
SELECT CASE WHEN a.backend_type = 'autovacuum worker' OR a.usesysid IS NULL
            THEN 'autovacuum' ELSE 'session' END,
       m.pid::text,
       coalesce(a.usename, ''),
       coalesce(a.application_name, ''),
       coalesce(host(a.client_addr), ''),
       CASE WHEN a.state = 'disabled'
            THEN 'its statement is not shown: track_activities is off'
            ELSE coalesce(a.state, '') END,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8,
       CASE WHEN a.state IS NULL AND a.backend_type IS NULL THEN '' ELSE coalesce(a.query, '') END,
       coalesce(o.relation, ''),
       NOT EXISTS (SELECT FROM wanted AS w WHERE w.pid = m.pid),
       m.depth
FROM members AS m CROSS JOIN of_worker AS o JOIN pg_stat_activity AS a ON a.pid = m.pid
WHERE m.pid <> 0
UNION ALL
SELECT DISTINCT ON (p.gid)
       'prepared', p.gid, p.owner::text, '', '', 'prepared',
       extract(epoch FROM clock_timestamp() - p.prepared)::float8,
       '',
       coalesce(o.relation, ''),
       true,
       m.depth
FROM members AS m CROSS JOIN of_worker AS o
JOIN pg_locks AS l ON l.pid IS NULL AND l.granted
JOIN pg_locks AS x ON x.pid IS NULL AND x.virtualtransaction = l.virtualtransaction
JOIN pg_prepared_xacts AS p ON p.transaction = x.transactionid
JOIN wanted AS w ON w.relation = l.relation OR w.transactionid = l.transactionid
WHERE m.pid = 0
ORDER BY 11
"""

LOOKS = (Look(None, _WAITERS, _BLOCKERS, approximate=False),)

# The statement that was looked at, and no other one: a cancel that comes late finds none. With
# track_activities off nobody can tell them apart; then, as everywhere between this look and the
# signal, it holds that the worker sends nothing behind that statement before this is answered.
CANCEL = """
SELECT pg_cancel_backend(a.pid)
FROM pg_stat_get_activity(split_part(:session, ' ', 1)::int) AS a
WHERE a.pid || ' since ' || extract(epoch FROM a.backend_start) = :session
  AND (a.state = 'disabled'
       OR a.state = 'active' AND extract(epoch FROM a.query_start)::text = :statement)
"""

TIMEOUT = "lock_timeout"
UNBOUND = "SET lock_timeout = 0"
AS_BEFORE = """
SELECT 'SET lock_timeout = ' || s.setting, s.setting::int
FROM pg_settings AS s WHERE s.name = 'lock_timeout'
"""

# Whoever is in the way is named with it.
PREPARED = ""

# Deferred constraints and triggers: what a COMMIT would do, in a statement of its own, which may be
# cancelled. A COMMIT is not: ended while it waits for a synchronous standby, it would be done, and
# the standby may not have it (Synchronous Replication, "Planning for High Availability").
CHECKS = "SET CONSTRAINTS ALL IMMEDIATE"

TELLS_MORE = "A member of pg_read_all_stats"


_LONGEST_MS = 2**31 - 1  # that the setting takes


def prepared_name(row: Sequence[Any]) -> str:
    """Nobody asks."""
    return ""


def bound(budget_s: float, theirs: Sequence[int]) -> str:
    """lock_timeout, at twice the budget: it counts each wait alone, and the watcher acts before."""
    most_ms = min(round(budget_s * 2000), _LONGEST_MS)
    return f"SET lock_timeout = '{min(theirs[0] or most_ms, most_ms)}ms'"


def waits_kindly(relation: str) -> str | None:
    """SQL that waits until no autovacuum works at `relation`, without being in anybody's way.

    It leaves only to who has waited for a second (deadlock_timeout), and not at all where it
    prevents a wraparound. SHARE UPDATE EXCLUSIVE is in the way of no reader and no writer.
    """
    return f"LOCK TABLE {relation} IN SHARE UPDATE EXCLUSIVE MODE"


def is_in_nobodys_way(skeleton: str) -> bool:
    """CONCURRENTLY, and VACUUM unless it is FULL. Ended early, an index would stay INVALID."""
    words = skeleton.upper().replace("(", " ").replace(",", " ").replace(")", " ").split()
    return "CONCURRENTLY" in words or (words[:1] == ["VACUUM"] and "FULL" not in words)


def is_timed_out(error: BaseException, skeleton: str) -> bool:
    """lock_not_available, which NOWAIT asks for."""
    return "55P03" in _states(error) and "NOWAIT" not in skeleton.upper().split()


def is_ended(error: BaseException) -> bool:
    """query_canceled, admin_shutdown."""
    return bool(_states(error) & {"57014", "57P01"})


def is_refused(error: BaseException) -> bool:
    """lock_not_available, deadlock_detected."""
    return bool(_states(error) & {"55P03", "40P01"})


def _states(error: BaseException) -> set[str | None]:
    return {getattr(error, "sqlstate", None), getattr(error, "pgcode", None)}
