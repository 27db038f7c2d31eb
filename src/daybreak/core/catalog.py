"""What a server tells of its schemas, as plain frozen values in a stable order.

A `Catalog` holds what `pg_dump --schema-only` or `SHOW CREATE` would tell, without what
extensions own and without Alembic's and Daybreak's own tables. Two catalogs read from one server
can be compared field by field: `core/diff.py` does.

Texts are the server's own: types as `format_type` or `COLUMN_TYPE` has them, expressions as the
server deparses them. A field that an engine does not know keeps its default. MySQL's default
schema, whatever its name, is the empty string, also inside of texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple

Kind = Literal[
    "schema",
    "extension",
    "enum",
    "domain",
    "composite",
    "range",
    "sequence",
    "routine",
    "table",
    "column",
    "constraint",
    "index",
    "view",
    "trigger",
    "policy",
    "statistics",
    "rule",
    "event",
    "other",
]

Options = tuple[tuple[str, str], ...]  # sorted by name, values in the server's plainest spelling


class Address(NamedTuple):
    """Where an object is: `table` for what belongs to one (a view counts as one)."""

    kind: Kind
    schema: str
    name: str
    table: str | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.schema, self.table, self.name) if part)


@dataclass(frozen=True, slots=True)
class Grant:
    """One privilege, such as SELECT. The owner is the symbol `<owner>`, everybody is `PUBLIC`.

    What an object is born with is left out: the owner's rights, EXECUTE of everybody on a routine.
    `revoked` is one of these that was taken away.
    """

    privilege: str
    grantee: str
    grantable: bool = False
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """GENERATED … AS IDENTITY and the options of its sequence."""

    always: bool
    sequence: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or an attribute of a composite type.

    `position` is informational and never compared. `default` is the server's text; None is none,
    as is PostgreSQL's DEFAULT NULL. `generated` is the expression, `stored` how it is kept.
    `local` is False for a column that only inheritance or a partition's parent gives.
    """

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    collation: str | None = None  # None where it is the type's own (MySQL: the table's)
    charset: str | None = None  # MySQL, as for collation
    identity: Identity | None = None
    generated: str | None = None
    stored: bool = False
    auto_increment: bool = False  # MySQL
    on_update: str | None = None  # MySQL
    invisible: bool = False  # MySQL
    srid: int | None = None  # MySQL
    comment: str | None = None
    storage: str | None = None  # PostgreSQL, where it is not the type's own
    compression: str | None = None
    statistics: int | None = None
    options: Options = ()
    grants: tuple[Grant, ...] = ()
    local: bool = True
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Constraint:
    """`definition` is the server's whole text after the name; the other fields are what is in it.

    A NOT NULL is a constraint of its own (kind "not null") on PostgreSQL 18; its name is compared
    only where a person gave it. Columns of a foreign key stand in the key's order.
    """

    name: str
    kind: Literal["primary key", "unique", "foreign key", "check", "exclude", "not null"]
    definition: str
    columns: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    expression: str | None = None  # of a check
    referred: tuple[str, str] | None = None  # schema and table
    referred_columns: tuple[str, ...] = ()
    on_update: str = "NO ACTION"
    on_delete: str = "NO ACTION"
    on_delete_columns: tuple[str, ...] = ()  # SET NULL (a), PostgreSQL
    match: str = "SIMPLE"
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    enforced: bool = True
    no_inherit: bool = False
    nulls_not_distinct: bool = False
    options: Options = ()  # of the index below a key
    tablespace: str | None = None
    comment: str | None = None
    index_comment: str | None = None
    clustered: bool = False
    replica_identity: bool = False
    local: bool = True  # False: given by a parent


@dataclass(frozen=True, slots=True)
class IndexKey:
    """One key of an index: a column or an expression. MySQL: `length` is that of a prefix."""

    column: str | None = None
    expression: str | None = None
    opclass: str | None = None  # where it is not the type's own, options included
    collation: str | None = None  # where it is not the column's own
    descending: bool = False
    nulls_first: bool = False
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index that no constraint owns. `definition` is the server's whole text."""

    name: str
    definition: str
    keys: tuple[IndexKey, ...]
    unique: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    predicate: str | None = None
    nulls_not_distinct: bool = False
    options: Options = ()
    valid: bool = True
    invisible: bool = False  # MySQL
    parser: str | None = None  # MySQL, of a FULLTEXT index
    statistics: tuple[tuple[str, int], ...] = ()  # of expressions, PostgreSQL
    tablespace: str | None = None
    clustered: bool = False
    replica_identity: bool = False
    comment: str | None = None
    parent: str | None = None  # the partitioned index that made it: `schema.name`


