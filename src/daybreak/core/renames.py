"""Which of the dropped and created objects may be one that got another name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, TypeVar

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Composite,
    Domain,
    Enum,
    Kind,
    Table,
    address_of,
)
from daybreak.core.catalog import Sequence as Numbers
from daybreak.core.change import Rename
from daybreak.core.errors import RenameUnclear, UsageError
from daybreak.core.order import ordered_renames
from daybreak.core.renaming import renamed
from daybreak.core.spelling import Named, named, spelled

RENAMED: frozenset[Kind] = frozenset(
    {"schema", "table", "column", "enum", "domain", "composite", "sequence"}
)
LIKELY = 0.6  # of 1: below it two objects have too little in common to ask
_CHOICES = 3

_Item = TypeVar("_Item", Table, Enum, Domain, Composite, Numbers)


@dataclass(frozen=True)
class Question:
    """`old` is gone: is it one of `choices`, best first? `score` is the best one's, up to 1."""

    old: Address
    choices: tuple[Rename, ...]
    score: float


def unanswered(
    before: Catalog,
    after: Catalog,
    renames: Sequence[Rename] = (),
    drops: Collection[Address] = (),
) -> tuple[Question, ...]:
    """The questions that `renames` and `drops` (on purpose) leave open, in the names of `before`.

    A table's columns are asked about once the table is found, so an answer may bring questions.
    """
    now = before
    for rename in ordered_renames(renames):
        now = renamed(now, rename)
    questions = (_in_old_names(question, renames) for question in candidates(now, after))
    return tuple(q for q in questions if q.old not in drops)


def refuse(questions: Sequence[Question], default_schema: str) -> None:
    """Raises RenameUnclear, with the choices spelled out, if there are `questions`."""
    if not questions:
        return

    def new(rename: Rename) -> str:
        return spelled(_named_by(rename)[1], default_schema)

    raise RenameUnclear(
        [
            (
                "label" if question.choices[0].label else question.old.kind,
                spelled(question.old, default_schema),
                [new(rename) for rename in question.choices],
            )
            for question in questions
        ]
    )


def parse_rename(text: str, before: Catalog, after: Catalog) -> Rename:
    """The rename that `--rename old=new` means; raises UsageError where it means none, or two.

    Old and new are `table`, `table.column`, `type:label`, each with its schema where needed, and
    with its kind in front (`schema:old=new`) where a name has several.
    """
    old, equals, new = (part.strip() for part in text.partition("="))
    if not (old and equals and new):
        raise UsageError(f"--rename {text}: an old and a new name are needed", "--rename old=new")
    olds, news = named(old, before, RENAMED), named(new, after, RENAMED)
    if not news and "." not in new and ":" not in new and ("." in old or ":" in old):
        # The table, or the type, may be left out where it stays.
        cut = max(old.rfind("."), old.rfind(":")) + 1
        new = old[:cut] + new
        news = named(new, after, RENAMED)
    for name, found, lacks in ((old, olds, "the history has"), (new, news, "the models have")):
        if not found:
            raise UsageError(f"--rename {text}: {lacks} no {name}", _known(before, after))
    pairs = [
        (one, other)
        for one in olds
        for other in news
        if (one.address.kind, one.is_label) == (other.address.kind, other.is_label)
    ]
    if len(pairs) != 1:
        names = " or ".join(f"{one.address.kind}:{one.address}" for one in olds) or old
        raise UsageError(
            f"--rename {text}: this can be {names}", "say which: --rename kind:old=kind:new"
        )
    return _rename(*pairs[0])


