"""Scratch databases on MySQL, where a schema is a database and nothing copies one.

So a template is kept as a schema, and a copy is made from what SHOW CREATE tells of it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from daybreak.core.errors import OtherDatabase
from daybreak.dialects import mysql
from daybreak.edges.shadow.copy import copy_schema
from daybreak.edges.shadow.reach import mysql_creates, mysql_reach
from daybreak.edges.shadow.server import (
    SCRATCH,
    TEMPLATE,
    Place,
    ShadowServer,
    Unsuitable,
    owner_of,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from daybreak.core.target import Target

OLDEST = 8
SECONDS_TO_BUILD = 3600  # another process builds the same template meanwhile
# Whole is the template that has this table; its comment tells when it was used last.
MARK = "daybreak_template"

SESSION = "SET SESSION time_zone = '+00:00', lock_wait_timeout = 60, wait_timeout = 604800"
FACTS = "SELECT version(), @@global.read_only"
SCHEMAS = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE %s"
MARKED = """
SELECT table_schema, table_comment FROM information_schema.tables
 WHERE table_name = %s AND table_schema LIKE %s
"""
SESSIONS = "SELECT id FROM information_schema.processlist WHERE db = %s"


SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")


class MysqlShadow(ShadowServer):
    schemas_are_databases = True

    def __init__(self, place: Place, passed_over: Sequence[str] = ()) -> None:
        # What statements in a scratch database created beside it, where that is allowed.
        self._beside: dict[str, set[str]] = {}
        self._tls: Any = None
        super().__init__(place, passed_over)

    def create_schema(self, quoted: str) -> str:
        return f"CREATE DATABASE IF NOT EXISTS {quoted}"

    def _engine(self, target: Target) -> Engine:
        engine = super()._engine(target)
        event.listen(engine, "do_connect", self._with_known_tls)
        return engine

    def _with_known_tls(self, _: Any, __: Any, ___: Any, words: dict[str, Any]) -> None:
        """PyMySQL reads the certificates of all authorities anew for each connection: 25 ms."""
        if self._tls is not None:
            words.setdefault("ssl", self._tls)

    def _begin_session(self, connection: Any, record: Any) -> None:
        if getattr(connection, "_secure", False):  # it did not fall back to a plain connection
            self._tls = connection.ctx
        cursor = connection.cursor()
        cursor.execute(SESSION)
        cursor.close()
        connection.commit()

    def _begin(self) -> tuple[str, int]:
        [(version, read_only)] = self._rows(FACTS)
        if "MariaDB" in version:
            raise Unsuitable("it is MariaDB, which differs from MySQL")
        major = int(version.split(".")[0])
        if major < OLDEST:
            raise Unsuitable(f"it is MySQL {major}, and {OLDEST} is the oldest that serves")
        if read_only:
            raise Unsuitable("it is a read-only replica")
        self._rows("SELECT GET_LOCK(%s, 10)", SCRATCH + self.token)
        self._try_to_create()
        return version.split("-")[0], major

    def _try_to_create(self) -> None:
        """There is no telling from the grants: they may name a pattern of databases."""
        try:
            with self.scratch():
                pass
        except Exception as error:
            cause = getattr(error.__cause__, "orig", None)
            if cause is not None and mysql.lacks_right(cause):
                user = self.place.target.url.username or "(none)"
                raise Unsuitable(f"its user {user!r} may not create databases") from error
            raise

    def _sweep(self) -> None:
        if self.place.ours:  # and nobody else's: what is beside our databases, a killed run left
            for (name,) in self._rows(SCHEMAS, "%"):
                if name not in SYSTEM and not name.startswith((SCRATCH, TEMPLATE)):
                    self.drop_template(name)
        for (name,) in self._rows(SCHEMAS, _like(SCRATCH)):
            if not self._is_locked(SCRATCH + owner_of(name)):
                self.drop_template(name)
        whole = set(self.templates())
        for (name,) in self._rows(SCHEMAS, _like(TEMPLATE)):
            if name not in whole and not self._is_locked(name) and not self._has_template(name):
                self.drop_template(name)

    def templates(self) -> list[str]:
        found = self._rows(MARKED, MARK, _like(TEMPLATE))
        return [name for name, _ in sorted(found, key=lambda row: str(row[1]), reverse=True)]

    def drop_template(self, name: str) -> None:
        with contextlib.suppress(DBAPIError):  # another run drops it too
            self._run(f"DROP DATABASE IF EXISTS {_quoted(name)}")

    def _watch(self, engine: Engine) -> None:
        super()._watch(engine)
        own = str(engine.url.database)
        there = {str(name).lower() for (name,) in self._rows(SCHEMAS, "%")}
        beside = self._beside.setdefault(own, set())

        def before(_: Any, __: Any, statement: str, ___: Any, ____: Any, _____: Any) -> None:
            beside.update(name for name in mysql_creates(statement) if name.lower() not in there)

        if self.dedicated:
            event.listen(engine, "before_cursor_execute", before)

    def _other_databases(self, own: str) -> frozenset[str]:
        names = {name.lower() for (name,) in self._rows(SCHEMAS, "%")}
        return frozenset(names - {own, "information_schema", "performance_schema"})

    def _reach(self, statement: str, own: str, others: frozenset[str]) -> str | None:
        return mysql_reach(statement, own, others)

    def _create(self, name: str, template: str | None) -> None:
        self._run(mysql.create_database(name))
        if template:
            source, copy = self._engine_of(template), self._engine_of(name)
            with source.connect() as reading, copy.connect() as writing:
                copy_schema(reading, writing, leave_out=MARK)

    def _drop(self, name: str) -> None:
        for (session,) in self._rows(SESSIONS, name):  # its locks would make the drop wait
            with contextlib.suppress(DBAPIError):  # it left by itself
                self._run(f"KILL {int(session)}")
        for database in (*self._beside.pop(name, ()), name):
            self._run(f"DROP DATABASE IF EXISTS {_quoted(database)}")

    def _has_template(self, name: str) -> bool:
        return bool(self._rows(MARKED, MARK, _like(name)))

    @contextlib.contextmanager
    def _building(self, name: str) -> Iterator[None]:
        with self._failing("keep a template"):
            self._rows("SELECT GET_LOCK(%s, %s)", name, str(SECONDS_TO_BUILD))
        try:
            yield
        finally:
            with self._failing("keep a template"):
                self._rows("SELECT RELEASE_LOCK(%s)", name)

    @contextlib.contextmanager
    def _becoming(self, name: str, base: str | None) -> Iterator[Engine]:
        engine = self._engine_of(name)
        try:
            with self._failing("keep a template"):
                self._drop(name)  # half of one, of a run that was killed
                self._create(name, base)
            self._watch(engine)
            yield engine
            if beside := sorted(self._beside[name]):
                raise OtherDatabase(
                    f"the history creates the database {beside[0]}, which no template can hold",
                    "this history is run from its beginning each time",
                )
            with self._failing("keep a template"):
                # Used from its first moment on: another run drops those that were used long ago.
                self._run(f"CREATE TABLE {_quoted(name)}.{MARK} (whole int) {_used_now()}")
        except BaseException:
            engine.dispose()
            with contextlib.suppress(DBAPIError):  # if even this fails, the next run drops it
                self._drop(name)
            raise

    def _create_role(self, name: str) -> None:
        self._run(f"CREATE ROLE IF NOT EXISTS {_quoted(name)}")

    def _use(self, name: str) -> None:
        with contextlib.suppress(DBAPIError):  # two runs that record it at once: one is enough
            self._run(f"ALTER TABLE {_quoted(name)}.{MARK} {_used_now()}")

    def _is_locked(self, lock: str) -> bool:
        [(session,)] = self._rows("SELECT IS_USED_LOCK(%s)", lock)
        return session is not None

    def _run(self, sql: str) -> None:
        self._admin.exec_driver_sql(sql)

    def _rows(self, sql: str, *values: str) -> list[Any]:
        return list(self._admin.exec_driver_sql(sql, values or None))


def _used_now() -> str:
    return f"COMMENT '{time.time():.6f}'"


def _like(prefix: str) -> str:
    """A whole name is its own pattern, which `%` at the end does not spoil."""
    return prefix.replace("_", r"\_") + "%"


def _quoted(identifier: str) -> str:
    return "`" + identifier.replace("`", "``") + "`"
