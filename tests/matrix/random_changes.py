"""Random schemas and random changes of them, several at a time, from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random

from matrix import random_schema
from matrix.kind import Kind
from matrix.random_schema import (
    Check,
    Column,
    Enumeration,
    ForeignKey,
    Index,
    Schema,
    Table,
    Unique,
    View,
)
from matrix.random_types import TYPES

WORDS = (
    *("venue", "event", "seat", "order", "Ticket", "select", "row of", "größe", "price", "band"),
    *("group", "user", "note", "Mixed Case", "stage", "crew", "tour", "city", "kind", "level"),
)


def random_kind(dialect: str, seed: int) -> Kind:
    """Models with rows, and the same after several changes at once; of a seed always the same."""
    maker = Maker(dialect, Random(f"{dialect} {seed}"))
    before = maker.grown()
    after = maker.changed(before)
    return Kind(
        name=f"random {seed}",
        before=random_schema.models(before),
        after=random_schema.models(after),
        rows=random_schema.rows(before),
        renames=random_schema.renames(before, after),
        drops=random_schema.drops(before, after),
    )


class Maker:
    """Grows and changes schemas; gives every object a number and a name of its own."""

    def __init__(self, dialect: str, random: Random) -> None:
        self.dialect = dialect
        self.random = random
        self.count = 0

    def grown(self) -> Schema:
        schema = Schema(self.dialect, convention=self.random.random() < 0.3)
        if self.dialect == "postgresql" and self.random.random() < 0.4:
            schema.schemas.append("archive")
        for _ in range(self.random.randint(2, 4)):
            self.add_table(schema)
        for _ in range(self.random.randint(4, 12)):
            self.random.choice(GROWING)(self, schema)
        for table in schema.tables:
            for column in table.columns:
                column.old = True
                column.required = not column.nullable and column.default is None
        return schema

    def changed(self, before: Schema) -> Schema:
        """`before` after some changes, of which at least one was possible."""
        after, done = deepcopy(before), 0
        wanted = self.random.randint(3, 9)
        while done < wanted:
            done += bool(self.random.choice(CHANGES)(self, after))
        return after

    def number(self) -> int:
        self.count += 1
        return self.count

    def name(self) -> str:
        return f"{self.random.choice(WORDS)}_{self.number()}"

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def table(self, schema: Schema) -> Table:
        return self.random.choice(schema.tables)

    def comment(self) -> str:
        return self.random.choice(["what it is", 'it\'s 100% "so"', "größer \\ als: x", "a;b"])

    # tables

    def add_table(self, schema: Schema) -> bool:
        if len(schema.tables) > 5:
            return False
        table = Table(self.number(), self.name())
        if schema.schemas and self.maybe(0.3):
            table.schema = self.random.choice(schema.schemas)
        if self.maybe(0.3):
            table.key = "BigInteger"
        if self.dialect == "postgresql" and self.maybe(0.3):
            table.identity = self.random.choice(
                ["Identity()", "Identity(always=True)", "Identity(start=10, increment=5)"]
            )
        if self.maybe(0.3):
            table.options["comment"] = repr(self.comment())
        schema.tables.append(table)
        for _ in range(self.random.randint(1, 5)):
            self.add_column_to(schema, table)
        return True

    def drop_table(self, schema: Schema) -> bool:
        if len(schema.tables) < 3:
            return False
        table = self.table(schema)
        if any(view.table == table.number for view in schema.views):
            return False
        for other in schema.tables:
            for column in list(other.columns):
                if column.referred == table.number:
                    self._forget(schema, other, column)
        schema.tables.remove(table)
        return True

    def rename_table(self, schema: Schema) -> bool:
        self.table(schema).name = self.name()
        return True

    def move_table(self, schema: Schema) -> bool:
        if not schema.schemas:
            return False
        table = self.table(schema)
        table.schema = None if table.schema else self.random.choice(schema.schemas)
        return True

    def comment_table(self, schema: Schema) -> bool:
        return self._option(self.table(schema), "comment", [repr(self.comment()), "None"])

    def store_table(self, schema: Schema) -> bool:
        table = self.table(schema)
        if self.dialect == "mysql":
            return self._option(table, "mysql_row_format", ["'DYNAMIC'", "'COMPACT'"])
        return self._option(
            table, "postgresql_with", ["{'fillfactor': 70}", "{'autovacuum_enabled': False}", "{}"]
        )

    def _option(self, table: Table, name: str, values: list[str]) -> bool:
        table.options[name] = self.random.choice(
            [value for value in values if value != table.options.get(name)]
        )
        return True

    def widen_key(self, schema: Schema) -> bool:
        """The keys that refer to it go along: on MySQL they could not stay."""
        table = self.table(schema)
        if table.key == "BigInteger":
            return False
        table.key = "BigInteger"
        return True

    def change_identity(self, schema: Schema) -> bool:
        table = self.table(schema)
        if self.dialect == "mysql":
            return False
        had = table.identity
        table.identity = self.random.choice(
            [None, "Identity()", "Identity(always=True)", "Identity(increment=2, cache=5)"]
        )
        return had != table.identity

    # columns

    def add_column(self, schema: Schema) -> bool:
        return self.add_column_to(schema, self.table(schema))

    def add_column_to(self, schema: Schema, table: Table) -> bool:
        if len(table.columns) > 9:
            return False
        column = Column(self.number(), self.name(), filled=self.maybe(0.6))
        if schema.enums and self.maybe(0.2):
            enum = self.random.choice(schema.enums)
            column.enum = enum.number
            if self.maybe(0.5):
                column.default = repr(enum.labels[0][1])
        elif (sources := [c for c in table.columns if self._computes(schema, c)]) and self.maybe(
            0.15
        ):
            source = self.random.choice(sources)
            expression, column.type = self.random.choice(schema.type_of(source).computed)
            column.computed = (expression, source.number)
            column.filled = False
        else:
            column.type = self.random.choice(sorted(TYPES[self.dialect]))
            defaults = schema.type_of(column).defaults
            if defaults and self.maybe(0.4):
                column.default = self.random.choice(defaults)
        # On old rows a column that was just added is NULL, or what its default says.
        filled = column.default is not None or (column.filled and not self._has_rows(table))
        column.nullable = column.computed is not None or not (filled and self.maybe(0.6))
        column.filled = column.filled and not self._has_rows(table)
        if self.maybe(0.2):
            column.comment = self.comment()
        table.columns.append(column)
        return True

    def _has_rows(self, table: Table) -> bool:
        return any(column.old for column in table.columns)

    def _computes(self, schema: Schema, column: Column) -> bool:
        return self._plain(column) and bool(schema.type_of(column).computed)

    def _plain(self, column: Column) -> bool:
        return column.enum is None and column.referred is None and column.computed is None

    def _column(self, schema: Schema) -> tuple[Table, Column] | None:
        found = [(table, column) for table in schema.tables for column in table.columns]
        return self.random.choice(found) if found else None

    def drop_column(self, schema: Schema) -> bool:
        found = self._column(schema)
        if found is None or len(found[0].columns) < 2:
            return False
        if found[1].required:
            return False
        self._forget(schema, *found)
        return True

    def _forget(self, schema: Schema, table: Table, column: Column) -> None:
        """Take away `column` and all that names it."""
        number = column.number
        for other in [c for c in table.columns if c.computed and c.computed[1] == number]:
            self._forget(schema, table, other)
        table.columns.remove(column)
        table.checks = [check for check in table.checks if check.column != number]
        table.uniques = [unique for unique in table.uniques if number not in unique.columns]
        table.foreign_keys = [key for key in table.foreign_keys if key.column != number]
        table.indexes = [
            index
            for index in table.indexes
            if number not in [*(key for _, key in index.keys), *index.include]
            and not (index.where and index.where[1] == number)
        ]
        for view in schema.views:
            if number in view.columns:
                view.columns.remove(number)

    def rename_column(self, schema: Schema) -> bool:
        if (found := self._column(schema)) is None:
            return False
        found[1].name = self.name()
        return True

    def widen_column(self, schema: Schema) -> bool:
        found = self._column(schema)
        if found is None or not self._plain(found[1]):
            return False
        table, column = found
        here, number = schema.type_of(column), column.number
        used = any(
            number in [key for _, key in index.keys] or (index.where and index.where[1] == number)
            for index in table.indexes
        )
        used = used or any(number in unique.columns for unique in table.uniques) or column.unique
        computed = any(c.computed and c.computed[1] == number for c in table.columns)
        checked = any(check.column == number for check in table.checks)
        for wider in self.random.sample(here.wider, len(here.wider)):
            to = TYPES[self.dialect][wider]
            if used and not (to.unique and to.keys):
                continue
            if (computed or checked) and not set(here.checks) & set(to.checks):
                continue
            column.type = wider
            if column.default not in (None, *to.defaults):
                column.default = self.random.choice(to.defaults) if to.defaults else None
                column.nullable = column.nullable or column.default is None
            return True
        return False

    def change_default(self, schema: Schema) -> bool:
        found = self._column(schema)
        if found is None or found[1].computed or found[1].referred is not None:
            return False
        column = found[1]
        if column.enum is not None:
            defaults = tuple(repr(label) for _, label in schema.enum(column.enum).labels)
        else:
            defaults = schema.type_of(column).defaults
        others = [text for text in (None, *defaults) if text != column.default]
        if not others or not (column.old or column.nullable):
            return False
        column.default = self.random.choice(others)
        return True

    def change_null(self, schema: Schema) -> bool:
        found = self._column(schema)
        if found is None or found[1].computed or found[1].referred is not None:
            return False
        column = found[1]
        if column.nullable and not (column.old and column.filled):
            return False
        if not column.old:
            return False
        column.nullable = not column.nullable
        return True

    def comment_column(self, schema: Schema) -> bool:
        if (found := self._column(schema)) is None:
            return False
        column = found[1]
        column.comment = None if column.comment and self.maybe(0.5) else self.comment() + "!"
        return True

    def change_computed(self, schema: Schema) -> bool:
        found = self._column(schema)
        if found is None or not found[1].computed:
            return False
        table, column = found
        had, number = column.computed or ("", 0)
        others = [
            (expression, result)
            for expression, result in schema.type_of(table.column(number)).computed
            if expression != had and result == column.type
        ]
        if not others:
            return False
        column.computed = (self.random.choice(others)[0], number)
        return True

    # keys and constraints

    def add_check(self, schema: Schema) -> bool:
        found = self._column(schema)
        if found is None or not self._plain(found[1]):
            return False
        table, column = found
        if not (checks := schema.type_of(column).checks):
            return False
        name = None if self.maybe(0.2) and not schema.convention else f"ck_{self.number()}"
        table.checks.append(Check(name, self.random.choice(checks), column.number))
        return True

    def change_check(self, schema: Schema) -> bool:
        table = self.table(schema)
        if not table.checks:
            return False
        check = self.random.choice(table.checks)
        checks = schema.type_of(table.column(check.column)).checks
        others = [text for text in checks if text != check.expression]
        if not others or self.maybe(0.4):
            table.checks.remove(check)
        else:
            check.expression = self.random.choice(others)
        return True

    def add_unique(self, schema: Schema) -> bool:
        table = self.table(schema)
        able = [c for c in table.columns if self._unique(schema, c)]
        if not able:
            return False
        columns = self.random.sample(able, self.random.randint(1, min(2, len(able))))
        numbers = [column.number for column in columns]
        name = None if self.maybe(0.3) else f"uq_{self.number()}"
        if any(set(unique.columns) == set(numbers) for unique in table.uniques):
            return False
        options = ""
        if self.dialect == "postgresql" and self.maybe(0.3):
            options = self.random.choice([", deferrable=True", ", postgresql_include=['id']"])
        table.uniques.append(Unique(name, numbers, options))
        return True

    def _unique(self, schema: Schema, column: Column) -> bool:
        """Whether all its rows differ, or could without being NULL."""
        if not self._plain(column) or column.default is not None or column.unique:
            return False
        kind = schema.type_of(column)
        return kind.unique and bool(kind.keys)

    def drop_unique(self, schema: Schema) -> bool:
        table = self.table(schema)
        if not table.uniques:
            return False
        table.uniques.remove(self.random.choice(table.uniques))
        return True

    def add_foreign_key(self, schema: Schema) -> bool:
        """A column that refers to a table, maybe its own: cycles come by themselves."""
        table, other = self.table(schema), self.table(schema)
        if len(table.columns) > 9:
            return False
        column = Column(self.number(), self.name(), referred=other.number)
        options = {}
        if self.maybe(0.5):
            options["ondelete"] = self.random.choice(["'CASCADE'", "'SET NULL'", "'RESTRICT'"])
        if self.dialect == "postgresql" and self.maybe(0.3):
            options["deferrable"] = "True"
        table.columns.append(column)
        table.foreign_keys.append(ForeignKey(f"fk_{self.number()}", column.number, options))
        return True

    def change_foreign_key(self, schema: Schema) -> bool:
        table = self.table(schema)
        if not table.foreign_keys:
            return False
        key = self.random.choice(table.foreign_keys)
        key.options["ondelete"] = "'CASCADE'" if key.options.get("ondelete") else "'SET NULL'"
        if self.maybe(0.3):
            key.name = f"fk_{self.number()}"
        return True

    def drop_foreign_key(self, schema: Schema) -> bool:
        table = self.table(schema)
        if not table.foreign_keys:
            return False
        key = self.random.choice(table.foreign_keys)
        if len(table.columns) < 2:
            return False
        self._forget(schema, table, table.column(key.column))
        return True

    def add_index(self, schema: Schema) -> bool:
        table = self.table(schema)
        able = [
            c for c in table.columns if c.computed or not self._plain(c) or self._keys(schema, c)
        ]
        if not able:
            return False
        columns = self.random.sample(able, self.random.randint(1, min(3, len(able))))
        keys = [(self._key(schema, column), column.number) for column in columns]
        index = Index(f"ix_{self.number()}", keys)
        if self.dialect == "postgresql":
            self._index_options(schema, table, index, columns)
        table.indexes.append(index)
        return True

    def _keys(self, schema: Schema, column: Column) -> bool:
        return bool(schema.type_of(column).keys)

    def _key(self, schema: Schema, column: Column) -> str:
        if not self._plain(column):
            return "{}"
        return self.random.choice(schema.type_of(column).keys)

    def _index_options(
        self, schema: Schema, table: Table, index: Index, columns: list[Column]
    ) -> None:
        if len(columns) == 1 and columns[0].type in {"jsonb", "array"}:
            index.options["postgresql_using"] = "'gin'"
            return
        if self.maybe(0.2):
            index.options["postgresql_with"] = "{'fillfactor': 60}"
        if self.maybe(0.2):
            checked = [c for c in table.columns if self._plain(c) and schema.type_of(c).checks]
            if checked:
                column = self.random.choice(checked)
                index.where = (self.random.choice(schema.type_of(column).checks), column.number)
        used = {column.number for column in columns}
        others = [c.number for c in table.columns if c.number not in used]
        if others and self.maybe(0.2):
            index.include = [self.random.choice(others)]
        if self.maybe(0.2) and all(self._unique(schema, c) and c.filled for c in columns):
            index.unique = True

    def change_index(self, schema: Schema) -> bool:
        table = self.table(schema)
        if not table.indexes:
            return False
        index = self.random.choice(table.indexes)
        if len(index.keys) > 1 and self.maybe(0.5):
            index.keys.reverse()
        elif self.maybe(0.5):
            index.name = f"ix_{self.number()}"
        else:
            table.indexes.remove(index)
        return True

    # types, sequences, views

    def add_enum(self, schema: Schema) -> bool:
        labels = self.random.sample(["calm", "loud", "it's", "Wild", "50%", "so so"], 3)
        schema.enums.append(
            Enumeration(self.number(), self.name(), [(self.number(), text) for text in labels])
        )
        return self.add_column(schema)

    def _enum(self, schema: Schema) -> Enumeration | None:
        return self.random.choice(schema.enums) if schema.enums else None

    def add_label(self, schema: Schema) -> bool:
        if (enum := self._enum(schema)) is None:
            return False
        number = self.number()
        place = self.random.randint(0, len(enum.labels))
        enum.labels.insert(place, (number, f"more {number}"))
        return True

    def drop_label(self, schema: Schema) -> bool:
        """One that no row and no default has."""
        if (enum := self._enum(schema)) is None:
            return False
        defaults = {c.default for t in schema.tables for c in t.columns if c.enum == enum.number}
        first = sorted(enum.labels)[:2]
        able = [one for one in enum.labels if one not in first and repr(one[1]) not in defaults]
        if not able:
            return False
        enum.labels.remove(self.random.choice(able))
        return True

    def rename_label(self, schema: Schema) -> bool:
        enum = self._enum(schema)
        if enum is None or self.dialect == "mysql":
            return False
        place = self.random.randrange(len(enum.labels))
        number, had = enum.labels[place]
        now = f"now {self.number()}"
        enum.labels[place] = (number, now)
        for column in (c for t in schema.tables for c in t.columns):
            if column.enum == enum.number and column.default == repr(had):
                column.default = repr(now)
        return True

    def rename_enum(self, schema: Schema) -> bool:
        enum = self._enum(schema)
        if enum is None or self.dialect == "mysql":
            return False
        enum.name = self.name()
        return True

    def change_sequence(self, schema: Schema) -> bool:
        if self.dialect == "mysql":
            return False
        options = self.random.choice(
            ["", ", start=5", ", increment=3", ", cycle=True", ", cache=4"]
        )
        names = sorted(schema.sequences)
        if not names or self.maybe(0.4):
            schema.sequences[f"numbers_{self.number()}"] = options
        elif self.maybe(0.4):
            del schema.sequences[self.random.choice(names)]
        else:
            schema.sequences[self.random.choice(names)] = options
        return True

    def change_view(self, schema: Schema) -> bool:
        if schema.views and self.maybe(0.5):
            view = self.random.choice(schema.views)
            if self.maybe(0.4):
                schema.views.remove(view)
            else:
                view.where = " WHERE id > 1" if not view.where else ""
            return True
        table = self.table(schema)
        numbers = [column.number for column in table.columns]
        chosen = sorted(self.random.sample(numbers, self.random.randint(0, len(numbers))))
        schema.views.append(View(f"view_{self.number()}", table.number, chosen))
        return True


Change = Callable[[Maker, Schema], bool]

GROWING: tuple[Change, ...] = (
    *(Maker.add_column, Maker.add_check, Maker.add_unique, Maker.add_foreign_key, Maker.add_index),
    *(Maker.add_foreign_key, Maker.add_index, Maker.add_enum, Maker.change_sequence),
    *(Maker.add_check, Maker.change_view),
)


def _changes() -> Iterator[Change]:
    yield from GROWING
    yield from (Maker.add_table, Maker.drop_table, Maker.rename_table, Maker.move_table)
    yield from (Maker.comment_table, Maker.store_table, Maker.widen_key, Maker.change_identity)
    yield from (Maker.drop_column, Maker.rename_column, Maker.widen_column, Maker.widen_column)
    yield from (Maker.change_default, Maker.change_null, Maker.comment_column)
    yield from (Maker.change_computed, Maker.change_check, Maker.drop_unique)
    yield from (Maker.change_foreign_key, Maker.drop_foreign_key, Maker.change_index)
    yield from (Maker.add_label, Maker.drop_label, Maker.rename_label, Maker.rename_enum)


CHANGES: tuple[Change, ...] = tuple(_changes())
