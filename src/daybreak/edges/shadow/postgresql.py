"""Scratch databases on PostgreSQL: CREATE DATABASE … TEMPLATE."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from daybreak.edges.shadow.place import Unsuitable
from daybreak.edges.shadow.reach import postgresql_reach
from daybreak.edges.shadow.scratchname import SCRATCH, TEMPLATE, owner_of
from daybreak.edges.shadow.server import ShadowServer

if TYPE_CHECKING:
    from sqlalchemy import Engine

OLDEST = 13  # DROP DATABASE … WITH (FORCE) began there
SECONDS_TO_LEAVE = 5
# The first of the two numbers of our advisory locks; the second is the template's.
LOCK_CLASS = 0x0DA7

FACTS = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
       rolsuper OR rolcreatedb, pg_is_in_recovery(), current_setting('fsync'),
       (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template0')
  FROM pg_roles WHERE rolname = current_user
"""
# What a server can make, how it sorts, and what a statement gets that does not say.
SETUP = """
SELECT 'extension', name, default_version FROM pg_available_extensions
UNION ALL
SELECT 'setting', name, setting FROM pg_settings
 WHERE category LIKE 'Client Connection Defaults%%' OR category LIKE 'Version and Platform%%'
UNION ALL
SELECT 'locale', key, value FROM pg_database d, jsonb_each_text(to_jsonb(d))
 WHERE datname = 'template0' AND key ~ 'col|ctype|loc|rules|encoding'
 ORDER BY 1, 2
"""
# What dates, times and numbers look like in a catalog, and what a default of `'2026-01-01'` means.
SESSION = "SET TIME ZONE 'UTC'; SET client_encoding = 'UTF8'"
# Another user's databases are not ours to drop, nor its sessions ours to see.
OURS = """
SELECT d.datname, shobj_description(d.oid, 'pg_database'),
       EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)
  FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
 WHERE r.rolname = current_user AND d.datname LIKE %s
"""
LIVING = "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE %s"
CONNECTED = "SELECT FROM pg_stat_activity WHERE datname = %s LIMIT 1"
IS_THERE = "SELECT FROM pg_database WHERE datname = %s"
ROLES = "SELECT rolname FROM pg_roles"
AVAILABLE = "SELECT name FROM pg_available_extensions"


