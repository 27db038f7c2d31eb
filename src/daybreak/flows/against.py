"""The database itself as the history's side, where the revisions alone do not make it.

It is copied onto the shadow server by its catalog, so that both sides come from one server and
the revision can be proved. No row is read.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from alembic import context
from sqlalchemy.exc import DBAPIError

from daybreak.core.catalog import Catalog
from daybreak.core.catalogtext import to_text
from daybreak.core.diff import diff
from daybreak.core.drift import find_drift
from daybreak.core.errors import DatabaseNotCopied, ExtensionMissing, SchemaTooOld
from daybreak.core.said import said
from daybreak.core.secret import mask
from daybreak.edges.history import recorded_heads, require_known
from daybreak.edges.replay import stamp, version_tables
from daybreak.edges.shadow.keys import reading
from daybreak.flows.drift import database_at_hand
from daybreak.flows.models_side import read_side
from daybreak.flows.sides import make_version_schema, with_what_lacks
from daybreak.flows.subject import Subject
from daybreak.report.changes import change_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.edges.shadow.server import ShadowServer


def copied_database(subject: Subject, server: ShadowServer) -> tuple[str, Catalog]:
    """A template with the schema of the environment's database, and its catalog there.

    Raises SchemaTooOld unless the database is at the head of the files, Unreachable's kin,
    DatabaseNotCopied and ExtensionMissing.
    """
    heads, found = database_at_hand(subject)
    require_known(context.script, heads, subject.target.place)
    if set(heads) != set(recorded_heads(context.script)):
        raise SchemaTooOld(
            f"{subject.target.place} is behind the files, and it can stand for the history only "
            "at their head",
            "daybreak upgrade heads",
        )

    def build(connection: Connection) -> None:
        _create(subject, server, connection, found)
        make_version_schema(subject, server, connection)
        stamp(connection, subject.options, heads)

    key = f"{reading()} {sorted(heads)} {sorted(version_tables(subject.options), key=repr)} "
    digest = sha256(f"{key}{to_text(found)}".encode()).hexdigest()
    template = with_what_lacks(server, lambda: server.template(f"copy {digest}", build))
    with server.scratch(template) as engine, engine.connect() as connection:
        copy = read_side(subject, connection)
    _require_equal(subject, server, copy, found)
    return template, copy


def _create(subject: Subject, server: ShadowServer, connection: Connection, found: Catalog) -> None:
    dialect = subject.dialect
    with connection.engine.connect() as fresh:
        empty = read_side(subject, fresh)
    doubled = connection.dialect.identifier_preparer._double_percents
    for change in diff(empty, found, fold=dialect.fold, engine=dialect.engine(empty.version)):
        for sql in dialect.ddl(change, empty, found):
            try:
                connection.exec_driver_sql(sql.replace("%", "%%") if doubled else sql)
            except DBAPIError as error:
                if server.can_provide(error):
                    raise
                if name := server.lacks_extension(error):
                    raise ExtensionMissing([name], server.label, server.passed_over) from error
                raise _not_copied(
                    subject, server, f"{said(error)}, at {' '.join(mask(sql).split())[:200]}"
                ) from error


def _require_equal(subject: Subject, server: ShadowServer, copy: Catalog, found: Catalog) -> None:
    """What another major version writes otherwise can't be told apart, and is let pass."""
    dialect = subject.dialect
    drift = find_drift(copy, found, fold=dialect.fold, engine=dialect.engine(copy.version))
    if drift.changes:
        told = [" ".join(change_text(change, copy.default_schema)) for change in drift.changes]
        raise _not_copied(subject, server, "what differs:\n  " + "\n  ".join(told))


def _not_copied(subject: Subject, server: ShadowServer, why: str) -> DatabaseNotCopied:
    return DatabaseNotCopied(
        f"{subject.target.place} can't be copied onto the shadow server ({server.label}): {why}",
        "name a server like that of the database in SHADOW_DATABASE_URL (docs/shadow.md), or "
        "write the revision by hand: daybreak revision --empty",
    )
