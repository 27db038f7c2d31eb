"""Taking down the statements of revisions, in place of running them.

Every statement of a revision comes by one method of Alembic, `DefaultImpl._exec`, or by the
connection that `op.get_bind()` gives. The method is private: tests/contract/test_alembic.py pins
what is used of Alembic here.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import CompileError, NoInspectionAvailable
from sqlalchemy.schema import DDLElement

from daybreak.core.plan import Statement, Step
from daybreak.core.said import said
from daybreak.core.secret import mask
from daybreak.dialects import dialect_named
from daybreak.edges.history import (
    allowances_of,
    line_in_history,
    place_in_history,
    revision_file,
    version_folders,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

# What Alembic calls with the heads and the context, to be told which revisions to run.
Steps = Callable[[Any, Any], Iterable[Any]]

_CHECKED = "depends on whether the object is there"
_UNWRITABLE = "can't be written without the database"


class Recorder:
    """Takes down what each revision would execute, and the borders of the transactions."""

    def __init__(self, dialect: Dialect) -> None:
        self.steps: list[Step] = []
        self.heads: tuple[str, ...] = ()
        self.bind = _Bind(dialect, self)
        self._dialect = dialect
        self._ours = dialect_named(dialect.name, "the connection")
        self._folders = version_folders(context.script)
        self._transactional = True
        self._transaction: int | None = None
        self._transactions = 0
        self._in_transaction = False
        # of the revision that is running
        self._statements: list[Statement] | None = None
        self._readings: list[str | None] = []
        self._reason: str | None = None

    def take(self, migration: MigrationContext) -> None:
        """Stand in for `migration`'s connection, and for its way to it."""
        impl = migration.impl
        self._transactional = bool(impl.transactional_ddl)
        migration.connection = impl.connection = self.bind  # type: ignore[assignment]
        # So that many rows are one statement, as they are in earnest.
        impl.as_sql = False
        impl._exec = self.taken  # type: ignore[method-assign]
        impl.emit_begin = self.begin  # type: ignore[method-assign]
        impl.emit_commit = self.commit  # type: ignore[method-assign]
        impl.static_output = _unsaid  # type: ignore[method-assign, assignment]
        migration.__class__ = _Preview
        migration.recorder = self  # type: ignore[attr-defined]

    def watched(self, steps: Steps) -> Steps:
        def watching(heads: Any, migration: Any) -> Iterator[Any]:
            for step in steps(heads, migration):
                step.migration_fn = self._around(step)
                yield step

        return watching

    def _around(self, step: Any) -> Callable[..., None]:
        function = step.migration_fn

        def run(**arguments: Any) -> None:
            statements: list[Statement] = []
            readings: list[str | None] = []
            self._statements, self._readings = statements, readings
            opaque: str | None = None
            if not self._transactional:
                self.begin()
            try:
                function(**arguments)
            except ReadsData:
                pass
            except Exception as error:  # noqa: BLE001 - whatever its code needs of a database
                opaque = self._why(error)
            if readings:  # also where the revision caught even that
                opaque = f"reads data at {readings[0]}"
            if not self._transactional:
                self.commit()
            script = context.script.get_revision(step.info.up_revision_id)
            self.steps.append(
                Step(
                    script.revision,
                    script.doc,
                    revision_file(script.path, self._folders) or script.path,
                    "up" if step.is_upgrade else "down",
                    tuple(statements),
                    opaque,
                    allowances_of(script),
                )
            )
            self._statements = None

        run.__name__ = function.__name__
        return run

    def _why(self, error: Exception) -> str:
        place = place_in_history(context.script, error)
        where = f" at {place}" if place else ""
        asked_us = isinstance(error, AttributeError) and error.obj is self.bind
        if asked_us or isinstance(error, NoInspectionAvailable):
            return f"needs a connection{where}"
        return f"can't run without a database{where}: {type(error).__name__}: {said(error)}"

    def reached(self, *, heads: Iterable[str], **_: Any) -> None:
        """Alembic's `on_version_apply`."""
        self.heads = tuple(heads)

    def taken(
        self,
        construct: Any,
        execution_options: Any = None,
        multiparams: Sequence[Any] | None = None,
        params: Any = None,
    ) -> None:
        """In place of `DefaultImpl._exec`."""
        if self._statements is None:
            return  # Alembic's own record of the version
        sql = self._sql(construct)
        self._statements.append(
            Statement(
                mask(sql) if sql is not None else f"({type(construct).__name__})",
                line_in_history(context.script),
                self._border(sql or ""),
                rows=None if multiparams is None else len(multiparams),
                opaque=self._reason if sql is not None else _UNWRITABLE,
                drops=tuple(self._ours.dropped(sql or "")),
            )
        )

    def executed(self, construct: Any, parameters: Any = None) -> _Unknown:
        """In place of `Connection.execute`, whose answer nobody knows."""
        self.taken(construct, multiparams=parameters if isinstance(parameters, list) else None)
        return _Unknown(self._note_reading)

    def _note_reading(self) -> None:
        self._readings.append(line_in_history(context.script))

    @contextlib.contextmanager
    def checked(self, checkfirst: bool) -> Iterator[None]:
        was, self._reason = self._reason, _CHECKED if checkfirst else self._reason
        try:
            yield
        finally:
            self._reason = was

    def is_revision(self, filename: str) -> bool:
        return revision_file(filename, self._folders) is not None

    def begin(self) -> None:
        self._in_transaction, self._transaction = True, None

    def commit(self) -> None:
        self._in_transaction, self._transaction = False, None

    def _border(self, sql: str) -> int | None:
        """The number of the transaction in which `sql` runs; it is counted when it is used."""
        if not self._in_transaction:
            return None
        if not self._transactional and self._ours.read_statement(sql).alone:
            self._transaction = None
            return None
        if self._transaction is None:
            self._transactions += 1
            self._transaction = self._transactions
        return self._transaction

    def _sql(self, construct: Any) -> str | None:
        """As `--sql` would write it, without the semicolon at its end."""
        if isinstance(construct, str):
            construct = text(construct)
        with contextlib.suppress(CompileError, NotImplementedError):
            plain = construct.compile(dialect=self._dialect)
            with contextlib.suppress(CompileError, NotImplementedError):
                if not isinstance(construct, DDLElement) and not _lacks_values(plain):
                    plain = construct.compile(
                        dialect=self._dialect, compile_kwargs={"literal_binds": True}
                    )
            return str(plain).replace("\t", "    ").strip().removesuffix(";")
        return None


