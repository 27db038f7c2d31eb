"""What is compared: a project's models and its history, and the keys of what both come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import context
from sqlalchemy.exc import SQLAlchemyError

from daybreak.core.catalog import Catalog, Extension
from daybreak.core.target import Target
from daybreak.dialects.base import Dialect
from daybreak.edges.alembic import told_to_revisions
from daybreak.edges.connect import dialect_of, driver_for, sqlalchemy_url
from daybreak.edges.lookup import home_of
from daybreak.edges.replay import version_tables
from daybreak.edges.settings import Settings, shadow_target
from daybreak.edges.shadow.cache import last_shadow
from daybreak.edges.shadow.keys import history_keys, reading, wanted_key
from daybreak.edges.shadow.wanted import not_compiled

if TYPE_CHECKING:
    from sqlalchemy import URL, MetaData
    from sqlalchemy import Dialect as SqlDialect

HEADS = ("heads",)
# Options of `context.configure` by which a project leaves a field of its columns alone.
NOT_COMPARED = {"compare_type": "type", "compare_server_default": "default"}


@dataclass(frozen=True)
class Subject:
    """What is compared: a project's models and its history, as its env.py gives them.

    `options` are the project's own of `context.configure`. `revisions` is how far the history's
    side goes, and `base` what was there before its first revision.
    """

    settings: Settings
    target: Target
    metadatas: tuple[MetaData, ...]
    options: Mapping[str, Any]
    revisions: tuple[str, ...] = HEADS
    base: MetaData | None = None

    @property
    def dialect(self) -> Dialect:
        return dialect_of(self.target)

    @cached_property
    def history_keys(self) -> tuple[str, ...]:
        """The history's key after each revision; the last one is that of `revisions`."""
        base = "" if self.base is None else self._key_of([self.base], "the base", ())
        tables = sorted(version_tables(self.options), key=repr)
        given = repr([tables, told_to_revisions(), base, self.home])
        keys = tuple(key for _, key in history_keys(context.script, self.root, options=given))
        if self.revisions != HEADS:
            return (f"{keys[-1] if keys else ''} at {' '.join(sorted(self.revisions))}",)
        return keys or ("an empty history",)

    @cached_property
    def compiler(self) -> SqlDialect:
        """What SQLAlchemy compiles the models with; it is not connected to anything."""
        driver = driver_for(self.target, self.settings.project_driver)
        return _compiler(sqlalchemy_url(self.target, driver))

    @cached_property
    def home(self) -> str | None:
        """The name of the database, where a statement can name it: where it is a schema."""
        return home_of(self.target)

    @property
    def root(self) -> Path:
        return self.settings.project.root

    @cached_property
    def last_shadow(self) -> str | None:
        """The key of the server of the last comparison, by which the cache is asked."""
        return last_shadow(self.root, self.places)

    @property
    def places(self) -> str:
        """The environment, and where its shadow would be looked for first."""
        configured = shadow_target(self.settings)
        target = configured or self.target
        address = target.shown if target.reference else f"{target.url.host}:{target.url.port}"
        known = configured or target.environment == "dev"
        return f"{self.target.environment} {address if known else ''}"

    def wanted_key(self, server: str, extensions: Sequence[Extension]) -> str:
        """The key of what the models come to on that server. Compiling them takes its time."""
        names = tuple(f"{each.schema}.{each.name}" for each in extensions)
        if (server, names) not in self._wanted_keys:
            self._wanted_keys[server, names] = self._key_of(self.metadatas, server, names)
        return self._wanted_keys[server, names]

    def forget_wanted_keys(self) -> None:
        """They were made while the models may not have been what they are."""
        self._wanted_keys.clear()

    def _key_of(self, metadatas: Sequence[MetaData], server: str, extensions: Sequence[str]) -> str:
        try:
            return wanted_key(
                metadatas,
                self.compiler,
                server=f"{server} {self.home}",
                root=self.root,
                reading=reading(),
                extensions=extensions,
            )
        except SQLAlchemyError as error:
            raise not_compiled(error, metadatas, self.root) from error

    @cached_property
    def _wanted_keys(self) -> dict[tuple[str, tuple[str, ...]], str]:
        return {}


@cache
def _compiler(url: URL) -> SqlDialect:
    """One for the process: a dialect keeps what it works out of each column's type."""
    made: SqlDialect = url.get_dialect()()
    return made


def extensions_of(history: Catalog) -> tuple[Extension, ...]:
    """What the models' types may need, although only a migration made it."""
    return history.extensions