def candidates(before: Catalog, after: Catalog) -> tuple[Question, ...]:
    """Pairs of what is gone and what is new that are alike enough to be the same."""
    schemas = tuple(_schemas(before, after))
    moved = {(r.address.name, r.to.name) for q in schemas for r in q.choices}
    tables = _wholes(before.tables, after.tables, _table_likeness)
    return (
        *schemas,
        *(q for q in tables if not _follows(q, moved)),
        *_wholes(before.enums, after.enums, lambda a, b: _share(a.labels, b.labels)),
        *_wholes(before.domains, after.domains, lambda a, b: float(a.type == b.type)),
        *_wholes(before.composites, after.composites, _column_share),
        *_wholes(_free(before), _free(after), lambda a, b: _alike(a, b)),
        *_columns(before, after),
        *_labels(before, after),
    )


def _in_old_names(question: Question, renames: Sequence[Rename]) -> Question:
    choices = tuple(replace(c, address=_old(c.address, renames)) for c in question.choices)
    return replace(question, old=_old(question.old, renames), choices=choices)


def new_address(address: Address, renames: Sequence[Rename]) -> Address:
    """What `address` is after `renames`: it may stand in a schema, table or type that moves."""
    return _followed(address, {r.address: r.to for r in renames if r.label is None})


def _old(address: Address, renames: Sequence[Rename]) -> Address:
    return _followed(address, {r.to: r.address for r in renames if r.label is None})


def _followed(address: Address, moves: Mapping[Address, Address]) -> Address:
    schemas = {one.name: other.name for one, other in moves.items() if one.kind == "schema"}
    there = address._replace(schema=schemas.get(address.schema, address.schema))
    if address.table is None:
        return moves.get(address, there)
    kinds: tuple[Kind, ...] = ("enum",) if address.kind == "enum" else ("table", "view")
    for kind in kinds:
        if owner := moves.get(Address(kind, address.schema, address.table)):
            return address._replace(schema=owner.schema, table=owner.name)
    return there


def _rename(old: Named, new: Named) -> Rename:
    if old.is_label:
        enum = Address("enum", old.address.schema, old.address.table or "")
        to = Address("enum", new.address.schema, new.address.table or "")
        return Rename(enum, to, old.item, label=(old.address.name, new.address.name))
    return Rename(old.address, new.address, old.item)


def _named_by(rename: Rename) -> tuple[Address, Address]:
    """Old and new address, those of the labels for a label."""
    if rename.label is None:
        return rename.address, rename.to
    one, other = (
        Address("enum", enum.schema, label, enum.name)
        for enum, label in zip((rename.address, rename.to), rename.label, strict=True)
    )
    return one, other


def _known(before: Catalog, after: Catalog) -> str:
    pairs = [
        f"{spelled(old, before.default_schema)}={spelled(new, after.default_schema)}"
        for question in candidates(before, after)
        for old, new in map(_named_by, question.choices)
    ]
    return f"what looks like a rename: {', '.join(pairs)}" if pairs else "check the spelling"


def _question(old: Address, scored: Iterable[tuple[float, Rename]]) -> Iterator[Question]:
    best = sorted(scored, key=lambda one: -one[0])[:_CHOICES]
    if best and best[0][0] >= LIKELY:
        likely = tuple(rename for score, rename in best if score >= LIKELY)
        yield Question(old, likely, round(best[0][0], 2))


def _schemas(before: Catalog, after: Catalog) -> Iterator[Question]:
    def tables(catalog: Catalog, schema: str) -> list[str]:
        return [table.name for table in catalog.tables if table.schema == schema]

    old = {schema.name: schema for schema in before.schemas}
    new = {schema.name: schema for schema in after.schemas}
    for name in sorted(old.keys() - new.keys()):
        address = address_of(old[name])
        scored = [
            (
                _share(tables(before, name), tables(after, other)),
                Rename(address, address_of(new[other]), old[name]),
            )
            for other in sorted(new.keys() - old.keys())
        ]
        yield from _question(address, scored)


def _follows(question: Question, moved: Collection[tuple[str, str]]) -> bool:
    """Whether a table only moves because its schema may have got another name."""
    return any(
        r.address.name == r.to.name and (r.address.schema, r.to.schema) in moved
        for r in question.choices
    )


