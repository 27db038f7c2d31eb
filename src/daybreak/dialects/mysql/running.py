"""What a run asks MySQL about itself and others: locks, sessions, the state of what it made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.core.statement import Place
from daybreak.dialects.mysql.algorithms import gentle as gentle
from daybreak.dialects.mysql.algorithms import is_not_gentle as is_not_gentle
from daybreak.dialects.mysql.algorithms import locked as locked
from daybreak.dialects.mysql.algorithms import locking as locking
from daybreak.dialects.mysql.modifying import columns_query as columns_query
from daybreak.dialects.mysql.modifying import losses as losses
from daybreak.dialects.mysql.modifying import modified as modified
from daybreak.dialects.mysql.texts import literal, qualified
from daybreak.dialects.mysql.versions import ROW_VERSIONS as ROW_VERSIONS
from daybreak.dialects.mysql.versions import row_version_limit as row_version_limit
from daybreak.dialects.mysql.versions import takes_row_version as takes_row_version

# The worker may be idle as long as a revision's own code takes. How large a table is, it is told
# as it is now and not as it was a day ago.
SESSION = {"wait_timeout": "31536000", "information_schema_stats_expiry": "0"}
UNHURRIED: dict[str, str] = {}
# The session that holds the run's lock speaks every few seconds; a peer that is gone for good is
# noticed by its silence.
LOCK_SESSION = {"wait_timeout": "60"}

# This session. Its number comes again only after a restart, which ends what it held.
SESSION_ID = "SELECT CAST(CONNECTION_ID() AS CHAR)"

JOURNAL = """
CREATE TABLE IF NOT EXISTS {journal} (
    id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    history varchar(255) NOT NULL,
    kind varchar(10) NOT NULL,
    run varchar(32) NOT NULL,
    revision varchar(255),
    direction varchar(10),
    number integer,
    state varchar(10) NOT NULL,
    skeleton varchar(32),
    statement text,
    detail longtext NOT NULL,
    at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ended_at datetime,
    seconds double
) ENGINE = InnoDB CHARSET = utf8mb4
"""

# The rows are there, since they are planned, and an UPDATE can write to the version table as well:
# `together` puts that in the place of the table that stands for none.
_NO_TABLE = "(SELECT 1) AS no_table"
FINISHED = f"""
UPDATE {_NO_TABLE}
LEFT JOIN {{journal}} AS finished_row ON finished_row.id = :id
LEFT JOIN {{journal}} AS begun_row ON begun_row.id = :begun_id
SET finished_row.kind = :kind, finished_row.number = :number, finished_row.state = :state,
    finished_row.skeleton = :skeleton, finished_row.statement = :statement,
    finished_row.detail = :detail, finished_row.seconds = :seconds,
    finished_row.at = CURRENT_TIMESTAMP,
    begun_row.kind = 'statement', begun_row.at = CURRENT_TIMESTAMP
