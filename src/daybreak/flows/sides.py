"""The two sides of a comparison: what a server makes of the models, and what of the history.

Both come from one shadow server, so that a difference of the two is one of meaning. What was made
once is remembered: the history's database as a template, both catalogs as texts in the cache.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alembic import context

from daybreak.core.catalog import Catalog
from daybreak.core.errors import DaybreakError, HistoryInvalid
from daybreak.core.secret import mask
from daybreak.core.target import Target
from daybreak.dialects.base import Dialect
from daybreak.edges.catalog import read_catalog
from daybreak.edges.connect import dialect_of
from daybreak.edges.history import place_in_history
from daybreak.edges.replay import replay, version_tables
from daybreak.edges.settings import Settings
from daybreak.edges.shadow.choose import choose_shadow
from daybreak.edges.shadow.keys import history_keys, wanted_key
from daybreak.edges.shadow.remembered import recall, remember
from daybreak.edges.shadow.wanted import create_all

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData

    from daybreak.edges.shadow.server import ShadowServer


@dataclass(frozen=True)
class Subject:
    """What is compared: a project's models and its history, as its env.py gives them.

    `options` are the project's own of `context.configure`.
    """

    settings: Settings
    target: Target
    metadatas: tuple[MetaData, ...]
    options: Mapping[str, Any]

    @property
    def dialect(self) -> Dialect:
        return dialect_of(self.target)