class PostgresqlShadow(ShadowServer):
    statements_at_once = 200  # they share a transaction, whose locks must fit the server's table

    def create_schema(self, quoted: str) -> str:
        return f"CREATE SCHEMA IF NOT EXISTS {quoted}"

    def _begin_session(self, connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(SESSION)
        cursor.close()
        connection.commit()

    def _begin(self) -> tuple[str, int]:
        [facts] = self._rows(FACTS)
        version, major, may_create, is_reader, fsync, encoding = facts
        if major < OLDEST:
            raise Unsuitable(f"it is PostgreSQL {major}, and {OLDEST} is the oldest that serves")
        if is_reader:
            raise Unsuitable("it is a read-only replica")
        if not may_create:
            raise Unsuitable(
                f"its user {self.place.target.url.username or '(none)'!r} may not create databases"
            )
        # Copying files needs a checkpoint, which is cheap only where nothing is synchronised.
        self._strategy = " STRATEGY FILE_COPY" if major >= 15 and fsync == "off" else ""
        # C fits every encoding; the server's own locale only that of the server.
        self._text = "ENCODING 'UTF8'" + ("" if encoding == "UTF8" else " LOCALE 'C'")
        self._run(f"SET application_name = '{SCRATCH}{self.token}'")
        if major >= 14:
            self._run("SET idle_session_timeout = 0")
        return version.split()[0], major

    def _facts(self) -> list[Any]:
        return [tuple(row) for row in self._rows(SETUP)]

    def _sweep(self) -> None:
        # In this order: an owner is there before its databases.
        found = self._rows(OURS, _like(SCRATCH))
        living = {name.rsplit("_", 1)[-1] for (name,) in self._rows(LIVING, _like(SCRATCH))}
        gone = [
            name for name, _, connected in found if owner_of(name) not in living and not connected
        ]
        for name in gone:
            self.drop_template(name)

    def templates(self) -> list[str]:
        found = sorted(self._rows(OURS, _like(TEMPLATE)), key=_last_use, reverse=True)
        return [name for name, _, _ in found]

    def drop_template(self, name: str) -> None:
        with contextlib.suppress(DBAPIError):  # another run drops it too, or is copying it
            self._run(f"DROP DATABASE IF EXISTS {_quoted(name)}")

    def _other_databases(self, own: str) -> frozenset[str]:
        return frozenset()  # a statement reaches no other database

    def _reach(self, statement: str, own: str, others: frozenset[str]) -> str | None:
        return postgresql_reach(statement)

    def _create(self, name: str, template: str | None) -> None:
        origin = _quoted(template) if template else f"template0 {self._text}"
        self._run(f"CREATE DATABASE {_quoted(name)} TEMPLATE {origin}{self._strategy}")

    def _drop(self, name: str) -> None:
        self._wait_until_left(name)
        self._run(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def _has_template(self, name: str) -> bool:
        return bool(self._rows(IS_THERE, name))

    @contextlib.contextmanager
    def _building(self, name: str) -> Iterator[None]:
        # Per database: two that start from different ones both build, and one of them wins.
        key = f"{LOCK_CLASS}, {int(name[-8:], 16) - (1 << 31)}"
        with self._failing("keep a template"):
            self._run(f"SELECT pg_advisory_lock({key})")
        try:
            yield
        finally:
            with self._failing("keep a template"):
                self._run(f"SELECT pg_advisory_unlock({key})")

    @contextlib.contextmanager
    def _becoming(self, name: str, base: str | None) -> Iterator[Engine]:
        with self.scratch(base) as engine:
            yield engine
            engine.dispose()
            with self._failing("keep a template"):
                self._rename(str(engine.url.database), name)

    def _rename(self, scratch: str, name: str) -> None:
        self._wait_until_left(scratch)
        self._run(f"ALTER DATABASE {_quoted(scratch)} ALLOW_CONNECTIONS false")
        self._use(scratch)
        try:
            self._run(f"ALTER DATABASE {_quoted(scratch)} RENAME TO {_quoted(name)}")
        except DBAPIError:
            if not self._has_template(name):
                raise

    def _use(self, name: str) -> None:
        used = json.dumps({"used": time.time()})
        with contextlib.suppress(DBAPIError):  # two runs that record it at once: one is enough
            self._run(f"COMMENT ON DATABASE {_quoted(name)} IS '{used}'")

    def lacking(self, extensions: Sequence[str]) -> tuple[str, ...]:
        available = {name for (name,) in self._rows(AVAILABLE)}
        return tuple(name for name in extensions if name not in available)

    def lacks_extension(self, error: BaseException) -> str | None:
        words = str(getattr(error, "orig", None) or "")
        missing = re.search(r'extension "([^"]+)" is not available', words)
        control = re.search(r'extension control file "[^"]*/([^"/]+)\.control"', words)
        found = missing or control
        return found[1] if found else None

    def may_lack_extension(self, error: BaseException) -> bool:
        words = str(getattr(error, "orig", None) or "")
        return bool(re.search(r"\b(type|function|operator class) .* does not exist", words))

    def lacks_role(self, error: BaseException) -> str | None:
        found = re.search(r'role "([^"]+)" does not exist', str(getattr(error, "orig", "")))
        return found[1] if found else None

    def lacks_database(self, error: BaseException) -> str | None:
        found = re.search(r'database "([^"]+)" does not exist', str(getattr(error, "orig", "")))
        return found[1] if found else None

    def lacking_roles(self, names: Collection[str]) -> tuple[str, ...]:
        known = {name for (name,) in self._rows(ROLES)} if names else set()
        return tuple(sorted({*names} - known))

    def _create_role(self, name: str) -> None:
        self._run(f"CREATE ROLE {_quoted(name)} NOLOGIN".replace("%", "%%"))

    def _wait_until_left(self, name: str) -> None:
        """Let the sessions end that were just closed: the server would sleep 100 ms for each."""
        deadline = time.monotonic() + SECONDS_TO_LEAVE
        while self._rows(CONNECTED, name) and time.monotonic() < deadline:
            time.sleep(0.002)

    def _run(self, sql: str) -> None:
        with self._turn:
            self._admin.exec_driver_sql(sql)

    def _rows(self, sql: str, *values: str) -> list[Any]:
        with self._turn:
            return list(self._admin.exec_driver_sql(sql, values or None))


def _last_use(row: Any) -> float:
    try:
        return float(json.loads(row[1])["used"])
    except (TypeError, ValueError, KeyError):  # somebody else's comment: the first to go
        return 0.0


def _like(prefix: str) -> str:
    return prefix.replace("_", r"\_") + "%"


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