def _wholes(
    before: Iterable[_Item], after: Iterable[_Item], likeness: Callable[[_Item, _Item], float]
) -> Iterator[Question]:
    old = {address_of(item): item for item in before}
    new = {address_of(item): item for item in after}
    come = [address for address in new if address not in old]
    for address, item in old.items():
        if address not in new and come:
            yield from _question(
                address,
                [(likeness(item, new[to]), Rename(address, to, item)) for to in come],
            )


def _table_likeness(old: Table, new: Table) -> float:
    if old.name == new.name:  # moved to another schema
        return 1.0
    return _column_share(old, new) * 0.9 + 0.1 * _ratio(old.name, new.name)


def _column_share(old: Table | Composite, new: Table | Composite) -> float:
    return _share([(c.name, c.type) for c in old.columns], [(c.name, c.type) for c in new.columns])


def _share(old: Iterable[Any], new: Iterable[Any]) -> float:
    one, other = set(old), set(new)
    return len(one & other) / max(len(one), len(other), 1)


def _free(catalog: Catalog) -> list[Numbers]:
    return [sequence for sequence in catalog.sequences if sequence.owned_by is None]


def _alike(old: Numbers, new: Numbers) -> float:
    return float(replace(old, schema=new.schema, name=new.name) == new)


def _columns(before: Catalog, after: Catalog) -> Iterator[Question]:
    new = {(table.schema, table.name): table for table in after.tables}
    for was in before.tables:
        now = new.get((was.schema, was.name))
        if now is None or now.columns == was.columns:
            continue
        olds = {column.name for column in was.columns}
        news = {column.name for column in now.columns}
        gone = [c for c in was.columns if c.name not in news and c.local and not c.generated]
        come = [c for c in now.columns if c.name not in olds and c.local and not c.generated]
        for column in gone:
            address = address_of(column, was)
            scored = [
                (
                    1.0
                    if len(gone) == len(come) == 1 and column.type == other.type
                    else _column_likeness(was, now, column, other),
                    Rename(address, address_of(other, now), column),
                )
                for other in come
            ]
            yield from _question(address, scored)


def _column_likeness(was: Table, now: Table, old: Column, new: Column) -> float:
    if old.type == new.type:
        types = 1.0
    elif _base(old.type) == _base(new.type):
        types = 0.7
    else:
        return 0.0
    near = 1 / (1 + abs(was.columns.index(old) - now.columns.index(new)))
    return 0.5 * types + 0.3 * _ratio(old.name, new.name) + 0.2 * near


_FAMILIES = (
    {"smallint", "integer", "int", "bigint", "tinyint", "mediumint", "numeric", "decimal"},
    {"character varying", "text", "varchar", "character", "char", "longtext", "mediumtext"},
    {"real", "double precision", "float", "double"},
    {"timestamp without time zone", "timestamp with time zone", "datetime", "timestamp"},
    {"json", "jsonb"},
)


def _base(name: str) -> str:
    """The type without length and precision, or the first of its family."""
    plain = " ".join(name.partition("(")[0].split() + name.partition(")")[2].split())
    return next((min(family) for family in _FAMILIES if plain in family), plain)


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _labels(before: Catalog, after: Catalog) -> Iterator[Question]:
    """A label in whose place another stands, all around it being the same."""
    new = {(enum.schema, enum.name): enum for enum in after.enums}
    for was in before.enums:
        now = new.get((was.schema, was.name))
        if now is None or now.labels == was.labels:
            continue
        address = address_of(was)
        matcher = SequenceMatcher(None, was.labels, now.labels, autojunk=False)
        for verb, i, j, k, m in matcher.get_opcodes():
            if verb != "replace" or j - i != m - k:
                continue
            for old, label in zip(was.labels[i:j], now.labels[k:m], strict=True):
                if old not in now.labels and label not in was.labels:
                    place = Address("enum", was.schema, old, was.name)
                    rename = Rename(address, address_of(now), was, label=(old, label))
                    yield Question(place, (rename,), 1.0)
