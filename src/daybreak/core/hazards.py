"""Data that changes could lose or reject, each with the query that finds it beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from daybreak.core.catalog import Address, Catalog, Column, Constraint, Enum, Index, IndexKey, Table
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.core.narrowing import losing
from daybreak.core.recoding import (
    ALL_CHARACTERS,
    charset_of,
    collation_of,
    lacking,
    outside,
    unique_over,
)

Quote = Callable[[str], str]

ALL = "SELECT count(*) FROM {table}"
ROWS = "SELECT * FROM {table} WHERE {condition}"
VALUES = "SELECT {column} FROM {table} WHERE {condition}"
DUPLICATES = "SELECT {keys}, count(*) FROM {table}{where} GROUP BY {keys} HAVING count(*) > 1"

NOT_NULL_CHOICES = (
    "give it a server_default",
    "add it as nullable, fill it, and make it NOT NULL in a later revision",
    "empty the table first",
)
DOWNGRADE_CHOICES = (
    "give it a server_default in downgrade()",
    "add it there as nullable, fill it, and make it NOT NULL then",
)


@dataclass(frozen=True)
class Hazard:
    """What could happen to data at `address`, in one sentence. `choices` are ways around it."""

    address: Address
    text: str
    query: str
    choices: tuple[str, ...] = ()


def hazards(
    changes: Sequence[Change], before: Catalog, after: Catalog, *, quote: Quote
) -> tuple[Hazard, ...]:
    """The hazards of `changes` in their order; the queries are for the database as it is before.

    `quote` quotes an identifier.
    """
    found = _Finder(changes, before, after, quote)
    return tuple(dict.fromkeys(hazard for change in changes for hazard in found.of(change)))


def downgrade_hazards(
    changes: Sequence[Change], before: Catalog, after: Catalog, *, quote: Quote
) -> tuple[Hazard, ...]:
    """The same for a downgrade's `changes`; the queries are for the database upgraded.

    That what the upgrade brought goes again, with its data, is what a downgrade is for.
    """
    found = _Finder(changes, before, after, quote)
    told = (h for c in changes if not isinstance(c, Drop) for h in found.of(c))
    return tuple(
        dict.fromkeys(replace(h, choices=DOWNGRADE_CHOICES) if h.choices else h for h in told)
    )


class _Finder:
    """`before` by its names, which differ from the changes' where something was renamed."""

    def __init__(
        self, changes: Sequence[Change], before: Catalog, after: Catalog, quote: Quote
    ) -> None:
        self.quote, self.default = quote, before.default_schema
        self.tables = {(table.schema, table.name): table for table in before.tables}
        self.goals = {(table.schema, table.name): table for table in after.tables}
        self.renames = [change for change in reversed(changes) if isinstance(change, Rename)]

    def of(self, change: Change) -> Iterator[Hazard]:
        match change:
            case Drop(item=Table() as table):
                yield Hazard(
                    change.address,
                    f"all rows of {self.words(change.address)} are lost",
                    ALL.format(table=self.name(table.schema, table.name)),
                )
            case Drop(item=Column() as column) if column.generated is None:
                yield from self._dropped(change.address, column)
            case Create(item=Column() as column):
                yield from self._added(change.address, column)
            case Alter(before=Column() as old, after=Column() as new):
                yield from self._altered(change, old, new)
            case Alter(before=Table(), after=Table() as new_table):
                yield from self._of_table(change, new_table)
            case Create(item=Constraint() as item) | Alter(after=Constraint() as item):
                if not isinstance(change, Alter) or "definition" in change.fields:
                    yield from self._constrained(change.address, item)
            case Create(item=Index() as index) | Alter(after=Index() as index) if index.unique:
                if not isinstance(change, Alter) or "definition" in change.fields:
                    yield from self._indexed(change.address, index)
            case Alter(before=Enum() as old_enum, after=Enum() as new_enum):
                yield from self._labels(old_enum, new_enum)

    def _dropped(self, address: Address, column: Column) -> Iterator[Hazard]:
        if (found := self.column(address)) is not None:
            table, name = found
            query = VALUES.format(table=table, column=name, condition=f"{name} IS NOT NULL")
            yield Hazard(address, f"the values of {self.words(address)} are lost", query)

    def _added(self, address: Address, column: Column) -> Iterator[Hazard]:
        given = column.default, column.identity, column.generated, column.auto_increment or None
        table = self.table(address)
        if column.not_null and table is not None and not any(x is not None for x in given):
            text = f"rows that are there have no value for {self.words(address)}, which is NOT NULL"
            query = ALL.format(table=self.name(table.schema, table.name))
            yield Hazard(address, text, query, NOT_NULL_CHOICES)

    def _altered(self, change: Alter, old: Column, new: Column) -> Iterator[Hazard]:
        found = self.column(change.address)
        if found is None:
            return
        table, name = found
        words = self.words(change.address)
        if "not_null" in change.fields and new.not_null:
            text = f"NOT NULL on {words} is refused where it is NULL"
            query = ROWS.format(table=table, condition=f"{name} IS NULL")
            yield Hazard(change.address, text, query)
        if "type" in change.fields:
            for why, condition in losing(name, old.type, new.type):
                text = f"{words} from {old.type} to {new.type}: {why}"
                query = VALUES.format(table=table, column=name, condition=condition)
                yield Hazard(change.address, text, query)

        if not {"charset", "collation"}.isdisjoint(change.fields):
            goal = self.goals.get((change.address.schema, change.address.table or ""))
            if goal is not None:
                yield from self._recoded(change.address, old, new, goal)

    def _of_table(self, change: Alter, new: Table) -> Iterator[Hazard]:
        """Columns without a charset or collation of their own have the table's."""
        was = self.table(change.address)
        if was is None:
            return
        if not {"charset", "collation"}.isdisjoint(change.fields):
            columns = {column.name: column for column in was.columns}
            for column in new.columns:
                address = change.address._replace(kind="column", name=column.name, table=new.name)
                if column.name in columns:
                    yield from self._recoded(address, columns[column.name], column, new)
        if "partition_by" in change.fields and (condition := outside(new.partition_by or "")):
            text = f"{self.words(change.address)} refuses rows that no partition is there for"
            source = self.name(was.schema, was.name)
            yield Hazard(change.address, text, ROWS.format(table=source, condition=condition))

    def _recoded(self, address: Address, old: Column, new: Column, goal: Table) -> Iterator[Hazard]:
        was, found = self.table(address), self.column(address)
        charset, collation = charset_of(new, goal), collation_of(new, goal)
        if was is None or found is None or charset is None or collation is None:
            return
        source, name = found
        if charset not in (charset_of(old, was), ALL_CHARACTERS):
            text = f"{self.words(address)}: characters that {charset} lacks are refused"
            query = VALUES.format(table=source, column=name, condition=lacking(name, charset))
            yield Hazard(address, text, query)
        if collation != collation_of(old, was):
            for key, columns in unique_over(was, old.name):
                text = f"{key} on {address.table} refuses rows that are equal under {collation}"
                keys = [self.quote(c) for c in columns]
                there = _present(keys)
                recoded = f"CONVERT({name} USING {charset}) COLLATE {collation}"
                keys[columns.index(old.name)] = recoded
                yield Hazard(address, text, _duplicates(source, keys, there))

    def _constrained(self, address: Address, item: Constraint) -> Iterator[Hazard]:
        table = self.table(address)
        if table is None or not item.validated or not item.enforced:
            return
        if any(item.definition == other.definition for other in table.constraints):
            return
        columns = [self.column(address._replace(kind="column", name=n)) for n in item.columns]
        if any(column is None for column in columns):
            return
        names = [column[1] for column in columns if column is not None]
        source, words = self.name(table.schema, table.name), f"{item.name} on {address.table}"
        match item.kind:
            case "primary key" | "unique":
                distinct = item.nulls_not_distinct or item.kind == "primary key"
                if self.is_unique(table, names, nulls_too=item.nulls_not_distinct):
                    return
                query = _duplicates(source, names, "" if distinct else _present(names))
                yield Hazard(address, f"{words} refuses rows that are equal in it", query)
            case "check" if item.expression:
                query = ROWS.format(table=source, condition=f"NOT ({item.expression})")
                yield Hazard(address, f"{words} refuses rows that violate it", query)
            case "foreign key" if item.referred:
                text = f"{words} refuses rows without their row in {item.referred[1]}"
                yield Hazard(address, text, self._orphans(source, names, item))

    def _orphans(self, source: str, names: list[str], item: Constraint) -> str:
        schema, name = item.referred or ("", "")
        goal = self.table(Address("table", schema, name))
        present = _present([f"here.{column}" for column in names])
        if goal is None:
            return ROWS.format(table=f"{source} AS here", condition=present)
        pairs = zip(item.referred_columns, names, strict=True)
        joined = " AND ".join(f"there.{self.quote(one)} = here.{two}" for one, two in pairs)
        there = ROWS.format(table=f"{self.name(goal.schema, goal.name)} AS there", condition=joined)
        return ROWS.format(
            table=f"{source} AS here", condition=f"{present} AND NOT EXISTS ({there})"
        )

    def _indexed(self, address: Address, index: Index) -> Iterator[Hazard]:
        table = self.table(address)
        if table is None or any(index.definition == other.definition for other in table.indexes):
            return
        keys = []
        plain = all(key == IndexKey(key.column) for key in index.keys)
        for key in index.keys:
            if key.column is None:
                keys.append(key.expression or "")
                continue
            found = self.column(address._replace(kind="column", name=key.column))
            if found is None:
                return
            keys.append(found[1])
        if plain and self.is_unique(table, keys, nulls_too=index.nulls_not_distinct):
            return
        conditions = [] if index.nulls_not_distinct else [_present(keys)]
        conditions += [f"({index.predicate})"] if index.predicate else []
        query = _duplicates(self.name(table.schema, table.name), keys, " AND ".join(conditions))
        text = f"{index.name} on {address.table} refuses rows that are equal in it"
        yield Hazard(address, text, query)

    def _labels(self, old: Enum, new: Enum) -> Iterator[Hazard]:
        gone = ", ".join(_literal(label) for label in old.labels if label not in new.labels)
        if not gone:
            return
        spelled = {f"{old.schema}.{old.name}", f"{self.quote(old.schema)}.{self.quote(old.name)}"}
        for table in self.tables.values():
            source = self.name(table.schema, table.name)
            for column in table.columns:
                name = self.quote(column.name)
                if column.type.removesuffix("[]") not in spelled or not column.local:
                    continue
                address = Address("column", table.schema, column.name, table.name)
                array = column.type.endswith("[]")
                one = f"{name} && ARRAY[{gone}]::{column.type}" if array else f"{name} IN ({gone})"
                text = f"{self.words(address)} may hold {gone}, which {old.name} has no more"
                yield Hazard(address, text, ROWS.format(table=source, condition=one))

    def is_unique(self, table: Table, names: Sequence[str], *, nulls_too: bool) -> bool:
        """Whether a key that is there lets no two rows be equal in `names`, in any order."""
        return any(
            {self.quote(column) for column in key.columns} <= {*names}
            for key in table.constraints
            if key.kind == "primary key"
            or (key.kind == "unique" and (key.nulls_not_distinct or not nulls_too))
        )

    def table(self, address: Address) -> Table | None:
        """The table as it is before, whatever the changes call it."""
        key = (address.schema, address.table or address.name)
        for rename in self.renames:
            to, was = rename.to, rename.address
            if was.kind == "table" and (to.schema, to.name) == key:
                key = (was.schema, was.name)
            elif was.kind == "schema" and to.name == key[0]:
                key = (was.name, key[1])
        return self.tables.get(key)

    def column(self, address: Address) -> tuple[str, str] | None:
        """Table and column, quoted, as they are before; None for what is new."""
        table = self.table(address)
        if table is None:
            return None
        name = address.name
        for rename in self.renames:
            same = (rename.to.schema, rename.to.table, rename.to.name) == (
                address.schema,
                address.table,
                name,
            )
            if rename.address.kind == "column" and same:
                name = rename.address.name
        if all(column.name != name for column in table.columns):
            return None
        return self.name(table.schema, table.name), self.quote(name)

    def name(self, schema: str, name: str) -> str:
        if schema in ("", self.default):
            return self.quote(name)
        return f"{self.quote(schema)}.{self.quote(name)}"

    def words(self, address: Address) -> str:
        """The address without the default schema."""
        schema = "" if address.schema == self.default else address.schema
        return ".".join(part for part in (schema, address.table, address.name) if part)


def _duplicates(source: str, keys: list[str], condition: str) -> str:
    listed = ", ".join(keys)
    where = f" WHERE {condition}" if condition else ""
    return DUPLICATES.format(table=source, keys=listed, where=where)


def _present(names: list[str]) -> str:
    return " AND ".join(f"{name} IS NOT NULL" for name in names)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
