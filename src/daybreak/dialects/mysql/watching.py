"""What a run's watcher asks MySQL: who waits for the worker, and for whom it waits.

The Performance Schema tells of metadata locks and of rows (The metadata_locks Table, The
data_lock_waits Table). Where it is off, or may not be read, the list of processes tells that
somebody waits, but not for whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daybreak.dialects.mysql.progress import PROGRESS as PROGRESS
from daybreak.dialects.watching import Look

# Whether the lock `{held}` keeps the lock `{wanted}` from being granted, by MySQL's table of them.
_CONFLICT = """
CASE {held}.lock_type
    WHEN 'EXCLUSIVE' THEN TRUE
    WHEN 'SHARED_NO_READ_WRITE' THEN {wanted}.lock_type NOT IN ('SHARED', 'SHARED_HIGH_PRIO')
    WHEN 'SHARED_NO_WRITE' THEN {wanted}.lock_type NOT IN (
        'SHARED', 'SHARED_HIGH_PRIO', 'SHARED_READ', 'SHARED_READ_ONLY')
    WHEN 'SHARED_UPGRADABLE' THEN {wanted}.lock_type IN (
        'SHARED_UPGRADABLE', 'SHARED_NO_WRITE', 'SHARED_NO_READ_WRITE', 'EXCLUSIVE')
    WHEN 'SHARED_WRITE' THEN {wanted}.lock_type IN (
        'SHARED_READ_ONLY', 'SHARED_NO_WRITE', 'SHARED_NO_READ_WRITE', 'EXCLUSIVE')
    WHEN 'SHARED_READ' THEN {wanted}.lock_type IN ('SHARED_NO_READ_WRITE', 'EXCLUSIVE')
    ELSE {wanted}.lock_type = 'EXCLUSIVE'
END
"""
_SAME_OBJECT = """
{a}.object_type = {b}.object_type AND {a}.object_schema <=> {b}.object_schema
AND {a}.object_name <=> {b}.object_name
"""
# GET_LOCK's are another run's.
_OF_SCHEMA = "object_type IN ('TABLE', 'SCHEMA', 'TRIGGER', 'FUNCTION', 'PROCEDURE', 'EVENT')"

_CAN_TELL = """
SELECT COUNT(*) > 0
FROM performance_schema.setup_instruments AS i
WHERE i.name = 'wait/lock/metadata/sql/mdl' AND i.enabled = 'YES'
  AND (SELECT COUNT(*) FROM performance_schema.metadata_locks AS l) >= 0
  AND (SELECT COUNT(*) FROM performance_schema.data_lock_waits AS d) >= 0
  AND (SELECT COUNT(*) FROM performance_schema.threads AS t) > 0
"""

# Who would wait without the worker as well, for somebody who does not wait himself, does not wait
# because of it. No statement waits for longer than it runs.
_WAITERS = f"""
WITH worker AS (
    SELECT t.thread_id, t.processlist_state AS state
    FROM performance_schema.threads AS t WHERE t.processlist_id = :session
), behind AS (
    SELECT w.owner_thread_id AS thread_id
    FROM worker
    JOIN performance_schema.metadata_locks AS o ON o.owner_thread_id = worker.thread_id
    JOIN performance_schema.metadata_locks AS w
      ON {_SAME_OBJECT.format(a="w", b="o")} AND w.lock_status = 'PENDING'
     AND w.owner_thread_id <> worker.thread_id
    WHERE w.{_OF_SCHEMA}
      AND {_CONFLICT.format(held="o", wanted="w")}
      AND NOT EXISTS (
          SELECT 1 FROM performance_schema.metadata_locks AS h
          WHERE {_SAME_OBJECT.format(a="h", b="w")} AND h.lock_status = 'GRANTED'
            AND h.owner_thread_id NOT IN (worker.thread_id, w.owner_thread_id)
            AND {_CONFLICT.format(held="h", wanted="w")}
            AND NOT EXISTS (
                SELECT 1 FROM performance_schema.metadata_locks AS p
                WHERE p.owner_thread_id = h.owner_thread_id AND p.lock_status = 'PENDING'
            )
      )
    UNION
    SELECT d.requesting_thread_id
    FROM worker JOIN performance_schema.data_lock_waits AS d
      ON d.blocking_thread_id = worker.thread_id
     AND d.requesting_thread_id <> worker.thread_id
)
SELECT '' AS session,
       IF(worker.state LIKE 'Waiting for % lock' OR EXISTS (
           SELECT 1 FROM performance_schema.data_lock_waits AS d
           WHERE d.requesting_thread_id = worker.thread_id
       ), (
           SELECT MAX(s.timer_wait) / 1e12
           FROM performance_schema.events_statements_current AS s
           WHERE s.thread_id = worker.thread_id AND s.end_event_id IS NULL
       ), NULL) AS seconds,
       '' AS statement
