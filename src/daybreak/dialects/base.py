"""What a dialect has to tell. A dialect is a module that satisfies `Dialect`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from daybreak.core.errors import InvalidUrl

if TYPE_CHECKING:
    from daybreak.core.catalog import Catalog
    from daybreak.core.change import Change
    from daybreak.core.engine import Engine
    from daybreak.core.plan import Dropped
    from daybreak.core.statement import Reading
    from daybreak.core.target import Policy
    from daybreak.core.url import Url
    from daybreak.core.weight import Heavy, Suspect
    from daybreak.dialects.running import Running
    from daybreak.dialects.tls import Tls
    from daybreak.dialects.watching import Watching
    from daybreak.dialects.wording import Words

CONNECT_TIMEOUT_S = 10

# How long reading a catalog waits for a lock. Deparsing locks relations, and who waits in the queue
# of a table's locks makes others wait.
CATALOG_LOCK_TIMEOUT_S = 1

# How long a look at the rows that a downgrade would drop may wait, and may take.
PEEK_TIMEOUT_S = 1

# What `build_catalog` takes: the rows of each of the `catalog_queries`, by its name.
Rows = Mapping[str, Sequence[Sequence[Any]]]

# A peer that went silent is noticed after idle + interval × count seconds, here 14. The systems'
# own default is two hours, and a fenced Aurora writer is silent rather than closed.
KEEPALIVE_IDLE_S = 8
KEEPALIVE_INTERVAL_S = 2
KEEPALIVE_COUNT = 3
# The same bound for data that was sent and never acknowledged, which keepalives do not cover.
TCP_USER_TIMEOUT_MS = 14_000


class Driver(NamedTuple):
    """A DBAPI: the name SQLAlchemy knows it by, the module to import, what to install."""

    name: str
    module: str
    package: str
    serves_sync: bool
    serves_async: bool
    tls_in_url: bool = True  # False: only a context tells it to verify, or even to use TLS


class Outline(NamedTuple):
    """The queries that compare most of a catalog on the server. All take `:schemas`.

    `digests` gives a row for each table and view: id, schema, name, digest of all that a catalog
    tells of it; `names` is the same without the digests. `whole` are those of `catalog_queries`
    that are read in any case; the others are `parts`, which take `:relations` too: the ids, as
    `{1,2}`, of those that are to be read.
    """

    digests: str
    names: str
    whole: Mapping[str, str]
    parts: Mapping[str, str]


class LockHolder(NamedTuple):
    """Who holds a lock that keeps a catalog from being read, or waits for one in front of us."""

    relation: str
    pid: int
    user: str
    application: str
    state: str
    seconds: float  # since its transaction began


def token_in_the_open(option: str) -> InvalidUrl:
    """The error for a connection that would send a token unencrypted."""
    return InvalidUrl(
        f"{option} could send the token of rds-iam:// unencrypted",
        "remove it: with a token the connection is encrypted",
    )


class Trouble(Enum):
    """Why a connection could not be made."""

    DOWN = "nothing answers"
    AUTHENTICATION = "user or password refused"
    NO_DATABASE = "the database does not exist"


class Dialect(Protocol):
    """Both engines in the same words. Constants are upper case, so that a module can be one."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - SQLAlchemy's name for it
    @property
    def LABEL(self) -> str: ...  # noqa: N802 - the name people use
    @property
    def SCHEMES(self) -> frozenset[str]: ...  # noqa: N802 - how a URL may call it
    @property
    def SECRET_ENGINES(self) -> frozenset[str]: ...  # noqa: N802 - and a database secret
    @property
    def DRIVERS(self) -> tuple[Driver, ...]: ...  # noqa: N802 - the preferred ones first
    @property
    def DEFAULT_PORT(self) -> int: ...  # noqa: N802 - where a URL names none
    @property
    def MAINTENANCE_DATABASE(self) -> str | None: ...  # noqa: N802 - to create others from
    @property
    def EMBEDDED(self) -> bool: ...  # noqa: N802 - whether `daybreak dev` can serve it
    @property
    def TRANSACTIONAL_DDL(self) -> bool: ...  # noqa: N802 - whether a schema change is rolled back
    @property
    def NOT_COMPARED(self) -> tuple[str, ...]: ...  # noqa: N802 - Alembic's known gaps
    @property
    def PEEK_SESSION(self) -> Sequence[str]: ...  # noqa: N802 - SQL: no write, no long wait
    @property
    def PEEK_SESSION_END(self) -> Sequence[str]: ...  # noqa: N802 - what no rollback restores
    @property
    def WRITER(self) -> str: ...  # noqa: N802 - SQL: one row, `reader` (0 or 1) and `what` it is
    @property
    def LOCK_HOLDERS(self) -> str: ...  # noqa: N802 - SQL: one row, as LockHolder

    def dev_fallback(self, project: str) -> Url:
        """The local database of a project without a `DEV_DATABASE_URL`."""
        ...

    def translate_query(self, url: Url, driver: Driver, source: str) -> Mapping[str, str]:
        """The URL's query in the words of `driver`. Raises InvalidUrl for what it can't take."""
        ...

    def connect_args(self, driver: Driver) -> dict[str, Any]:
        """Keyword arguments for the driver's connect: timeouts, and keepalives if it has them."""
        ...

    def over_tls(self, driver: Driver, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """`arguments` of the driver's `connect`, so that it is encrypted, or does not happen.

        The server's certificate is verified only if they say so. Raises InvalidUrl where they
        leave encryption to the server.
        """
        ...

    def driver_password(self, password: str) -> str:
        """`password` as the drivers have to be given it, so that the server sees UTF-8."""
        ...

    def dsn(self, url: Url, driver: Driver) -> str | dict[str, Any]:
        """What the driver itself connects with: a string, or keyword arguments."""
        ...

    def set_timeout(self, policy: Policy) -> str:
        """SQL that bounds a migration's statements, or lifts what the user's account sets."""
        ...

    def set_role(self, role: str) -> str:
        """SQL after which the session acts as `role`."""
        ...

    def quoted(self, identifier: str) -> str:
        """`identifier` as SQL takes it, in quotes where it needs them."""
        ...

    def literal(self, text: str) -> str:
        """`text` as SQL takes a string."""
        ...

    def create_database(self, name: str) -> str:
        """SQL that makes an empty database."""
        ...

    def trouble(self, error: BaseException) -> Trouble | None:
        """Why the driver's `error` happened while connecting; None if it does not say."""
        ...

    def lacks_right(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that the user may not run the statement."""
        ...

    def catalog_session(self, version: int, *, fresh: bool) -> Sequence[str]:
        """SQL after which texts no longer depend on the session; at most a second for a lock.

        It runs in the reading transaction, read-only and of one snapshot where `fresh` says that
        the transaction is new and can still be told so. `version` is the server's major.
        """
        ...

    def catalog_session_end(self, version: int) -> Sequence[str]:
        """SQL that gives the session back what the end of the transaction does not restore."""
        ...

    def catalog_queries(self, version: int) -> Mapping[str, str]:
        """The queries that a catalog is built from, by name: the same number for any schemas.

        Each takes at most one parameter, `:schemas`: the names of the schemas as a JSON array, or
        NULL for all but the server's own (MySQL: for the current one). A colon elsewhere is doubled
        or escaped, as SQLAlchemy's `text` wants it.
        """
        ...

    def catalog_details(self, rows: Rows) -> Sequence[str]:
        """Further queries, for the few objects in `rows` that the fixed ones can't tell whole.

        Their rows are given to `build_catalog` too, each under its own text.
        """
        ...

    def catalog_outline(self, version: int) -> Outline | None:
        """How to read only the tables and views that differ; None where all have to be read."""
        ...

    def catalog_relations(self, rows: Rows) -> Sequence[int]:
        """The ids, beside tables and views, whose parts `rows` of an outline's `whole` need."""
        ...

    def catalog_told(self, rows: Rows) -> Mapping[int, str]:
        """What `rows` of an outline's `whole` tell of tables and views, by their ids."""
        ...

    def build_catalog(self, rows: Rows, version: int, default_schema: str) -> Catalog:
        """The catalog that the rows of `catalog_queries` tell of. No I/O."""
        ...

    def fold(self, catalog: Catalog) -> Catalog:
        """`catalog` for comparing only: what means the same is written the same.

        Each fold has a name and a reason; none hides a difference in what the server does.
        """
        ...

    def engine(self, version: int) -> Engine:
        """What the server of this major version can't do in place."""
        ...

    @property
    def running(self) -> Running:
        """What a run asks the server."""
        ...

    @property
    def tls(self) -> Tls:
        """How it says TLS."""
        ...

    @property
    def watching(self) -> Watching:
        """What a run's watcher asks the server."""
        ...

    @property
    def words(self) -> Words:
        """How SQLAlchemy's constructs say what a catalog tells."""
        ...

    def ddl(self, change: Change, before: Catalog, after: Catalog) -> Sequence[str]:
        """The statements that carry out `change`; none where there is no way.

        `before` is what holds when they run. An Alter is asked field by field, too.
        """
        ...

    def read_statement(self, sql: str) -> Reading:
        """What the statement does, from its text."""
        ...

    def tells_of_work(self, skeleton: str) -> bool:
        """Whether a statement may do long work, so that `suspects` is worth while."""
        ...

    def suspects(self, sql: str) -> Sequence[Suspect]:
        """What the statements in `sql` may do that takes long while others wait."""
        ...

    def facts_query(self, suspects: Sequence[Suspect]) -> str:
        """SQL whose one value is all that `judge` needs of `suspects`, which are of one place."""
        ...

    def judge(self, suspects: Sequence[Suspect], answer: Any) -> tuple[Heavy, ...]:
        """Those of `suspects` that the `answer` to their query confirms; none of a small table."""
        ...

    def dropped(self, sql: str) -> Sequence[Dropped]:
        """The tables and columns that the statements in `sql` drop with what they hold."""
        ...

    def is_missing(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that a table or column of a query is not there."""
        ...

    def by_hand(self, change: Change, before: Catalog, after: Catalog) -> str | None:
        """Why a person has to make the change, whatever `ddl` says of it; None else.

        The server is known to refuse such statements. An Alter is asked field by field, too.
        """
        ...

    def lock_refused(self, error: BaseException) -> bool:
        """Whether the driver's `error` says that a lock was not granted in time."""
        ...
