"""The two sides of a comparison: what a server makes of the models, and what of the history.

Both come from one shadow server, so that a difference of the two is one of meaning. What was made
once is remembered: the history's database as a template, both catalogs as texts in the cache.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from alembic import context
from sqlalchemy.exc import DBAPIError

from daybreak.core.catalog import Catalog
from daybreak.core.errors import (
    DaybreakError,
    ExtensionMissing,
    HistoryNotReplayed,
    OtherDatabase,
)
from daybreak.core.outline import Outline
from daybreak.core.roles import roles_of
from daybreak.core.said import said
from daybreak.edges.catalog import read_outline
from daybreak.edges.history import place_in_history
from daybreak.edges.models import unchanged
from daybreak.edges.replay import own_tables, replay, version_tables
from daybreak.edges.shadow.cache import (
    Wanted,
    are_equal,
    load_outline,
    load_wanted,
    remember_equal,
    remember_shadow,
    store_outline,
    store_wanted,
)
from daybreak.edges.shadow.choose import choose_shadow
from daybreak.edges.shadow.keys import judging, reading
from daybreak.edges.shadow.wanted import create_wanted
from daybreak.flows.models_side import models_side, models_side_ahead, read_side
from daybreak.flows.subject import NOT_COMPARED, Subject, extensions_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from daybreak.edges.shadow.server import ShadowServer


@dataclass(frozen=True)
class Sides:
    """Both catalogs, raw, and the SQL that the models ran. `server` is the key of theirs."""

    server: str
    history: Catalog
    wanted: Catalog
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Bench:
    """The sides and the server they came from, for those who run something there."""

    sides: Sides
    server: ShadowServer
    template: str

    def scratch(self) -> AbstractContextManager[Engine]:
        """A throw-away database where the history's side is."""
        return self.server.scratch(self.template)


# Makes the history's side on a server: the name of its template, and its catalog.
Made = Callable[[Subject, "ShadowServer"], tuple[str, Catalog]]


def remembered_sides(subject: Subject) -> Sides | None:
    """Both sides from the cache; None if one is not there. Starts no server."""
    if (server := subject.last_shadow) is None:
        return None
    if (history := remembered_history(subject)) is None:
        return None
    wanted = load_wanted(subject.wanted_key(server, extensions_of(history)))
    if wanted is None:
        return None
    return Sides(server, history, wanted.catalog, wanted.statements)


def remembered_outline(subject: Subject) -> Outline | None:
    """What the history makes, in outline, from the cache. Starts no server."""
    if (server := subject.last_shadow) is None:
        return None
    return load_outline(_history_side(server, subject.history_keys[-1]))


def remembered_history(subject: Subject) -> Catalog | None:
    """What the history makes, from the cache. Starts no server."""
    if (server := subject.last_shadow) is None:
        return None
    known = load_wanted(_history_side(server, subject.history_keys[-1]))
    return known.catalog if known else None


def known_as_equal(subject: Subject, outline: Outline) -> bool:
    """Whether both sides, that of the history in outline, were found to be equal before."""
    server = subject.last_shadow
    return server is not None and are_equal(_both(subject, server, outline.rest))


def remember_as_equal(subject: Subject, sides: Sides) -> None:
    """Let `known_as_equal` know."""
    remember_equal(_both(subject, sides.server, sides.history))


def _both(subject: Subject, server: str, history: Catalog) -> str:
    keys = (
        _history_side(server, subject.history_keys[-1]),
        subject.wanted_key(server, extensions_of(history)),
    )
    left_alone = [str(subject.options.get(name) is False) for name in NOT_COMPARED]
    return sha256(" ".join((*keys, judging(), *left_alone)).encode()).hexdigest()


def history_side(subject: Subject, server: ShadowServer | None = None) -> Catalog:
    """What the history makes up to `subject.revisions`, from the cache or a shadow server.

    `server` is one that is open already; else one is opened for it.
    """
    if known := remembered_history(subject):
        return known
    with contextlib.ExitStack() as closing:
        if server is None:
            server = closing.enter_context(choose_shadow(subject.settings, subject.target))
        template, read = _template(subject, server, [])
        return read or _history(subject, server, template)


@contextlib.contextmanager
def on_shadow(subject: Subject, made: Made | None = None) -> Iterator[Bench]:
    """Both sides on a shadow server that stays for the block.

    `made` makes the history's side there, in place of the revisions. Raises NoShadow and its kin,
    HistoryNotReplayed, ModelsRejected, and what `made` does.
    """
    with contextlib.ExitStack() as closing:
        yield _bench(subject, closing, made)