"""  # noqa: S608 - of a constant
# As SQLAlchemy writes it, the table's name and what follows.
_UPDATE = re.compile(r"""UPDATE ((?:[^\s`"]|`[^`]*`|"[^"]*")+) SET (.+)""", re.DOTALL)

# GET_LOCK's names, of 64 characters at most, are those of the whole server: the database is a part.
_LOCK = "CONCAT('daybreak ', LEFT(SHA2(CONCAT(COALESCE(DATABASE(), ''), ' ', :key), 256), 32))"
TRY_LOCK = f"SELECT GET_LOCK({_LOCK}, 0)"
RELEASE_LOCK = f"SELECT RELEASE_LOCK({_LOCK})"

# Whether this session holds the lock: a row with 1.
LOCK_IS_OURS = f"SELECT IS_USED_LOCK({_LOCK}) = CONNECTION_ID()"

# Whether anybody holds the lock: cheaper than to ask who.
LOCK_IS_HELD = f"SELECT COALESCE(IS_USED_LOCK({_LOCK}) <> CONNECTION_ID(), 0)"

# Who holds the lock: a row as `base.LockSession` for each. PROCESS is needed for other users'
# sessions. How old a session is, the server does not tell.
LOCK_SESSIONS = f"""
SELECT h.id, CAST(h.id AS CHAR), COALESCE(p.user, '?'), '',
       COALESCE(SUBSTRING_INDEX(p.host, ':', 1), ''), 0,
       COALESCE(p.info, ''),
       COALESCE(p.state LIKE 'Waiting%', 0),
       EXISTS (
           SELECT 1 FROM information_schema.processlist AS o
           WHERE o.id <> h.id AND o.state LIKE 'Waiting for table metadata lock'
       ),
       COALESCE(p.user = SUBSTRING_INDEX(USER(), '@', 1), 0)
FROM (SELECT IS_USED_LOCK({_LOCK}) AS id) AS h
LEFT JOIN information_schema.processlist AS p ON p.id = h.id
WHERE h.id IS NOT NULL AND h.id <> CONNECTION_ID()
"""  # noqa: S608 - of constants

END_SESSION = "KILL CONNECTION :session"
CANCEL = "KILL QUERY :session"

_TABLE = "SHOW CREATE TABLE {name}"
_STATES = {
    "table": _TABLE,
    "view": "SHOW CREATE VIEW {name}",
    "trigger": "SHOW CREATE TRIGGER {name}",
    "procedure": "SHOW CREATE PROCEDURE {name}",
    "function": "SHOW CREATE FUNCTION {name}",
    "event": "SHOW CREATE EVENT {name}",
    "database": "SHOW CREATE DATABASE {name}",
}
# Tables, triggers, routines, events, databases that do not exist.
_ABSENT = frozenset({1146, 1360, 1305, 1539, 1049})
# Databases, tables, columns, keys, constraints, triggers, routines that do.
_THERE = frozenset({1007, 1050, 1060, 1061, 1826, 3822, 1359, 1304})

_COLUMNS = """
SELECT LOWER(column_name)
FROM information_schema.columns
WHERE table_schema = COALESCE({schema}, DATABASE()) AND table_name = {name}
"""
_INDEXES = """
SELECT DISTINCT LOWER(index_name)
FROM information_schema.statistics
WHERE table_schema = COALESCE({schema}, DATABASE()) AND table_name = {name}
"""
_PARTS = {"column": _COLUMNS, "index": _INDEXES}
# Tables whose rows are not rolled back. The schema of those in the current database is empty.
UNTRANSACTIONAL_TABLES = """
SELECT IF(t.table_schema = DATABASE(), '', LOWER(t.table_schema)), LOWER(t.table_name)
FROM information_schema.tables AS t JOIN information_schema.engines AS e ON e.engine = t.engine
WHERE e.transactions <> 'YES' AND t.table_type = 'BASE TABLE'
    AND t.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
"""


def set_up(settings: Mapping[str, str]) -> str:
    """SQL that makes these settings. A session gets its name when it connects, from its driver."""
    return "SET SESSION " + ", ".join(f"{name} = {value}" for name, value in settings.items())


def lock_key(name: str) -> str:
    """What a lock of the database is called: the server adds the database's name."""
    return name


def state_of(place: Place) -> str | None:
    """SQL whose row is the state of `place`, an error if it is not there; None if none can tell."""
    query = _STATES.get(place.kind)
    return query.format(name=qualified(place.schema or "", place.name)) if query else None


def parts_of(place: Place, kind: str) -> str | None:
    """SQL that gives the names of the columns or indexes of a table, in lower case."""
    return _about(_PARTS[kind], place) if place.kind == "table" else None


def mending(place: Place) -> str | None:
    """An interrupted statement leaves nothing behind: it is atomic."""
    return None


def state_text(rows: Sequence[Sequence[Any]]) -> str:
    """The state as a text, without the counter that rows move on."""
    return re.sub(r" AUTO_INCREMENT=\d+", "", repr([tuple(row) for row in rows]))


def is_absent(error: BaseException) -> bool:
    """Whether the driver's `error` to `state_of` says that the object is not there."""
    return bool(error.args) and error.args[0] in _ABSENT


def is_being_made(error: BaseException) -> bool:
    """ER_WARN_I_S_SKIPPED_TABLE, to whoever asks what the table is."""
    return bool(error.args) and error.args[0] == 1684


def together(change: str, statement: str) -> str | None:
    """FINISHED and an UPDATE as one: no other statement writes to two tables."""
    found = _UPDATE.fullmatch(statement)
    return found and f"{change.rstrip().replace(_NO_TABLE, found[1])}, {found[2]}"


def must_be_alone(error: BaseException) -> bool:
    """What can't be rolled back is known from its text."""
    return False


def is_full(error: BaseException) -> bool:
    """ER_DISK_FULL, ER_RECORD_FILE_FULL: a disk, or a tablespace."""
    return bool(error.args) and error.args[0] in {1021, 1114}


def is_made_already(error: BaseException) -> bool:
    """Whether the statement makes what is there: a table, a column, a key, a routine."""
    return bool(error.args) and error.args[0] in _THERE


def _about(query: str, place: Place) -> str:
    schema = "NULL" if place.schema is None else literal(place.schema)
    return query.format(schema=schema, name=literal(place.name))
