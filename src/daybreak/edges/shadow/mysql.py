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

from daybreak.dialects import mysql
from daybreak.edges.catalog import BESIDE
from daybreak.edges.shadow.beside import Beside, main_of
from daybreak.edges.shadow.copy import copy_schemas
from daybreak.edges.shadow.place import Place, Unsuitable
from daybreak.edges.shadow.reach import mysql_reach
from daybreak.edges.shadow.scratchname import SCRATCH, TEMPLATE, owner_of
from daybreak.edges.shadow.server import ShadowServer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from daybreak.core.target import Target

OLDEST = 8
SECONDS_TO_BUILD = 3600  # another process builds the same template meanwhile
# Whole is the template that has this table; its comment tells when it was used last, its rows the
# names that its revisions gave to the databases beside it.
MARK = "daybreak_template"

SESSION = "SET SESSION time_zone = '+00:00', lock_wait_timeout = 60, wait_timeout = 604800"
FACTS = "SELECT version(), @@global.read_only"
# What a statement gets that does not say, how names compare, and what a table can be kept in.
SETUP = """
SHOW VARIABLES WHERE variable_name LIKE 'character_set_%%' OR variable_name LIKE '%%collation%%'
    OR variable_name LIKE 'default_%%' OR variable_name LIKE 'innodb_default_%%'
    OR variable_name IN (
        'block_encryption_mode', 'div_precision_increment', 'explicit_defaults_for_timestamp',
        'innodb_file_per_table', 'innodb_page_size', 'innodb_strict_mode',
        'lower_case_table_names', 'show_create_table_verbosity',
        'sql_generate_invisible_primary_key', 'sql_mode', 'sql_require_primary_key',
        'version_comment'
    )
"""
ENGINES = "SELECT engine, support FROM information_schema.engines ORDER BY engine"
SCHEMAS = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE %s"
MARKED = """
SELECT table_schema, table_comment FROM information_schema.tables
 WHERE table_name = %s AND table_schema LIKE %s
"""
NAMES = "SELECT name FROM {template}.{mark} ORDER BY number"
NAME = "INSERT INTO {table} (number, name) VALUES (%s, %s)"
SESSIONS = "SELECT id FROM information_schema.processlist WHERE db = %s"


class MysqlShadow(ShadowServer):
    schemas_are_databases = True

    def __init__(self, place: Place, passed_over: Sequence[str] = ()) -> None:
        self._beside: dict[str, Beside] = {}  # by the scratch database
        self._tls: Any = None
        super().__init__(place, passed_over)

    def create_schema(self, quoted: str) -> None:
        """A database stands in for each one that is named: see `Beside`."""

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
        self._run("SET SESSION foreign_key_checks = 0")  # what is dropped may refer to each other
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

    def _facts(self) -> list[Any]:
        return [tuple(row) for row in (*self._rows(SETUP), *self._rows(ENGINES))]

    def _sweep(self) -> None:
        for name in self._mains(SCRATCH):
            if not self._is_locked(SCRATCH + owner_of(name)):
                self.drop_template(name)
        whole = set(self.templates())
        for name in self._mains(TEMPLATE):
            if name not in whole and not self._is_locked(name) and not self._has_template(name):
                self.drop_template(name)

    def _mains(self, prefix: str) -> list[str]:
        """The scratch databases or templates, without what is beside them."""
        return sorted({main_of(name) for (name,) in self._rows(SCHEMAS, _like(prefix))})

    def templates(self) -> list[str]:
        found = self._rows(MARKED, MARK, _like(TEMPLATE))
        return [name for name, _ in sorted(found, key=lambda row: str(row[1]), reverse=True)]

    def drop_template(self, name: str) -> None:
        with contextlib.suppress(DBAPIError):  # another run drops it too
            for end in (*self._ends_beside(name), ""):
                self._run(f"DROP DATABASE IF EXISTS {_quoted(name + end)}")

    def _watch(self, engine: Engine) -> None:
        super()._watch(engine)
        beside = self._beside[str(engine.url.database)]
        beside.listen(engine)
        engine.update_execution_options(**{BESIDE: beside})

    def _create_beside(self, name: str) -> None:
        with self._failing("make a scratch database"):
            self._run(mysql.create_database(name))

    def _other_databases(self, own: str) -> frozenset[str]:
        names = {name.lower() for (name,) in self._rows(SCHEMAS, "%") if main_of(name) != own}
        return frozenset(names - {"information_schema", "performance_schema"})

    def _reach(self, statement: str, own: str, others: frozenset[str]) -> str | None:
        beside = self._beside[own]
        return mysql_reach(beside.sent(statement), {own, *beside.databases}, others)

    def _create(self, name: str, template: str | None) -> None:
        names = self._names_beside(template) if template else []
        ends = self._ends_beside(template) if template else []
        self._beside[name] = Beside(name, self.place.home, self._create_beside, names, ends)
        for end in ("", *ends):
            self._run(mysql.create_database(name + end))
        if template:
            source, copy = self._engine_of(template), self._engine_of(name)
            with source.connect() as reading, copy.connect() as writing:
                copy_schemas(reading, writing, ends, leave_out=MARK)

    def _names_beside(self, template: str) -> list[str]:
        rows = self._rows(NAMES.format(template=_quoted(template), mark=MARK))
        return [str(name) for (name,) in rows]

    def _ends_beside(self, name: str) -> list[str]:
        """What the databases beside this one have after its name."""
        return [found.removeprefix(name) for (found,) in self._rows(SCHEMAS, _like(f"{name}x"))]

    def _drop(self, name: str) -> None:
        for (session,) in self._rows(SESSIONS, name):  # its locks would make the drop wait
            with contextlib.suppress(DBAPIError):  # it left by itself
                self._run(f"KILL {int(session)}")
        self._beside.pop(name, None)
        for end in (*self._ends_beside(name), ""):
            self._run(f"DROP DATABASE IF EXISTS {_quoted(name + end)}")

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
            with self._failing("keep a template"):
                self._mark(name)
        except BaseException:
            engine.dispose()
            with contextlib.suppress(DBAPIError):  # if even this fails, the next run drops it
                self._drop(name)
            raise

    def _mark(self, name: str) -> None:
        """Used from its first moment on: another run drops those that were used long ago."""
        mark, unfinished = f"{_quoted(name)}.{MARK}", f"{_quoted(name)}.{MARK}_unfinished"
        self._run(f"CREATE TABLE {unfinished} (number int, name varchar(64)) {_used_now()}")
        for number, beside in enumerate(self._beside[name].names):
            self._admin.exec_driver_sql(NAME.format(table=unfinished), (number, beside))
        self._run(f"RENAME TABLE {unfinished} TO {mark}")

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
