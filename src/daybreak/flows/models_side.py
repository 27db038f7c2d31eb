"""The models' side of a comparison: what a server makes of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from daybreak.core.catalog import Catalog, Extension
from daybreak.core.errors import ModelsRejected
from daybreak.edges.catalog import read_catalog
from daybreak.edges.replay import own_tables
from daybreak.edges.shadow.cache import Wanted, load_wanted, store_wanted
from daybreak.edges.shadow.keys import has_listeners
from daybreak.edges.shadow.wanted import create_wanted
from daybreak.edges.threads import interpreter_shared
from daybreak.flows.subject import Subject, extensions_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daybreak.edges.shadow.server import ShadowServer

# What was made ahead, once it is; None if there is nothing.
Ahead = Callable[[], Wanted | None]


def models_side(
    subject: Subject, server: ShadowServer, history: Catalog, ahead: Wanted | None
) -> Wanted:
    """What the models come to: from the cache, from what was made ahead, or from the server.

    Raises ModelsRejected, ExtensionMissing and OtherDatabase.
    """
    extensions = extensions_of(history)
    key = subject.wanted_key(server.key, extensions)
    if known := load_wanted(key):
        return known
    wanted = ahead if ahead is not None and not extensions else None
    while wanted is None:
        try:
            wanted = _created(subject, server, extensions)
        except ModelsRejected as rejected:
            if rejected.__cause__ is None or not server.provide(rejected.__cause__):
                raise
    store_wanted(key, wanted)
    return wanted


@contextlib.contextmanager
def models_side_ahead(subject: Subject, server: ShadowServer) -> Iterator[Ahead]:
    """The models' side on its way in a thread, while the block makes the history's.

    Where a project meets a server for the first time, both sides take their time. What goes wrong
    here is not told: it will be again, in its turn, to who has the history. Nothing that the
    models run may reach beyond its own database, where it could meet the history.
    """
    known = subject.last_shadow == server.key
    if known or server.schemas_are_databases or has_listeners(subject.metadatas):
        yield lambda: None
        return
    with interpreter_shared(), ThreadPoolExecutor(2) as pool:
        making = pool.submit(_created, subject, server, ())
        pool.submit(subject.wanted_key, server.key, ())  # it keeps that for later
        yield lambda: None if making.exception() else making.result()


def read_side(subject: Subject, connection: Connection) -> Catalog:
    """The catalog of a database of this project, without the table of its version."""
    return read_catalog(connection, leave_out=own_tables(subject.options))


def _created(subject: Subject, server: ShadowServer, extensions: tuple[Extension, ...]) -> Wanted:
    with server.scratch() as engine:
        statements = create_wanted(
            server, engine, subject.metadatas, root=subject.root, extensions=extensions
        )
        with engine.connect() as connection:
            return Wanted(read_side(subject, connection), statements)
