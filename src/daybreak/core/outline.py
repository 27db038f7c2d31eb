"""A catalog in outline: enough to tell whether two databases hold the same, and where not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from daybreak.core.catalog import Catalog, Table, View
from daybreak.core.catalogtext import from_text, to_text

Name = tuple[str, str]  # schema and name of a table or a view


@dataclass(frozen=True)
class Outline:
    """`rest` is the catalog without tables and views; of these there is a digest each.

    Equal outlines stand for equal catalogs. Others may do so, too: then all is read.
    """

    rest: Catalog
    digests: Mapping[Name, str]


@dataclass(frozen=True)
class Found:
    """What was read of a database against the outline of another.

    `names` are the tables and views of which the outlines tell otherwise, or that one lacks.
    `parts` are those that the database has of them, and all that is neither a table nor a view.
    """

    names: frozenset[Name]
    parts: Catalog

    def catalog(self, known: Catalog) -> Catalog:
        """All of the database; `known` is the catalog of the other, in which the rest is equal."""
        return with_parts(known, self.names, self.parts)


def differing(one: Mapping[Name, str], other: Mapping[Name, str]) -> frozenset[Name]:
    """The tables and views that only one of the two has, or each with another digest."""
    return frozenset(n for n in one.keys() | other.keys() if one.get(n) != other.get(n))


def unlike(one: Catalog, other: Catalog) -> frozenset[Name]:
    """The tables and views that only one of the two has, or each otherwise."""
    mine, others = _by_name(one), _by_name(other)
    return frozenset(n for n in mine.keys() | others.keys() if mine.get(n) != others.get(n))


def with_parts(catalog: Catalog, names: frozenset[Name], parts: Catalog) -> Catalog:
    """`parts`, with all tables and views of `catalog` but those of `names`."""
    tables = [table for table in catalog.tables if _name(table) not in names]
    views = [view for view in catalog.views if _name(view) not in names]
    return replace(
        parts,
        tables=tuple(sorted((*tables, *parts.tables), key=_name)),
        views=tuple(sorted((*views, *parts.views), key=_name)),
    )


def _by_name(catalog: Catalog) -> dict[Name, Table | View]:
    items: tuple[Table | View, ...] = (*catalog.tables, *catalog.views)
    return {_name(item): item for item in items}


def _name(item: Table | View) -> Name:
    return item.schema, item.name


def outline_text(outline: Outline) -> str:
    """`outline` as one line of JSON for the digests, and the rest below it."""
    digests = [[*name, told] for name, told in outline.digests.items()]
    return f"{json.dumps(digests)}\n{to_text(outline.rest)}"


def outline_from(text: str) -> Outline:
    """What `outline_text` wrote. Raises ValueError or TypeError for any other text."""
    digests, _, rest = text.partition("\n")
    return Outline(
        from_text(rest), {(schema, name): told for schema, name, told in json.loads(digests)}
    )
