"""A catalog in outline: enough to tell whether two databases hold the same, and where not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from daybreak.core.catalog import Catalog, Table, View, from_text, to_text

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
    """What was read of a database against the outline of another: `parts` is what differs."""

    outline: Outline
    parts: Catalog

    def catalog(self, known: Catalog) -> Catalog:
        """All of the database; `known` is the catalog of the other, in which the rest is equal."""
        tables: dict[Name, Table] = {(table.schema, table.name): table for table in known.tables}
        tables |= {(table.schema, table.name): table for table in self.parts.tables}
        views: dict[Name, View] = {(view.schema, view.name): view for view in known.views}
        views |= {(view.schema, view.name): view for view in self.parts.views}
        # One that was a view there may be a table here.
        for view in self.parts.views:
            tables.pop((view.schema, view.name), None)
        for table in self.parts.tables:
            views.pop((table.schema, table.name), None)
        names = self.outline.digests
        return replace(
            self.outline.rest,
            tables=tuple(tables[name] for name in names if name in tables),
            views=tuple(views[name] for name in names if name in views),
        )


def differing(digests: Mapping[Name, str], known: Mapping[Name, str]) -> frozenset[Name]:
    """The tables and views of `digests` that `known` does not have, or has otherwise."""
    return frozenset(name for name, digest in digests.items() if known.get(name) != digest)


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
