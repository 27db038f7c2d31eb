"""A schema as a value that can be changed at random, and the models as text that declare it.

Every table, column, enum and label has a number that it keeps when its name changes: what was
renamed and what was dropped can be told from two schemas alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from matrix.random_types import TYPES, Type


@dataclass
class Enumeration:
    number: int
    name: str
    labels: list[tuple[int, str]]


@dataclass
class Column:
    """`enum` is the number of an enumeration. `filled`: every row has a value, all different."""

    number: int
    name: str
    type: str = ""
    enum: int | None = None
    nullable: bool = True
    default: str | None = None
    comment: str | None = None
    computed: tuple[str, int] | None = None  # an expression over the column of that number
    unique: bool = False
    filled: bool = False
    old: bool = False  # it has rows
    required: bool = False  # and nothing could fill it again once it is gone
    referred: int | None = None  # the number of the table that it refers to


@dataclass
class Check:
    name: str | None
    expression: str  # with {} for the column
    column: int


@dataclass
class Unique:
    name: str | None
    columns: list[int]
    options: str = ""


@dataclass
class ForeignKey:
    name: str
    column: int
    options: dict[str, str] = field(default_factory=dict)


@dataclass
class Index:
    """`keys` are texts with {} for the column of that number, such as `lower({})`."""

    name: str
    keys: list[tuple[str, int]]
    unique: bool = False
    options: dict[str, str] = field(default_factory=dict)
    where: tuple[str, int] | None = None
    include: list[int] = field(default_factory=list)


@dataclass
class Table:
    number: int
    name: str
    schema: str | None = None
    key: str = "Integer"  # the type of `id`
    identity: str | None = None
    columns: list[Column] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    uniques: list[Unique] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def column(self, number: int) -> Column:
        return next(column for column in self.columns if column.number == number)


@dataclass
class View:
    name: str
    table: int
    columns: list[int]
    where: str = ""


@dataclass
class Schema:
    dialect: str
    convention: bool = False
    schemas: list[str] = field(default_factory=list)
    enums: list[Enumeration] = field(default_factory=list)
    sequences: dict[str, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    views: list[View] = field(default_factory=list)

    def table(self, number: int) -> Table:
        return next(table for table in self.tables if table.number == number)

    def enum(self, number: int) -> Enumeration:
        return next(enum for enum in self.enums if enum.number == number)

    def type_of(self, column: Column) -> Type:
        return TYPES[self.dialect][column.type]


CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def models(schema: Schema) -> str:
    """The body of a module that declares `schema`."""
    return "\n".join(_models(schema)) + "\n"


def _models(schema: Schema) -> Iterator[str]:
    if schema.convention:
        yield f"metadata = MetaData(naming_convention={CONVENTION!r})"
    for name in schema.schemas:
        yield f"event.listen(metadata, 'before_create', DDL('CREATE SCHEMA {name}'))"
        yield f"event.listen(metadata, 'after_drop', DDL('DROP SCHEMA {name}'))"
    if schema.dialect == "postgresql":
        for enum in schema.enums:
            labels = ", ".join(repr(label) for _, label in enum.labels)
            yield f"enum_{enum.number} = Enum({labels}, name={enum.name!r}, metadata=metadata)"
    for name, options in schema.sequences.items():
        yield f"Sequence({name!r}, metadata=metadata{options})"
    for table in schema.tables:
        yield _table(schema, table)
    for view in schema.views:
        yield from _view(schema, view)


def _table(schema: Schema, table: Table) -> str:
    key = f"Column('id', {table.key}, "
    key += f"{table.identity}, primary_key=True)" if table.identity else "primary_key=True)"
    items = [repr(table.name), "metadata", key]
    items += [_column(schema, column) for column in table.columns]
    for check in table.checks:
        text = check.expression.replace("{}", quoted(schema, table.column(check.column).name))
        items.append(f"CheckConstraint({text!r}, name={check.name!r})")
    for unique in table.uniques:
        names = ", ".join(repr(table.column(number).name) for number in unique.columns)
        items.append(f"UniqueConstraint({names}, name={unique.name!r}{unique.options})")
    for key_ in table.foreign_keys:
        items.append(_foreign_key(schema, table, key_))
    items += [_index(schema, table, index) for index in table.indexes]
    if table.schema:
        items.append(f"schema={table.schema!r}")
    items += [f"{name}={value}" for name, value in table.options.items()]
    return "Table(\n    " + ",\n    ".join(items) + ",\n)"


def _column(schema: Schema, column: Column) -> str:
    items = [repr(column.name), python_type(schema, column)]
    if column.computed:
        expression, number = column.computed
        owner = next(t for t in schema.tables for c in t.columns if c.number == column.number)
        text = expression.replace("{}", quoted(schema, owner.column(number).name))
        items.append(f"Computed({text!r}, persisted=True)")
    if not column.nullable:
        items.append("nullable=False")
    if column.unique:
        items.append("unique=True")
    if column.default:
        items.append(f"server_default={column.default}")
    if column.comment:
        items.append(f"comment={column.comment!r}")
    return f"Column({', '.join(items)})"


def python_type(schema: Schema, column: Column) -> str:
    if column.enum is not None:
        enum = schema.enum(column.enum)
        if schema.dialect == "postgresql":
            return f"enum_{enum.number}"
        return f"Enum({', '.join(repr(label) for _, label in enum.labels)})"
    if column.referred is not None:
        return schema.table(column.referred).key
    return schema.type_of(column).python


def _foreign_key(schema: Schema, table: Table, key: ForeignKey) -> str:
    column = table.column(key.column)
    if column.referred is None:
        raise ValueError(column)
    target = schema.table(column.referred)
    options = "".join(f", {name}={value}" for name, value in key.options.items())
    # Alembic and SQLAlchemy make the keys of a cycle after its tables only if told.
    late = ", use_alter=True"
    return (
        f"ForeignKeyConstraint([{column.name!r}], [{target.full_name + '.id'!r}], "
        f"name={key.name!r}{options}{late})"
    )


def _index(schema: Schema, table: Table, index: Index) -> str:
    def text(template: str, number: int) -> str:
        return template.replace("{}", quoted(schema, table.column(number).name))

    keys = [
        repr(table.column(number).name) if key == "{}" else f"text({text(key, number)!r})"
        for key, number in index.keys
    ]
    items = [repr(index.name), *keys]
    if index.unique:
        items.append("unique=True")
    if index.where:
        items.append(f"postgresql_where=text({text(*index.where)!r})")
    if index.include:
        names = [table.column(number).name for number in index.include]
        items.append(f"postgresql_include={names!r}")
    items += [f"{name}={value}" for name, value in index.options.items()]
    return f"Index({', '.join(items)})"


def _view(schema: Schema, view: View) -> Iterator[str]:
    table = schema.table(view.table)
    names = ["id", *(table.column(number).name for number in view.columns)]
    listed = ", ".join(quoted(schema, name) for name in names)
    place = ".".join(quoted(schema, part) for part in (table.schema, table.name) if part)
    made = f"CREATE VIEW {quoted(schema, view.name)} AS SELECT {listed} FROM {place}{view.where}"
    yield f"event.listen(metadata, 'after_create', DDL({made.replace('%', '%%')!r}))"
    gone = f"DROP VIEW {quoted(schema, view.name)}"
    yield f"event.listen(metadata, 'before_drop', DDL({gone!r}))"


def quoted(schema: Schema, name: str) -> str:
    mark = "`" if schema.dialect == "mysql" else '"'
    return f"{mark}{name}{mark}"


def rows(schema: Schema) -> str:
    """Statements that put three rows into every table; foreign keys are set when all are there."""
    return ";\n".join(_rows(schema))


def _rows(schema: Schema) -> Iterator[str]:
    places = {
        table.number: ".".join(quoted(schema, p) for p in (table.schema, table.name) if p)
        for table in schema.tables
    }
    for table in schema.tables:
        stored = [c for c in table.columns if not c.computed and c.referred is None]
        for row in range(3):
            names = [quoted(schema, column.name) for column in stored]
            values = [_value(schema, column, row) for column in stored]
            if not names:
                names, values = ["id"], ["DEFAULT"]
            yield (
                f"INSERT INTO {places[table.number]} ({', '.join(names)}) "
                f"VALUES ({', '.join(values)})"
            )
    for table in schema.tables:
        for column in table.columns:
            if column.referred is not None:
                # MySQL lets no statement read the table that it changes, but for this form.
                least = f"SELECT min(id) AS m FROM {places[column.referred]}"
                yield (
                    f"UPDATE {places[table.number]} SET {quoted(schema, column.name)} = "
                    f"(SELECT m FROM ({least}) AS found)"
                )


def _value(schema: Schema, column: Column, row: int) -> str:
    if row == 1 and not column.filled and column.nullable:
        return "NULL"
    if column.enum is not None:
        label = sorted(schema.enum(column.enum).labels)[row % 2][1]
        return "'" + label.replace("'", "''") + "'"
    return schema.type_of(column).values[row]


def renames(before: Schema, after: Schema) -> tuple[str, ...]:
    """What has another name, as a person would say it."""
    return tuple(_renames(before, after))


def _renames(before: Schema, after: Schema) -> Iterator[str]:
    new = {table.number: table for table in after.tables}
    for table in before.tables:
        if (now := new.get(table.number)) is None:
            continue
        if table.full_name != now.full_name:
            yield f"{table.full_name}={now.full_name}"
        names = {column.number: column.name for column in now.columns}
        for column in table.columns:
            if (name := names.get(column.number, column.name)) != column.name:
                yield f"{table.full_name}.{column.name}={now.full_name}.{name}"
    if before.dialect == "postgresql":
        enums = {enum.number: enum for enum in after.enums}
        for enum in before.enums:
            if (kept := enums.get(enum.number)) is None:
                continue
            if enum.name != kept.name:
                yield f"{enum.name}={kept.name}"
            labels = dict(kept.labels)
            for number, label in enum.labels:
                if (now_ := labels.get(number, label)) != label:
                    yield f"{enum.name}:{label}={kept.name}:{now_}"


def drops(before: Schema, after: Schema) -> tuple[str, ...]:
    """What goes, as a person would say it."""
    return tuple(_drops(before, after))


def _drops(before: Schema, after: Schema) -> Iterator[str]:
    new = {table.number: table for table in after.tables}
    for table in before.tables:
        if (now := new.get(table.number)) is None:
            yield f"table:{table.full_name}"
            continue
        kept = {column.number for column in now.columns}
        for column in table.columns:
            if column.number not in kept:
                yield f"column:{table.full_name}.{column.name}"
    names = {view.name for view in after.views}
    yield from (f"view:{view.name}" for view in before.views if view.name not in names)
    if before.dialect == "postgresql":
        enums = {enum.number: enum for enum in after.enums}
        for enum in before.enums:
            if enum.number not in enums:
                yield f"enum:{enum.name}"
                continue
            left = {number for number, _ in enums[enum.number].labels}
            for number, label in enum.labels:
                if number not in left:
                    yield f"label:{enum.name}:{label}"
        yield from (f"sequence:{name}" for name in before.sequences if name not in after.sequences)
