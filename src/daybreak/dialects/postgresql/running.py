"""What a run asks PostgreSQL about itself and others: locks, sessions, the state of objects."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from daybreak.core.statement import Place
from daybreak.dialects.postgresql.quoting import literal, quoted

# The worker's session. Whose client is gone is ended within half a second, or its statement would
# go on, or stay in the queue of a table's locks, for nobody. The server may not know the setting.
SESSION = ("SET client_connection_check_interval = '500ms'",)
# A statement that leaves something behind when it is ended is let to its end.
UNHURRIED = ("SET client_connection_check_interval = 0",)
# The session that holds the run's lock: a peer that went silent is noticed in 30 s.
LOCK_SESSION = (
    "SET tcp_keepalives_idle = 15",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = 0",
)

# How a session is called for whoever looks at the server. A name from the URL stays.
NAME_SESSION = """
SELECT set_config('application_name', :name, false)
WHERE current_setting('application_name') = ''
"""

# This session, so that no other one can be taken for it, also after its process id came again.
SESSION_ID = """
SELECT a.pid || ' since ' || extract(epoch FROM a.backend_start)
FROM pg_stat_activity AS a
WHERE a.pid = pg_backend_pid()
"""

TRY_LOCK = "SELECT pg_try_advisory_lock(:key)"
RELEASE_LOCK = "SELECT pg_advisory_unlock(:key)"

# Whether this session holds the lock: a row with true.
LOCK_IS_OURS = """
SELECT EXISTS (
    SELECT FROM pg_locks AS l
    WHERE l.locktype = 'advisory' AND l.granted AND l.pid = pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32) | l.objid::bigint = :key AND l.objsubid = 1
)
"""

# Who holds the lock: a row as `base.LockSession` for each. Another role's statement and state are
# NULL to an ordinary role; who has the same role sees all.
LOCK_SESSIONS = """
SELECT l.pid,
       l.pid || ' since ' || extract(epoch FROM a.backend_start),
       coalesce(a.usename, '?'),
       coalesce(a.application_name, ''),
       coalesce(host(a.client_addr), ''),
       coalesce(extract(epoch FROM clock_timestamp() - a.backend_start), 0)::float8,
       CASE WHEN a.state = 'active' THEN coalesce(a.query, '') ELSE '' END,
       coalesce(a.wait_event_type = 'Lock', false),
       EXISTS (
           SELECT FROM pg_stat_activity AS o
           WHERE o.datname = a.datname AND o.wait_event_type = 'Lock'
             AND l.pid = ANY (pg_blocking_pids(o.pid))
       ),
       a.usesysid = (SELECT usesysid FROM pg_stat_activity WHERE pid = pg_backend_pid())
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) | l.objid::bigint = :key AND l.objsubid = 1
"""

END_SESSION = """
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity AS a
WHERE a.pid || ' since ' || extract(epoch FROM a.backend_start) = :session
"""

CANCEL = """
SELECT pg_cancel_backend(a.pid)
FROM pg_stat_activity AS a
WHERE a.pid || ' since ' || extract(epoch FROM a.backend_start) = :session
"""

UNTRANSACTIONAL_TABLES = None

# The states of objects. One that is not valid counts as not there: it is made anew.
_INDEX = """
SELECT pg_get_indexdef(i.indexrelid)
FROM pg_index AS i
WHERE i.indexrelid = to_regclass({name}) AND i.indisvalid
"""
_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid)
FROM pg_index AS i
WHERE i.indrelid = to_regclass({name}) AND i.indisvalid
ORDER BY 1
"""
_PARTITION = """
SELECT i.inhparent::regclass::text
FROM pg_inherits AS i
WHERE i.inhrelid = to_regclass({name})
"""
_DATABASE = "SELECT datname FROM pg_database WHERE datname = {name}"

# What is broken and the statement that mends it. A build that is under way looks invalid, too.
_MEND_INDEX = """
SELECT format('DROP INDEX CONCURRENTLY %s', i.indexrelid::regclass)
FROM pg_index AS i
WHERE i.indexrelid = to_regclass({name}) AND NOT i.indisvalid
  AND NOT EXISTS (
      SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid
  )
"""
_MEND_INDEXES = """
SELECT format('DROP INDEX CONCURRENTLY %s', i.indexrelid::regclass)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass({name}) AND NOT i.indisvalid
  AND c.relname ~ '_ccnew[0-9]*$'
  AND NOT EXISTS (
      SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid
  )
"""
_MEND_PARTITION = """
SELECT format('ALTER TABLE %s DETACH PARTITION %s FINALIZE',
              i.inhparent::regclass, i.inhrelid::regclass)
FROM pg_inherits AS i
WHERE i.inhrelid = to_regclass({name}) AND i.inhdetachpending
"""

_STATES = {
    "index": _INDEX,
    "indexes of": _INDEXES,
    "partition": _PARTITION,
    "database": _DATABASE,
}
_MENDS = {"index": _MEND_INDEX, "reindexed": _MEND_INDEXES, "partition": _MEND_PARTITION}


# IF NOT EXISTS alone does not see what another transaction has not yet committed: it waits for
# that, and fails then.
_MADE_ONCE = """
DO $do$ BEGIN
{create};
EXCEPTION WHEN duplicate_table OR unique_violation THEN NULL;
END $do$
"""


def made_once(create: str) -> str:
    """`create`, a CREATE TABLE IF NOT EXISTS, so that another session may run it just now."""
    return _MADE_ONCE.format(create=create)


def lock_key(name: str) -> int:
    """What an advisory lock is called: a number of 63 bits. The database is added by the server."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big") >> 1


def state_of(place: Place) -> str | None:
    """SQL whose rows are the state of `place`, none if it is not there; None if none can tell."""
    query = _STATES.get(place.kind)
    return query.format(name=_literal(place)) if query else None


def parts_of(place: Place, kind: str) -> str | None:
    """Nobody asks: what is not alone is recorded in its transaction."""
    return None


def mending(place: Place) -> str | None:
    """SQL whose rows are the statements that mend what an interrupted one left at `place`."""
    query = _MENDS.get(place.kind)
    return query.format(name=_literal(place)) if query else None


def state_text(rows: Sequence[Sequence[Any]]) -> str:
    """The state as a text: the same as long as nothing that it tells of changes."""
    return repr([tuple(row) for row in rows])


def is_absent(error: BaseException) -> bool:
    """Whether the driver's `error` to `state_of` says that the object is not there: never here."""
    return False


def together(insert: str, statement: str) -> str | None:
    """The first one as a data-modifying CTE of the other, which does not read its rows."""
    return f"WITH recorded AS ({insert}) {statement}"


def must_be_alone(error: BaseException) -> bool:
    """Whether the statement can't run in a transaction, or not if it ends one itself."""
    return bool(_states(error) & {"25001", "2D000"})


def is_full(error: BaseException) -> bool:
    """disk_full."""
    return "53100" in _states(error)


def is_made_already(error: BaseException) -> bool:
    """Whether the statement makes what is there: an object, a column, a constraint, a schema."""
    return bool(_states(error) & {"42P07", "42701", "42710", "42P06", "42723"})


def _states(error: BaseException) -> set[str | None]:
    return {getattr(error, "sqlstate", None), getattr(error, "pgcode", None)}


def _literal(place: Place) -> str:
    name = place.name if place.kind == "database" else quoted(place.name)
    return literal(name if place.schema is None else f"{quoted(place.schema)}.{name}")