@dataclass(frozen=True, slots=True)
class Trigger:
    """`enabled` is PostgreSQL's O, D, R or A. `parent`: a partitioned table's own made it."""

    name: str
    definition: str
    enabled: str = "O"
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: str | None = None
    check: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    definition: str
    enabled: str = "O"
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Extended statistics, PostgreSQL."""

    name: str
    definition: str
    target: int | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with all that belongs to it. Columns stand by position, the rest by name.

    `partition_by` is `RANGE (at)`, on MySQL the whole PARTITION BY clause; `partition_of` the
    parent and the bound. `options` are storage parameters; on MySQL row_format and its kin.
    """

    schema: str
    name: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    policies: tuple[Policy, ...] = ()
    rules: tuple[Rule, ...] = ()
    statistics: tuple[Statistics, ...] = ()
    foreign: str | None = None  # the server and options of a foreign table
    persistence: Literal["permanent", "unlogged"] = "permanent"
    partition_by: str | None = None
    partition_of: tuple[str, str, str] | None = None  # schema, table, bound
    inherits: tuple[tuple[str, str], ...] = ()
    of_type: str | None = None
    access_method: str | None = None  # where it is not heap
    options: Options = ()
    tablespace: str | None = None
    row_security: bool = False
    force_row_security: bool = False
    replica_identity: str | None = None  # where it is not the default
    engine: str | None = None  # MySQL
    charset: str | None = None  # MySQL
    collation: str | None = None  # MySQL
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """`definition` is the query. `settings` are its options: check_option, security_barrier…"""

    schema: str
    name: str
    definition: str
    materialized: bool = False
    columns: tuple[Column, ...] = ()  # name, type, default, comment
    settings: Options = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    statistics: tuple[Statistics, ...] = ()
    tablespace: str | None = None
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Enum:
    schema: str
    name: str
    labels: tuple[str, ...]
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Domain:
    schema: str
    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    collation: str | None = None
    constraints: tuple[Constraint, ...] = ()
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Composite:
    schema: str
    name: str
    columns: tuple[Column, ...]
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """A range type; `definition` is what follows AS RANGE."""

    schema: str
    name: str
    definition: str
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence that no identity column has. `owned_by` is table and column, for SERIAL too."""

    schema: str
    name: str
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    owned_by: tuple[str, str] | None = None
    persistence: Literal["permanent", "unlogged"] = "permanent"
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Routine:
    """A function, procedure or aggregate. `arguments` are those that tell overloads apart."""

    schema: str
    name: str
    arguments: str
    kind: Literal["function", "procedure", "aggregate", "window"]
    definition: str
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A scheduled event of MySQL."""

    schema: str
    name: str
    definition: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """What no other kind holds, so that a difference is reported at least.

    `what` is its kind in the server's words, such as "event trigger"; `definition` plain text.
    """

    schema: str
    name: str
    what: str
    definition: str


@dataclass(frozen=True, slots=True)
class Extension:
    name: str
    schema: str
    version: str = field(default="", compare=False)  # the server's installation decides it
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    name: str
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """All objects of the schemas that were read, each tuple sorted by schema and name."""

    dialect: Literal["postgresql", "mysql"]
    version: int = field(compare=False)  # the server's major: 16, 18; for MySQL 8, 9
    default_schema: str
    schemas: tuple[Schema, ...] = ()
    extensions: tuple[Extension, ...] = ()
    enums: tuple[Enum, ...] = ()
    domains: tuple[Domain, ...] = ()
    composites: tuple[Composite, ...] = ()
    ranges: tuple[Range, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    routines: tuple[Routine, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    events: tuple[Event, ...] = ()
    others: tuple[Other, ...] = ()


Part = Column | Constraint | Index | Trigger | Policy | Rule | Statistics
Whole = (
    Schema
    | Extension
    | Enum
    | Domain
    | Composite
    | Range
    | Sequence
    | Routine
    | Table
    | View
    | Event
    | Other
)
Object = Whole | Part

_KINDS: dict[type, Kind] = {
    Schema: "schema",
    Extension: "extension",
    Enum: "enum",
    Domain: "domain",
    Composite: "composite",
    Range: "range",
    Sequence: "sequence",
    Routine: "routine",
    Table: "table",
    Column: "column",
    Constraint: "constraint",
    Index: "index",
    View: "view",
    Trigger: "trigger",
    Policy: "policy",
    Statistics: "statistics",
    Rule: "rule",
    Event: "event",
    Other: "other",
}


def kind_of(item: Object) -> Kind:
    return _KINDS[type(item)]


def address_of(item: Object, owner: Table | View | Domain | Composite | None = None) -> Address:
    """The address of `item`; `owner` is what a part belongs to."""
    kind = kind_of(item)
    if isinstance(item, Schema):
        return Address(kind, "", item.name)
    if isinstance(item, Other):
        return Address(kind, item.schema, f"{item.what} {item.name}")
    if isinstance(item, Routine):
        return Address(kind, item.schema, f"{item.name}({item.arguments})")
    if owner is not None:
        return Address(kind, owner.schema, item.name, owner.name)
    return Address(kind, getattr(item, "schema", ""), item.name)


def objects_of(catalog: Catalog) -> Iterator[Whole]:
    """Every object that is no part of another, kind by kind."""
    for part in fields(catalog):
        value = getattr(catalog, part.name)
        if isinstance(value, tuple):
            yield from value