class ReadsData(BaseException):
    """A revision used what only the database could have answered.

    No Exception: one that a revision catches, perhaps to try again, would not end it.
    """


class _Unknown:
    """The result of a statement that was not run: whoever looks at it reads data."""

    def __init__(self, read: Callable[[], None]) -> None:
        self.__dict__["_read"] = read

    def _look(self, *_: Any) -> NoReturn:
        self.__dict__["_read"]()
        raise ReadsData("its result is not known before it runs")

    __getattr__ = __iter__ = __next__ = __getitem__ = __len__ = __bool__ = _look
    __enter__ = __exit__ = _look


class _Bind(MockConnection):
    """What `op.get_bind()` gives: it runs nothing, and knows no answer."""

    def __init__(self, dialect: Dialect, recorder: Recorder) -> None:
        super().__init__(dialect, recorder.executed)
        self._recorder = recorder

    def exec_driver_sql(
        self, statement: str, parameters: Any = None, execution_options: Any = None
    ) -> Any:
        return self._recorder.executed(statement, parameters)

    def _run_ddl_visitor(self, visitorcallable: Any, element: Any, **kwargs: Any) -> None:
        with self._recorder.checked(bool(kwargs.get("checkfirst"))):
            super()._run_ddl_visitor(visitorcallable, element, **kwargs)


class _Preview(MigrationContext):
    """Offline to Alembic; to a revision that asks, as if it ran on a database."""

    recorder: Recorder

    @property
    def as_sql(self) -> bool:  # type: ignore[override]
        return not self.recorder.is_revision(sys._getframe(1).f_code.co_filename)

    @contextlib.contextmanager
    def autocommit_block(self) -> Iterator[None]:
        self.recorder.commit()
        with super().autocommit_block():
            yield
        self.recorder.begin()


def _lacks_values(compiled: Any) -> bool:
    """Whether a parameter's value is given only when the statement runs."""
    return any(parameter.required for parameter in compiled.binds.values())


def _unsaid(_text: str) -> None:
    """In place of the script that offline mode prints."""