FROM worker
UNION ALL
SELECT CAST(b.thread_id AS CHAR), MAX(s.timer_wait) / 1e12, NULL
FROM behind AS b LEFT JOIN performance_schema.events_statements_current AS s
  ON s.thread_id = b.thread_id AND s.end_event_id IS NULL
GROUP BY b.thread_id
"""  # noqa: S608 - of constants

_BLOCKERS = f"""
WITH RECURSIVE edges AS (
    SELECT w.owner_thread_id AS waiter, h.owner_thread_id AS blocker,
           CONCAT_WS('.', h.object_schema, h.object_name) AS relation
    FROM performance_schema.metadata_locks AS w
    JOIN performance_schema.metadata_locks AS h
      ON {_SAME_OBJECT.format(a="h", b="w")} AND h.lock_status = 'GRANTED'
     AND h.owner_thread_id <> w.owner_thread_id AND {_CONFLICT.format(held="h", wanted="w")}
    WHERE w.lock_status = 'PENDING' AND w.{_OF_SCHEMA}
    UNION
    SELECT d.requesting_thread_id, d.blocking_thread_id, ''
    FROM performance_schema.data_lock_waits AS d
), chain AS (
    SELECT e.blocker, e.relation, 1 AS depth
    FROM edges AS e JOIN performance_schema.threads AS t ON t.thread_id = e.waiter
    WHERE t.processlist_id = :session
    UNION
    SELECT e.blocker, c.relation, c.depth + 1
    FROM chain AS c JOIN edges AS e ON e.waiter = c.blocker
    WHERE c.depth < 8
)
SELECT IF(MAX(t.thread_id) IS NULL, 'prepared', 'session'),
       COALESCE(MAX(t.processlist_id), ''),
       COALESCE(MAX(t.processlist_user), ''),
       COALESCE((
           SELECT MAX(a.attr_value) FROM performance_schema.session_connect_attrs AS a
           WHERE a.processlist_id = MAX(t.processlist_id) AND a.attr_name = 'program_name'
       ), ''),
       COALESCE(MAX(t.processlist_host), ''),
       CASE WHEN MAX(t.processlist_command) = 'Sleep' THEN 'idle in transaction'
            ELSE LOWER(COALESCE(MAX(t.processlist_state), 'active')) END,
       COALESCE(MAX(x.timer_wait) / 1e12, MAX(t.processlist_time)),
       COALESCE(MAX(t.processlist_info), ''),
       MAX(c.relation),
       MAX(c.blocker) NOT IN (SELECT e.waiter FROM edges AS e),
       MIN(c.depth)
FROM chain AS c
LEFT JOIN performance_schema.threads AS t ON t.thread_id = c.blocker
LEFT JOIN performance_schema.events_transactions_current AS x
  ON x.thread_id = c.blocker AND x.state = 'ACTIVE'
WHERE t.processlist_id IS NULL OR t.processlist_id <> :session
GROUP BY c.blocker
ORDER BY 11
"""  # noqa: S608 - of constants

# Of an account without PROCESS, the list shows its own sessions alone.
_LISTED_WAITERS = """
SELECT '' AS session,
       IF(p.state LIKE 'Waiting for % lock', p.time, NULL) AS seconds,
       '' AS statement