def _bench(
    subject: Subject, closing: contextlib.ExitStack, made: Made | None, *, dedicated: bool = False
) -> Bench:
    server = choose_shadow(subject.settings, subject.target, dedicated=dedicated)
    try:
        template, history, ahead = _history_and_ahead(subject, server, made)
        wanted = models_side(subject, server, history, ahead)
        # What the cache remembers, another server may have made.
        for role in server.lacking_roles(roles_of(history) | roles_of(wanted.catalog)):
            server.create_role(role)
    except OtherDatabase:
        server.close()
        if dedicated:
            raise
        return _bench(subject, closing, made, dedicated=True)
    except BaseException:
        server.close()
        raise
    closing.enter_context(server)
    remember_shadow(subject.root, subject.places, server.key)
    sides = Sides(server.key, history, wanted.catalog, wanted.statements)
    return Bench(sides, server, template)


def _history_and_ahead(
    subject: Subject, server: ShadowServer, made: Made | None
) -> tuple[str, Catalog, Wanted | None]:
    """The history's side, and what the models' side came to meanwhile, if it was made ahead."""
    if made is not None:
        return (*made(subject, server), None)
    touched: list[str] = []
    with models_side_ahead(subject, server) as ahead:
        template, read = _template(subject, server, touched)
        history = read or _history(subject, server, template)
        made_ahead = ahead()
    if touched:  # the thread may have seen the models with what a revision added to them
        subject.forget_wanted_keys()
        made_ahead = None
    return template, history, made_ahead


def _template(
    subject: Subject, server: ShadowServer, touched: list[str]
) -> tuple[str, Catalog | None]:
    """The template of the history, made from the nearest one that is there, and what was read.

    `touched` is told the tables of the models that the revisions added to.
    """
    keys = subject.history_keys

    found = server.nearest(keys)
    begun = found[0] if found else None
    read: list[Catalog] = []

    def build(connection: Connection) -> None:
        make_version_schema(subject, server, connection)
        if begun is None and subject.base is not None:
            create_wanted(server, connection.engine, [subject.base], root=subject.root)
        try:
            with unchanged(subject.metadatas, touched):
                replay(connection, subject.options, subject.revisions)
        except Exception as error:
            if isinstance(error, DBAPIError) and server.can_provide(error):
                raise
            raise _not_replayed(server, error) from error
        # Here rather than on a copy; in a session of its own, since revisions may set theirs.
        with connection.engine.connect() as reading:
            read[:] = [_read_history(subject, server, reading)]

    template = with_what_lacks(server, lambda: server.template(keys[-1], build, base=begun))
    return template, read[0] if read else None


def make_version_schema(subject: Subject, server: ShadowServer, connection: Connection) -> None:
    """Make the schema of the version table, which Alembic expects to be there before all else."""
    quote = connection.dialect.identifier_preparer.quote
    for schema, _ in version_tables(subject.options):
        if schema is not None and (sql := server.create_schema(quote(schema))) is not None:
            connection.exec_driver_sql(sql)
            connection.commit()


def with_what_lacks(server: ShadowServer, make: Callable[[], str]) -> str:
    """What `make` gives, with each role and database that it finds missing created before.

    They belong to no database: a server of our own has none but its superuser and the scratch ones.
    """
    while True:
        try:
            return make()
        except DBAPIError as error:
            if not server.provide(error):
                raise


def _not_replayed(server: ShadowServer, error: Exception) -> Exception:
    if isinstance(error, DaybreakError):
        return error
    if name := server.lacks_extension(error):
        return ExtensionMissing([name], server.label, server.passed_over)
    place = place_in_history(context.script, error) or "the history"
    return HistoryNotReplayed(
        f"{place} does not run on an empty database ({server.label}): "
        f"{type(error).__name__}: {said(error)}",
        "if create_all made the first tables, name its MetaData as base in [tool.daybreak] "
        "(docs/settings.md); if another tool did, compare with the database itself: "
        "daybreak revision --against database; else correct the revision",
    )


def _history(subject: Subject, server: ShadowServer, template: str) -> Catalog:
    key = _history_side(server.key, subject.history_keys[-1])
    if known := load_wanted(key):
        return known.catalog
    with server.scratch(template) as engine, engine.connect() as connection:
        return _read_history(subject, server, connection)


def _read_history(subject: Subject, server: ShadowServer, connection: Connection) -> Catalog:
    """The catalog, remembered with its outline, to which databases are held first."""
    key = _history_side(server.key, subject.history_keys[-1])
    catalog = read_side(subject, connection)
    outline = read_outline(connection, leave_out=own_tables(subject.options))
    store_wanted(key, Wanted(catalog, ()))
    if outline is not None:
        store_outline(key, outline)
    return catalog


def _history_side(server: str, key: str) -> str:
    return sha256(f"{server} {key} {reading()}".encode()).hexdigest()
