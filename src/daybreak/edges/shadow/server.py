"""What a shadow server offers, whichever engine it is."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from types import TracebackType
from typing import TYPE_CHECKING, Any

from daybreak.core.errors import OtherDatabase, ShadowFailed
from daybreak.core.said import said
from daybreak.core.secret import mask
from daybreak.core.target import Target
from daybreak.edges.connect import dialect_of, explained, make_migration_engine
from daybreak.edges.shadow.place import Place
from daybreak.edges.shadow.scratchname import SCRATCH, template_name

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

TEMPLATES_KEPT = 8
_FACTS = "; set up as "


class ShadowServer(ABC):
    """A server on which scratch databases come and go; to be closed, best by `with`.

    `label` is for people ("PostgreSQL 16.14, embedded"), `version` the major, and `passed_over`
    tells why each earlier place was not used.
    """

    statements_at_once = 1
    schemas_are_databases = False

    def __init__(self, place: Place, passed_over: Sequence[str] = ()) -> None:
        """Connect, and drop what killed runs left. Raises Unreachable's kin and Unsuitable."""
        self.place = place
        self.passed_over = tuple(passed_over)
        # Alive as long as our session is: by it others see that our databases have an owner.
        self.token = secrets.token_hex(5)
        self._made = itertools.count(1)
        self._turn = threading.Lock()  # of two threads at the server's own session
        self._closing = contextlib.ExitStack()
        self._closing.callback(place.stop)
        try:
            engine = self._engine(place.target)
            with explained(place.target):
                self._admin = self._closing.enter_context(
                    engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                )
            with self._failing("prepare"):
                self.server_version, self.version = self._begin()
                self._sweep()
                for name in self.templates()[TEMPLATES_KEPT:]:
                    self.drop_template(name)
        except BaseException:
            self._closing.close()
            raise

    @property
    def label(self) -> str:
        dialect = dialect_of(self.place.target)
        return f"{dialect.LABEL} {self.server_version}, {self.place.origin}"

    @functools.cached_property
    def key(self) -> str:
        """The label, and a digest of what else decides what statements come to here.

        Catalogs are kept by it. It names no server: one that is made anew each time has the same.
        """
        with self._failing("tell how it is set up"):
            return f"{self.label}{_FACTS}{sha256(repr(self._facts()).encode()).hexdigest()}"

    @property
    def dedicated(self) -> bool:
        return self.place.dedicated

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> ShadowServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def scratch(self, template: str | None = None) -> Iterator[Engine]:
        """A new database, empty or a copy of `template`; dropped at the end, whatever happens.

        Each connection of the engine is a session of its own. Raises ShadowFailed. On MySQL,
        other databases that statements name are scratch ones too, which go with it.
        """
        name = f"{SCRATCH}{os.getpid()}_{self.token}_{next(self._made)}"
        engine = self._engine_of(name)
        try:
            with self._failing("make a scratch database"):
                self._create(name, template)
            self._watch(engine)
            yield engine
        finally:
            engine.dispose()
            # If even this fails, the session is gone, and the next run drops it.
            with contextlib.suppress(ShadowFailed), self._failing("drop a scratch database"):
                self._drop(name)

    def template(
        self, key: str, build: Callable[[Connection], object], base: str | None = None
    ) -> str:
        """The name of the template of `key`, made by `build` if there is none.

        `build` gets an empty database, or a copy of the template `base`. It becomes the template
        only as a whole. Of two processes that ask at once, one builds.
        """
        name = template_name(key)
        if not self._has_template(name):
            with self._building(name):
                if not self._has_template(name):
                    with (
                        self._becoming(name, base) as engine,
                        engine.connect() as connection,
                    ):
                        build(connection)
                        connection.commit()
        with self._failing("keep a template"):
            self._use(name)
        return name

    def nearest(self, keys: Sequence[str]) -> tuple[str, int] | None:
        """The template of the last of `keys` that has one, and that key's index."""
        for index in range(len(keys) - 1, -1, -1):
            name = template_name(keys[index])
            if self._has_template(name):
                return name, index
        return None

    @abstractmethod
    def templates(self) -> list[str]:
        """The names of all templates on this server, the one that was used last first."""

    @abstractmethod
    def drop_template(self, name: str) -> None:
        """Drop it, unless somebody else just does."""

    @abstractmethod
    def create_schema(self, quoted: str) -> str | None:
        """SQL that makes a schema beside the default one, unless it is there.

        None where it is there as soon as a statement names it.
        """

    def lacking(self, extensions: Sequence[str]) -> tuple[str, ...]:
        """Those of `extensions` that this server can't create."""
        return ()

    def lacks_extension(self, error: BaseException) -> str | None:
        """The extension whose absence on this server `error` tells of; None for another error."""
        return None

    def may_lack_extension(self, error: BaseException) -> bool:
        """Whether `error` tells of something unknown of a kind that extensions bring."""
        return False

    def lacks_role(self, error: BaseException) -> str | None:
        """The role that `error` says the server does not know; None for another error.

        Histories and models grant to roles that somebody made by hand, which ours lacks.
        """
        return None

    def lacks_database(self, error: BaseException) -> str | None:
        """The database that `error` says is not there; None for another error.

        Histories grant on the database that they are run in, by its name; ours has another one.
        """
        return None

    def can_provide(self, error: BaseException) -> bool:
        """Whether `error` says that a role or a database is not there."""
        return (self.lacks_role(error) or self.lacks_database(error)) is not None

    def provide(self, error: BaseException) -> bool:
        """Make the role or the empty database whose absence `error` tells of; False for another.

        Raises OtherDatabase unless the server is dedicated.
        """
        if (role := self.lacks_role(error)) is not None:
            self.create_role(role)
        elif (database := self.lacks_database(error)) is not None:
            self.create_database(database)
        else:
            return False
        return True

    def lacking_roles(self, names: Collection[str]) -> tuple[str, ...]:
        """Those of `names` that the server does not know."""
        return ()

    def create_role(self, name: str) -> None:
        """Make a role without any right. Raises OtherDatabase unless the server is dedicated."""
        self._require_dedicated("role", name)
        with self._failing(f"create the role {name}"):
            self._create_role(name)

    def create_database(self, name: str) -> None:
        """Make an empty database. Raises OtherDatabase unless the server is dedicated."""
        self._require_dedicated("database", name)
        with self._failing(f"create the database {name}"):
            self._create(name, None)

    def _require_dedicated(self, kind: str, name: str) -> None:
        if not self.dedicated:
            raise OtherDatabase(
                f"the {kind} {name} would be created on {self.label}, which is not there for "
                "scratch databases alone",
                f"create it there: CREATE {kind.upper()} {name}",
            )

    def _engine_of(self, name: str) -> Engine:
        target = self.place.target
        return self._engine(target._replace(url=target.url._replace(database=name)))

    def _watch(self, engine: Engine) -> None:
        """Refuse statements that reach beyond the scratch database, on a server that others use."""
        from sqlalchemy import event

        if self.dedicated:
            return
        own = str(engine.url.database)
        others = self._other_databases(own)

        def before(_: Any, __: Any, statement: str, ___: Any, ____: Any, _____: Any) -> None:
            if reach := self._reach(statement, own, others):
                raise OtherDatabase(
                    f"a statement {reach}, and the shadow server ({self.label}) is not there for "
                    f"scratch databases alone: {' '.join(mask(statement).split())[:200]}",
                    "name a server that is there for nothing else in SHADOW_DATABASE_URL "
                    "(docs/shadow.md)",
                )

        event.listen(engine, "before_cursor_execute", before)

    def _engine(self, target: Target) -> Engine:
        from sqlalchemy import event

        engine = make_migration_engine(target, self.place.driver)
        event.listen(engine, "connect", self._begin_session)
        return engine

    @contextlib.contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        from sqlalchemy.exc import DBAPIError

        try:
            yield
        except DBAPIError as error:
            raise ShadowFailed(
                f"the shadow server ({self.place.origin}) did not {what}: {said(error)}",
                "correct that there, or name another server in SHADOW_DATABASE_URL",
            ) from error

    @abstractmethod
    def _begin_session(self, connection: Any, record: Any) -> None:
        """Set up a new session, on the driver's own connection."""

    @abstractmethod
    def _begin(self) -> tuple[str, int]:
        """Mark our session as the owner's; the server's version and major. Raises Unsuitable."""

    @abstractmethod
    def _facts(self) -> list[Any]:
        """What decides what a catalog on this server says, beside its version."""

    @abstractmethod
    def _sweep(self) -> None:
        """Drop scratch databases whose owner is gone."""

    @abstractmethod
    def _other_databases(self, own: str) -> frozenset[str]:
        """The databases that a statement in `own` could touch by naming them."""

    @abstractmethod
    def _reach(self, statement: str, own: str, others: frozenset[str]) -> str | None:
        """How the statement reaches beyond the database `own`, as a predicate; None if not."""

    @abstractmethod
    def _create_role(self, name: str) -> None: ...

    @abstractmethod
    def _create(self, name: str, template: str | None) -> None: ...

    @abstractmethod
    def _drop(self, name: str) -> None: ...

    @abstractmethod
    def _has_template(self, name: str) -> bool: ...

    @abstractmethod
    def _building(self, name: str) -> AbstractContextManager[None]:
        """Only one process at a time is inside, for one name."""

    @abstractmethod
    def _becoming(self, name: str, base: str | None) -> AbstractContextManager[Engine]:
        """A copy of `base` that becomes the template `name` if the block ends well."""

    @abstractmethod
    def _use(self, name: str) -> None:
        """Record that the template was used just now."""


def label_in(key: str) -> str:
    """The label of the server that has this key."""
    return key.partition(_FACTS)[0]