FROM information_schema.processlist AS p
WHERE p.id = :session
UNION ALL
SELECT CAST(p.id AS CHAR), NULL, NULL
FROM information_schema.processlist AS p
WHERE p.db = DATABASE() AND p.id <> :session AND p.state LIKE 'Waiting for table metadata lock'
"""
_LISTED_BLOCKERS = """
SELECT 'session', CAST(p.id AS CHAR), p.user, '', SUBSTRING_INDEX(p.host, ':', 1),
       IF(p.command = 'Sleep', 'idle', LOWER(COALESCE(p.state, 'active'))),
       p.time, COALESCE(p.info, ''), '', TRUE, 1
FROM information_schema.processlist AS p
WHERE p.db = DATABASE() AND p.id NOT IN (:session, CONNECTION_ID())
  AND (p.state IS NULL OR p.state NOT LIKE 'Waiting for table metadata lock')
ORDER BY p.time DESC
LIMIT 3
"""

LOOKS = (
    Look(_CAN_TELL, _WAITERS, _BLOCKERS, approximate=False),
    Look(None, _LISTED_WAITERS, _LISTED_BLOCKERS, approximate=True),
)

# It has no condition: the worker sends nothing behind that statement before this is answered.
CANCEL = "KILL QUERY :session"

TIMEOUT = "lock_wait_timeout"
UNBOUND = "SET SESSION lock_wait_timeout = DEFAULT, SESSION innodb_lock_wait_timeout = DEFAULT"
AS_BEFORE = """
SELECT CONCAT('SET SESSION lock_wait_timeout = ', @@SESSION.lock_wait_timeout,
              ', SESSION innodb_lock_wait_timeout = ', @@SESSION.innodb_lock_wait_timeout),
       @@SESSION.lock_wait_timeout, @@SESSION.innodb_lock_wait_timeout
"""

# All of the server, to a user with XA_RECOVER_ADMIN. Nothing tells which of them holds a lock, once
# the session that prepared it is gone.
PREPARED = "XA RECOVER CONVERT XID"

# Nothing is put off.
CHECKS = ""

TELLS_MORE = "A user with PROCESS and SELECT on performance_schema.*"


def prepared_name(row: Sequence[Any]) -> str:
    """As XA COMMIT and XA ROLLBACK take it."""
    form, length, _, data = row
    number = bytes.fromhex(str(data).removeprefix("0x"))
    return f"{_part(number[: int(length)])},{_part(number[int(length) :])},{form}"


def _part(number: bytes) -> str:
    text = number.decode("ascii", "replace")
    plain = text.isprintable() and not set(text) & {"'", "\\", "\ufffd"}
    return f"'{text}'" if plain else f"X'{number.hex()}'"


def bound(budget_s: float, theirs: Sequence[int]) -> str:
    """In whole seconds, of which there has to be one; each wait is counted alone."""
    table, row = (min(int(one), int(budget_s) + 1) for one in theirs)
    return f"SET SESSION lock_wait_timeout = {table}, SESSION innodb_lock_wait_timeout = {row}"


def waits_kindly(relation: str) -> str | None:
    """Nothing cleans up here under a lock of the table."""
    return None


def is_in_nobodys_way(skeleton: str) -> bool:
    """Any DDL waits for, and then holds, an exclusive metadata lock."""
    return False


def is_timed_out(error: BaseException, skeleton: str) -> bool:
    """ER_LOCK_WAIT_TIMEOUT."""
    return bool(error.args) and error.args[0] == 1205


def is_ended(error: BaseException) -> bool:
    """ER_QUERY_INTERRUPTED, ER_QUERY_TIMEOUT, ER_FILSORT_ABORT, which says so of a sort.

    CR_SERVER_GONE_ERROR, CR_SERVER_LOST, ER_SESSION_WAS_KILLED.
    """
    return bool(error.args) and error.args[0] in {1317, 3024, 1028, 2006, 2013, 3169}


def is_refused(error: BaseException) -> bool:
    """ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_LOCK_NOWAIT."""
    return bool(error.args) and error.args[0] in {1205, 1213, 3572}
