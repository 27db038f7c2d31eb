"""The models' own database: `create_all` in a scratch database, fast, with errors that help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, MetaData, Table, event
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import CompileError, DBAPIError, SQLAlchemyError

from daybreak.core.catalog import Extension
from daybreak.core.errors import ExtensionMissing, ModelsRejected
from daybreak.core.said import said
from daybreak.core.secret import mask
from daybreak.edges.shadow.declarations import place_of
from daybreak.edges.shadow.keys import has_functions, schemas_of
from daybreak.edges.shadow.server import ShadowServer

_AT = re.compile(r"\(in table '(.+?)', column '(.+?)'\): (.*)", re.DOTALL)
_MAKES = re.compile(
    r"(?:\s|--.*\n)*CREATE\s+(SCHEMA|EXTENSION)\s+(?!IF\s+NOT\b)([\"`]?)(\w+)\2", re.IGNORECASE
)
_SHOWN = 60  # characters of a statement that is told
FROM_EXTENSION = (
    "correct the model; if an extension brings it, let a revision CREATE EXTENSION first: "
    "daybreak revision --empty"
)

Translation = Mapping[str | None, str | None]


@dataclass(frozen=True)
class _Step:
    """A statement as the driver takes it, and the table that it is about."""

    sql: str
    table: Table | None


def create_wanted(
    shadow: ShadowServer,
    engine: Engine,
    metadatas: Sequence[MetaData],
    *,
    root: Path,
    extensions: Sequence[Extension] = (),
    translate: Translation | None = None,
) -> tuple[str, ...]:
    """Create all that the metadatas hold in the scratch database of `engine`.

    Schemas that they name are made first, and so are `extensions`, which the history has and the
    models' types may need. The result is the statements that were run for the metadatas.
    Raises ModelsRejected with the table and its place below `root`, ExtensionMissing, and
    OtherDatabase.
    """
    with engine.connect() as plain:
        # One transaction for all would need more locks than a server has by default.
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        made = _prepare(shadow, connection, metadatas, extensions, translate)
        event.listen(connection, "before_cursor_execute", _making_way(made))
        try:
            if translate or has_functions(metadatas):
                return _create_all(connection, metadatas, translate)
            return _create_compiled(connection, metadatas, shadow.statements_at_once)
        except _Refused as refused:
            _explain(shadow, refused, root)


def not_compiled(
    error: SQLAlchemyError, metadatas: Sequence[MetaData], root: Path
) -> ModelsRejected:
    """What is wrong with models of which SQLAlchemy makes no SQL, so that no server is asked.

    A foreign key that leads nowhere comes before what SQLAlchemy says, since it has no type then.
    """
    tables = {table.fullname: table for each in metadatas for table in each.tables.values()}
    for table in tables.values():
        for key in table.foreign_keys:
            try:
                _ = key.column
            except SQLAlchemyError as lost:
                return _at(table, key.parent.name, str(lost), root)
    found = _AT.search(str(error))
    if found and found[1] in tables:
        return _at(tables[found[1]], found[2], found[3], root)
    return ModelsRejected(f"the models make no SQL: {error}", "correct the model")


def _at(table: Table, column: str, said: str, root: Path) -> ModelsRejected:
    place = place_of(table, column, root)
    return ModelsRejected(
        f"{f'{place}: ' if place else ''}table {table.fullname}, column {column}: {said}",
        "correct the model",
        table.fullname,
    )


def _prepare(
    shadow: ShadowServer,
    connection: Connection,
    metadatas: Sequence[MetaData],
    extensions: Sequence[Extension],
    translate: Translation | None,
) -> dict[tuple[str, str], str]:
    """How to undo what was made, by its kind and name."""
    quote = connection.dialect.identifier_preparer.quote
    schemas = [(translate or {}).get(name, name) for name in schemas_of(metadatas)]
    named = dict.fromkeys([*schemas, *(extension.schema for extension in extensions)])
    undone: dict[tuple[str, str], str] = {}
    for name in filter(None, named):
        if (sql := shadow.create_schema(quote(name))) is None:
            continue
        connection.exec_driver_sql(sql)
        undone["SCHEMA", name] = f"DROP SCHEMA IF EXISTS {quote(name)}"
    for extension in extensions:
        try:
            connection.exec_driver_sql(
                f"CREATE EXTENSION IF NOT EXISTS {quote(extension.name)}"
                f" SCHEMA {quote(extension.schema)} CASCADE"
            )
        except DBAPIError as error:
            if shadow.lacks_extension(error) is None:
                raise
            raise ExtensionMissing([extension.name], shadow.label, shadow.passed_over) from error
        gone = f"DROP EXTENSION IF EXISTS {quote(extension.name)}"
        undone["EXTENSION", extension.name] = gone
        undone["SCHEMA", extension.schema] = f"{gone}; {undone['SCHEMA', extension.schema]}"
    return undone


def _making_way(undone: Mapping[tuple[str, str], str]) -> Callable[..., None]:
    """For models that make a schema or an extension themselves: ours, unused as it is, goes."""

    def before(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        if found := _MAKES.match(statement):
            undo = undone.get((found[1].upper(), found[3]))
            if undo is not None:
                cursor.execute(undo)

    return before


class _Refused(Exception):
    def __init__(self, error: Exception, table: Table | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.table = table

    @property
    def about(self) -> str:
        """The table; else the beginning of the statement, by which its listener can be found."""
        if self.table is not None:
            return f"the table {self.table.fullname}"
        statement = " ".join((getattr(self.error, "statement", None) or "").split())
        if not statement:
            return "the models"
        return f"`{mask(statement[:_SHOWN])}{'…' if len(statement) > _SHOWN else ''}`"


def _create_compiled(
    connection: Connection, metadatas: Sequence[MetaData], at_once: int
) -> tuple[str, ...]:
    """Several statements in one round trip; one after the other only to find what was refused."""
    steps = list(dict.fromkeys(_compiled(connection, metadatas)))
    for start in range(0, len(steps), at_once):
        chunk = steps[start : start + at_once]
        try:
            connection.exec_driver_sql(";\n".join(step.sql for step in chunk))
        except DBAPIError as error:
            if len(chunk) == 1:
                raise _Refused(error, chunk[0].table) from error
            _one_by_one(connection, chunk)
    return tuple(_as_sent(connection, step.sql) for step in steps)


def _one_by_one(connection: Connection, chunk: Sequence[_Step]) -> None:
    """The chunk was undone as a whole, since it was one transaction."""
    for step in chunk:
        try:
            connection.exec_driver_sql(step.sql)
        except DBAPIError as error:
            raise _Refused(error, step.table) from error


def _compiled(connection: Connection, metadatas: Sequence[MetaData]) -> Iterator[_Step]:
    steps: list[_Step] = []
    dialect = connection.dialect
    # One for all: to make one for each takes a fifth of the time.
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]

    def collect(element: Any, *_: Any, **__: Any) -> None:
        table = _table_of(element)
        try:
            steps.append(_Step(compiler.process(element).strip(), table))
        except CompileError as error:
            raise _Refused(error, table) from error

    mock = MockConnection(dialect, collect)
    for metadata in metadatas:
        try:
            metadata.create_all(mock, checkfirst=False)
        except CompileError as error:
            raise _Refused(error, None) from error
    yield from steps


def _create_all(
    connection: Connection, metadatas: Sequence[MetaData], translate: Translation | None
) -> tuple[str, ...]:
    """As SQLAlchemy does it: listeners that are functions get a real connection."""
    statements: list[str] = []
    running: list[Table | None] = [None]

    def before(_: Any, __: Any, statement: str, ___: Any, context: Any, ____: Any) -> None:
        compiled = getattr(context, "compiled", None)
        running[0] = _table_of(getattr(compiled, "statement", None))
        if getattr(context, "isddl", False) or not _reads(statement):
            statements.append(_as_sent(connection, statement.strip()))

    if translate:
        connection = connection.execution_options(schema_translate_map=dict(translate))
    event.listen(connection, "before_cursor_execute", before)
    try:
        for metadata in metadatas:
            metadata.create_all(connection)
    except (DBAPIError, CompileError) as error:
        raise _Refused(error, running[0]) from error
    finally:
        event.remove(connection, "before_cursor_execute", before)
    return tuple(statements)


def _reads(statement: str) -> bool:
    """Whether it asks only, as SQLAlchemy does before it creates something."""
    return statement.lstrip().upper().startswith(("SELECT PG_CATALOG", "DESCRIBE", "SHOW"))


def _as_sent(connection: Connection, sql: str) -> str:
    """The text that the server gets: drivers that take `%s` want every other `%` doubled."""
    doubled = connection.dialect.identifier_preparer._double_percents
    return sql.replace("%%", "%") if doubled else sql


def _table_of(element: Any) -> Table | None:
    item = getattr(element, "element", None)
    found = item if isinstance(item, Table) else getattr(item, "table", None)
    return found if isinstance(found, Table) else None


def _explain(shadow: ShadowServer, refused: _Refused, root: Path) -> NoReturn:
    error, table = refused.error, refused.table
    if name := shadow.lacks_extension(error):
        raise ExtensionMissing([name], shadow.label, shadow.passed_over) from error
    words = mask(str(getattr(error, "orig", None) or error)).strip()
    column = _column_in(words, table)
    place = place_of(table, column, root) if table is not None else None
    of_column = f", column {column}" if column else ""
    raise ModelsRejected(
        f"{f'{place}: ' if place else ''}the shadow server ({shadow.label}) does "
        f"not create {refused.about}{of_column}: {said(error)}",
        FROM_EXTENSION if shadow.may_lack_extension(error) else "correct the model",
        table.fullname if table is not None else None,
    ) from error


def _column_in(words: str, table: Table | None) -> str | None:
    """The column that the server's message names, or whose line it quotes."""
    if table is None:
        return None
    quoted = re.findall(r"""["'`](\w+)["'`]""", words)
    line = re.search(r"^LINE \d+:\s*[\"`]?(\w+)", words, re.MULTILINE)
    named = [*([line[1]] if line else []), *quoted]
    return next((name for name in named if name in table.columns), None)
